package keyring

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"go.uber.org/zap"
)

// WarnOfReaders logs a warning if every user of the machine can read the file of a key. A user
// who can read it can sign what the gateway signs.
func WarnOfReaders(log *zap.Logger, path string) {
	if mode, open := readByAll(path); open {
		log.Warn("key file readable by other users", zap.String("path", path), zap.Stringer("mode", mode),
			zap.String("hint", "remove their permission: chmod o= "+path))
	}
}

// readByAll reports whether every user can read a file: by its own mode, and by those of
// the directories that lead to it. Windows has no such modes.
func readByAll(path string) (mode fs.FileMode, open bool) {
	const read, pass = 0o004, 0o001
	path, err := filepath.EvalSymlinks(path)
	if err != nil || runtime.GOOS == "windows" {
		return 0, false
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode()&read == 0 {
		return 0, false
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		way, err := os.Stat(dir)
		if err != nil || way.Mode()&pass == 0 {
			return 0, false
		}
		if dir == filepath.Dir(dir) {
			return info.Mode(), true
		}
	}
}
