package httpheader

import (
	"fmt"
	"net/textproto"
	"strings"
)

// DefaultPrefix begins the names of the discount headers where no option gives another.
const DefaultPrefix = "X-Discount-"

// reservedPrefixes begin names of headers that belong to others, beside those of
// [registeredFields]: stripping them would remove what the order service needs.
var reservedPrefixes = []string{"x-", "x-cart-", "x-forwarded-"}

// CheckPrefix refuses what cannot be the prefix of owned names: it has letters, digits
// and hyphens, ends in a hyphen, and begins no name that belongs to others.
func CheckPrefix(prefix string) error {
	for _, c := range []byte(prefix) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
		if !letter {
			return fmt.Errorf("%q has other characters than letters, digits and hyphens", prefix)
		}
	}
	if len(prefix) < 3 || prefix[0] == '-' || !strings.HasSuffix(prefix, "-") {
		return fmt.Errorf("%q is not the beginning of a header name that ends in a hyphen, such as %s", prefix, DefaultPrefix)
	}
	for _, reserved := range reservedPrefixes {
		if strings.EqualFold(prefix, reserved) {
			return fmt.Errorf("%q begins the names of other headers too", textproto.CanonicalMIMEHeaderKey(prefix))
		}
	}
	return checkRegistered(prefix)
}
