package discount

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

// withheld is the error of a strategy whose files may not be shown in full: who can make
// the gateway read another file could otherwise read it in the admin API, in the history
// and in events. Caddy's log has the whole.
type withheld struct {
	shown *document.Diagnostics
	whole error
}

func (w *withheld) Error() string { return w.shown.Error() }

// Unwrap leads to what may be shown alone.
func (w *withheld) Unwrap() error { return w.shown }

// wholeError is an error with all that it says of files, for Caddy's log.
func wholeError(err error) error {
	var part *withheld
	if errors.As(err, &part) {
		return part.whole
	}
	return err
}

// withhold takes out of an error what files say that may not be shown: those that a link to
// elsewhere leads to, and those that are no strategy at all.
func withhold(c reload.Content, err error) error {
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
		if told := kind.tell(p); !slices.Contains(shown.List, told) {
			shown.List = append(shown.List, told)
		}
	}
	for _, kind := range kinds {
		if kind != ownFile {
			return &withheld{shown: shown, whole: err}
		}
	}
	return err
}

// fileKind says what may be shown of a file.
type fileKind uint8

const (
	ownFile     fileKind = iota // all that is wrong with it
	foreignFile                 // nothing: a link leads elsewhere
	otherFile                   // no line of it, nor what quotes one: it is no strategy
)

// strategyKey finds a key of the top level of a strategy, or of its tests, at the beginning
// of a line.
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
		if named := strategy.IsSpreadsheet(f.Name) || strategyfile.IsBody(f.Name); named && file != c.Path {
			return ownFile // a file of the strategy names it
		}
		if !strategyKey.Match(f.Data) {
			return otherFile
		}
	}
	return ownFile
}

// leadsElsewhere reports whether a file of the strategy at a path is, free of links, not
// below the directory in which the path is.
func leadsElsewhere(path, file string) bool {
	home, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return true
	}
	target, err := filepath.EvalSymlinks(file)
	if err != nil {
		return true // it is gone, and where it was is not known any more
	}
	below, err := filepath.Rel(home, target)
	return err != nil || below == ".." || strings.HasPrefix(below, ".."+string(filepath.Separator))
}

// tell is a problem of a file of the kind as it may be shown.
func (k fileKind) tell(p document.Diagnostic) document.Diagnostic {
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
