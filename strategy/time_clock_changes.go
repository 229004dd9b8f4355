package strategy

import (
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// pass is which of two instants a local date-time is, where clocks are set back
// and show it twice.
type pass int

const (
	earlierPass pass = iota // for a start
	laterPass               // for an end
)

// localInstant reads a date-time without an offset, and warns of one that the clocks
// do not show exactly once.
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

// stamp is an instant as it can be written in a strategy, with its offset. Offsets
// with seconds, which clocks had long ago, cannot be written.
func stamp(at time.Time) string {
	if _, offset := at.Zone(); offset%60 != 0 {
		at = at.UTC()
	}
	return at.Format(time.RFC3339Nano)
}
