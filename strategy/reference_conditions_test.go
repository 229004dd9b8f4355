package strategy_test

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// conditionsHold says whether everything a rule asks for is so.
func (st *refState) conditionsHold(r *ruleSpec) bool {
	return st.isValid(r) && st.spec.anyOpen(r.windows, st.now) &&
		st.holdsAll(r.requires) && !st.holdsAny(r.forbids) &&
		st.hasCoupon(r) && st.isCustomer(r.customer) &&
		meets(r.channels, st.cart.Channel) && meets(r.regions, st.cart.Region) && meets(r.methods, st.methods()...)
}

// meets says whether one of the words is wanted; an empty list wants nothing.
func meets(wanted []string, words ...string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(wanted, w) })
}

func (st *refState) methods() []string {
	var methods []string
	for _, charge := range st.cart.Shipping {
		methods = append(methods, charge.Method)
	}
	return methods
}

// isValid compares with the instants as written; of valid_until the whole
// second counts.
func (st *refState) isValid(r *ruleSpec) bool {
	read := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			panic(err)
		}
		return at
	}
	if r.from != "" && st.now.Before(read(r.from)) {
		return false
	}
	return r.until == "" || st.now.Unix() <= read(r.until).Unix()
}

// anyOpen reads the clock on the wall and compares its text.
func (s *spec) anyOpen(windows []windowSpec, now time.Time) bool {
	local := now.In(s.location())
	clock := local.Format("15:04:05")
	day := func(back int) string {
		date := time.Date(local.Year(), local.Month(), local.Day()-back, 12, 0, 0, 0, time.UTC)
		return strings.ToLower(date.Format("Mon"))
	}
	for _, w := range windows {
		today, yesterday := meets(w.days, day(0)), meets(w.days, day(1))
		if w.start < w.end && today && w.start <= clock && clock < w.end {
			return true
		}
		if w.start >= w.end && (today && w.start <= clock || yesterday && clock < w.end) {
			return true
		}
	}
	return len(windows) == 0
}

func (st *refState) isCustomer(c *customerSpec) bool {
	if c == nil {
		return true
	}
	who := st.cart.Customer
	return meets(c.tiers, who.Tier) && meets(c.ids, who.ID) && meets(c.segments, who.Segments...) &&
		(c.nthOrder == 0 || who.CompletedOrders >= 0 && who.CompletedOrders+1 == c.nthOrder)
}

// tally is what some goods add up to.
type tally struct{ present, units, weighed, largest, articles, value int64 }

// count adds up the goods a selector is about.
func (st *refState) count(x *selectorSpec) tally { return st.countPart(x, nil) }

// countPart is count of a part of the cart; nil for all of it.
func (st *refState) countPart(x *selectorSpec, part *refPart) tally {
	var sum tally
	var counted []*refItem
	for i := range st.items {
		l := &st.items[i]
		if l.charge || l.quantity == 0 || !x.matches(l) || part != nil && !slices.Contains(part.items, i) {
			continue
		}
		var values []int64
		for _, r := range l.runs {
			values = append(values, even(r.value(st.thresholdBase()), r.units)...)
		}
		at := int64(0)
		units, largest := int64(0), int64(0)
		for _, line := range l.lines {
			if part == nil || part.line < 0 || part.line == line.index {
				units += line.units
				largest = max(largest, line.units)
				for _, v := range values[at : at+line.units] {
					sum.value += v
				}
			}
			at += line.units
		}
		if sum.present += units; st.uncounted(l) {
			continue
		}
		if sum.units += units; l.weighed {
			sum.weighed++
		}
		sum.largest = max(sum.largest, largest)
		if !slices.ContainsFunc(counted, l.sameAs) {
			counted = append(counted, l)
			sum.articles++
		}
	}
	return sum
}

// counted is what a rule's thresholds look at: the whole cart, or the lines it
// is about, also those that an earlier rule stopped.
func (st *refState) counted(r *ruleSpec) tally {
	if r.countCart {
		return st.count(&selectorSpec{})
	}
	return st.countPart(&r.selectorSpec, st.part)
}

func (st *refState) thresholdsReached(r *ruleSpec) bool {
	sum := st.counted(r)
	return sum.units >= r.minQuantity && sum.articles >= r.minArticles && sum.largest >= r.minLineQuantity && sum.value >= r.minSubtotal
}

func (st *refState) held(h *holdingSpec) bool {
	sum := st.count(&h.selectorSpec)
	return sum.present >= max(1, h.minQuantity) && sum.value >= h.minSubtotal
}

func (st *refState) holdsAll(list []holdingSpec) bool {
	for i := range list {
		if !st.held(&list[i]) {
			return false
		}
	}
	return true
}

func (st *refState) holdsAny(list []holdingSpec) bool {
	for i := range list {
		if st.held(&list[i]) {
			return true
		}
	}
	return false
}

// matches says whether goods meet everything a selector gives.
func (x *selectorSpec) matches(l *refItem) bool {
	if !l.isOneOf(x.skus) || !x.matchesAny(l) || !meets(x.categories, l.categories...) || !meets(x.subgroups, l.subgroup) {
		return false
	}
	if x.skipReduced && l.reduced || x.exclude != nil && x.exclude.matches(l) {
		return false
	}
	known := l.listPrice != nil
	if x.minPrice > 0 && (!known || l.listPrice.Cmp(big.NewRat(x.minPrice, 1)) < 0) || x.maxPrice > 0 && (!known || l.listPrice.Cmp(big.NewRat(x.maxPrice, 1)) > 0) {
		return false
	}
	for i := range x.where {
		if !x.where[i].met(l.attributes) {
			return false
		}
	}
	return true
}

func (x *testSpec) met(attributes map[string]literal) bool {
	value, ok := attributes[x.name]
	if !ok {
		return false
	}
	wanted := x.in
	if x.is != "" {
		wanted = []literal{x.is}
	}
	if len(wanted) > 0 && !slices.ContainsFunc(wanted, value.equals) {
		return false
	}
	if x.min == "" && x.max == "" {
		return true
	}
	number := value.number()
	return number != nil && (x.min == "" || number.Cmp(x.min.number()) >= 0) && (x.max == "" || number.Cmp(x.max.number()) <= 0)
}

// number is the exact value of a number, nil for anything else.
func (v literal) number() *big.Rat {
	if v == "true" || v == "false" || strings.HasPrefix(string(v), `"`) {
		return nil
	}
	number, ok := new(big.Rat).SetString(string(v))
	if !ok {
		panic("not a literal: " + string(v))
	}
	return number
}

func (v literal) equals(other literal) bool {
	a, b := v.number(), other.number()
	if a == nil || b == nil {
		return v == other
	}
	return a.Cmp(b) == 0
}

func literalOf(a cart.Attribute) literal {
	if a.Kind == cart.Text {
		return literal(`"` + a.Text + `"`)
	}
	return literal(a.Text)
}
