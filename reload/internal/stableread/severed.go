package stableread

import "os"

// Severed reports whether path leads to a file that has no name any more: a
// mount of this one file, whose original was replaced by a rename. What has the
// name now cannot be read here. It looks twice, for a rename may be under way.
func Severed(path string) bool {
	for range 2 {
		if info, err := os.Stat(path); err != nil || !nameless(info) {
			return false
		}
	}
	return true
}
