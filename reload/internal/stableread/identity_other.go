//go:build !linux

package stableread

import "os"

// An identity tells one state of a file from another, as far as its portable
// metadata can.
type identity struct {
	size  int64
	mtime int64 // ns
	mode  os.FileMode
}

func identityOf(info os.FileInfo) identity {
	return identity{size: info.Size(), mtime: info.ModTime().UnixNano(), mode: info.Mode()}
}

// nameless reports whether the file was removed from every directory, as far as
// the system tells.
func nameless(os.FileInfo) bool { return false }
