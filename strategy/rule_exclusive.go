package strategy

import "github.com/promogate/caddy-discount/strategy/document"

// exclusive is which rules a rule competes with instead of applying together with them. The
// customer gets what is worth more.
//
//	exclusive = "goods"   # with the other rules of goods; rules of shipping apply in either case
//	exclusive = true      # with all others together; "all" is the same
type exclusive uint8

const (
	exclusiveNot exclusive = iota
	exclusiveGoods
	exclusiveAll
)

var exclusiveWords = []string{"goods", "all"}

func decodeExclusive(s *section) exclusive {
	n := s.Get("exclusive")
	switch {
	case n == nil, n.Kind == document.Bool && n.Text != "true":
		return exclusiveNot
	case n.Kind == document.Bool, n.Kind == document.String && n.Text == "all":
		return exclusiveAll
	case n.Kind == document.String && n.Text == "goods":
		return exclusiveGoods
	}
	s.Wrong(n, "exclusive", n.Unlike(`true, false, "goods" or "all"`), document.DidYouMean(n.Text, exclusiveWords))
	return exclusiveNot
}

func (x exclusive) encode(o *object) {
	switch x {
	case exclusiveGoods:
		o.key("exclusive")
		o.text("goods")
	case exclusiveAll:
		o.key("exclusive")
		o.raw("true")
	}
}

// checkExclusive refuses exclusive = "goods" for a rule that takes nothing off goods.
func (r *rule) checkExclusive(s *section) {
	if r.stacking.exclusive == exclusiveGoods && r.targeting.appliesTo == toShipping {
		s.Wrong(s.Node.Get("exclusive"), "exclusive", `"goods" competes with rules of goods, and this one reduces shipping`,
			`write exclusive = "all", or leave it out`)
	}
}
