// Package publish writes a strategy to the target that a gateway watches. It replaces all files or
// none, and can put the previous files back.
package publish

import (
	"context"
	"errors"

	"github.com/promogate/caddy-discount/strategy"
)

// ErrInterrupted is the error of an operation that was interrupted before it changed anything.
var ErrInterrupted = errors.New("interrupted")

// A Target is the file, or the linked directory, that a gateway watches.
type Target interface {
	// Path is the path of the strategy file or of the link. Links in it are not resolved.
	Path() string

	// Directories are the directories in which names will change.
	Directories() []string

	// With returns what a gateway will read after Apply with these files. It changes nothing.
	With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error)

	// Apply replaces the files, all or none. The Change is nil if the target has the same files
	// already. After an error the target has the previous files, unless the error says that one of
	// them could not be put back. If the new names cannot be flushed to the disk, a gateway may have
	// seen the new files for a moment.
	Apply(ctx context.Context, sources, tests []strategy.Source) (Change, error)
}

// A Change is a replacement of the files of a target. Either Revert or Keep ends it.
type Change interface {
	// Files are the paths of the new files, with links resolved.
	Files() []string

	// Intact reports whether no other program has changed the target since.
	Intact() bool

	// Revert puts the previous files back.
	Revert(ctx context.Context) error

	// Keep ends the change without reverting it. It removes the temporary copies of the previous
	// files. For a link it removes older published directories, but not the previous one.
	Keep() error
}
