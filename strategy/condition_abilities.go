package strategy

import "github.com/promogate/caddy-discount/cart"

// This file has the optional abilities of a condition, in its decoded or its compiled form.
// The index, the explanation and the warnings use these interfaces and no type of a
// condition. The abilities that rewards have, too, are in reward_abilities.go.

// targetReader is a spec of conditions that look at the target of the rule and not only at
// the cart.
type targetReader interface{ looksAtTarget() bool }

// indexed is a compiled condition that the index finds rules by.
type indexed interface{ facet(*facets) }

// chargeLimiter is a compiled condition on shipping methods. The rule reduces only charges
// with these methods.
type chargeLimiter interface{ shippingMethods() []string }

// growing is a compiled condition that more goods in the cart may satisfy.
type growing interface{ moreGoodsHelp() bool }

// reasoned is a compiled condition with another reason than its key in some carts that do not
// satisfy it.
type reasoned interface{ reason(*evaluation) string }

// The abilities below are those of specs. The warnings use them.

// filed is a spec that the index may find a rule by, so that the rule is not tried on every
// cart.
type filed interface{ isFiled() bool }

// satisfiable is a spec that a cart can satisfy with its fields other than the lines.
type satisfiable interface{ satisfy(*cart.Cart) }

// requiring is a spec that requires lines in addition to those that the rule is about.
type requiring interface{ requiredLines() []cart.Line }

// minimal is a spec that may require a least value or a least number of units.
type minimal interface {
	// minimum is the minimum for the whole cart or for the target, in units or in minor
	// units, and its key. It reports false where the spec counts something else.
	minimum(wholeCart, byQuantity bool) (least int64, key string, counts bool)
}

// implied is a spec that may be implied by a spec that is not equal to it.
type implied interface {
	// impliedBy reports whether every cart that satisfies the other spec satisfies this
	// one. It may report false where that is hard to determine.
	impliedBy(other conditionSpec) bool
}
