package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"
)

const cart = `{"currency":"CNY","items":[{"id":"l1","sku":"sku-1","quantity":2,"unit_price":1800},{"id":"l2","sku":"sku-2","quantity":1,"unit_price":1500},{"id":"l3","sku":"sku-3","quantity":3,"unit_price":990}]}`

// linesOf100k is the number of rules that make about 100,000 lines.
const linesOf100k = 20_000

// strategyOf is a strategy of five lines a rule whose version is v and a number.
func strategyOf(rules, version int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "version = \"v%d\"\ncurrency = \"CNY\"\n", version)
	for i := range rules {
		fmt.Fprintf(&b, "\n[rule.\"r%d\"]\nskus = [\"sku-%d\"]\nmin_quantity = %d\ndiscount_rate = 0.%02d\n", i, i, 1+i%3, 1+i%50)
	}
	return b.Bytes()
}

// A saver puts a content in the place of path, and returns when it began with
// the call that finishes it: afterwards would be late, since a busy process gets
// its processor back late.
type saver func(path string, content []byte) (time.Time, error)

func renameIn(path string, content []byte) (time.Time, error) {
	next := path + ".next"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return time.Time{}, err
	}
	began := time.Now()
	return began, os.Rename(next, path)
}

func writeInPlace(path string, content []byte) (time.Time, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return time.Time{}, err
	}
	if _, err := f.Write(content); err != nil {
		return time.Time{}, errors.Join(err, f.Close())
	}
	began := time.Now()
	return began, f.Close()
}
