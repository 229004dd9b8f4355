package cart

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/promogate/caddy-discount/money"
)

// tester is what testing.T, testing.F and rapid.T have in common and helpers need.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func currency(t tester, code string) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func reader(t tester, options Options) *Reader {
	t.Helper()
	r, err := NewReader(options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// visible leaves out the memory a cart keeps, and tells empty lists from no list
// as little as a reader of the cart does.
func visible(c Cart) Cart {
	c.attributes, c.names = nil, seenNames{}
	if len(c.Lines) == 0 {
		c.Lines = nil
	}
	if len(c.Coupons) == 0 {
		c.Coupons = nil
	}
	if len(c.Shipping) == 0 {
		c.Shipping = nil
	}
	if len(c.Customer.Segments) == 0 {
		c.Customer.Segments = nil
	}
	return c
}

// invalid reads what must be invalid.
func invalid(t tester, found bool, err error) *Invalid {
	t.Helper()
	bad, ok := err.(*Invalid)
	if !ok || found {
		t.Fatalf("got %v, %v, want an *Invalid", found, err)
	}
	return bad
}

func printable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
