package assertion

import (
	"crypto/sha256"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Claims are the claims of an assertion about one request. Empty texts and zero digests are left
// out. Bytes that are not UTF-8 become U+FFFD, since a JSON string cannot contain them.
type Claims struct {
	// Status is the outcome for the cart, such as applied or bypass.
	Status string

	// Priced says that there is a quote. Without it the four amounts mean
	// nothing and are left out.
	Priced bool

	// Amount is the discount on goods and Shipping the discount on shipping. Subtotal is the
	// price of the goods before any discount, and Payable the price of goods and shipping
	// after all discounts. All are in minor units of Currency.
	Amount, Shipping, Subtotal, Payable int64

	// Currency is the ISO 4217 code of the amounts.
	Currency string

	// Rules, Lines and Gifts are the exact values of the headers that are lists. The
	// assertion has their SHA-256, since they may be as long as all other headers together.
	Rules, Lines, Gifts string

	// Strategy is the version that the strategy states. Fingerprint is the SHA-256 of the
	// strategy in hexadecimal.
	Strategy, Fingerprint string

	// Reservation is the id of what the order holds of quotas, and Until the deadline of that in
	// seconds since 1970. Both are left out if the order holds nothing.
	Reservation string
	Until       int64

	// Exhausted is the exact value of the header with the rules of which too little is left. The
	// assertion has its SHA-256.
	Exhausted string

	// Target is what the request was sent to.
	Target

	// Body is the digest of the request's body. Cart is the digest of the headers that
	// describe a cart. An assertion with neither is bound to no request.
	Body, Cart Digest
}

// appendJSON appends the members of c to an object that has members already.
func (c *Claims) appendJSON(dst []byte) []byte {
	dst = appendText(dst, `,"status":`, c.Status)
	if c.Priced {
		dst = appendInteger(dst, `,"amount":`, c.Amount)
		dst = appendInteger(dst, `,"shipping":`, c.Shipping)
		dst = appendInteger(dst, `,"subtotal":`, c.Subtotal)
		dst = appendInteger(dst, `,"payable":`, c.Payable)
	}
	dst = appendText(dst, `,"currency":`, c.Currency)
	dst = appendDigestOf(dst, `,"rules":`, c.Rules)
	dst = appendDigestOf(dst, `,"lines":`, c.Lines)
	dst = appendDigestOf(dst, `,"gifts":`, c.Gifts)
	dst = appendText(dst, `,"strategy":`, c.Strategy)
	dst = appendText(dst, `,"fingerprint":`, c.Fingerprint)
	if c.Reservation != "" {
		dst = appendText(dst, `,"reservation":`, c.Reservation)
		dst = appendInteger(dst, `,"until":`, c.Until)
	}
	dst = appendDigestOf(dst, `,"exhausted":`, c.Exhausted)
	dst = appendText(dst, `,"method":`, c.Method)
	dst = appendText(dst, `,"host":`, c.Host)
	dst = appendText(dst, `,"path":`, c.Path)
	dst = c.Body.appendMember(dst, `,"body":`)
	return c.Cart.appendMember(dst, `,"cart":`)
}

func appendInteger(dst []byte, member string, n int64) []byte {
	return strconv.AppendInt(append(dst, member...), n, 10)
}

func appendText(dst []byte, member, text string) []byte {
	if text == "" {
		return dst
	}
	return appendQuoted(append(dst, member...), text)
}

// appendQuoted appends text as a JSON string. The only possible error reports that bytes
// were not UTF-8 and have been replaced.
func appendQuoted(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}

// appendDigestOf appends the digest of a header value, unless the value is empty.
func appendDigestOf(dst []byte, member, value string) []byte {
	if value == "" {
		return dst
	}
	sum := sha256.Sum256([]byte(value))
	return appendDigest(append(dst, member...), &sum)
}

func appendDigest(dst []byte, sum *[sha256.Size]byte) []byte {
	dst = append(dst, '"')
	dst = appendBase64(dst, sum[:])
	return append(dst, '"')
}
