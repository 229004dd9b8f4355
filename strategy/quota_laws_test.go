package strategy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// within quotes a pair with a restriction; a cart that cannot be counted with is passed over.
func (p pair) within(t *rapid.T, s *strategy.Strategy, r *strategy.Restriction) *strategy.Quote {
	var q strategy.Quote
	if _, err := s.Prepare(&q, p.cart, p.now); err != nil {
		t.Skip(err)
	}
	s.Restrict(&q, r)
	if err := s.Complete(&q); err != nil {
		t.Skip(err)
	}
	return &q
}

// without is the pair with some rules disabled.
func (p pair) without(ids ...string) pair {
	changed := *p.spec
	changed.rules = slices.Clone(p.spec.rules)
	for i := range changed.rules {
		changed.rules[i].disabled = changed.rules[i].disabled || slices.Contains(ids, changed.rules[i].id)
	}
	return pair{spec: &changed, cart: p.cart, now: p.now}
}

// denying makes a restriction that denies rules.
func denying(s *strategy.Strategy, ids ...string) *strategy.Restriction {
	r := &strategy.Restriction{}
	for i, id := range s.Rules() {
		if slices.Contains(ids, id) {
			r.Deny(i)
		}
	}
	return r
}

// A quote with denied rules is that of the strategy with these rules disabled, by the engine
// and by the reference.
func TestLawDeniedRulesAreAsIfDisabled(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		c := drawn(t)
		var denied []string
		with := c.often(70)
		for i := range p.spec.rules {
			r := &p.spec.rules[i]
			if with && c.often(50) {
				r.quota = "{ uses = 1000 }"
			}
			if c.often(40) && len(denied) < 12 {
				denied = append(denied, r.id)
			}
		}
		s, disabled := mustLoadSpec(t, p.spec), p.without(denied...)
		got := engineAnswer(s, p.within(t, s, denying(s, denied...)), p.cart).String()
		if want := disabled.quoted(t).String(); got != want {
			t.Fatalf("without %v:\ngot  %s\nwant %s", denied, got, want)
		}
		if want := refQuote(disabled.spec, p.cart, p.now).String(); got != want {
			t.Fatalf("without %v by the reference:\ngot  %s\nwant %s", denied, got, want)
		}
	})
}

// A rule that a partial quota lowers gives what it gives with a lower max_units and
// max_discount.
func TestLawPartialQuotasAreLowerBounds(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		c := drawn(t)
		r := &p.spec.rules[c(len(p.spec.rules))]
		units, amount := int64(0), int64(0)
		quota := "{ partial = true"
		if plain := r.appliesTo != "shipping" && r.appliesTo != "all" && !r.perLine && r.each == "" && r.reward.kind != "gift"; plain && c.often(60) {
			units, quota = int64(1+c(6)), quota+", units = 1000000"
		}
		if units == 0 || c.often(40) {
			amount, quota = oneOf(c, genAmounts...), quota+", budget = 1000000000"
		}
		r.quota = quota + " }"
		s := mustLoadSpec(t, p.spec)
		left := &strategy.Restriction{}
		for i, q := range s.Quotas() {
			left.SetLeft(i, map[strategy.QuotaKind]int64{strategy.QuotaUnits: units, strategy.QuotaBudget: amount}[q.Kind])
		}
		lowered := p.without()
		at := &lowered.spec.rules[slices.IndexFunc(lowered.spec.rules, func(of ruleSpec) bool { return of.id == r.id })]
		if units > 0 && (at.maxUnits == 0 || units < at.maxUnits) {
			at.maxUnits = units
		}
		if amount > 0 && (at.maxDiscount == 0 || amount < at.maxDiscount) {
			at.maxDiscount = amount
		}
		low := mustLoadSpec(t, lowered.spec)
		want, err := low.Quote(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		for _, a := range want.Applied {
			if units > 0 && a.Units > units && low.Rules()[a.Rule] == r.id { // get takes its units as a whole
				lowered = p.without(r.id)
			}
		}
		got := engineAnswer(s, p.within(t, s, left), p.cart).String()
		if want := lowered.quoted(t).String(); got != want {
			t.Fatalf("%s, %d units and %d left:\ngot  %s\nwant %s", r.id, units, amount, got, want)
		}
	})
}

// genQuotas gives rules quotas of all kinds with limits of the size of an order.
func genQuotas(c chooser, s *spec) {
	table := func(units bool) string {
		text := ""
		add := func(key, value string) { text += "\n" + key + " = " + value }
		if c.often(40) {
			add(oneOf(c, "uses", "uses_per_customer"), fmt.Sprint(1+c(3)))
		}
		if units && c.often(60) {
			add(oneOf(c, "units", "units_per_customer"), fmt.Sprint(1+c(8)))
		}
		if text == "" || c.often(50) {
			add(oneOf(c, "budget", "budget_per_customer"), (&pairs{digits: s.digits()}).major(oneOf(c, genAmounts...)))
		}
		if c.often(50) {
			add("partial", "true")
		}
		if c.often(40) {
			add("per", oneOf(c, `"day"`, `"week"`, `"month"`))
		}
		return text[1:]
	}
	for i := range c(3) {
		s.quotas = append(s.quotas, sharedQuota{fmt.Sprint("q", i), table(false)})
	}
	for i := range s.rules {
		r := &s.rules[i]
		if c.often(60) {
			r.quota = "{ " + commas(table(r.appliesTo == "" || r.appliesTo == "items")) + " }"
		}
		for _, q := range s.quotas {
			if c.often(30) {
				r.quotas = append(r.quotas, q.name)
			}
		}
	}
}

func commas(lines string) string {
	text := []byte(lines)
	for i := range text {
		if text[i] == '\n' {
			text[i] = ','
		}
	}
	return string(text)
}

// genLeft says of some quotas how much is left.
func genLeft(c chooser, s *strategy.Strategy) *strategy.Restriction {
	r := &strategy.Restriction{}
	for i, q := range s.Quotas() {
		if c.often(40) {
			r.SetLeft(i, max(-1, q.Limit-int64(c(6))))
		}
	}
	if c.often(20) {
		r.SetCustomer(c.often(50))
	}
	return r
}

// What an order counts is the sum over the rules that apply, is never above a limit or what is
// left, and does not change when the cart is explained. Without partial quotas the quote is that
// of the strategy with the denied rules disabled.
func TestLawQuotasHold(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		c := drawn(t)
		genQuotas(c, p.spec)
		s := mustLoadSpec(t, p.spec)
		left := genLeft(c, s)
		q := p.within(t, s, left)
		if broken := engineAnswer(s, q, p.cart).broken(p); broken != "" {
			t.Fatal(broken)
		}
		if broken := brokenQuotas(s, q, left); broken != "" {
			t.Fatal(broken)
		}
		denied := s.Denied(q)
		if x, err := s.ExplainWithin(p.cart, p.now, left); err != nil || engineAnswer(s, &x.Quote, p.cart).String() != engineAnswer(s, q, p.cart).String() {
			t.Fatalf("the explanation differs: %v", err)
		} else if broken := brokenReasons(s, x, denied); broken != "" {
			t.Fatal(broken)
		}
		if slices.ContainsFunc(s.Quotas(), func(of strategy.Quota) bool { return of.Partial }) {
			return
		}
		got := engineAnswer(s, q, p.cart).String()
		disabled := p.without(denied...)
		without := mustLoadSpec(t, disabled.spec)
		if want := engineAnswer(without, disabled.within(t, without, left.CustomerAlone()), p.cart).String(); got != want {
			t.Fatalf("without %v:\ngot  %s\nwant %s", denied, got, want)
		}
	})
}

// brokenReasons says what of the reasons does not hold: each rule that did not apply has one, and
// a quota is the reason of denied rules and of those that share a partial quota alone.
func brokenReasons(s *strategy.Strategy, x *strategy.Explanation, denied []string) string {
	if len(x.Rejected)+len(x.Applied) < len(s.Rules()) {
		return fmt.Sprintf("%d rules applied and %d did not, of %d", len(x.Applied), len(x.Rejected), len(s.Rules()))
	}
	for _, r := range x.Rejected {
		if !slices.Contains(strategy.Reasons(), r.Reason) || r.Text == "" {
			return r.Rule + " did not apply because of " + r.Reason
		}
		partly := slices.ContainsFunc(s.Quotas(), func(q strategy.Quota) bool {
			return q.Partial && slices.Contains(q.Rules, slices.Index(s.Rules(), r.Rule))
		})
		if r.Reason == strategy.ReasonQuota && !slices.Contains(denied, r.Rule) && !partly {
			return r.Rule + " was not denied, and the reason is its quota"
		}
	}
	return ""
}

// brokenQuotas says what of the demands of a quote does not hold.
func brokenQuotas(s *strategy.Strategy, q *strategy.Quote, r *strategy.Restriction) string {
	counted := map[int]int64{}
	for _, d := range s.Demands(nil, q) {
		if _, twice := counted[d.Quota]; twice || d.Amount <= 0 {
			return fmt.Sprintf("quota %d is counted twice, or nothing is", d.Quota)
		}
		counted[d.Quota] = d.Amount
	}
	for i, of := range s.Quotas() {
		want := int64(0)
		for _, a := range q.Applied {
			switch {
			case !slices.Contains(of.Rules, a.Rule):
			case of.Kind == strategy.QuotaUses:
				want = 1
			case of.Kind == strategy.QuotaUnits:
				want += a.Units
			default:
				want += a.Amount
			}
		}
		if counted[i] != want {
			return fmt.Sprintf("%s %s: %d is counted, want %d", of.Name, of.Kind, counted[i], want)
		}
		if counted[i] > of.Limit || counted[i] > max(0, r.LeftOf(i, of.Limit)) {
			return fmt.Sprintf("%s %s: %d is counted of %d", of.Name, of.Kind, counted[i], r.LeftOf(i, of.Limit))
		}
	}
	return ""
}

// FuzzQuoteWithinQuotas lets the bytes choose a strategy with quotas, two carts and what is left.
func FuzzQuoteWithinQuotas(f *testing.F) {
	for seed := range uint64(24) {
		c := randomly(seed, 9)
		data := make([]byte, 64+c(512))
		for i := range data {
			data[i] = byte(c(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := bytewise(data)
		p := genPair(c)
		genQuotas(c, p.spec)
		multiply(c, p.cart)
		s := mustLoadSpec(t, p.spec)
		var q strategy.Quote
		for range 2 {
			left := genLeft(c, s)
			if _, err := s.Prepare(&q, p.cart, p.now); err == nil {
				s.Restrict(&q, left)
				if s.Complete(&q) == nil {
					if broken := engineAnswer(s, &q, p.cart).broken(p) + brokenQuotas(s, &q, left); broken != "" {
						t.Fatalf("%s\n%s", broken, p)
					}
				}
			}
			p.cart = genCart(c, p.spec)
		}
	})
}

// A restricted quote in used memory, and what it counts, take no allocation.
func TestRestrictedQuotesAllocateNothing(t *testing.T) {
	s := loadedText(t, `
[quota.all]
budget = 50
[rule.a]
group = "g"
discount_rate = 0.1
quota = { uses = 10, uses_per_customer = 1, per = "day" }
quotas = ["all"]
[rule.b]
group = "g"
stage = 2
discount_rate = 0.05
quota = { units = 10, partial = true, per = "month" }
quotas = ["all"]
[rule.c]
discount_amount = 1
quota = { units_per_customer = 2 }
`)
	c := &cart.Cart{Customer: cart.Customer{ID: "c"}}
	for i := range 20 {
		c.Lines = append(c.Lines, cart.Line{SKU: fmt.Sprint("s", i), Quantity: 2, UnitPrice: 500, Subtotal: 1000})
	}
	var (
		q       strategy.Quote
		r       strategy.Restriction
		demands []strategy.Demand
	)
	quote := func() {
		r.Reset()
		r.Deny(slices.Index(s.Rules(), "a"))
		r.SetLeft(len(s.Quotas())-1, 1)
		r.SetCustomer(true)
		if _, err := s.Prepare(&q, c, time.Date(2026, 11, 11, 12, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		s.Restrict(&q, &r)
		if err := s.Complete(&q); err != nil || len(q.Applied) != 1 || s.Rules()[q.Applied[0].Rule] != "b" {
			t.Fatal(err, q.Applied)
		}
		demands = s.Demands(demands[:0], &q)
	}
	quote()
	if len(demands) != 2 {
		t.Fatal(demands)
	}
	if n := testing.AllocsPerRun(100, quote); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
