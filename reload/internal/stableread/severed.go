package stableread

import "os"

// Severed reports whether path leads to a file that has no name any more: the one file is
// mounted, and the original was replaced by a rename. The file that has the name now cannot be
// read here. It checks twice, since a rename may be under way.
func Severed(path string) bool {
	for range 2 {
		if info, err := os.Stat(path); err != nil || !nameless(info) {
			return false
		}
	}
	return true
}
