package ruletest

import (
	"cmp"
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// instant is when a cart is priced: a date-time of TOML or an RFC 3339 string. As in a strategy,
// one without an offset is in the time zone of the strategy. If clocks there show it twice, it is
// the first instant. If they skip it, it is the instant at which they are set forward.
type instant struct {
	at    time.Time
	local string // the text, if it has no offset; "" otherwise
}

// The first and the last year of instants, as in a strategy. Their instants fit 64 bits of
// nanoseconds.
const (
	firstYear = 1900
	lastYear  = 2200
)

func decodeInstant(s *document.Section) instant {
	n := s.Get("now")
	if n == nil {
		return instant{}
	}
	switch n.Kind {
	case document.DateTime, document.LocalDateTime, document.String:
	default:
		s.Want(n, "now", "a date-time such as 2026-11-11T09:30:00+08:00")
		return instant{}
	}
	var i instant
	at, err := document.ParseDateTime(n.Text)
	if err != nil {
		at, err = document.ParseLocalDateTime(n.Text, time.UTC)
		i.local = n.Text
	}
	switch {
	case err != nil:
		s.Wrong(n, "now", fmt.Sprintf("%q is not a date-time", n.Text), cmp.Or(document.TimeMeant(n.Text), "such as 2026-11-11T09:30:00+08:00"))
	case at.Year() < firstYear || at.Year() > lastYear:
		s.Wrong(n, "now", fmt.Sprintf("the year is outside %d to %d", firstYear, lastYear), "")
	}
	i.at = at
	return i
}

// in returns the instant. It reads a local one in the time zone.
func (i instant) in(zone *time.Location) time.Time {
	if i.local == "" {
		return i.at
	}
	at, _ := document.ParseLocalDateTime(i.local, zone) // it was read before
	return at
}
