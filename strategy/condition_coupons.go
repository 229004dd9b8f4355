package strategy

import "github.com/promogate/caddy-discount/cart"

// coupons is the condition coupons: the cart has one of these codes. coupon_case decides
// how codes are compared.
//
//	coupons = ["SPRING", "618"]
type coupons struct{ codes []string } // in the form in which codes are compared

func decodeCoupons(s *section) conditionSpec {
	if s.Get("coupons") == nil {
		return nil
	}
	codes := s.words("coupons", s.spelling.codes, (*section).checkCode)
	if len(codes) == 0 {
		return nil
	}
	return &coupons{codes: codes}
}

func (c *coupons) encode(o *object) { o.texts("coupons", c.codes) }

func (c *coupons) compile(to *compiler, list []condition) []condition {
	return append(list, to.heldCoupons.Put(heldCoupon{to.all(to.codes, c.codes)}))
}

// heldCoupon is the compiled condition.
type heldCoupon struct{ codes []symbol }

func (c *heldCoupon) key() string { return "coupons" }

func (c *heldCoupon) met(e *evaluation, _ *target) bool { return common(c.codes, e.coupons.codes) }

// explain names no code of the rule, since people who see the explanation may not know it.
// It returns the codes of the cart as the cart has them.
func (c *heldCoupon) explain(e *evaluation, _ *target) (seen, needed Value) {
	if len(e.cart.Coupons) == 0 {
		return textValue(sayNoCoupon), textValue(sayCoupon)
	}
	return textValue(sayPlain, e.cart.Coupons...), textValue(sayCoupon)
}

func (c *heldCoupon) facet(f *facets) { f.coupons = c.codes }

func (c *coupons) isFiled() bool { return true }

func (c *coupons) satisfy(to *cart.Cart) { to.Coupons = c.codes[:1] }

// cartCoupons are the codes of a cart that rules name, each once, and the memory for
// folding the words of a cart.
type cartCoupons struct {
	codes []symbol
	folding
	other folding // to compare two words
}

// readCoupons looks up the codes of a cart.
func (e *evaluation) readCoupons(s *Strategy, codes []string) {
	if len(s.codes) == 0 {
		return
	}
	for _, code := range codes {
		known, is := s.codes[code]
		if !is && s.spelling.codes != asWritten { // the table has folded codes
			known = s.codes[string(e.coupons.fold(code, s.spelling.codes))]
		}
		if known != unnamed {
			e.coupons.codes = append(e.coupons.codes, known)
		}
	}
	e.coupons.codes = distinct(e.coupons.codes)
}

func (c *cartCoupons) reset() {
	c.codes = c.codes[:0]
	c.folding.reset()
	c.other.reset()
}

// Interface guards.
var (
	_ filed       = (*coupons)(nil)
	_ satisfiable = (*coupons)(nil)
	_ indexed     = (*heldCoupon)(nil)
)
