package assertion

import (
	"crypto/sha256"
	"strings"
)

// Digest is the SHA-256 of what an assertion is bound to. Its zero value is a
// digest that was not taken.
type Digest struct {
	sum   [sha256.Size]byte
	taken bool
}

// BodyDigest is the digest of a request's whole body, byte for byte as it is
// passed on. An empty body has one too.
func BodyDigest(body []byte) Digest {
	return Digest{sha256.Sum256(body), true}
}

// CartDigest is the digest of a cart that is in headers, whose names must be in
// the canonical form of net/textproto; see [AppendCart] for what it covers.
func CartDigest(headers map[string][]string) Digest {
	var space [512]byte
	return BodyDigest(AppendCart(space[:0], headers))
}

func (d *Digest) appendMember(dst []byte, member string) []byte {
	if !d.taken {
		return dst
	}
	return appendDigest(append(dst, member...), &d.sum)
}

// cartHeaders are the headers a cart can be in, in the order of their names.
var cartHeaders = [...]struct{ name, label string }{
	{"X-Cart-Channel", "x-cart-channel:"},
	{"X-Cart-Completed-Orders", "x-cart-completed-orders:"},
	{"X-Cart-Coupons", "x-cart-coupons:"},
	{"X-Cart-Currency", "x-cart-currency:"},
	{"X-Cart-Customer", "x-cart-customer:"},
	{"X-Cart-Items", "x-cart-items:"},
	{"X-Cart-Quantity", "x-cart-quantity:"},
	{"X-Cart-Region", "x-cart-region:"},
	{"X-Cart-Segments", "x-cart-segments:"},
	{"X-Cart-Shipping", "x-cart-shipping:"},
	{"X-Cart-Subtotal", "x-cart-subtotal:"},
	{"X-Cart-Tier", "x-cart-tier:"},
}

// AppendCart appends the canonical form of a cart that is in headers to dst.
// For each of X-Cart-Channel, -Completed-Orders, -Coupons, -Currency, -Customer,
// -Items, -Quantity, -Region, -Segments, -Shipping, -Subtotal and -Tier, in this
// order, that has a value it is one line of
//
//   - the name in lower case, followed by a colon,
//   - the values of all its fields, in the order they came, each without the
//     spaces and tabs around it, joined by a comma and a space,
//   - a line feed, which no field value can hold (RFC 9110, section 5.5).
//
// A header that has no fields, or of which nothing is left when its values are
// joined, has no line. Joining is what RFC 9110, section 5.2, does with a list
// in several fields, so it makes no difference if a proxy has joined them.
func AppendCart(dst []byte, headers map[string][]string) []byte {
	for i := range cartHeaders {
		h := &cartHeaders[i]
		start := len(dst)
		dst = append(dst, h.label...)
		for j, value := range headers[h.name] {
			if j > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(dst, strings.Trim(value, " \t")...)
		}
		if len(dst) == start+len(h.label) {
			dst = dst[:start]
			continue
		}
		dst = append(dst, '\n')
	}
	return dst
}
