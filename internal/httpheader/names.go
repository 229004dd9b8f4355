// Package httpheader removes what others send under the header names that the handler owns:
// a client in its request, by any way that may reach the order service, and the order
// service in its response.
package httpheader

import (
	"net/textproto"
	"strings"
)

// Names are the names that the handler owns: all that begin with the prefix, and the prefix without
// its last hyphen, in upper or lower case, with a hyphen or any other mark in its place. CGI backends
// cannot tell these apart: all fold - and _ into one, PHP the dot too, and lighttpd every character that is
// neither a letter nor a digit.
//
// The fields are the names that the handler itself sets.
type Names struct {
	Prefix string // lower case

	// Dictionary is the prefix without its last hyphen, the name of one header with all values
	// but the assertion. Compact says that the handler sets it in place of the others.
	Dictionary string
	Compact    bool

	Status, Reason                      string
	Amount, Shipping, Subtotal, Payable string
	Currency, Rules, Lines, Gifts       string
	Strategy, Assertion                 string

	// Reservation and Exhausted are for the order service alone, see [Names.StripPrivate].
	Reservation, Exhausted string

	onTrailer func(found int)
}

// New makes the names with a prefix, which ends in a hyphen. onTrailer is called with how many
// fields under owned names were removed from a trailer, which arrives after Strip has
// returned.
func New(prefix string, onTrailer func(found int)) *Names {
	name := func(last string) string { return textproto.CanonicalMIMEHeaderKey(prefix + last) }
	return &Names{
		Prefix:     strings.ToLower(prefix),
		Dictionary: textproto.CanonicalMIMEHeaderKey(strings.TrimSuffix(prefix, "-")),
		Status:     name("Status"),
		Reason:     name("Reason"),
		Amount:     name("Amount"),
		Shipping:   name("Shipping"),
		Subtotal:   name("Subtotal"),
		Payable:    name("Payable"),
		Currency:   name("Currency"),
		Rules:      name("Rules"),
		Lines:      name("Lines"),
		Gifts:      name("Gifts"),
		Strategy:   name("Strategy"),
		Assertion:  name("Assertion"),

		Reservation: name("Reservation"),
		Exhausted:   name("Exhausted"),

		onTrailer: onTrailer,
	}
}

// owns reports whether a header name is the handler's.
func (n *Names) owns(name string) bool {
	if len(name) == len(n.Dictionary) {
		return foldsTo(name, n.Prefix[:len(name)])
	}
	return foldsTo(name, n.Prefix)
}

// foldsTo reports whether a name begins with a prefix, which is in lower case, for readers
// that distinguish neither cases nor marks.
func foldsTo(name, prefix string) bool {
	if len(name) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case (c < 'a' || c > 'z') && (c < '0' || c > '9'):
			c = '-'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// The prefix of the cart's headers, folded and as they are read.
const (
	cartFolded = "x-cart-"
	cartPrefix = "X-Cart-"
)
