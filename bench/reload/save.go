package main

import (
	"errors"
	"os"
	"time"
)

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
