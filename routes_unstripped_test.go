package discount

import (
	"fmt"
	"strings"
	"testing"
)

const besideAtStart = "proxy reachable without discount_strip"

// The log names a proxy that requests reach without being stripped, when the routes are
// provisioned: also one that was provisioned before discount is.
func TestTheLogNamesAProxyBesideDiscount(t *testing.T) {
	for name, c := range map[string]struct {
		site string
		want int
	}{
		"the first example":             {site: proxied},
		"two directives":                {site: "discount /orders* STRATEGY\ndiscount /shop* STRATEGY\nreverse_proxy UPSTREAM"},
		"a block beside it":             {site: "handle /orders* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}\nhandle {\n\treverse_proxy UPSTREAM\n}", want: 1},
		"a block before it":             {site: "handle /a-longer-path* {\n\treverse_proxy UPSTREAM\n}\nhandle /orders* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}", want: 1},
		"blocks behind discount_strip":  {site: "discount_strip\nhandle /a-longer-path* {\n\treverse_proxy UPSTREAM\n}\nhandle /orders* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}"},
		"a block that strips before it": {site: "handle /a-longer-path* {\n\tdiscount_strip\n\treverse_proxy UPSTREAM\n}\nhandle /orders* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}"},
		"routes for errors":             {site: proxied + "\nhandle_errors {\n\treverse_proxy UPSTREAM\n}", want: 1},
		"routes for errors that strip":  {site: proxied + "\nhandle_errors {\n\tdiscount_strip\n\treverse_proxy UPSTREAM\n}"},
		"forward_auth":                  {site: "forward_auth UPSTREAM {\n\turi /\n}\n" + proxied},
		"handle_path":                   {site: "handle_path /shop/* {\n\tdiscount /orders* STRATEGY\n\treverse_proxy UPSTREAM\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, c.site)
			logged := s.logged()
			if n := strings.Count(logged, besideAtStart); n != c.want {
				t.Errorf("%d lines, want %d:\n%s", n, c.want, logged)
			}
			if c.want > 0 && !strings.Contains(logged, fmt.Sprintf(`"header_prefix":"x-discount-","upstreams":[%q]`, s.upstream.address)) {
				t.Errorf("the upstream is not named in\n%s", logged)
			}
		})
	}
}

// One handler removes the headers of another whose prefix begins with its own.
func TestOverlappingPrefixesAreToldOf(t *testing.T) {
	const line = "header prefixes of two handlers overlap"
	with := func(prefix string) string { return " STRATEGY {\n\theader_prefix " + prefix + "\n}\n" }
	for name, c := range map[string]struct {
		site string
		want int
	}{
		"one prefix":         {site: "discount /a*" + with("X-Shop-") + "discount /b*" + with("x-SHOP-") + "reverse_proxy UPSTREAM"},
		"apart":              {site: "discount /a*" + with("X-Shop-") + "discount /b*" + with("X-Shopping-") + "reverse_proxy UPSTREAM"},
		"overlapping":        {site: "discount /a*" + with("X-Shop-Eu-") + "discount /b*" + with("X-Shop-") + "reverse_proxy UPSTREAM", want: 1},
		"in the other order": {site: "discount /a*" + with("X-Shop-") + "discount /b*" + with("X-Shop-Eu-") + "reverse_proxy UPSTREAM", want: 1},
		"with strip":         {site: "discount_strip X-Shop-Eu-\ndiscount" + with("X-Shop-") + "reverse_proxy UPSTREAM", want: 1},
		"in other blocks":    {site: "handle /a* {\n\tdiscount" + with("X-Shop-Eu-") + "reverse_proxy UPSTREAM\n}\nhandle {\n\tdiscount" + with("X-Shop-") + "reverse_proxy UPSTREAM\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, c.site)
			if n := strings.Count(s.logged(), line); n != c.want {
				t.Errorf("%d lines, want %d:\n%s", n, c.want, s.logged())
			}
		})
	}
}
