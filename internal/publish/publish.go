// Package publish puts a strategy where a gateway watches it: all of its files at once, or
// none of them, and so that they can be put back.
package publish

import (
	"context"
	"errors"

	"github.com/promogate/caddy-discount/strategy"
)

// ErrInterrupted is why something was not done.
var ErrInterrupted = errors.New("interrupted")

// A Target is where a gateway watches a strategy.
type Target interface {
	// Path is what is replaced.
	Path() string

	// Directories are those in which names will change.
	Directories() []string

	// With is what a gateway will read when these files are in their place.
	With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error)

	// Put puts the files into their place; nil if they are there already. If it
	// fails, or is interrupted, the place is as it was.
	Put(ctx context.Context, sources, tests []strategy.Source) (Placement, error)
}

// A Placement is what was put into a target. Either Back or Stay ends it.
type Placement interface {
	// Files are the files that are there now and were not, free of links.
	Files() []string

	// Intact reports whether nothing else was put there since.
	Intact() bool

	// Back puts back what was there.
	Back(ctx context.Context) error

	// Stay removes what was kept to be put back.
	Stay() error
}
