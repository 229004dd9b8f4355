package discount

import (
	"net/http"
	"strings"
	"testing"
)

// Of several handlers of one block each strips, and the last that prices a request says what
// the request and the response have.
func TestSeveralHandlersOfOneBlock(t *testing.T) {
	const (
		off      = "discount /off* STRATEGY\n"
		on       = "discount /on* STRATEGY {\n\trespond on\n}\n"
		upstream = "discount /up* STRATEGY {\n\trespond upstream\n}\n"
		strip    = "discount_strip\n"
		proxy    = "reverse_proxy UPSTREAM"
	)
	for name, site := range map[string]string{
		"in one order":               off + on + upstream + proxy,
		"in another":                 upstream + on + off + proxy,
		"behind discount_strip":      "route {\n" + strip + on + upstream + off + proxy + "\n}",
		"before discount_strip":      "route {\n" + upstream + off + on + strip + proxy + "\n}",
		"around discount_strip":      "route {\n" + off + strip + upstream + strip + on + proxy + "\n}",
		"twice, and discount_strip":  "route {\n" + upstream + upstream + on + strip + off + off + on + proxy + "\n}",
		"with a handler of its own":  off + on + upstream + "header X-Own own\n" + proxy,
		"in a block behind the site": strip + "handle {\n" + off + on + upstream + proxy + "\n}",
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, site)
			s.upstream.answers = http.Header{"X-Discount-Own": {"upstream"}, "X-Discount-Amount": {"upstream"}}
			for path, want := range map[string]struct{ arrives, comesBack string }{
				"/off":   {arrives: "500", comesBack: ""},
				"/on":    {arrives: "500", comesBack: "X-Discount-Amount: 500"},
				"/up":    {arrives: "500", comesBack: "X-Discount-Amount: upstream X-Discount-Own: upstream"},
				"/other": {arrives: "", comesBack: ""},
			} {
				before := spoofed(t)
				a := s.send("POST " + path + jsonRequest(tenYuan, "X-Discount-Amount: "+forged)[len("POST /orders"):])
				if got := s.upstream.last(t).Get("X-Discount-Amount"); got != want.arrives {
					t.Errorf("%s: there arrives %q, want %q", path, got, want.arrives)
				}
				got := owned(a.Header)
				if path == "/on" {
					got = "X-Discount-Amount: " + a.Header.Get("X-Discount-Amount") + a.Header.Get("X-Discount-Own")
				}
				if got := strings.ReplaceAll(got, "\n", " "); got != want.comesBack {
					t.Errorf("%s: there comes back %q, want %q", path, got, want.comesBack)
				}
				if n := spoofed(t) - before; n != 1 {
					t.Errorf("%s: %v attempts are counted, want 1", path, n)
				}
			}
		})
	}
}

// Directives of one block run in the order of the file, whichever path is longer.
func TestSeveralDirectivesRunInTheOrderOfTheFile(t *testing.T) {
	const short, long = "discount /o* STRATEGY {\n\tlines off\n}\n", "discount /orders* STRATEGY\n"
	for name, c := range map[string]struct{ site, lines string }{
		"the longer path last":  {site: short + long, lines: "(500)"},
		"the longer path first": {site: long + short, lines: ""},
		"all requests first":    {site: "discount * STRATEGY\n" + short, lines: ""},
		"all requests last":     {site: short + "discount STRATEGY\n", lines: "(500)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, c.site+"reverse_proxy UPSTREAM")
			got := s.order(tenYuan)
			if lines := got.Get("X-Discount-Lines"); lines != c.lines || got.Get("X-Discount-Amount") != "500" {
				t.Errorf("the lines are %q, want %q; %s", lines, c.lines, owned(got.Header))
			}
		})
	}
}

// Under two prefixes a request has what each handler says of it, and nothing else.
func TestTwoPrefixesInOneBlock(t *testing.T) {
	const site = "discount /orders* STRATEGY\ndiscount /promo* STRATEGY {\n\theader_prefix X-Promo-\n}\ndiscount_strip X-Loyalty-\nreverse_proxy UPSTREAM"
	s := open(t, half, site)
	for path, want := range map[string]string{"/orders": "500  ", "/promo": " 500 ", "/other": "  "} {
		before := spoofed(t)
		s.send("POST " + path + jsonRequest(tenYuan, "X-Discount-Amount: 1", "X-Promo-Amount: 1", "X-Loyalty-Amount: 1")[len("POST /orders"):])
		got := s.upstream.last(t)
		if text := got.Get("X-Discount-Amount") + " " + got.Get("X-Promo-Amount") + " " + got.Get("X-Loyalty-Amount"); text != want {
			t.Errorf("%s: there arrives %q, want %q", path, text, want)
		}
		if n := spoofed(t) - before; n != 3 {
			t.Errorf("%s: %v attempts are counted, want 3", path, n)
		}
	}
}
