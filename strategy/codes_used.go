package strategy

import "slices"

// UsedCode is a code that an order uses up once.
type UsedCode struct {
	Set string // its name
	// Digest identifies the code in the set, and does not reveal it to who does not know it.
	Digest [16]byte
	Coupon int   // index into the cart's coupons
	Uses   int64 // for how many orders the code is good
}

// UsedCodes appends the codes of the rules that a completed quote applied, each once. It looks
// at no memory of the cart.
func (s *Strategy) UsedCodes(dst []UsedCode, q *Quote) []UsedCode {
	if q.work.codes.n == 0 {
		return dst
	}
	first := len(dst)
	for i := range q.Applied {
		set := s.rules[q.Applied[i].Rule].codes
		if set == 0 {
			continue
		}
		name := s.codeSets[set-1].name
		if !slices.ContainsFunc(dst[first:], func(u UsedCode) bool { return u.Set == name }) {
			dst = append(dst, s.usedCode(q, int(set-1)))
		}
	}
	return dst
}

// usedCode is the code of a set that a quote used.
func (s *Strategy) usedCode(q *Quote, number int) UsedCode {
	set, c := s.codeSets[number], &q.work.codes
	coupon, _ := c.of(number)
	digest := c.digests[coupon]
	if set.signed {
		digest = c.signed[coupon].digest()
	}
	return UsedCode{Set: set.name, Digest: digest.bytes(), Coupon: coupon, Uses: set.uses}
}

// SignedCodes lists the names of the sets of codes that carry a signature. Without a key in
// [Quote.CodeKeys] no code of such a set is valid.
func (s *Strategy) SignedCodes() []string {
	var names []string
	for _, set := range s.codeSets {
		if set.signed {
			names = append(names, set.name)
		}
	}
	return names
}
