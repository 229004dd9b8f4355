package strategy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// pair is a strategy and a cart that engine and reference both answer.
type pair struct {
	spec *spec
	cart *cart.Cart
	now  time.Time
}

func genPair(c chooser) pair {
	s := genSpec(c)
	return pair{spec: s, cart: genCart(c, s), now: genNow(c)}
}

const (
	defaultPairs  = 4000
	referenceSeed = 20260302
)

// genLongPair has a cart of so many lines that the units which remain of an
// amount are given to some of many lines.
func genLongPair(c chooser) pair {
	p := genPair(c)
	if p.cart.Sums {
		return p // it states sums and has no lines
	}
	for i := range 10 + c(40) {
		l := genLine(c, fmt.Sprint("m", i))
		if l.UnitPrice > 0 && l.Weight.IsZero() && !l.HasTotal {
			l.UnitPrice = int64(1 + c(3000))
			l.Subtotal = l.Quantity * l.UnitPrice
		}
		p.cart.Lines = append(p.cart.Lines, l)
	}
	return p
}

// TestReference compares the engine with the reference evaluator on random
// strategies and carts. REFERENCE_PAIRS sets how many, REFERENCE_SEED which.
func TestReference(t *testing.T) {
	compareWithReference(t, fromEnv(t, "REFERENCE_PAIRS", defaultPairs), genPair)
}

// TestReferenceOfLongCarts does so for a twentieth of as many pairs.
func TestReferenceOfLongCarts(t *testing.T) {
	compareWithReference(t, fromEnv(t, "REFERENCE_PAIRS", defaultPairs)/20, genLongPair)
}

func compareWithReference(t *testing.T, pairs int64, gen func(chooser) pair) {
	t.Helper()
	seed := fromEnv(t, "REFERENCE_SEED", referenceSeed)
	var next, differing, gave atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1); i <= pairs && differing.Load() < 3; i = next.Add(1) {
				p := gen(randomly(uint64(seed), uint64(i)))
				got, want := p.answers()
				if len(want.applied) > 0 {
					gave.Add(1)
				}
				if got != want.String() {
					differing.Add(1)
					t.Errorf("seed %d, pair %d:\n%s", seed, i, p.shrink().report())
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d pairs in %v, in %d of them a rule applied", pairs, time.Since(start).Round(time.Millisecond), gave.Load())
	if differing.Load() == 0 && gave.Load() < pairs/3 {
		t.Errorf("a rule applied in only %d of %d pairs, so they say little", gave.Load(), pairs)
	}
}

func fromEnv(t *testing.T, name string, absent int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return absent
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value
}

// answers are the engine's, as text because it may also have panicked, and the
// reference's.
func (p pair) answers() (got string, want answer) {
	// An engine that never comes back would otherwise not say on what.
	const patience = 20 * time.Second
	alarm := time.AfterFunc(patience, func() { panic("the engine hangs on\n" + p.String()) })
	defer alarm.Stop()
	return p.engine(), refQuote(p.spec, p.cart, p.now)
}

func (p pair) engine() (got string) {
	defer func() {
		if r := recover(); r != nil {
			got = fmt.Sprint("panic: ", r)
		}
	}()
	s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(p.spec.TOML())})
	if err != nil {
		return fmt.Sprint("load: ", err)
	}
	q, err := s.Quote(p.cart, p.now)
	if err != nil {
		return answer{failed: true}.String()
	}
	return engineAnswer(s, q, p.cart).String()
}

// engineAnswer is a quote in the form of the reference.
func engineAnswer(s *strategy.Strategy, q *strategy.Quote, c *cart.Cart) answer {
	a := answer{reason: q.Reason, subtotal: q.Subtotal, paid: q.Payable, discount: q.Discount, shippingDiscount: q.ShippingDiscount}
	for i := range q.Lines {
		l := &q.Lines[i]
		a.lines = append(a.lines, l.Discount)
		a.prices, a.stated, a.statedTotals = append(a.prices, l.UnitPrice), append(a.stated, l.Stated), append(a.statedTotals, cart.NoPrice)
		if total, overruled := l.StatedTotal(&c.Lines[i]); overruled {
			a.statedTotals[i] = total
		}
	}
	for _, charge := range q.Charges {
		a.charges = append(a.charges, charge.Discount)
	}
	for _, applied := range q.Applied {
		shares := make([]int64, len(q.Lines)+len(q.Charges))
		for _, share := range q.Shares(applied) {
			if share.Charge >= 0 {
				shares[len(q.Lines)+share.Charge] += share.Amount
			} else {
				shares[share.Line] += share.Amount
			}
		}
		a.applied = append(a.applied, appliedAnswer{id: s.Rules()[applied.Rule], amount: applied.Amount, shares: shares})
	}
	for _, gift := range q.Gifts {
		a.gifts = append(a.gifts, strategyGift{sku: gift.SKU, quantity: gift.Quantity})
	}
	return a
}

func (a answer) String() string {
	if a.failed {
		return "the cart cannot be counted with"
	}
	return fmt.Sprintf("reason %q subtotal %d off %d+%d payable %d\n  prices %d stated %d %d\n  lines %d charges %d\n  applied %v gifts %v",
		a.reason, a.subtotal, a.discount, a.shippingDiscount, a.paid, a.prices, a.stated, a.statedTotals, a.lines, a.charges, a.applied, a.gifts)
}

func (p pair) String() string {
	text, err := json.Marshal(p.cart)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%s\ncart %s\nnow %s", p.spec.TOML(), text, p.now.Format(time.RFC3339Nano))
}

func (p pair) report() string {
	got, want := p.answers()
	return fmt.Sprintf("%s\nengine:    %s\nreference: %s\n", p, got, want)
}

// differs reports whether both answer, and not the same.
func (p pair) differs() bool {
	if len(p.spec.rules)+len(p.spec.steps) == 0 {
		return false
	}
	got, want := p.answers()
	return got != want.String() && (len(got) < 5 || got[:5] != "load:")
}

// shrink leaves out what the difference does not need.
func (p pair) shrink() pair {
	for again := true; again; {
		again = false
		for _, smaller := range p.smaller() {
			if smaller.differs() {
				p, again = smaller, true
				break
			}
		}
	}
	return p
}

// smaller are pairs that have one thing less.
func (p pair) smaller() []pair {
	var list []pair
	change := func(how func(*spec, *cart.Cart)) {
		s, c := *p.spec, *p.cart
		s.rules, c.Lines = slices.Clone(s.rules), slices.Clone(c.Lines)
		how(&s, &c)
		before, _ := json.Marshal(p.cart)
		after, _ := json.Marshal(c)
		if s.TOML() != p.spec.TOML() || string(after) != string(before) {
			list = append(list, pair{spec: &s, cart: &c, now: p.now})
		}
	}
	for i := range p.spec.rules {
		change(func(s *spec, _ *cart.Cart) { s.rules = slices.Delete(s.rules, i, i+1) })
	}
	for i := range p.cart.Lines {
		change(func(_ *spec, c *cart.Cart) { c.Lines = slices.Delete(c.Lines, i, i+1) })
	}
	for i := range p.spec.products {
		change(func(s *spec, _ *cart.Cart) { s.products = slices.Delete(slices.Clone(s.products), i, i+1) })
	}
	for i := range p.spec.steps {
		change(func(s *spec, _ *cart.Cart) { s.steps = slices.Delete(slices.Clone(s.steps), i, i+1) })
		change(func(s *spec, _ *cart.Cart) {
			s.steps = slices.Clone(s.steps)
			s.steps[i].id = ""
		})
	}
	for _, simpler := range simplerRules {
		for i := range p.spec.rules {
			change(func(s *spec, _ *cart.Cart) { simpler(&s.rules[i]) })
		}
	}
	for _, simpler := range simplerSettings {
		change(simpler)
	}
	for i := range p.cart.Lines {
		change(func(_ *spec, c *cart.Cart) {
			l := &c.Lines[i]
			l.MoreCategories, l.Subgroup, l.Reduced, l.Attributes = nil, "", false, nil
		})
		change(func(_ *spec, c *cart.Cart) {
			if l := &c.Lines[i]; l.UnitPrice > 0 {
				l.Weight, l.HasTotal, l.Subtotal = cart.Decimal{}, false, l.Quantity*l.UnitPrice
			}
		})
		change(func(_ *spec, c *cart.Cart) {
			if l := &c.Lines[i]; l.Quantity > 1 {
				if l.Quantity--; !l.HasTotal && l.UnitPrice > 0 {
					l.Subtotal = l.Quantity * l.UnitPrice
				}
			}
		})
	}
	return list
}

var simplerRules = []func(*ruleSpec){
	func(r *ruleSpec) {
		*r = ruleSpec{id: r.id, selectorSpec: r.selectorSpec, appliesTo: r.appliesTo, maxUnits: r.maxUnits, perLine: r.perLine, pick: r.pick, each: r.each, fresh: r.fresh,
			reward: r.reward, stage: r.stage, priority: r.priority, group: r.group, exclusive: r.exclusive, stop: r.stop, maxDiscount: r.maxDiscount}
	},
	func(r *ruleSpec) { r.selectorSpec = selectorSpec{} },
	func(r *ruleSpec) { r.exclude, r.where, r.skipReduced = nil, nil, false },
	func(r *ruleSpec) { r.any = nil },
	func(r *ruleSpec) { r.minPrice, r.maxPrice = 0, 0 },
	func(r *ruleSpec) { r.stage = nil },
	func(r *ruleSpec) { r.priority = 0 },
	func(r *ruleSpec) { r.group, r.exclusive = "", "" },
	func(r *ruleSpec) { r.stop = "" },
	func(r *ruleSpec) { r.maxDiscount = 0 },
	func(r *ruleSpec) { r.maxUnits, r.perLine = 0, false },
	func(r *ruleSpec) { r.each = "" },
	func(r *ruleSpec) { r.fresh = false },
	func(r *ruleSpec) { r.pick = "" },
	func(r *ruleSpec) { r.appliesTo = "" },
	func(r *ruleSpec) { r.reward.buy, r.reward.get = selectorSpec{}, selectorSpec{} },
	func(r *ruleSpec) { r.reward = rewardSpec{kind: "discount_amount", amount: 100} },
}

var simplerSettings = []func(*spec, *cart.Cart){
	func(s *spec, _ *cart.Cart) { s.zone = "UTC" },
	func(s *spec, c *cart.Cart) { s.currency, c.Currency = "", "" },
	func(s *spec, _ *cart.Cart) { s.base, s.thresholdBase = "", "" },
	func(s *spec, _ *cart.Cart) { s.rounding = "" },
	func(s *spec, _ *cart.Cart) { s.roundScope = "" },
	func(s *spec, _ *cart.Cart) { s.roundingUnit = 0 },
	func(s *spec, _ *cart.Cart) { s.allocation = "" },
	func(s *spec, _ *cart.Cart) { s.selection = "" },
	func(s *spec, _ *cart.Cart) { s.payableUnit, s.payableMode = 0, "" },
	func(s *spec, _ *cart.Cart) { s.limitRate = "" },
	func(s *spec, _ *cart.Cart) { s.limitAmount = 0 },
	func(s *spec, _ *cart.Cart) { s.couponCase, s.skuCompare, s.unknownSKUs = "", "", "" },
	func(_ *spec, c *cart.Cart) { c.Shipping = nil },
	func(_ *spec, c *cart.Cart) { c.Coupons = nil },
	func(_ *spec, c *cart.Cart) { c.Customer = cart.Customer{} },
	func(_ *spec, c *cart.Cart) { c.Channel, c.Region = "", "" },
}
