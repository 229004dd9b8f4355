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

// reservedFields are the names of other headers, which no registry has: those of a cart, and some
// that proxies and clients set. The handler owns the prefix without its last hyphen, too.
const reservedFields = `
X-Cart-Channel X-Cart-Completed-Orders X-Cart-Coupons X-Cart-Currency X-Cart-Customer X-Cart-Expected-Payable
X-Cart-Items X-Cart-Order-Id X-Cart-Quantity
X-Cart-Region X-Cart-Segments X-Cart-Shipping X-Cart-Subtotal X-Cart-Tier X-Forwarded-For X-Forwarded-Host
X-Forwarded-Port X-Forwarded-Prefix X-Forwarded-Proto X-Real-IP X-Request-ID X-Correlation-ID X-Requested-With
X-HTTP-Method-Override X-CSRF-Token X-API-Key X-Auth-Token`

// CheckPrefix refuses what cannot be the prefix of owned names: it has letters, digits
// and hyphens, ends in a hyphen, and neither begins a name that belongs to others nor is one
// without that hyphen.
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
	for name := range strings.FieldsSeq(reservedFields) {
		if strings.EqualFold(prefix, name+"-") {
			return fmt.Errorf("%q is the header %s with a hyphen, choose a name of your own such as %s",
				textproto.CanonicalMIMEHeaderKey(prefix), name, DefaultPrefix)
		}
	}
	return checkRegistered(prefix)
}
