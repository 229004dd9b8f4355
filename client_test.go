package discount

import (
	"context"
	"net/http"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func TestAClientIsItsAddressOrItsNetwork(t *testing.T) {
	for name, c := range map[string]struct{ a, b, other string }{
		"IPv4":                       {a: "192.0.2.7", b: "192.0.2.7", other: "192.0.2.8"},
		"IPv4 written as IPv6":       {a: "192.0.2.7", b: "::ffff:192.0.2.7", other: "::ffff:192.0.2.8"},
		"IPv6, one network":          {a: "2001:db8:1:2::1", b: "2001:db8:1:2:ffff::9", other: "2001:db8:1:3::1"},
		"IPv6 with a zone":           {a: "fe80::1%eth0", b: "fe80::2%eth1", other: "fe80:0:0:1::1"},
		"a socket without addresses": {a: "@", b: "@", other: ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, b, other := clientAt(t, c.a), clientAt(t, c.b), clientAt(t, c.other)
			if a != b || a == other {
				t.Errorf("%s is %q, %s is %q, %s is %q", c.a, a, c.b, b, c.other, other)
			}
		})
	}
}

// clientAt is the client of a request from an address, as Caddy has it.
func clientAt(t *testing.T, address string) string {
	t.Helper()
	vars := map[string]any{caddyhttp.ClientIPVarKey: address}
	r, err := http.NewRequestWithContext(context.WithValue(t.Context(), caddyhttp.VarsCtxKey, vars), http.MethodPost, "http://shop/orders", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return clientOf(r)
}
