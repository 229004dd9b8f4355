package document_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the host may have no list of zones

	"github.com/promogate/caddy-discount/strategy/document"
)

func TestReadLocal(t *testing.T) {
	for name, c := range map[string]struct {
		zone, text  string
		first, last string // last as first when empty
		skipped     bool
	}{
		"once, in UTC":              {zone: "UTC", text: "2026-03-29T02:30:00", first: "2026-03-29T02:30:00Z"},
		"once, with a fraction":     {zone: "Asia/Shanghai", text: "2026-06-30T23:59:59.25", first: "2026-06-30T23:59:59.25+08:00"},
		"twice, east":               {zone: "Europe/Berlin", text: "2026-10-25T02:30:00", first: "2026-10-25T02:30:00+02:00", last: "2026-10-25T02:30:00+01:00"},
		"twice, west":               {zone: "America/New_York", text: "2026-11-01T01:30:00", first: "2026-11-01T01:30:00-04:00", last: "2026-11-01T01:30:00-05:00"},
		"twice, before midnight":    {zone: "America/Santiago", text: "2026-04-04T23:59:59", first: "2026-04-04T23:59:59-03:00", last: "2026-04-04T23:59:59-04:00"},
		"twice, half an hour":       {zone: "Australia/Lord_Howe", text: "2026-04-05T01:45:00", first: "2026-04-05T01:45:00+11:00", last: "2026-04-05T01:45:00+10:30"},
		"twice, on Greenwich":       {zone: "Europe/London", text: "2026-10-25T01:00:00", first: "2026-10-25T01:00:00+01:00", last: "2026-10-25T01:00:00Z"},
		"once, before it is twice":  {zone: "Europe/Berlin", text: "2026-10-25T01:59:59", first: "2026-10-25T01:59:59+02:00"},
		"once, after it was twice":  {zone: "Europe/Berlin", text: "2026-10-25T03:00:00", first: "2026-10-25T03:00:00+01:00"},
		"skipped, east":             {zone: "Europe/Berlin", text: "2026-03-29T02:30:00", first: "2026-03-29T03:00:00+02:00", skipped: true},
		"skipped, west":             {zone: "America/New_York", text: "2026-03-08T02:59:59.5", first: "2026-03-08T03:00:00-04:00", skipped: true},
		"skipped, from midnight on": {zone: "America/Havana", text: "2026-03-08T00:00:00", first: "2026-03-08T01:00:00-04:00", skipped: true},
		"once, after what is skipped": {
			zone: "Europe/Berlin", text: "2026-03-29T03:00:00", first: "2026-03-29T03:00:00+02:00",
		},
		"skipped, a whole day": {zone: "Pacific/Apia", text: "2011-12-30T12:00:00", first: "2011-12-31T00:00:00+14:00", skipped: true},
		"long past, by the sun": {
			zone: "America/New_York", text: "1883-01-01T00:00:00", first: "1883-01-01T04:56:02Z",
		},
		"far ahead": {zone: "America/New_York", text: "2199-11-03T01:30:00", first: "2199-11-03T01:30:00-04:00", last: "2199-11-03T01:30:00-05:00"},
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			got, err := document.ReadLocal(c.text, zone)
			if err != nil {
				t.Fatal(err)
			}
			if c.last == "" {
				c.last = c.first
			}
			if !got.First.Equal(instant(t, c.first)) || !got.Last.Equal(instant(t, c.last)) || got.Skipped != c.skipped {
				t.Errorf("from %v to %v, skipped %v, want from %s to %s, skipped %v", got.First, got.Last, got.Skipped, c.first, c.last, c.skipped)
			}
			if twice := c.first != c.last; got.Twice() != twice {
				t.Errorf("twice is %v", got.Twice())
			}
			if at, err := document.ParseLocalDateTime(c.text, zone); err != nil || !at.Equal(got.First) || at.Location() != zone {
				t.Errorf("it is read as %v, %v", at, err)
			}
		})
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
