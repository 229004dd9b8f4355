//go:build !unix

package reload

import "os"

func openNow(path string) (*os.File, error) { return os.Open(path) }
