package discount

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const oneYuanOff = "version = \"second\"\n[rule.b]\ndiscount_amount = 1\n"

// Of two handlers on one request the second counts, by its own strategy, and it is logged
// once: by what the routes show, or else when such a request comes.
func TestTwoHandlersOnOneRequest(t *testing.T) {
	second := filepath.Join(t.TempDir(), "second.toml")
	if err := os.WriteFile(second, []byte(oneYuanOff), 0o600); err != nil {
		t.Fatal(err)
	}
	const atStart = "routes lead through two discount handlers"
	const atRequest = "request priced by two discount handlers"
	for name, c := range map[string]struct {
		site          string
		start, served int // how many lines there are
	}{
		"one for all and one for some": {site: "discount STRATEGY\nhandle /orders* {\n\tdiscount SECOND\n\treverse_proxy UPSTREAM\n}", start: 1},
		"by matchers that are apart":   {site: "@a header X-A a\n@o path /orders*\ndiscount @a STRATEGY\ndiscount @o SECOND\nreverse_proxy UPSTREAM", served: 1},
		"of two prefixes":              {site: "discount STRATEGY {\n\theader_prefix X-Promo-\n}\ndiscount SECOND\nreverse_proxy UPSTREAM"},
		"in blocks, of which one is":   {site: "handle /other* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}\nhandle {\n\tdiscount SECOND\n\treverse_proxy UPSTREAM\n}"},
		"one where errors are handled": {site: "discount STRATEGY\nerror /orders* 404\nhandle_errors {\n\tdiscount SECOND\n\treverse_proxy UPSTREAM\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, strings.ReplaceAll(c.site, "SECOND", second))
			if n := strings.Count(s.logged(), atStart); n != c.start {
				t.Errorf("%d lines at the start:\n%s", n, s.logged())
			}
			for range 3 {
				if got := s.order(tenYuan, "X-A: a").Get("X-Discount-Amount"); got != "100" {
					t.Errorf("the discount is %q", got)
				}
			}
			if n := strings.Count(s.logged(), atRequest); n != c.served {
				t.Errorf("%d lines for requests:\n%s", n, s.logged())
			}
			before := strings.Count(s.logged(), atStart)
			s.reconfigure(strings.ReplaceAll(c.site, "SECOND", second))
			if n := strings.Count(s.logged(), atStart); n != before+c.start {
				t.Errorf("%d lines after a reload", n-before)
			}
		})
	}
}

// What runs before discount does not see its placeholders; in a route block the order is
// the author's.
func TestWhatRunsBeforeDiscountSeesNoPlaceholders(t *testing.T) {
	for name, c := range map[string]struct{ site, want string }{
		"vars":            {site: "vars seen {http.discount.amount}\ndiscount STRATEGY\nreverse_proxy UPSTREAM {\n\theader_up X-Seen \"<{vars.seen}>\"\n}", want: "<>"},
		"rewrite":         {site: "rewrite * /{http.discount.amount}\ndiscount STRATEGY\nreverse_proxy UPSTREAM {\n\theader_up X-Seen \"<{uri}>\"\n}", want: "</>"},
		"vars in a route": {site: "route {\n\tdiscount STRATEGY\n\tvars seen {http.discount.amount}\n\treverse_proxy UPSTREAM {\n\t\theader_up X-Seen \"<{vars.seen}>\"\n\t}\n}", want: "<500>"},
		"reverse_proxy":   {site: "discount STRATEGY\nreverse_proxy UPSTREAM {\n\theader_up X-Seen \"<{http.discount.amount}>\"\n}", want: "<500>"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, c.site)
			if got := s.order(tenYuan).Get("X-Seen"); got != c.want {
				t.Errorf("seen is %s, want %s", got, c.want)
			}
		})
	}
}
