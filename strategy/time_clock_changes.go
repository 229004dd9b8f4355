package strategy

import (
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// pass selects one of the two instants of a local date-time that the clocks show twice, because
// they are set back.
type pass int

const (
	earlierPass pass = iota // for a start
	laterPass               // for an end
)

// localInstant reads a date-time without an offset. It warns if the clocks do not show it exactly
// once.
func (s *section) localInstant(n *document.Node, name string, which pass) (time.Time, error) {
	local, err := document.ReadLocal(n.Text, s.location)
	if err != nil {
		return time.Time{}, err
	}
	s.checkZone(n, name)
	if local.Skipped {
		s.warn(n, name, fmt.Sprintf("the clocks in %v skip %s, so it is the instant at which they are set forward", s.location, n.Text),
			"write "+stamp(local.First)+" to say so")
		return local.First, nil
	}
	at, word, other := local.First, "earlier", local.Last
	if which == laterPass {
		at, word, other = local.Last, "later", local.First
	}
	if local.Twice() {
		s.warn(n, name, fmt.Sprintf("the clocks in %v show %s twice, and the %s time counts", s.location, n.Text, word),
			fmt.Sprintf("write %s to say so, or %s for the other", stamp(at), stamp(other)))
	}
	return at, nil
}

// stamp is an instant in RFC 3339, as a strategy has it. An instant whose offset has seconds, as
// old ones may, is in UTC, because RFC 3339 cannot express the offset.
func stamp(at time.Time) string {
	if _, offset := at.Zone(); offset%60 != 0 {
		at = at.UTC()
	}
	return at.Format(time.RFC3339Nano)
}
