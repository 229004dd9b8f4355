package reservations

import (
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

func TestDigestOfACart(t *testing.T) {
	t.Parallel()
	base := phones(3, "ada")
	same := phones(3, "ada")
	same.OrderID = "o"
	if digestOf(base) != digestOf(same) {
		t.Error("the order's name is in it")
	}
	var seen [][32]byte
	for name, change := range map[string]func(c *cart.Cart){
		"nothing":    func(*cart.Cart) {},
		"units":      func(c *cart.Cart) { c.Lines[0].Quantity++ },
		"price":      func(c *cart.Cart) { c.Lines[0].UnitPrice++ },
		"article":    func(c *cart.Cart) { c.Lines[0].SKU = "tablet" },
		"field":      func(c *cart.Cart) { c.Lines[0].SKU, c.Lines[0].ID = "", "phone" },
		"category":   func(c *cart.Cart) { c.Lines[0].MoreCategories = []string{"a"} },
		"attribute":  func(c *cart.Cart) { c.Lines[0].Attributes = []cart.Attribute{{Name: "a", Text: "b"}} },
		"reduced":    func(c *cart.Cart) { c.Lines[0].Reduced = true },
		"a coupon":   func(c *cart.Cart) { c.Coupons = []string{"a"} },
		"two":        func(c *cart.Cart) { c.Coupons = []string{"a", ""} },
		"segment":    func(c *cart.Cart) { c.Customer.Segments = []string{"a"} },
		"customer":   func(c *cart.Cart) { c.Customer.ID = "bob" },
		"shipping":   func(c *cart.Cart) { c.Shipping = []cart.Charge{{Amount: 5}} },
		"more lines": func(c *cart.Cart) { c.Lines = append(c.Lines, cart.Line{}) },
		"currency":   func(c *cart.Cart) { c.Currency = "EUR" },
	} {
		c := phones(3, "ada")
		change(c)
		d := digestOf(c)
		if slices.Contains(seen, d) {
			t.Errorf("%s makes no difference", name)
		}
		seen = append(seen, d)
	}
}
