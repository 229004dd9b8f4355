//go:build !unix

package stableread

import "os"

func openNow(path string) (*os.File, error) { return os.Open(path) }
