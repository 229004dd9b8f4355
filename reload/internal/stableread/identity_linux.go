package stableread

import (
	"os"
	"syscall"
)

// An identity distinguishes the states of a file, as far as its metadata can. It includes the
// change time: a writer can set the modification time back (cp -p, rsync -t), but not the
// change time.
type identity struct {
	dev, ino     uint64
	size         int64
	mtime, ctime int64 // ns
}

func identityOf(info os.FileInfo) identity {
	id := identity{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		id.dev, id.ino = uint64(st.Dev), st.Ino
		id.ctime = st.Ctim.Nano()
	}
	return id
}

// nameless reports whether the file was removed from every directory.
func nameless(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}
