package assertion

import (
	"crypto/sha256"
	"strings"
)

// Digest is the SHA-256 of the data that an assertion is bound to. The zero value is no digest.
type Digest struct {
	sum   [sha256.Size]byte
	taken bool
}

// BodyDigest returns the digest of a request's whole body, byte for byte as it is passed on. An
// empty body has a digest, too.
func BodyDigest(body []byte) Digest {
	return Digest{sha256.Sum256(body), true}
}

// CartDigest returns the digest of a cart in headers. Their names must be in the canonical form
// of net/textproto. appendCart says what the digest covers.
func CartDigest(headers map[string][]string) Digest {
	var space [512]byte
	return BodyDigest(appendCart(space[:0], headers))
}

func (d *Digest) appendMember(dst []byte, member string) []byte {
	if !d.taken {
		return dst
	}
	return appendDigest(append(dst, member...), &d.sum)
}

// cartHeaders are the headers that a cart can be in, in the order of their names.
var cartHeaders = [...]struct{ name, label string }{
	{"X-Cart-Channel", "x-cart-channel:"},
	{"X-Cart-Completed-Orders", "x-cart-completed-orders:"},
	{"X-Cart-Coupons", "x-cart-coupons:"},
	{"X-Cart-Currency", "x-cart-currency:"},
	{"X-Cart-Customer", "x-cart-customer:"},
	{"X-Cart-Expected-Payable", "x-cart-expected-payable:"},
	{"X-Cart-Items", "x-cart-items:"},
	{"X-Cart-Order-Id", "x-cart-order-id:"},
	{"X-Cart-Quantity", "x-cart-quantity:"},
	{"X-Cart-Region", "x-cart-region:"},
	{"X-Cart-Segments", "x-cart-segments:"},
	{"X-Cart-Shipping", "x-cart-shipping:"},
	{"X-Cart-Subtotal", "x-cart-subtotal:"},
	{"X-Cart-Tier", "x-cart-tier:"},
}

// appendCart appends the canonical form of a cart in headers to dst. The headers are
// X-Cart-Channel, -Completed-Orders, -Coupons, -Currency, -Customer, -Expected-Payable, -Items,
// -Order-Id, -Quantity, -Region, -Segments, -Shipping, -Subtotal and -Tier, in this order. Each header that has a value is one
// line of
//
//   - the name in lower case, followed by a colon,
//   - the values of all its fields, in the order in which they came, without the spaces and
//     tabs around each, joined by a comma and a space,
//   - a line feed, which no field value can contain (RFC 9110, section 5.5).
//
// A header without fields, or whose joined values are empty, has no line. RFC 9110, section 5.2,
// joins a list in several fields the same way, so it makes no difference if a proxy has joined
// them.
func appendCart(dst []byte, headers map[string][]string) []byte {
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
