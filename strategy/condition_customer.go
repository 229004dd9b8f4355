package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// customer is the condition customer on the buyer. All parts that are given must be
// satisfied.
//
//	customer = { tiers = ["gold"], segments = ["student"], ids = ["u1"], nth_order = 1 }
type customer struct {
	tiers, segments, ids []string
	nthOrder             int64 // completed orders + 1; 0 when absent
}

func decodeCustomer(s *section) conditionSpec {
	n := s.Get("customer")
	if n == nil {
		return nil
	}
	sub := s.table(n, "customer", `{ tiers = ["gold"] }`)
	if sub == nil {
		return nil
	}
	c := &customer{tiers: sub.texts("tiers"), segments: sub.texts("segments"), ids: sub.texts("ids")}
	c.nthOrder, _ = sub.Integer("nth_order", 1, 1_000_000_000)
	if len(n.Fields) == 0 {
		s.Wrong(n, "customer", "the table is empty", "leave the key out")
	}
	sub.Done()
	if !c.given() {
		return nil
	}
	return c
}

func (c *customer) given() bool {
	return len(c.tiers)+len(c.segments)+len(c.ids) > 0 || c.nthOrder != 0
}

func (c *customer) encode(o *object) {
	o.key("customer")
	o.object(func(o *object) {
		o.texts("ids", c.ids)
		if c.nthOrder != 0 {
			o.key("nth_order")
			o.integer(c.nthOrder)
		}
		o.texts("segments", c.segments)
		o.texts("tiers", c.tiers)
	})
}

func (c *customer) compile(_ *compiler, list []condition) []condition {
	return append(list, c)
}

func (c *customer) key() string { return "customer" }

func (c *customer) met(e *evaluation, _ *target) bool {
	who := &e.cart.Customer
	return (len(c.tiers) == 0 || slices.Contains(c.tiers, who.Tier)) &&
		(len(c.ids) == 0 || slices.Contains(c.ids, who.ID)) &&
		(len(c.segments) == 0 || inSegments(who, c.segments)) &&
		(c.nthOrder == 0 || who.CompletedOrders+1 == c.nthOrder)
}

func inSegments(who *cart.Customer, wanted []string) bool {
	return slices.ContainsFunc(who.Segments, func(s string) bool { return slices.Contains(wanted, s) })
}

// explain names the first part that is not satisfied.
func (c *customer) explain(e *evaluation, _ *target) (seen, needed Value) {
	who := &e.cart.Customer
	switch {
	case len(c.tiers) > 0 && !slices.Contains(c.tiers, who.Tier):
		return named("tier", who.Tier), textValue(sayNamedOr, c.tiers...).about("tier")
	case len(c.ids) > 0 && who.ID == "":
		return textValue(sayNoCustomer), textValue(sayListedCustomer)
	case len(c.ids) > 0 && !slices.Contains(c.ids, who.ID):
		return textValue(sayAnotherCustomer), textValue(sayListedCustomer)
	case len(c.segments) > 0 && !inSegments(who, c.segments):
		return named("segment", who.Segments...), textValue(sayNamedOr, c.segments...).about("segment")
	case who.CompletedOrders < 0:
		return textValue(sayUnknownOrders), orderValue(c.nthOrder)
	}
	return orderValue(who.CompletedOrders + 1), orderValue(c.nthOrder)
}

// named is the value that a cart has for something, such as "tier gold", or "no tier" where
// it has none.
func named(what string, values ...string) Value {
	if strings.Join(values, "") == "" {
		return textValue(sayNone).about(what)
	}
	return textValue(sayNamed, values...).about(what)
}

func (c *customer) facet(f *facets) { f.customers, f.tiers = c.ids, c.tiers }

func (c *customer) isFiled() bool { return len(c.ids) > 0 }

func (c *customer) satisfy(to *cart.Cart) {
	to.Customer = cart.Customer{ID: firstWord(c.ids), Tier: firstWord(c.tiers), Segments: c.segments, CompletedOrders: max(c.nthOrder, 0) - 1}
}

// Interface guards.
var (
	_ filed       = (*customer)(nil)
	_ satisfiable = (*customer)(nil)
	_ indexed     = (*customer)(nil)
)
