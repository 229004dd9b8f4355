package ruletest

import (
	"slices"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Warning is what a test says of goods that the catalogue does not know, or has at another
// price. It fails no test, but what is tested is probably not what was meant: no rule is
// about an article that is mistyped, and the price of the catalogue counts.
type Warning struct {
	// Key is the path within the test, such as cart.items[0].sku.
	Key   string
	Place document.Place
	// Reason says what the catalogue has.
	Reason string
	// Hint says what was probably meant.
	Hint string
}

func (w Warning) String() string {
	text := w.Key + ": " + w.Reason
	if w.Hint != "" {
		text += " (" + w.Hint + ")"
	}
	return text
}

// guesses are which article of the catalogue an unknown one may be, by its SKU, for all
// tests of a run.
type guesses map[string]string

// mostGuesses is how many unknown articles are guessed in a run: each is compared with the
// whole catalogue.
const mostGuesses = 50

func (g guesses) of(sku string, st *strategy.Strategy) string {
	hint, known := g[sku]
	if !known && len(g) < mostGuesses {
		hint = document.DidYouMean(sku, st.Products())
		g[sku] = hint
	}
	return hint
}

// expectsSubtotal reports whether the test says what the goods are worth, and rightly so: it
// then means the prices of the catalogue.
func (o *outcome) expectsSubtotal() bool {
	const key = "expect.subtotal"
	return slices.ContainsFunc(o.expectations, func(e expectation) bool { s, is := e.(*sum); return is && s.key == key }) &&
		!slices.ContainsFunc(o.failures, func(f Failure) bool { return f.Key == key })
}

// warn notes where the cart and the catalogue differ.
func (o *outcome) warn(from order) {
	priced := o.expectsSubtotal()
	o.warned = make(map[Warning]bool)
	for _, d := range o.Deviations(o.cart, o.quote) {
		if d.Field != strategy.FieldSKU && priced {
			continue
		}
		at, key, where := from.line(d.Line, d.Field)
		w := Warning{Key: brief.Text(key, maxKey), Place: o.suite.locate(at), Reason: brief.Text(where+d.Reason, maxTold)}
		if d.Field == strategy.FieldSKU {
			w.Hint = o.guesses.of(o.cart.Lines[d.Line].SKU, o.Strategy)
		}
		if !o.warned[w] {
			o.warned[w] = true
			o.warnings = append(o.warnings, w)
		}
	}
}

func (b *body) line(line int, field string) (at document.Pos, key, where string) {
	at, key = b.follow(carts.Pointer(b.json, line, "") + "/" + field)
	return at, key, ""
}

func (b *bodyOrder) line(line int, field string) (at document.Pos, key, where string) {
	return b.at, b.key, b.name + b.by() + ": " + b.Reader.Pointer(b.data, line, field) + ": "
}
