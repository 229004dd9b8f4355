package strategy

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// validity is the span of time in which a rule may apply.
//
//	valid_from  = 2024-06-01T00:00:00+08:00
//	valid_until = "2024-06-30T23:59:59Z"     # the whole of this second counts
//
// Date-times are TOML's or RFC 3339 strings; those without an offset are in the strategy's time
// zone. If the clocks show a local time twice, valid_from is the earlier pass and valid_until
// the later one. A local time that the clocks skip is the instant at which they are set forward.
type validity struct {
	from, until       time.Time // zero when absent; until as written
	hasFrom, hasUntil bool
}

func decodeValidity(s *section) validity {
	var v validity
	v.from, v.hasFrom = s.instant("valid_from", earlierPass)
	v.until, v.hasUntil = s.instant("valid_until", laterPass)
	if v.hasFrom && v.hasUntil && v.until.Before(v.from) {
		s.Wrong(s.Node.Get("valid_until"), "valid_until", "the rule ends before it begins", "")
	}
	return v
}

// instant reads a date-time. If the clocks of the strategy's time zone show it twice, which
// selects the pass.
func (s *section) instant(name string, which pass) (time.Time, bool) {
	n := s.Get(name)
	if n == nil {
		return time.Time{}, false
	}
	switch n.Kind {
	case document.DateTime, document.LocalDateTime, document.String:
	case document.LocalDate:
		return s.dateAlone(n, name)
	default:
		s.Want(n, name, "a date-time")
		return time.Time{}, false
	}
	if len(n.Text) == len(time.DateOnly) {
		if _, err := time.Parse(time.DateOnly, n.Text); err == nil {
			return s.dateAlone(n, name)
		}
	}
	at, err := document.ParseDateTime(n.Text)
	if err != nil {
		at, err = s.localInstant(n, name, which)
	}
	if err != nil {
		s.Wrong(n, name, fmt.Sprintf("%q is not a date-time", n.Text), cmp.Or(document.TimeMeant(n.Text), "such as 2024-06-30T23:59:59+08:00"))
		return time.Time{}, false
	}
	if at.Year() < firstYear || at.Year() > lastYear {
		s.Wrong(n, name, fmt.Sprintf("the year is outside %d to %d", firstYear, lastYear), "")
		return time.Time{}, false
	}
	return at, true
}

// dateAlone refuses a date without a time: it could mean the first or the last second of the day.
func (s *section) dateAlone(n *document.Node, name string) (time.Time, bool) {
	clock := "T00:00:00" // the first second of the day, or for an end the last
	if name == "valid_until" {
		clock = "T23:59:59"
	}
	s.Wrong(n, name, n.Text+" is a date without a time", "such as "+n.Text+clock)
	return time.Time{}, false
}

// The years whose instants fit 64 bits of nanoseconds.
const (
	firstYear = 1900
	lastYear  = 2200
)

func (v *validity) encode(o *object) {
	if v.hasFrom {
		o.key("valid_from")
		o.instant(v.from)
	}
	if v.hasUntil {
		o.key("valid_until")
		o.instant(v.until.Truncate(time.Second))
	}
}

// span is a compiled validity in Unix nanoseconds, half-open.
type span struct {
	from, until int64
}

func (v *validity) compile() span {
	s := span{from: math.MinInt64, until: math.MaxInt64}
	if v.hasFrom {
		s.from = v.from.UnixNano()
	}
	if v.hasUntil {
		s.until = v.until.Truncate(time.Second).Add(time.Second).UnixNano()
	}
	return s
}

func (s *span) contains(unixNano int64) bool {
	return s.from <= unixNano && unixNano < s.until
}
