// Package httpheader knows the header names that are the handler's own, and takes
// away whatever somebody else says under them: a client in its request, in
// whichever way that might reach the order service, or the order service in its
// response.
package httpheader

import (
	"net/textproto"
	"strings"
)

// Names are the names the handler owns: everything that begins with the prefix,
// whatever the case, and with any other mark in place of -. Backends of the CGI
// kind cannot tell these apart: all fold - and _ into one, PHP the dot too, and
// lighttpd whatever is no letter and no digit.
//
// Those with a field are the ones that the handler itself sets.
type Names struct {
	Prefix string // lower case

	Status, Reason                      string
	Amount, Shipping, Subtotal, Payable string
	Currency, Rules, Lines, Gifts       string
	Strategy, Assertion                 string

	late func(found int)
}

// New are the names with a prefix, which ends in a hyphen. late is told how many
// fields under owned names were taken out of a trailer, which arrives after Strip
// has returned.
func New(prefix string, late func(found int)) *Names {
	name := func(last string) string { return textproto.CanonicalMIMEHeaderKey(prefix + last) }
	return &Names{
		Prefix:    strings.ToLower(prefix),
		Status:    name("Status"),
		Reason:    name("Reason"),
		Amount:    name("Amount"),
		Shipping:  name("Shipping"),
		Subtotal:  name("Subtotal"),
		Payable:   name("Payable"),
		Currency:  name("Currency"),
		Rules:     name("Rules"),
		Lines:     name("Lines"),
		Gifts:     name("Gifts"),
		Strategy:  name("Strategy"),
		Assertion: name("Assertion"),
		late:      late,
	}
}

// owns reports whether a header name is the handler's.
func (n *Names) owns(name string) bool { return foldsTo(name, n.Prefix) }

// foldsTo reports whether a name begins with a prefix, which is in lower case, for
// those who tell neither cases nor marks apart.
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

// The names of the cart's headers, folded and as they are read.
const (
	cartsFolded = "x-cart-"
	carts       = "X-Cart-"
)
