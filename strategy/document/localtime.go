package document

import (
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Local is a local date-time in a time zone as instants. First and Last differ if clocks are set
// back and show the date-time twice. If clocks are set forward and skip the date-time, both are
// the instant of that change.
type Local struct {
	First, Last time.Time // equal unless clocks show the date-time twice
	Skipped     bool
}

// Twice reports whether clocks show the date-time twice.
func (l Local) Twice() bool { return !l.First.Equal(l.Last) }

// ReadLocal reads the text of a local date-time node in the time zone loc. The error is that of
// go-toml for a text that is no local date-time.
func ReadLocal(text string, loc *time.Location) (Local, error) {
	var local toml.LocalDateTime
	if err := local.UnmarshalText([]byte(text)); err != nil {
		return Local{}, err
	}
	return ShownIn(loc, local.AsTime(time.UTC)), nil
}

// farthest is more than any clock was ever away from UTC.
const farthest = 26 * time.Hour

// ShownIn finds the instants at which clocks in loc show what clocks in UTC show at the instant
// shown. It tries every offset that is in force around it. It does not use time.Date, which takes
// the first instant west of Greenwich and the last one east of it.
func ShownIn(loc *time.Location, shown time.Time) Local {
	var l Local
	found := false
	for at := shown.Add(-farthest); ; {
		at = at.In(loc)
		_, offset := at.Zone()
		start, end := at.ZoneBounds()
		pass := shown.Add(-time.Duration(offset) * time.Second).In(loc)
		switch {
		case !start.IsZero() && pass.Before(start):
			if !found { // it is after the end of the previous offset: skipped
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
