package ruletest

import (
	"slices"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Warning is about goods of a test that the catalogue does not have, or has at another price. It
// fails no test. Such a test probably does not test what was meant: no rule targets a mistyped
// article, and the price of the catalogue applies.
type Warning struct {
	// Key is the path within the test, such as cart.items[0].sku.
	Key      string
	Position document.Position
	// Reason describes what the catalogue has.
	Reason string
	// Hint is what was probably meant; "" without a guess.
	Hint string
}

func (w Warning) String() string {
	text := w.Key + ": " + w.Reason
	if w.Hint != "" {
		text += " (" + w.Hint + ")"
	}
	return text
}

// guesses are the hints for unknown articles by SKU, for all tests of a run.
type guesses map[string]string

// maxGuesses is how many unknown articles get a hint in a run. Each of them is compared with the
// whole catalogue.
const maxGuesses = 50

func (g guesses) of(sku string, st *strategy.Strategy) string {
	hint, known := g[sku]
	if !known && len(g) < maxGuesses {
		hint = document.DidYouMean(sku, st.Products())
		g[sku] = hint
	}
	return hint
}

// expectsSubtotal reports whether the test expects the subtotal of the quote. It then means the
// prices of the catalogue.
func (o *outcome) expectsSubtotal() bool {
	const key = "expect.subtotal"
	return slices.ContainsFunc(o.expectations, func(e expectation) bool { s, is := e.(*quoteAmount); return is && s.key == key }) &&
		!slices.ContainsFunc(o.failures, func(f Failure) bool { return f.Key == key })
}

// warn adds a warning for each difference between the cart and the catalogue. If the test expects
// the subtotal of the quote, it leaves out prices.
func (o *outcome) warn(from order) {
	priced := o.expectsSubtotal()
	o.warned = make(map[Warning]bool)
	for _, d := range o.Deviations(o.cart, o.quote) {
		if d.Field != strategy.FieldSKU && priced {
			continue
		}
		at, key, where := from.line(d.Line, d.Field)
		w := Warning{Key: brief.Text(key, maxKey), Position: o.suite.doc.Locate(at), Reason: brief.Text(where+d.Reason, maxShown)}
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
	at, key = b.follow(cartReader.Pointer(b.json, line, "") + "/" + field)
	return at, key, ""
}

func (b *bodyOrder) line(line int, field string) (at document.Pos, key, where string) {
	return b.at, b.key, b.name + b.by() + ": " + b.Reader.Pointer(b.data, line, field) + ": "
}
