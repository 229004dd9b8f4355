//go:build !unix

package atomicfile

import (
	"io/fs"
	"os"
)

// syncDir does nothing where a directory cannot be opened as a file.
func syncDir(string) error { return nil }

// TakeOwner does nothing: the file keeps its owner.
func TakeOwner(*os.File, fs.FileInfo) {}
