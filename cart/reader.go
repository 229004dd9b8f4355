package cart

import (
	"fmt"
	"slices"
)

// Options say how a cart is written and how large it may be. The zero value is
// the default shape in minor units.
type Options struct {
	// Map is where the parts of the cart are in a JSON body.
	Map Mapping
	// Prices is the unit of all amounts, in bodies and headers.
	Prices Prices
	// Fractional takes quantities that are no whole numbers, as [Line.Weight]. Without
	// it such a cart is invalid.
	Fractional bool
	// ExactIDs takes names that are integers of 2^53 and more, as their digits. Not every parser
	// keeps all of the digits.
	ExactIDs bool
	// TextFlags takes "true", "false", "0" and "1" for what is true or false.
	TextFlags bool
	// CustomerInHeaders leaves the customer of a body unread: [Reader.ReadCustomer] reads it.
	CustomerInHeaders bool
	// MaxLines bounds the lines of a cart; 500 if zero.
	MaxLines int
	// MaxAttributes bounds the attributes of one line, in a list of pairs those without a
	// value included; 64 if zero.
	MaxAttributes int
	// MaxCoupons bounds the coupons of a cart; 64 if zero.
	MaxCoupons int
	// MaxSegments bounds the segments a customer is in; 256 if zero.
	MaxSegments int
	// MaxShipping bounds the shipping charges of a cart; 64 if zero.
	MaxShipping int
}

// Reader reads carts of one shape. It does not change once made and may be
// used by any number of goroutines.
type Reader struct {
	body, line, charge *node
	attributes         *node // of an object of properties
	pair               *node // of an element of a list of properties; nil where none is read

	// What a reason may have to name.
	items, quantity, amountPath, pairName string
	unitPricePath, quantityPath           []step

	prices     Prices
	fractional bool
	exactIDs   bool
	textFlags  bool
	inHeaders  bool     // the customer of a body
	orderID    bool     // is mapped
	several    fieldSet // that have more than one path
	most       limits
}

// limits are the bounds of [Options], none of them zero.
type limits struct {
	lines, attributes, categories, coupons, segments, shipping int
}

// NewReader compiles the mapping. It fails for paths that cannot be followed (see [Paths]), for two
// paths that conflict (at one place, one inside the other, differing only in case, or of different
// kinds at one value), for an unknown unit of prices, and for negative bounds.
func NewReader(options Options) (*Reader, error) {
	routes, err := options.Map.routes()
	if err != nil {
		return nil, err
	}
	if options.Prices > Major {
		return nil, fmt.Errorf("prices: unknown unit %d", options.Prices)
	}
	r := &Reader{
		prices: options.Prices, fractional: options.Fractional, exactIDs: options.ExactIDs, textFlags: options.TextFlags,
		inHeaders: options.CustomerInHeaders, attributes: &node{anything: true},
	}
	if r.most, err = options.limits(); err != nil {
		return nil, err
	}
	r.body, r.line, r.charge = &node{}, &node{}, &node{}
	// Put the routes back in the order of the fields, in which senders usually write them.
	slices.SortStableFunc(routes, func(a, b route) int { return int(a.field) - int(b.field) })
	for i := range routes {
		if options.CustomerInHeaders && routes[i].field.ofCustomer() {
			continue
		}
		r.follow(&routes[i])
	}
	return r, nil
}

func (r *Reader) follow(route *route) {
	path := written(route.steps)
	if route.order > 0 {
		r.several |= route.field.bit()
	}
	switch route.field {
	case fieldOrderID:
		r.orderID = true
	case fieldItems:
		if r.items != "" {
			r.items += " "
		}
		r.items += path
	case fieldQuantity:
		r.quantity, r.quantityPath = path, route.steps
	case fieldUnitPrice:
		r.unitPricePath = route.steps
	case fieldShippingAmount:
		r.amountPath = path
	case fieldPairName:
		r.pairName = path
	}
	r.root(route.from).add(route, 0)
}

// root is the node that paths start from.
func (r *Reader) root(from scope) *node {
	switch from {
	case inLine:
		return r.line
	case inCharge:
		return r.charge
	case inPair:
		if r.pair == nil {
			r.pair = &node{}
		}
		return r.pair
	}
	return r.body
}

// limits are the bounds with the defaults filled in.
func (o *Options) limits() (limits, error) {
	l := limits{
		lines: o.MaxLines, attributes: o.MaxAttributes, categories: maxCategories,
		coupons: o.MaxCoupons, segments: o.MaxSegments, shipping: o.MaxShipping,
	}
	for _, bound := range []struct {
		name  string
		value *int
		usual int
	}{
		{"lines", &l.lines, 500},
		{"attributes", &l.attributes, 64},
		{"coupons", &l.coupons, 64},
		{"segments", &l.segments, 256},
		{"shipping charges", &l.shipping, 64},
	} {
		if *bound.value < 0 {
			return limits{}, fmt.Errorf("at most %d %s: the bound must be positive", *bound.value, bound.name)
		}
		if *bound.value == 0 {
			*bound.value = bound.usual
		}
	}
	return l, nil
}

// maxCategories bounds the categories of a line.
const maxCategories = 64
