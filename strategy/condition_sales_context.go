package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// salesContext is the conditions on where an order comes from and goes to.
//
//	channels         = ["app", "mini-program"]
//	regions          = ["sh", "zj"]
//	shipping_methods = ["express"]   # a rule on shipping reduces only such charges
type salesContext struct{ channels, regions, methods []string }

func decodeSalesContext(s *section) conditionSpec {
	channels, regions, methods := s.texts("channels"), s.texts("regions"), s.texts("shipping_methods")
	if len(channels)+len(regions)+len(methods) == 0 {
		return nil
	}
	return &salesContext{channels: channels, regions: regions, methods: methods}
}

func (p *salesContext) encode(o *object) {
	o.texts("channels", p.channels)
	o.texts("regions", p.regions)
	o.texts("shipping_methods", p.methods)
}

func (p *salesContext) compile(to *compiler, list []condition) []condition {
	for _, c := range []oneOf{
		{keyChannels, p.channels, func(e *evaluation) []string { return []string{e.cart.Channel} }},
		{keyRegions, p.regions, func(e *evaluation) []string { return []string{e.cart.Region} }},
	} {
		if len(c.wanted) > 0 {
			list = append(list, to.oneOf.Put(c))
		}
	}
	if len(p.methods) > 0 {
		list = append(list, &shippedBy{p.methods})
	}
	return list
}

// The keys of the conditions that compare one word.
const (
	keyChannels = "channels"
	keyRegions  = "regions"
)

// oneOf requires a word of the cart to be in a list.
type oneOf struct {
	name   string
	wanted []string
	words  func(*evaluation) []string
}

func (c *oneOf) key() string { return c.name }

func (c *oneOf) met(e *evaluation, _ *target) bool {
	return slices.ContainsFunc(c.words(e), func(w string) bool { return slices.Contains(c.wanted, w) })
}

func (c *oneOf) explain(e *evaluation, _ *target) (seen, needed Value) {
	seen = textValue(sayPlain, c.words(e)...)
	if seen.Text == "" {
		seen = textValue(sayNone).about(strings.TrimSuffix(c.name, "s"))
	}
	return seen, textValue(sayOr, c.wanted...)
}

// shippedBy requires a shipping charge with one of the methods.
type shippedBy struct{ methods []string }

func (c *shippedBy) key() string { return "shipping_methods" }

func (c *shippedBy) met(e *evaluation, _ *target) bool {
	for i := range e.cart.Shipping {
		if slices.Contains(c.methods, e.cart.Shipping[i].Method) {
			return true
		}
	}
	return false
}

func (c *shippedBy) explain(e *evaluation, _ *target) (seen, needed Value) {
	needed = textValue(sayOr, c.methods...)
	if len(e.cart.Shipping) == 0 {
		return textValue(sayNone).about("shipping"), needed
	}
	methods := make([]string, len(e.cart.Shipping))
	for i := range e.cart.Shipping {
		if methods[i] = e.cart.Shipping[i].Method; methods[i] == "" {
			methods[i] = "no method"
		}
	}
	return textValue(sayPlain, methods...), needed
}

func (c *shippedBy) shippingMethods() []string { return c.methods }

func (c *oneOf) facet(f *facets) {
	if c.name == keyChannels {
		f.channels = c.wanted
	} else {
		f.regions = c.wanted
	}
}

func (p *salesContext) satisfy(to *cart.Cart) {
	to.Channel, to.Region = firstWord(p.channels), firstWord(p.regions)
	if len(p.methods) > 0 {
		to.Shipping = []cart.Charge{{Method: p.methods[0]}}
	}
}

// Interface guards.
var (
	_ satisfiable   = (*salesContext)(nil)
	_ indexed       = (*oneOf)(nil)
	_ chargeLimiter = (*shippedBy)(nil)
)
