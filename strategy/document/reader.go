package document

// Reader gathers the problems and warnings of one document while it is decoded, so that
// one run finds them all.
type Reader struct {
	doc      *Document
	problems Findings
	warnings Findings
	items    []*Node // a block that lists of one are taken from
}

// NewReader reads a document.
func NewReader(d *Document) *Reader { return &Reader{doc: d} }

// Add adds a problem at a position.
func (r *Reader) Add(at Pos, key, reason, hint string) {
	r.problems.Add(r.doc, r.doc.Diagnostic(at, key, reason, hint))
}

// Warn adds a warning, which does not keep the document from being used.
func (r *Reader) Warn(at Pos, key, reason, hint string) {
	r.warnings.Add(r.doc, r.doc.Diagnostic(at, key, reason, hint))
}

// Count is how many problems were added so far.
func (r *Reader) Count() int { return r.problems.Count() }

// Warnings are the first warnings in the order of the text, up to [MaxListed], and how many
// more there are.
func (r *Reader) Warnings() (list []Diagnostic, more int) { return r.warnings.Listed(r.doc) }

// Err is a *[Diagnostics] with the problems, in the order of the text, and the warnings; nil when
// there is no problem.
func (r *Reader) Err() error {
	if r.problems.Count() == 0 {
		return nil
	}
	p := new(Diagnostics)
	p.List, p.More = r.problems.Listed(r.doc)
	p.Warnings, p.MoreWarnings = r.warnings.Listed(r.doc)
	return p
}

// One is a list of one node, for a single value where a list may be.
func (r *Reader) One(n *Node) []*Node { return append(alloc(&r.items, 1), n) }
