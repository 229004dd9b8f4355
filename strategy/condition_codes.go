package strategy

import "math/bits"

// codes is the condition codes: the cart has a code of a set. Of several the first in the order
// of the cart counts.
//
//	codes = "welcome"
type codes struct{ set *codeSet }

func decodeCodes(s *section) conditionSpec {
	n := s.Get(keyCodes)
	if n == nil {
		return nil
	}
	set := s.setOf(n)
	if set == nil {
		return nil
	}
	return &codes{set: set}
}

func (c *codes) encode(o *object) {
	o.key(keyCodes)
	o.text(c.set.name)
}

func (c *codes) compile(to *compiler, list []condition) []condition {
	return append(list, heldCode(to.setNumber(c.set)))
}

// isFiled is true: the index finds a rule by the codes of a cart.
func (c *codes) isFiled() bool { return true }

// heldCode is the compiled condition: the set, from one on.
type heldCode int32

func (c heldCode) key() string { return keyCodes }

func (c heldCode) met(e *evaluation, _ *target) bool {
	_, has := e.codes.of(int(c) - 1)
	return has
}

// explain names no code of the cart and of the rule: an answer that told valid codes from others
// would let a customer try codes out.
func (c heldCode) explain(e *evaluation, _ *target) (seen, needed Value) {
	switch {
	case len(e.cart.Coupons) == 0:
		return textValue(sayNoCoupon), textValue(sayCode)
	case c.reason(e) == ReasonQuota:
		return textValue(sayCodeUsed), textValue(sayCode)
	}
	return textValue(sayNoCode), textValue(sayCode)
}

// reason is quota if the cart has codes of the set, and all of them are used up.
func (c heldCode) reason(e *evaluation) string {
	if e.codes.n > 0 && e.codes.valid[c-1] != 0 {
		return ReasonQuota
	}
	return ReasonCodes
}

func (c heldCode) facet(f *facets) { f.codes = int32(c) }

// maxCodesTried is how many coupons of a cart are looked up in sets of codes.
const maxCodesTried = 8

// cartCodes is what the first coupons of a cart are in the sets of codes of a strategy. It is
// empty if there are no coupons or no sets.
type cartCodes struct {
	n       int                       // coupons that are looked up
	digests [maxCodesTried]codeDigest // of the coupons, for sets in files
	signed  [maxCodesTried]signedCode // the coupons as codes with a signature
	valid   []uint8                   // by set: a bit for each coupon that is a code of the set
	denied  []uint8                   // by set: those that may not be used
}

func (c *cartCodes) reset() { c.n, c.valid, c.denied = 0, c.valid[:0], c.denied[:0] }

// readCodes looks the coupons of a cart up in the sets of codes. A coupon that is written like a
// code with a signature counts as valid until [Strategy.restrictCodes], which has the keys.
func (e *evaluation) readCodes(s *Strategy, coupons []string) {
	c := &e.codes
	if c.n = min(len(coupons), maxCodesTried); c.n == 0 {
		return
	}
	for i, coupon := range coupons[:c.n] {
		c.digests[i] = e.digestOfCoupon(s, coupon)
		c.signed[i] = parseSigned(coupon)
	}
	c.valid, c.denied = zeroed(c.valid, len(s.codeSets)), zeroed(c.denied, len(s.codeSets))
	for i, set := range s.codeSets {
		if set.signed {
			c.valid[i] = c.written()
		} else {
			c.valid[i] = c.found(set.table)
		}
	}
}

// digestOfCoupon is the digest of a coupon in its compared form.
func (e *evaluation) digestOfCoupon(s *Strategy, coupon string) codeDigest {
	if s.spelling.codes == asWritten {
		e.coupons.word = append(e.coupons.word[:0], coupon...)
		return digestOf(e.coupons.word)
	}
	return digestOf(e.coupons.fold(coupon, s.spelling.codes))
}

// written is the coupons that are written like codes with a signature.
func (c *cartCodes) written() (valid uint8) {
	for i := range c.signed[:c.n] {
		if c.signed[i].length > 0 {
			valid |= 1 << i
		}
	}
	return valid
}

// found is the coupons that a table has.
func (c *cartCodes) found(in *codeTable) (valid uint8) {
	for i, digest := range c.digests[:c.n] {
		if in.has(digest) {
			valid |= 1 << i
		}
	}
	return valid
}

// of is the index of the coupon of a cart that is used as a code of a set.
func (c *cartCodes) of(set int) (coupon int, has bool) {
	if c.n == 0 {
		return 0, false
	}
	usable := c.valid[set] &^ c.denied[set]
	return bits.TrailingZeros8(usable), usable != 0
}

// addByCodes adds the rules of the sets that the cart has a code of.
func (x *index) addByCodes(e *evaluation) {
	for set, valid := range e.codes.valid {
		if valid != 0 {
			e.lookup.candidates = append(e.lookup.candidates, x.byCodes[set]...)
		}
	}
}

// Interface guards.
var (
	_ filed    = (*codes)(nil)
	_ indexed  = heldCode(0)
	_ reasoned = heldCode(0)
)
