package httpheader

import (
	"net/http"
	"strings"
	"testing"
	"unicode"
)

// Whatever a client calls its headers, none of those left can be taken for one of
// ours, by a reader that folds case and any mark to a hyphen.
func FuzzStrip(f *testing.F) {
	f.Add("X-Discount-Amount", "close, X-Discount-Status", "x_discount.amount")
	f.Add("x-DISCOUNT-", ",,x_discount_a ,", "X-Discount-\u017famount")
	f.Add("X-Cart-Items", "x_cart.items", "x~cart~items")
	f.Add("t-,X Cart-", "x_cart", "x~cart") // which no server takes for a name
	f.Add("X.Discount", "close, x_discount", "X-Discount")
	f.Add("a", "b", "\nX-Discount-Amount") // nor this one
	names := New("X-Discount-", func(int) {})
	f.Fuzz(func(t *testing.T, name, connection, trailer string) {
		r := &http.Request{
			Header:  http.Header{name: {"1"}, "Connection": {connection}},
			Trailer: http.Header{trailer: nil},
			Body:    http.NoBody,
		}
		names.Strip(r)
		// Connection is a list with spaces between its tokens; the name of a field is one name, whatever
		// is in it.
		var left []string
		for token := range strings.SplitSeq(strings.Join(r.Header["Connection"], ","), ",") {
			left = append(left, strings.Trim(token, " \t\r\n"))
		}
		for _, h := range []http.Header{r.Header, r.Trailer} {
			for name := range h {
				left = append(left, name)
			}
		}
		for _, one := range left {
			folded := strings.Map(func(c rune) rune {
				if c < 0x80 && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
					return '-'
				}
				return c
			}, strings.ToLower(one))
			if folded == "x-discount" || strings.HasPrefix(folded, "x-discount-") || strings.HasPrefix(folded, "x-cart-") && !strings.HasPrefix(one, "X-Cart-") {
				t.Fatalf("%q is left", one)
			}
		}
	})
}
