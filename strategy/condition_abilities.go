package strategy

import "github.com/promogate/caddy-discount/cart"

// The optional abilities of a condition: of its spec, as it was read, or of what that is
// compiled to. Index, explanation and warnings ask for them and know no condition by its
// type. Those that rewards have, too, are in reward_abilities.go.

// targetReader is a spec of conditions that look at the target of the rule, and not at
// the cart alone.
type targetReader interface{ looksAtTarget() bool }

// indexed is a compiled condition by which the index finds rules.
type indexed interface{ facet(*facets) }

// chargeLimiter is a compiled condition that holds for some shipping charges: only those
// are reduced.
type chargeLimiter interface{ shippingMethods() []string }

// growing is a compiled condition that may come to be met when there is more in the cart.
type growing interface{ moreGoodsHelp() bool }

// Those below are of specs, and asked for by warnings.

// filed is a spec by which the index may find a rule, so that it is not tried on every
// cart.
type filed interface{ isFiled() bool }

// satisfiable is a spec that can be met by what a cart says beside its lines.
type satisfiable interface{ satisfy(*cart.Cart) }

// requiring is a spec that asks for lines beside those that the rule is about.
type requiring interface{ requiredLines() []cart.Line }

// minimal is a spec that may ask for a least value or number of units.
type minimal interface {
	// minimum is what it asks for of the whole cart or of the target, in units or in minor
	// units, and the key that says so; false where it counts something else.
	minimum(wholeCart, byQuantity bool) (least int64, key string, counts bool)
}

// implied is a spec of which more is known than that it is met where its like is.
type implied interface {
	// impliedBy reports whether it is met wherever another one is. It may say no where
	// that is hard to tell.
	impliedBy(other conditionSpec) bool
}
