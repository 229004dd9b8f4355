package strategy

import (
	"slices"
)

// coupons is the condition coupons: the cart holds one of these codes, exactly
// as written.
//
//	coupons = ["SPRING", "618"]
type coupons struct{ codes []string }

func decodeCoupons(s *section) conditionRoom {
	codes := s.texts("coupons")
	if len(codes) == 0 {
		return nil
	}
	return &coupons{codes: codes}
}

func (c *coupons) encode(o *object) { o.texts("coupons", c.codes) }

func (c *coupons) compile(_ *compiler, list []condition) []condition {
	return append(list, c)
}

func (c *coupons) key() string { return "coupons" }

func (c *coupons) holds(e *evaluation, _ *target) bool {
	return slices.ContainsFunc(e.cart.Coupons, func(code string) bool { return slices.Contains(c.codes, code) })
}

// explain names no code of the rule: who may ask for the reason may not know it.
func (c *coupons) explain(e *evaluation, _ *target) (seen, needed Value) {
	if len(e.cart.Coupons) == 0 {
		return textValue(sayNoCoupon), textValue(sayCoupon)
	}
	return textValue(sayPlain, e.cart.Coupons...), textValue(sayCoupon)
}
