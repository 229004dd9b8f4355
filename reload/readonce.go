package reload

import (
	"fmt"

	"github.com/promogate/caddy-discount/internal/symlink"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// ReadOnce reads the files of a source at path once. Which files these are, and their limits,
// are as for [Open]. It reads at once: it does not wait for writers and proves nothing about
// them. It is for programs that read a source just after it was saved.
func ReadOnce(path string, o Options) (Content, error) {
	path, err := symlink.Absolute(path)
	if err != nil {
		return Content{}, fmt.Errorf("reading %s: %w", path, err)
	}
	o = o.withDefaults()
	files := o.fileset(path)
	for range maxRenamings {
		r, err := files.ReadNow()
		if err != nil {
			return Content{}, err
		}
		if !o.name(files, r.Files) {
			return contentOf(path, r), nil
		}
	}
	return Content{}, stableread.Moved
}
