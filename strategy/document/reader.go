package document

import "github.com/promogate/caddy-discount/strategy/internal/arena"

// Reader collects the problems and warnings of one document while it is decoded, so that one run
// finds all of them.
type Reader struct {
	doc      *Document
	problems findings
	warnings findings
	items    arena.Of[*Node] // lists of one node
}

// NewReader returns a Reader for a document.
func NewReader(d *Document) *Reader { return &Reader{doc: d} }

// Add adds a problem at a position.
func (r *Reader) Add(at Pos, key, reason, hint string) {
	r.problems.add(r.doc, r.doc.Diagnostic(at, key, reason, hint))
}

// Warn adds a warning, which does not keep the document from being used.
func (r *Reader) Warn(at Pos, key, reason, hint string) {
	r.warnings.add(r.doc, r.doc.Diagnostic(at, key, reason, hint))
}

// AddAt is Add for a place in a file whose text is not shown.
func (r *Reader) AddAt(at Position, key, reason, hint string) {
	r.problems.add(r.doc, hidden(at, key, reason, hint))
}

// WarnAt is Warn for a place in a file whose text is not shown.
func (r *Reader) WarnAt(at Position, key, reason, hint string) {
	r.warnings.add(r.doc, hidden(at, key, reason, hint))
}

// Count returns how many problems were added.
func (r *Reader) Count() int { return r.problems.count() }

// Warnings returns the first warnings in the order of the text, up to [MaxListed], and how many
// more there are.
func (r *Reader) Warnings() (list []Diagnostic, more int) { return r.warnings.listed(r.doc) }

// Err returns a *[Diagnostics] with the problems, in the order of the text, and the warnings; nil
// if there is no problem.
func (r *Reader) Err() error {
	if r.problems.count() == 0 {
		return nil
	}
	p := new(Diagnostics)
	p.List, p.More = r.problems.listed(r.doc)
	p.Warnings, p.MoreWarnings = r.warnings.listed(r.doc)
	return p
}

// one returns a list of one node, for a single value in the place of a list.
func (r *Reader) one(n *Node) []*Node { return append(r.items.Alloc(1), n) }
