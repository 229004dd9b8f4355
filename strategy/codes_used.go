package strategy

import "slices"

// Code is a code of a set that an order has and uses.
type Code struct {
	Set string // its name
	// Digest identifies the code in the set. It does not reveal the code, unless codes are so
	// short that all can be tried.
	Digest [16]byte
	Coupon int   // index into the cart's coupons
	Uses   int64 // for how many orders the code is good
}

// CodeOf is the code with which a rule applied to a completed quote; rule is an index into
// [Strategy.Rules]. It reports false for a rule without codes.
func (s *Strategy) CodeOf(q *Quote, rule int) (code Code, has bool) {
	set := s.rules[rule].codes
	if set == 0 {
		return Code{}, false
	}
	coupon, has := q.work.codes.of(int(set - 1))
	if !has {
		return Code{}, false
	}
	return s.code(&q.work.codes, int(set-1), coupon), true
}

// code is a coupon of a cart as a code of a set.
func (s *Strategy) code(c *cartCodes, set, coupon int) Code {
	of := s.codeSets[set]
	digest := c.digests[coupon]
	if of.signed {
		digest = c.signed[coupon].digest()
	}
	return Code{Set: of.name, Digest: digest.bytes(), Coupon: coupon, Uses: of.uses}
}

// codeDemands appends the codes of the applied rules, each once.
func (s *Strategy) codeDemands(dst []Demand, q *Quote) []Demand {
	first := len(dst)
	for i := range q.Applied {
		code, has := s.CodeOf(q, q.Applied[i].Rule)
		if has && !slices.ContainsFunc(dst[first:], func(d Demand) bool { return d.Code.Set == code.Set }) {
			dst = append(dst, Demand{Quota: CodeDemand, Amount: 1, Code: code})
		}
	}
	return dst
}

// restrictCodes verifies the codes that carry a signature, and denies codes.
func (s *Strategy) restrictCodes(e *evaluation, within *Restriction) {
	c := &e.codes
	clear(c.denied)
	for i, set := range s.codeSets {
		if set.signed && c.valid[i] != 0 {
			c.valid[i] = c.verified(within, set.name)
		}
		if within != nil && len(within.codes) > 0 {
			c.denied[i] = s.deniedOf(c, i, within.codes)
		}
	}
}

// deniedOf is the coupons of a cart that are denied codes of a set.
func (s *Strategy) deniedOf(c *cartCodes, set int, codes []Code) (denied uint8) {
	for coupon := range c.n {
		if c.valid[set]&(1<<coupon) == 0 {
			continue
		}
		code := s.code(c, set, coupon)
		if slices.ContainsFunc(codes, func(d Code) bool { return d.Set == code.Set && d.Digest == code.Digest }) {
			denied |= 1 << coupon
		}
	}
	return denied
}

// SignedCodes lists the names of the sets of codes that carry a signature. Without a key of the
// set, see [Restriction.SetCodeKeys], no code of it is valid.
func (s *Strategy) SignedCodes() []string {
	var names []string
	for _, set := range s.codeSets {
		if set.signed {
			names = append(names, set.name)
		}
	}
	return names
}
