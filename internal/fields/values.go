// Package fields writes what became of the cart of a request as the fields of a header: one for each
// value, or one with all of them as Dictionary (RFC 9651). Together with their names and the assertion
// they stay within 4 KiB.
package fields

import (
	"net/http"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/httpheader"
)

// Values are the values of the fields. An empty text is a field that is not set.
type Values struct {
	Status Status
	Reason string // RFC 9651 String or Display String

	// Of a cart that was priced.
	Strategy                            *engine.Compiled // nil for none
	Amount, Shipping, Subtotal, Payable string
	Currency, Rules, Lines, Gifts       string
	compact                             string // all of them as one Dictionary, where that is set

	// For the order service alone.
	Reservation, Exhausted string
	inner                  string // Exhausted with spaces between, for the Dictionary
}

// Set sets the fields. The values of all share one array.
func (v *Values) Set(h http.Header, n *httpheader.Names) {
	if n.Compact {
		h[n.Dictionary] = []string{v.dictionary()}
		return
	}
	values := make([]string, 0, 11)
	put := func(name, value string) {
		if value != "" {
			values = append(values, value)
			h[name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	put(n.Status, v.Status.String())
	put(n.Reason, v.Reason)
	if v.Strategy == nil {
		return
	}
	put(n.Amount, v.Amount)
	put(n.Shipping, v.Shipping)
	put(n.Subtotal, v.Subtotal)
	put(n.Payable, v.Payable)
	put(n.Currency, v.Currency)
	put(n.Rules, v.Rules)
	put(n.Lines, v.Lines)
	put(n.Gifts, v.Gifts)
	put(n.Strategy, v.Strategy.Header.Strategy)
}

// SetPrivate adds what is for the order service alone to a header that [Values.Set] has set.
func (v *Values) SetPrivate(h http.Header, n *httpheader.Names) {
	if v.Reservation == "" && v.Exhausted == "" {
		return
	}
	if n.Compact {
		h[n.Dictionary] = []string{v.appendPrivate(v.dictionary())}
		return
	}
	if v.Reservation != "" {
		h[n.Reservation] = []string{v.Reservation}
	}
	if v.Exhausted != "" {
		h[n.Exhausted] = []string{v.Exhausted}
	}
}
