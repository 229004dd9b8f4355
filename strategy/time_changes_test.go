package strategy_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// changesAt is when the quote of a cart changes, "" for never.
func changesAt(t interface{ Fatal(...any) }, s *strategy.Strategy, c *cart.Cart, now time.Time) string {
	q, err := s.Quote(c, now)
	if err != nil {
		t.Fatal(err)
	}
	at, ever := s.ChangesAt(q, c)
	if !ever {
		return ""
	}
	return at.Format(time.RFC3339Nano)
}

func TestChangesAt(t *testing.T) {
	const shanghai, berlin = "timezone = \"Asia/Shanghai\"\n", "timezone = \"Europe/Berlin\"\n"
	const night = `time_window = { start = "22:00", end = "02:00", days = ["fri"] }`
	for name, c := range map[string]struct{ head, rule, cart, now, want string }{
		"nothing ends":                     {rule: "", now: "2026-11-11T12:00:00Z"},
		"it begins":                        {rule: "valid_from = 2026-12-01T00:00:00Z", now: "2026-11-11T12:00:00Z", want: "2026-12-01T00:00:00Z"},
		"it begins in part of a second":    {rule: "valid_from = 2026-12-01T00:00:00.5Z", now: "2026-11-11T12:00:00Z", want: "2026-12-01T00:00:00.5Z"},
		"it ends after its last second":    {rule: "valid_until = 2026-12-01T23:59:59Z", now: "2026-11-11T12:00:00Z", want: "2026-12-02T00:00:00Z"},
		"in its last second":               {rule: "valid_until = 2026-12-01T23:59:59Z", now: "2026-12-01T23:59:59.9Z", want: "2026-12-02T00:00:00Z"},
		"it has ended":                     {rule: "valid_until = 2026-12-01T23:59:59Z", now: "2026-12-02T00:00:00Z"},
		"a window opens":                   {head: shanghai, rule: `time_window = { start = "08:00", end = "10:00" }`, now: "2026-11-11T07:00:00+08:00", want: "2026-11-11T08:00:00+08:00"},
		"a window closes":                  {head: shanghai, rule: `time_window = { start = "08:00", end = "10:00" }`, now: "2026-11-11T08:00:00+08:00", want: "2026-11-11T10:00:00+08:00"},
		"a window opens tomorrow":          {head: shanghai, rule: `time_window = { start = "08:00", end = "10:00" }`, now: "2026-11-11T10:00:00+08:00", want: "2026-11-12T08:00:00+08:00"},
		"a window of a day of the week":    {head: shanghai, rule: night, now: "2026-11-11T10:00:00+08:00", want: "2026-11-13T22:00:00+08:00"},
		"a window past midnight":           {head: shanghai, rule: night, now: "2026-11-14T00:00:00+08:00", want: "2026-11-14T02:00:00+08:00"},
		"windows that touch":               {head: shanghai, rule: `time_windows = [{ start = "08:00", end = "10:00" }, { start = "10:00", end = "12:00" }]`, now: "2026-11-11T09:00:00+08:00", want: "2026-11-11T12:00:00+08:00"},
		"windows that touch at the week":   {rule: `time_windows = [{ start = "20:00", end = "24:00", days = ["sat"] }, { start = "00:00", end = "04:00", days = ["sun"] }]`, now: "2026-11-14T21:00:00Z", want: "2026-11-15T04:00:00Z"},
		"a window of the whole day":        {rule: `time_window = { start = "00:00", end = "24:00" }`, now: "2026-11-11T12:00:00Z"},
		"a window after the beginning":     {rule: "valid_from = 2026-12-01T12:00:00Z\ntime_window = { start = \"08:00\", end = \"10:00\" }", now: "2026-11-11T12:00:00Z", want: "2026-12-02T08:00:00Z"},
		"a window open at the beginning":   {rule: "valid_from = 2026-12-01T09:00:00Z\ntime_window = { start = \"08:00\", end = \"10:00\" }", now: "2026-11-11T12:00:00Z", want: "2026-12-01T09:00:00Z"},
		"an end before the window closes":  {rule: "valid_until = 2026-12-01T08:59:59Z\ntime_window = { start = \"08:00\", end = \"10:00\" }", now: "2026-12-01T08:30:00Z", want: "2026-12-01T09:00:00Z"},
		"an end before a window opens":     {rule: "valid_until = 2026-12-01T07:59:59Z\ntime_window = { start = \"08:00\", end = \"10:00\" }", now: "2026-12-01T07:00:00Z"},
		"a step opens":                     {head: "[[discounts]]\nthreshold = 500\namount = 5\ntime_window = { start = \"14:00\", end = \"16:00\" }\n", now: "2026-12-01T07:00:00Z", want: "2026-12-01T14:00:00Z"},
		"goods that are not in the cart":   {rule: "skus = [\"tea\"]\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z", want: "2026-12-01T08:00:00Z"},
		"more goods than are in the cart":  {rule: "min_subtotal = 500\nrequires = [{ skus = [\"tea\"] }]\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z", want: "2026-12-01T08:00:00Z"},
		"goods that may not be in it":      {rule: "forbids = [{ categories = [\"咖啡\"] }]\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z"},
		"a coupon that is not given":       {rule: "coupons = [\"A\"]\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z"},
		"a coupon that is given":           {rule: "coupons = [\"A\"]\nvalid_until = 2026-12-01T07:59:59Z", cart: "coupon", now: "2026-12-01T07:00:00Z", want: "2026-12-01T08:00:00Z"},
		"another customer":                 {rule: "customer = { tiers = [\"gold\"] }\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z"},
		"another channel":                  {rule: "channels = [\"app\"]\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z"},
		"shipping that is not in the cart": {rule: "applies_to = \"shipping\"\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z"},
		"shipping that is in the cart":     {rule: "applies_to = \"shipping\"\nvalid_until = 2026-12-01T07:59:59Z", cart: "shipping", now: "2026-12-01T07:00:00Z", want: "2026-12-01T08:00:00Z"},
		"another currency":                 {rule: "valid_until = 2026-12-01T07:59:59Z", cart: "USD", now: "2026-12-01T07:00:00Z"},
		"switched off":                     {rule: "enabled = false\nvalid_until = 2026-12-01T07:59:59Z", now: "2026-12-01T07:00:00Z"},

		// On 2026-03-29 at 02:00 clocks in Berlin show 03:00, on 2026-10-25 at 03:00 they show 02:00.
		"the clocks skip the end":         {head: berlin, rule: `time_window = { start = "01:00", end = "02:30" }`, now: "2026-03-29T01:30:00+01:00", want: "2026-03-29T03:00:00+02:00"},
		"the clocks skip the start":       {head: berlin, rule: `time_window = { start = "02:30", end = "05:00" }`, now: "2026-03-29T01:30:00+01:00", want: "2026-03-29T03:00:00+02:00"},
		"the clocks skip the window":      {head: berlin, rule: `time_window = { start = "02:10", end = "02:40" }`, now: "2026-03-29T01:30:00+01:00", want: "2026-03-30T02:10:00+02:00"},
		"the clocks show it twice":        {head: berlin, rule: `time_window = { start = "02:10", end = "02:40" }`, now: "2026-10-25T02:40:00+02:00", want: "2026-10-25T02:10:00+01:00"},
		"the clocks are set back into it": {head: berlin, rule: `time_window = { start = "02:10", end = "03:00" }`, now: "2026-10-25T02:30:00+02:00", want: "2026-10-25T02:00:00+01:00"},
		"a day that is never":             {head: "timezone = \"Pacific/Apia\"\n", rule: `time_window = { start = "00:00", end = "24:00", days = ["fri"] }`, now: "2011-12-29T12:00:00-10:00", want: "2012-01-06T00:00:00+14:00"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", "version = \"x\"\n"+c.head+"[rule.a]\ndiscount_amount = 1\n"+c.rule)
			crt := goods(t, of("咖啡", 1, 10000))
			switch c.cart {
			case "coupon":
				crt.Coupons = []string{"A"}
			case "shipping":
				crt.Shipping = []cart.Charge{{Amount: 600}}
			case "USD":
				crt.Currency = "USD"
			}
			if got := changesAt(t, s, crt, at(t, c.now)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// The earliest change of all rules counts.
func TestChangesAtTheFirstOfManyRules(t *testing.T) {
	s := mustLoad(t, "", `version = "x"
[rule.a]
discount_amount = 1
valid_from = 2026-12-03T00:00:00Z
[rule.b]
discount_amount = 1
valid_until = 2026-12-01T23:59:59Z
[rule.c]
discount_amount = 1
time_window = { start = "08:00", end = "10:00" }
[rule.d]
discount_amount = 1
valid_from = 2026-12-01T07:00:00Z
coupons = ["A"]
`)
	c := goods(t, of("咖啡", 1, 10000))
	var got []string
	for now := at(t, "2026-12-01T06:00:00Z"); len(got) < 6; {
		next := changesAt(t, s, c, now)
		got = append(got, next)
		now = at(t, next)
	}
	want := []string{"2026-12-01T08:00:00Z", "2026-12-01T10:00:00Z", "2026-12-02T00:00:00Z", "2026-12-02T08:00:00Z", "2026-12-02T10:00:00Z", "2026-12-03T00:00:00Z"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestChangesAtInTheJSON(t *testing.T) {
	s := mustLoad(t, "", "version = \"x\"\ntimezone = \"Asia/Shanghai\"\n[rule.a]\ndiscount_amount = 1\nvalid_until = 2026-12-01T23:59:59\n")
	c := goods(t, of("咖啡", 1, 10000))
	for now, want := range map[string]bool{"2026-12-01T12:00:00Z": true, "2026-12-02T12:00:00Z": false} {
		q, err := s.Quote(c, at(t, now))
		if err != nil {
			t.Fatal(err)
		}
		text := string(s.AppendQuoteJSON(nil, q, c))
		if got := strings.Contains(text, `"changes_at":"2026-12-02T00:00:00+08:00"`); got != want || strings.Contains(text, "changes_at") != want {
			t.Errorf("at %s: %s", now, text)
		}
	}
}

// naiveWindow is a window in minutes of the day; it is open by the days of the week on
// which it starts.
type naiveWindow struct {
	start, end int
	days       []string
}

func (w naiveWindow) open(local time.Time) bool {
	minute := local.Hour()*60 + local.Minute()
	on := func(day time.Weekday) bool {
		return len(w.days) == 0 || slices.Contains(w.days, strings.ToLower(day.String()[:3]))
	}
	today, yesterday := on(local.Weekday()), on((local.Weekday()+6)%7)
	if w.start < w.end {
		return today && w.start <= minute && minute < w.end
	}
	return today && minute >= w.start || yesterday && minute < w.end
}

func (w naiveWindow) toml() string {
	clock := func(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
	days := ""
	if len(w.days) > 0 {
		days = fmt.Sprintf(", days = [\"%s\"]", strings.Join(w.days, `", "`))
	}
	return fmt.Sprintf("{ start = %q, end = %q%s }", clock(w.start), clock(w.end), days)
}

// naiveRule is open in its validity, in any of its windows.
type naiveRule struct {
	from, until time.Time // zero for none
	windows     []naiveWindow
}

func (r naiveRule) open(at time.Time) bool {
	return !at.Before(r.from) && (r.until.IsZero() || at.Before(r.until.Add(time.Second))) &&
		(len(r.windows) == 0 || slices.ContainsFunc(r.windows, func(w naiveWindow) bool { return w.open(at) }))
}

func (r naiveRule) toml() string {
	text := "discount_amount = 1\n"
	if !r.from.IsZero() {
		text += "valid_from = " + r.from.Format(time.RFC3339) + "\n"
	}
	if !r.until.IsZero() {
		text += "valid_until = " + r.until.Format(time.RFC3339) + "\n"
	}
	if len(r.windows) > 0 {
		list := make([]string, len(r.windows))
		for i, w := range r.windows {
			list[i] = w.toml()
		}
		text += "time_windows = [" + strings.Join(list, ", ") + "]\n"
	}
	return text
}

// The instants around which clocks are changed, and one at which they are not.
var changingClocks = map[string][]string{
	"America/New_York":    {"2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"},
	"Europe/Berlin":       {"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"},
	"Australia/Lord_Howe": {"2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"},
	"Pacific/Apia":        {"2011-12-30T10:00:00Z"},
	"Asia/Shanghai":       {"2026-11-11T00:00:00Z"},
}

func genNaive(c chooser, around time.Time) naiveRule {
	minute := func() int { return oneOf(c, 0, 60, 90, 119, 120, 121, 150, 180, 181, 600, 1320, 1439) }
	var r naiveRule
	if c.often(30) {
		r.from = around.Add(time.Duration(c(200)-100) * time.Hour)
	}
	if c.often(30) {
		r.until = around.Add(time.Duration(c(200)) * time.Hour).Add(-time.Second)
		if r.until.Before(r.from) {
			r.until = r.from
		}
	}
	for range c(4) {
		w := naiveWindow{start: minute(), end: minute()}
		if c.often(40) {
			w.days = some(c, 3, genDays...)
		}
		r.windows = append(r.windows, w)
	}
	return r
}

// The first change is found where stepping through the seconds around every minute of
// twelve days finds it.
func TestLawChangesAtIsTheFirstChange(t *testing.T) {
	c := goods(t, of("咖啡", 1, 10000))
	zones := []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Shanghai"}
	rapid.Check(t, func(t *rapid.T) {
		choose := drawn(t)
		zone := oneOf(choose, zones...)
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		around, err := time.Parse(time.RFC3339, oneOf(choose, changingClocks[zone]...))
		if err != nil {
			t.Fatal(err)
		}
		now := around.Add(time.Duration(choose(200)-150) * time.Minute).Add(time.Duration(choose(3)) * 500 * time.Millisecond).In(location)
		rules := make([]naiveRule, 1+choose(3))
		text := fmt.Sprintf("version = \"x\"\ntimezone = %q\n", zone)
		for i := range rules {
			rules[i] = genNaive(choose, around)
			text += fmt.Sprintf("[rule.r%d]\n%s", i, rules[i].toml())
		}
		s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(text)})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		open := func(at time.Time) string {
			states := make([]bool, len(rules))
			for i := range rules {
				states[i] = rules[i].open(at)
			}
			return fmt.Sprint(states)
		}
		was, want, horizon := open(now), "", now.Add(12*24*time.Hour)
		for at := now.Truncate(time.Minute).Add(time.Minute); at.Before(horizon); at = at.Add(time.Minute) {
			if open(at) != was {
				want = at.Format(time.RFC3339Nano)
				break
			}
		}
		got := changesAt(t, s, c, now)
		if want == "" && got != "" && at2(t, got).Before(horizon) || want != "" && got != want {
			t.Errorf("at %v: got %q, want %q\n%s", now, got, want, text)
		}
		if got != "" && open(at2(t, got).In(location)) == was {
			t.Errorf("at %v: nothing changes at %q\n%s", now, got, text)
		}
	})
}

func at2(t *rapid.T, text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Until it changes the same cart costs the same.
func TestLawNothingChangesBeforeChangesAt(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		s := mustLoadSpec(t, p.spec)
		q, err := s.Quote(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		now := engineAnswer(s, q, p.cart)
		at, ever := s.ChangesAt(q, p.cart)
		later := p.now.AddDate(10, 0, 0)
		if ever {
			later = at.Add(-time.Nanosecond)
		}
		for _, instant := range []time.Time{later, p.now.Add(later.Sub(p.now) / 2), p.now.Add(later.Sub(p.now) / 3)} {
			q, err := s.Quote(p.cart, instant)
			if err != nil {
				t.Fatal(err)
			}
			if then := engineAnswer(s, q, p.cart); !reflect.DeepEqual(now, then) {
				t.Errorf("it changes at %v (%v), and before that, at %v:\n%+v\n%+v", at, ever, instant, now, then)
			}
		}
	})
}

func BenchmarkChangesAt(b *testing.B) {
	var text strings.Builder
	text.WriteString("version = \"x\"\ntimezone = \"Europe/Berlin\"\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "[rule.r%d]\nskus = [\"s%d\"]\ndiscount_amount = 1\nvalid_until = 2026-12-01T%02d:00:00Z\ntime_window = { start = \"%02d:00\", end = \"23:30\" }\n",
			i, i, i%24, i%23)
	}
	s, c := mustLoad(b, "", text.String()), goods(b, of("咖啡", 1, 10000))
	q, err := s.Quote(c, at(b, "2026-11-11T12:00:00Z"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ever := s.ChangesAt(q, c); !ever {
			b.Fatal("nothing changes")
		}
	}
}
