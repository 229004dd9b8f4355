package main

import (
	"bytes"
	"fmt"
	"os"
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

// A saver puts a content in the place of path, and returns once it is finished.
type saver func(path string, content []byte) error

func renameIn(path string, content []byte) error {
	next := path + ".next"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

func writeInPlace(path string, content []byte) error { return os.WriteFile(path, content, 0o600) }
