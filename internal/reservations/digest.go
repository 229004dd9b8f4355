package reservations

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"

	"github.com/promogate/caddy-discount/cart"
)

// digestOf is the digest of what an order buys: two requests with the same name are one order only if
// they buy the same. The order's name, and what the customer was shown, are not in it.
func digestOf(c *cart.Cart) (sum [sha256.Size]byte) {
	d := digester{sha256.New()}
	d.texts(c.Currency, c.Channel, c.Region, c.Customer.ID, c.Customer.Tier)
	d.texts(c.Customer.Segments...)
	d.texts(c.Coupons...)
	d.numbers(c.Customer.CompletedOrders, int64(len(c.Lines)), int64(len(c.Shipping)))
	for i := range c.Lines {
		l := &c.Lines[i]
		d.texts(l.ID, l.SKU, l.Category, l.Subgroup)
		d.texts(l.MoreCategories...)
		d.numbers(l.Quantity, l.Weight.Digits, int64(l.Weight.Places), l.UnitPrice, flag(l.HasTotal), l.Subtotal, flag(l.Reduced), int64(len(l.Attributes)))
		for _, a := range l.Attributes {
			d.texts(a.Name, a.Text)
			d.numbers(int64(a.Kind))
		}
	}
	for i := range c.Shipping {
		d.texts(c.Shipping[i].ID, c.Shipping[i].Method)
		d.numbers(c.Shipping[i].Amount)
	}
	d.Sum(sum[:0])
	return sum
}

// digester digests texts with their lengths and their number, so that different ones have different
// digests.
type digester struct{ hash.Hash }

func (d digester) texts(all ...string) {
	d.numbers(int64(len(all)))
	for _, text := range all {
		d.numbers(int64(len(text)))
		_, _ = io.WriteString(d, text) // a hash has no errors
	}
}

func (d digester) numbers(all ...int64) {
	var b [8]byte
	for _, n := range all {
		binary.BigEndian.PutUint64(b[:], uint64(n))
		_, _ = d.Write(b[:])
	}
}

func flag(set bool) int64 {
	if set {
		return 1
	}
	return 0
}
