package strategy

import (
	"slices"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// linted is a strategy that is looked at for what is probably not meant: what
// it was read from, and what was found.
type linted struct {
	doc   *document.Document
	root  *document.Node // less the overlays
	found []document.Problem
}

// Lint is [Model.Cautions] and more that takes time to find, or depends on the
// instant; s is the model compiled. The model must have been read for it (see
// [Parser]).
func (m *Model) Lint(s *Strategy, now time.Time) []document.Problem {
	l := m.linted
	if l == nil {
		return m.cautions
	}
	l.found = slices.Clone(m.cautions)
	l.doc.Sort(l.found)
	return l.found
}
