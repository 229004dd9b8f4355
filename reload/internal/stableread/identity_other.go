//go:build !linux

package stableread

import "os"

// An identity distinguishes the states of a file, as far as its portable metadata can.
type identity struct {
	size  int64
	mtime int64 // ns
	mode  os.FileMode
}

func identityOf(info os.FileInfo) identity {
	return identity{size: info.Size(), mtime: info.ModTime().UnixNano(), mode: info.Mode()}
}

// nameless reports whether the file was removed from every directory. Here it is unknown, so
// the answer is always false.
func nameless(os.FileInfo) bool { return false }
