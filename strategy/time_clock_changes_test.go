package strategy

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the host may have no list of zones, or an older one
)

// change is an instant at which the clocks of a zone are set, and by how much they
// are ahead of UTC before and from then on.
type change struct {
	at            time.Time
	before, after time.Duration
}

// changes are those of a zone in some years, to the second.
func changes(zone *time.Location, firstYear, lastYear int) []change {
	ahead := func(unix int64) time.Duration {
		_, offset := time.Unix(unix, 0).In(zone).Zone()
		return time.Duration(offset) * time.Second
	}
	var list []change
	end := time.Date(lastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	for today := time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC).Unix(); today < end; today += day {
		low, high := today, today+day // no zone sets its clocks twice a day
		if ahead(low) == ahead(high) {
			continue
		}
		for low+1 < high {
			if middle := (low + high) / 2; ahead(middle) == ahead(today) {
				low = middle
			} else {
				high = middle
			}
		}
		list = append(list, change{at: time.Unix(high, 0), before: ahead(low), after: ahead(high)})
	}
	return list
}

// What the clocks of any zone in the world skip or show twice begins and ends a rule
// on the same side. What the zones do is up to the database that is found: the test asks it for
// each change of clocks.
func TestChangesOfClocksOfAllZones(t *testing.T) {
	seen := map[string]int{}
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Errorf("the zone is not known: %v", err)
			continue
		}
		for _, c := range changes(zone, 2024, 2030) {
			side := "east"
			if c.before <= 0 && c.after <= 0 {
				side = "west"
			}
			if c.before < c.after {
				side += ", skipped"
			} else {
				side += ", twice"
			}
			seen[side]++
			c.check(t, zone)
		}
	}
	for _, side := range []string{"east, skipped", "east, twice", "west, skipped", "west, twice"} {
		if seen[side] < 100 {
			t.Errorf("%d changes of the kind %q were tried", seen[side], side)
		}
	}
}

// check reads the first second and the last one that the clocks skip or show twice,
// one between them, and their neighbours, which they show once.
func (c *change) check(t *testing.T, zone *time.Location) {
	t.Helper()
	low, high := min(c.before, c.after), max(c.before, c.after)
	list := []struct {
		ahead       time.Duration // of the clocks, if what they show is seen at the change
		from, until time.Time
	}{
		{low - time.Second, c.at.Add(low - time.Second - c.before), c.at.Add(low - time.Second - c.before)},
		{low, c.firstPass(low), c.lastPass(low)},
		{(low + high) / 2, c.firstPass((low + high) / 2), c.lastPass((low + high) / 2)},
		{high - time.Second, c.firstPass(high - time.Second), c.lastPass(high - time.Second)},
		{high, c.at.Add(high - c.after), c.at.Add(high - c.after)},
	}
	data := fmt.Appendf(nil, "version = \"v\"\ntimezone = %q\n", zone)
	for i, shown := range list {
		data = fmt.Appendf(data, "[rule.r%d]\nvalid_from = %s\nvalid_until = \"%[2]s\"\ndiscount_rate = 0.1\n", i,
			c.at.Add(shown.ahead).UTC().Format("2006-01-02T15:04:05"))
	}
	m, err := Parse("", Source{Name: "s.toml", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range list {
		if got := &m.rules[i].valid; !got.from.Equal(want.from) || !got.until.Equal(want.until) {
			t.Errorf("%v: what clocks show %v ahead of UTC at the change of %v begins a rule at %v and ends one at %v, want %v and %v", zone,
				want.ahead, c.at.UTC(), got.from.UTC(), got.until.UTC(), want.from.UTC(), want.until.UTC())
		}
	}
	if got := len(m.Warnings()); got != 6 { // of three readings, each in two keys
		t.Errorf("%v: %d warnings at the change of %v, want 6: %v", zone, got, c.at.UTC(), m.Warnings())
	}
}

// firstPass is when clocks that are so far ahead of UTC at the change are first seen
// to show that, or the change, where they skip it.
func (c *change) firstPass(ahead time.Duration) time.Time {
	if c.before < c.after {
		return c.at
	}
	return c.at.Add(ahead - c.before)
}

func (c *change) lastPass(ahead time.Duration) time.Time {
	if c.before < c.after {
		return c.at
	}
	return c.at.Add(ahead - c.after)
}

func TestValidityAtAChangeOfClocks(t *testing.T) {
	for name, c := range map[string]struct {
		zone, line string
		closed     []string // instants at which the rule does not apply
		open       []string
	}{
		"from what comes twice, west": {
			zone: "America/New_York", line: "valid_from = 2026-11-01T01:30:00",
			closed: []string{"2026-11-01T01:29:59-04:00"}, open: []string{"2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00"},
		},
		"from what comes twice, east": {
			zone: "Europe/Berlin", line: "valid_from = 2026-10-25T02:30:00",
			closed: []string{"2026-10-25T02:29:59+02:00"}, open: []string{"2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00"},
		},
		"until what comes twice, west": {
			zone: "America/Santiago", line: "valid_until = 2026-04-04T23:59:59",
			open:   []string{"2026-04-04T23:59:59-03:00", "2026-04-04T23:30:00-04:00", "2026-04-04T23:59:59.9-04:00"},
			closed: []string{"2026-04-05T00:00:00-04:00"},
		},
		"until what comes twice, east": {
			zone: "Europe/Berlin", line: "valid_until = 2026-10-25T02:29:59",
			open:   []string{"2026-10-25T02:59:59+02:00", "2026-10-25T02:29:59+01:00"},
			closed: []string{"2026-10-25T02:30:00+01:00"},
		},
		"from what is skipped, west": {
			zone: "America/Havana", line: "valid_from = 2026-03-08T00:00:00",
			closed: []string{"2026-03-07T23:30:00-05:00", "2026-03-07T23:59:59-05:00"}, open: []string{"2026-03-08T01:00:00-04:00"},
		},
		"from what is skipped, east": {
			zone: "Europe/Berlin", line: "valid_from = 2026-03-29T02:30:00",
			closed: []string{"2026-03-29T01:59:59+01:00"}, open: []string{"2026-03-29T03:00:00+02:00"},
		},
		"until what is skipped, west": {
			zone: "America/New_York", line: "valid_until = 2026-03-08T02:30:00",
			open: []string{"2026-03-08T01:59:59-05:00"}, closed: []string{"2026-03-08T03:00:01-04:00"},
		},
		"until what is skipped, east": {
			zone: "Europe/Berlin", line: "valid_until = 2026-03-29T02:30:00",
			open: []string{"2026-03-29T01:59:59+01:00"}, closed: []string{"2026-03-29T03:00:01+02:00"},
		},
		"an offset says which": {
			zone: "America/New_York", line: "valid_until = 2026-11-01T01:29:59-04:00",
			open: []string{"2026-11-01T01:29:59-04:00"}, closed: []string{"2026-11-01T01:30:00-04:00", "2026-11-01T01:29:59-05:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse("", Source{Name: "s.toml", Data: fmt.Appendf(nil, "version = \"v\"\ntimezone = %q\n[rule.a]\n%s\ndiscount_rate = 0.1\n", c.zone, c.line)})
			if err != nil {
				t.Fatal(err)
			}
			span := m.rules[0].valid.compile()
			for want, list := range map[bool][]string{true: c.open, false: c.closed} {
				for _, text := range list {
					at, err := time.Parse(time.RFC3339Nano, text)
					if err != nil {
						t.Fatal(err)
					}
					if got := span.contains(at.UnixNano()); got != want {
						t.Errorf("at %s the rule is valid: %v, want %v", text, got, want)
					}
				}
			}
		})
	}
}

func TestActivationAtAChangeOfClocks(t *testing.T) {
	for name, c := range map[string]struct {
		zone, shown string
		want        time.Time
	}{
		"twice, west":   {zone: "America/New_York", shown: "2026-11-01T01:30:00", want: time.Date(2026, time.November, 1, 5, 30, 0, 0, time.UTC)},
		"twice, east":   {zone: "Europe/Berlin", shown: "2026-10-25T02:30:00", want: time.Date(2026, time.October, 25, 0, 30, 0, 0, time.UTC)},
		"skipped, west": {zone: "America/Havana", shown: "2026-03-08T00:00:00", want: time.Date(2026, time.March, 8, 5, 0, 0, 0, time.UTC)},
		"skipped, east": {zone: "Europe/Berlin", shown: "2026-03-29T02:30:00", want: time.Date(2026, time.March, 29, 1, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse("", Source{Name: "s.toml", Data: fmt.Appendf(nil,
				"version = \"v\"\ntimezone = %q\nactivate_at = %s\n[rule.a]\ndiscount_rate = 0.1\n", c.zone, c.shown)})
			if err != nil {
				t.Fatal(err)
			}
			if got := m.ActivateAt(); !got.Equal(c.want) {
				t.Errorf("activate at %v, want %v", got.UTC(), c.want)
			}
		})
	}
}
