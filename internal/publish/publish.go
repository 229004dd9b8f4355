// Package publish puts a strategy where a gateway watches it: all of its files at once, or
// none of them, and so that they can be put back.
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
	// Path is what is replaced.
	Path() string

	// Directories are those whose names will change.
	Directories() []string

	// With returns what a gateway will read once these files are there.
	With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error)

	// Apply replaces the files, all or none; the Change is nil if they are there already.
	// After an error the target is as it was.
	Apply(ctx context.Context, sources, tests []strategy.Source) (Change, error)
}

// A Change is what was written to a target. Either Revert or Keep ends it.
type Change interface {
	// Files are the new files, free of links.
	Files() []string

	// Intact reports whether no other program has changed them since.
	Intact() bool

	// Revert puts the previous files back.
	Revert(ctx context.Context) error

	// Keep removes the copies that Revert needs.
	Keep() error
}
