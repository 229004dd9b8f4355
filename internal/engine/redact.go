package engine

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// redacted is an error about files that may not be shown in full. Otherwise an operator who can
// make the gateway read another file could see its text in the admin API, in the history and
// in events. Caddy's log has the whole error.
type redacted struct {
	shown *document.Diagnostics
	whole error
}

func (w *redacted) Error() string { return w.shown.Error() }

// Unwrap returns only the part that may be shown.
func (w *redacted) Unwrap() error { return w.shown }

// wholeError is an error before it was redacted, for Caddy's log.
func wholeError(err error) error {
	var part *redacted
	if errors.As(err, &part) {
		return part.whole
	}
	return err
}

// redact removes from an error the content of files that may not be shown: files that a link
// to another directory leads to, and files that are no strategy.
func redact(c reload.Content, err error) error {
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		return err
	}
	shown, kinds := &document.Diagnostics{More: problems.More}, map[string]fileKind{}
	for _, p := range problems.List {
		kind, known := kinds[p.File]
		if !known {
			kind = kindOf(c, p.File)
			kinds[p.File] = kind
		}
		if visible := kind.show(p); !slices.Contains(shown.List, visible) {
			shown.List = append(shown.List, visible)
		}
	}
	for _, kind := range kinds {
		if kind != ownFile {
			return &redacted{shown: shown, whole: err}
		}
	}
	return err
}

// fileKind says which problems of a file may be shown.
type fileKind uint8

const (
	ownFile     fileKind = iota // all problems
	foreignFile                 // no problem: a link leads to another directory
	otherFile                   // no problem that quotes a line of it: it is no strategy
)

// strategyKey matches a key of the top level of a strategy, or of its tests, at the beginning of
// a line.
var strategyKey = regexp.MustCompile(`(?m)^[ \t]*(?:\[{1,2}[ \t]*)?["']?(?:version|currency|timezone|limits|activate_at|coupon_case|sku_compare|` +
	`unknown_skus|zero_priced|arithmetic|products|beverages|rule|discounts|env|test)["']?[ \t]*[.=\]]`)

func kindOf(c reload.Content, file string) fileKind {
	if leadsElsewhere(c.Path, file) {
		return foreignFile
	}
	for _, f := range c.Files {
		if filepath.Join(c.Dir, f.Name) != file {
			continue
		}
		if named := strategy.IsCompanion(f.Name) || strategyfile.IsBody(f.Name); named && file != c.Path {
			return ownFile // a file of the strategy names it
		}
		if !strategyKey.Match(f.Data) {
			return otherFile
		}
	}
	return ownFile
}

// leadsElsewhere reports whether a file, with its links followed, is not below the directory
// that path is in.
func leadsElsewhere(path, file string) bool {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return true
	}
	target, err := filepath.EvalSymlinks(file)
	if err != nil {
		return true // the file is gone, so where it was is unknown
	}
	below, err := filepath.Rel(dir, target)
	return err != nil || below == ".." || strings.HasPrefix(below, ".."+string(filepath.Separator))
}

// show returns a problem in a file of the kind as it may be shown.
func (k fileKind) show(p document.Diagnostic) document.Diagnostic {
	switch {
	case k == foreignFile:
		return document.Diagnostic{
			Position: document.Position{File: p.File, Line: 1, Column: 1},
			Reason:   "a link to another directory leads to the file, so what it says is not shown",
			Hint:     `the log of Caddy has it, and "caddy discount check" shows it`,
		}
	case k == otherFile && (p.Key != "" || strings.Contains(p.Reason+p.Hint, `"`)):
		return document.Diagnostic{
			Position: document.Position{File: p.File, Line: 1, Column: 1},
			Reason:   "the file is no strategy: it has none of its keys, such as version and rule",
		}
	case k == otherFile:
		p.Text = ""
	}
	return p
}
