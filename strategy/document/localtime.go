package document

import (
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Local is what the clocks of a time zone show, as instants. Two of them are apart
// when clocks are set back and show the same twice. What clocks skip when they are
// set forward is the instant of that change.
type Local struct {
	First, Last time.Time // the same unless it comes twice
	Skipped     bool
}

// Twice reports whether the clocks show it twice.
func (l Local) Twice() bool { return !l.First.Equal(l.Last) }

// ReadLocal reads the text of a local date-time node by the clocks in loc.
func ReadLocal(text string, loc *time.Location) (Local, error) {
	var local toml.LocalDateTime
	if err := local.UnmarshalText([]byte(text)); err != nil {
		return Local{}, err
	}
	return shownIn(loc, local.AsTime(time.UTC)), nil
}

// farthest is more than any clock was ever away from UTC.
const farthest = 26 * time.Hour

// shownIn finds when the clocks in loc show what those in UTC show at the instant
// given. It tries every offset that is in force around it, since time.Date takes
// the earlier pass west of Greenwich and the later one east of it.
func shownIn(loc *time.Location, shown time.Time) Local {
	var l Local
	found := false
	for at := shown.Add(-farthest); ; {
		at = at.In(loc)
		_, offset := at.Zone()
		start, end := at.ZoneBounds()
		pass := shown.Add(-time.Duration(offset) * time.Second).In(loc)
		switch {
		case !start.IsZero() && pass.Before(start):
			if !found { // it was too late for the offset before
				return Local{First: start, Last: start, Skipped: true}
			}
		case end.IsZero() || pass.Before(end):
			if !found {
				l.First, found = pass, true
			}
			l.Last = pass
		}
		if end.IsZero() || end.After(shown.Add(farthest)) {
			return l
		}
		at = end
	}
}
