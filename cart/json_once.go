package cart

import (
	"math"

	"github.com/promogate/caddy-discount/money"
)

// readOnce is [Reader.ReadJSON] in one pass: the text is checked while the cart is read from it. It
// reports true for certain only for a text that is JSON to its end, and either a valid cart or an
// object without items. All else is for ReadJSON to read anew, since what is wrong with a text
// comes before what is wrong with the cart, wherever in the body either is.
//
// What [scanner] takes for JSON is JSON to the library, and the cart does not depend on when the
// text was checked, so both ways of reading a body come to the same. FuzzReadOnce compares them.
func (r *Reader) readOnce(body []byte, defaultCurrency money.Currency, into *Cart) (found, certain bool) {
	into.Reset()
	if len(body) > math.MaxInt32 {
		return false, false
	}
	d := document{
		scanner: scanner{text: view(body), pos: markLength(body)}, once: true,
		reader: r, cart: into, currency: defaultCurrency, names: &into.names,
	}
	d.space()
	if c := d.next(); c != '{' && c != '[' {
		return false, false
	}
	if f := d.root(); f != nil || !d.ended() {
		return false, false
	}
	if !d.found {
		into.Reset()
		return false, true
	}
	return true, d.complete() == nil
}
