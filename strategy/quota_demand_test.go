package strategy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the host may have no list of zones

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy"
)

func windowed(t interface {
	Helper()
	Fatal(...any)
}, zone, per string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: fmt.Appendf(nil, "version = \"v\"\ntimezone = %q\n[rule.a]\ndiscount_rate = 0.1\nquota = { uses = 1, per = %q }\n", zone, per)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWindowsOfQuotas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, per, at, start, end string }{
		"a day":                      {"Asia/Shanghai", "day", "2026-11-10T16:00:00Z", "2026-11-11T00:00:00+08:00", "2026-11-12T00:00:00+08:00"},
		"the end of a day":           {"Asia/Shanghai", "day", "2026-11-10T15:59:59.999999999Z", "2026-11-10T00:00:00+08:00", "2026-11-11T00:00:00+08:00"},
		"a week from Monday":         {"UTC", "week", "2026-11-11T12:00:00Z", "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"},
		"a Sunday":                   {"UTC", "week", "2026-11-15T23:59:59Z", "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"},
		"a Monday":                   {"UTC", "week", "2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"},
		"a week over the new year":   {"UTC", "week", "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
		"a month":                    {"UTC", "month", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
		"December":                   {"UTC", "month", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		"a day of 23 hours":          {"America/New_York", "day", "2026-03-08T12:00:00Z", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"},
		"a day of 25 hours":          {"America/New_York", "day", "2026-11-01T12:00:00Z", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"},
		"a day that begins at 01:00": {"America/Sao_Paulo", "day", "2018-11-04T12:00:00Z", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		"the day before it":          {"America/Sao_Paulo", "day", "2018-11-04T02:59:59Z", "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"},
	} {
		at, err := time.Parse(time.RFC3339Nano, c.at)
		if err != nil {
			t.Fatal(err)
		}
		w := windowed(t, c.zone, c.per).WindowOf(0, at)
		if w.Start.Format(time.RFC3339) != c.start || w.End.Format(time.RFC3339) != c.end {
			t.Errorf("%s: got %s to %s, want %s to %s", name, w.Start.Format(time.RFC3339), w.End.Format(time.RFC3339), c.start, c.end)
		}
	}
}

// Every instant is in its window, and every instant of the window has that window.
func TestLawWindowsPartTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"}).Draw(t, "zone")
		s := windowed(t, zone, rapid.SampledFrom([]string{"day", "week", "month"}).Draw(t, "per"))
		at := time.Unix(rapid.Int64Range(946_684_800, 2_208_988_800).Draw(t, "at"), 0) // 2000 to 2039
		w := s.WindowOf(0, at)
		if at.Before(w.Start) || !at.Before(w.End) {
			t.Fatalf("%v is not from %v to %v", at.In(s.Location()), w.Start, w.End)
		}
		within := w.Start.Add(time.Duration(rapid.Int64Range(0, int64(w.End.Sub(w.Start))-1).Draw(t, "within")))
		if other := s.WindowOf(0, within); !other.Start.Equal(w.Start) || !other.End.Equal(w.End) {
			t.Fatalf("%v and %v are from %v and from %v", at, within, w.Start, other.Start)
		}
	})
}

func TestQuotasOfAStrategy(t *testing.T) {
	t.Parallel()
	s := loadedText(t, `
[quota.all]
budget = 50
id     = "campaign"
round  = "2"
per    = "month"
on_outage = "allow"
[rule.b]
discount_rate = 0.1
quotas = ["all"]
[rule.a]
discount_rate = 0.1
quota  = { uses_per_customer = 2, uses = 5, partial = false }
quotas = "all"
[rule.off]
enabled = false
discount_rate = 0.1
quota  = { uses = 5 }
quotas = ["all"]
`)
	want := `[{a  uses false 5  false skip [0]} {a  uses true 2  false skip [0]} {campaign 2 budget false 5000 month false allow [0 1]}]`
	if got := fmt.Sprint(s.Quotas()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if none := loadedText(t, "[rule.a]\ndiscount_rate = 0.1\n").Quotas(); none != nil {
		t.Errorf("a strategy without quotas has %v", none)
	}
}

// Limits, ids, rounds and what else a quota says are part of the meaning; the order and the
// defaults of keys are not.
func TestCanonicalQuotas(t *testing.T) {
	t.Parallel()
	canonical := func(text string) string {
		m, err := strategy.Parse("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + text)})
		if err != nil {
			t.Fatal(err)
		}
		return string(m.Canonical())
	}
	one := canonical("[quota.q]\nbudget = 5.0\nid = \"i\"\n[quota.p]\nuses = 3\n[rule.a]\ndiscount_rate = 0.1\nquota = { units = 5, per = \"day\", partial = true, round = \"r\" }\nquotas = [\"q\", \"p\"]\n")
	other := canonical("[rule.a]\nquotas = [\"p\", \"q\"]\nquota = { round = \"r\", partial = true, per = \"day\", units = 5, on_outage = \"skip\" }\ndiscount_rate = 0.1\n[quota.p]\nuses = 3\npartial = false\n[quota.q]\nid = \"i\"\nbudget = \"5\"\n")
	want := `"quota":{"p":{"uses":3},"q":{"budget":"5.00","id":"i"}},"rule":{"a":{"discount_rate":"0.1","quota":{"partial":true,"per":"day","round":"r","units":5},"quotas":["p","q"]}},`
	if one != other || !strings.Contains(one, want) {
		t.Errorf("the forms are\n%s\n%s\nwant in both\n%s", one, other, want)
	}
}
