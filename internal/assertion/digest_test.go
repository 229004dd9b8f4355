package assertion_test

import (
	"testing"

	"github.com/promogate/caddy-discount/internal/assertion"
)

func TestCanonicalCart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		headers map[string][]string
		want    string
	}{
		{name: "no cart", headers: map[string][]string{"Content-Type": {"text/plain"}, "X-Cart-Other": {"1"}}, want: ""},
		{name: "one header", headers: map[string][]string{"X-Cart-Subtotal": {"3500"}}, want: "x-cart-subtotal:3500\n"},
		{
			name:    "the order of the names",
			headers: map[string][]string{"X-Cart-Tier": {"gold"}, "X-Cart-Items": {`"jasmine";q=1`}, "X-Cart-Channel": {"app"}},
			want:    "x-cart-channel:app\nx-cart-items:\"jasmine\";q=1\nx-cart-tier:gold\n",
		},
		{name: "several fields", headers: map[string][]string{"X-Cart-Items": {`"a";p=1`, `"b";p=2,"c";p=3`}}, want: "x-cart-items:\"a\";p=1, \"b\";p=2,\"c\";p=3\n"},
		{name: "space around values", headers: map[string][]string{"X-Cart-Coupons": {" \tSPRING ", "618\t"}}, want: "x-cart-coupons:SPRING, 618\n"},
		{name: "space within values", headers: map[string][]string{"X-Cart-Coupons": {"A ,  B"}}, want: "x-cart-coupons:A ,  B\n"},
		{name: "an empty value", headers: map[string][]string{"X-Cart-Tier": {" "}, "X-Cart-Region": {"sh"}}, want: "x-cart-region:sh\n"},
		{name: "no value", headers: map[string][]string{"X-Cart-Tier": {}}, want: ""},
		{name: "an empty value beside another", headers: map[string][]string{"X-Cart-Coupons": {"", "A"}}, want: "x-cart-coupons:, A\n"},
		{name: "bytes that are not ASCII", headers: map[string][]string{"X-Cart-Region": {"\xe4\xb8\x8a\xff"}}, want: "x-cart-region:\xe4\xb8\x8a\xff\n"},
		{
			name: "every header",
			headers: map[string][]string{
				"X-Cart-Items": {"e"}, "X-Cart-Subtotal": {"j"}, "X-Cart-Quantity": {"f"}, "X-Cart-Currency": {"c"},
				"X-Cart-Customer": {"d"}, "X-Cart-Tier": {"k"}, "X-Cart-Segments": {"h"}, "X-Cart-Coupons": {"b"},
				"X-Cart-Completed-Orders": {"l"}, "X-Cart-Channel": {"a"}, "X-Cart-Region": {"g"}, "X-Cart-Shipping": {"i"},
				"X-Cart-Order-Id": {"m"}, "X-Cart-Expected-Payable": {"n"},
			},
			want: "x-cart-channel:a\nx-cart-completed-orders:l\nx-cart-coupons:b\nx-cart-currency:c\nx-cart-customer:d\nx-cart-expected-payable:n\n" +
				"x-cart-items:e\nx-cart-order-id:m\nx-cart-quantity:f\n" +
				"x-cart-region:g\nx-cart-segments:h\nx-cart-shipping:i\nx-cart-subtotal:j\nx-cart-tier:k\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(assertion.AppendCart([]byte("before"), test.headers)); got != "before"+test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if assertion.CartDigest(test.headers) != assertion.BodyDigest([]byte(test.want)) {
				t.Error("the digest is of something else")
			}
		})
	}
}

func TestAnEmptyBodyHasADigest(t *testing.T) {
	t.Parallel()
	if assertion.BodyDigest(nil) == (assertion.Digest{}) {
		t.Error("it is the one of no body")
	}
}
