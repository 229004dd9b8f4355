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
	c.attributes, c.texts, c.chunks, c.names = nil, nil, nil, seenNames{}
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

// cartOf reads a body that must be a cart.
func cartOf(t tester, options Options, body string) Cart {
	t.Helper()
	var c Cart
	found, err := reader(t, options).ReadJSON([]byte(body), currency(t, "CNY"), &c)
	if !found || err != nil {
		t.Fatalf("got %v, %v, want a cart", found, err)
	}
	return visible(c)
}

// refusalOf reads a body that must be invalid.
func refusalOf(t tester, options Options, body string) Invalid {
	t.Helper()
	found, err := reader(t, options).ReadJSON([]byte(body), currency(t, "CNY"), new(Cart))
	return *invalid(t, found, err)
}

// invalid is where and why a cart is refused, without the details of the reason.
func invalid(t tester, found bool, err error) *Invalid {
	t.Helper()
	bad, ok := err.(*Invalid)
	if !ok || found {
		t.Fatalf("got %v, %v, want an *Invalid", found, err)
	}
	return &Invalid{Pointer: bad.Pointer, Reason: bad.Reason}
}

func printable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
