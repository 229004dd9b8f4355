package handlers

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// What the routes of a server show of proxies that requests reach without being stripped:
// prefix>upstream. They are as at the start of provisioning, matchers in their JSON.
func TestRoutesThatShowAProxyBesideDiscount(t *testing.T) {
	const (
		discount = `{"handler":"discount","strategy":"a"}`
		strip    = `{"handler":"discount_strip"}`
		orders   = `"match":[{"path":["/orders*"]}],`
		api      = `"match":[{"path":["/api*"]}],`
		shop     = `"match":[{"host":["shop.example"]}],"terminal":true,`
		blog     = `"match":[{"host":["blog.example"]}],"terminal":true,`
	)
	proxy := func(dial string) string { return `{"handler":"reverse_proxy","upstreams":[{"dial":"` + dial + `"}]}` }
	auth := `{"handler":"reverse_proxy","rewrite":{"method":"GET","uri":"/"},"handle_response":[{"routes":[]}],"upstreams":[{"dial":"auth"}]}`
	hidden := `{"handler":"reverse_proxy","handle_response":[{"routes":[]}],"upstreams":[{"dial":"h"}]}`
	promo := `{"handler":"discount","strategy":"a","header_prefix":"X-Promo-"}`
	sub := func(routes ...string) string {
		return `{"handler":"subroute","routes":[` + strings.Join(routes, ",") + `]}`
	}
	route := func(extra string, handlers ...string) string {
		return `{` + extra + `"handle":[` + strings.Join(handlers, ",") + `]}`
	}
	block := func(match string, handlers ...string) string {
		return route(`"group":"g",`+match, sub(route("", handlers...)))
	}
	for name, c := range map[string]struct{ routes, errors, named, want string }{
		"none":                                     {routes: route("", proxy("o"))},
		"one route":                                {routes: route("", discount, proxy("o"))},
		"discount by a route with a matcher":       {routes: route(orders, discount) + "," + route("", proxy("o")), want: "x-discount->o"},
		"both by one matcher":                      {routes: route(orders, discount) + "," + route(orders, proxy("o"))},
		"discount behind the proxy":                {routes: route(orders, proxy("o")) + "," + route("", discount, proxy("p")), want: "x-discount->o"},
		"another handle block":                     {routes: block(orders, discount, proxy("o")) + "," + block("", proxy("p")), want: "x-discount->p"},
		"another handle block that strips":         {routes: block(orders, discount, proxy("o")) + "," + block("", strip, proxy("p"))},
		"another that strips behind its proxy":     {routes: block(orders, discount, proxy("o")) + "," + block("", proxy("p"), strip), want: "x-discount->p"},
		"strip before all blocks":                  {routes: route("", strip) + "," + block(orders, discount, proxy("o")) + "," + block("", proxy("p"))},
		"strip of another prefix":                  {routes: route("", `{"handler":"discount_strip","header_prefix":"X-Promo-"}`) + "," + block(orders, discount, proxy("o")) + "," + block("", proxy("p")), want: "x-discount->p"},
		"strip by a matcher":                       {routes: route(api, strip) + "," + block(orders, discount, proxy("o")) + "," + block("", proxy("p")), want: "x-discount->p"},
		"two prefixes in one site":                 {routes: block(orders, discount, proxy("o")) + "," + block("", promo, proxy("p")), want: "x-discount->p x-promo->o"},
		"what is asked for leave":                  {routes: route("", auth) + "," + route("", discount, proxy("o"))},
		"what is asked for leave behind discount":  {routes: route("", discount, auth, proxy("o"))},
		"a proxy that looks at responses":          {routes: block(orders, discount, proxy("o")) + "," + block("", hidden), want: "x-discount->h"},
		"discount before one that looks at them":   {routes: route("", discount, hidden)},
		"another site":                             {routes: route(shop, sub(route("", discount, proxy("o")))) + "," + route(blog, sub(route("", proxy("p"))))},
		"another site to the same order service":   {routes: route(shop, sub(route("", discount, proxy("o")))) + "," + route(blog, sub(route("", proxy("o")))), want: "x-discount->o"},
		"a route for all sites":                    {routes: route(shop, sub(route("", discount, proxy("o")))) + "," + route("", proxy("p")), want: "x-discount->p"},
		"the same site, another block":             {routes: route(shop, sub(block(orders, discount, proxy("o")), block("", proxy("p")))), want: "x-discount->p"},
		"routes for errors":                        {routes: route("", discount, proxy("o")), errors: route("", proxy("e")), want: "x-discount->e"},
		"routes for errors that strip":             {routes: route("", discount, proxy("o")), errors: route("", strip, proxy("e"))},
		"discount in the routes for errors":        {routes: route("", proxy("o")), errors: route("", discount, proxy("e")), want: "x-discount->o"},
		"a named route":                            {routes: block(orders, discount, proxy("o")) + "," + block("", `{"handler":"invoke","name":"n"}`), named: `"n":` + route("", proxy("p")), want: "x-discount->p"},
		"a named route behind discount":            {routes: route("", discount, `{"handler":"invoke","name":"n"}`), named: `"n":` + route("", proxy("p"))},
		"discount_strip alone":                     {routes: block(orders, strip, proxy("o")) + "," + block("", proxy("p"))},
		"by the handler's own matcher":             {routes: route("", `{"handler":"discount","strategy":"a","match":[{"path":["/orders*"]}]}`, proxy("o"))},
		"a proxy of which no upstream shows":       {routes: block(orders, discount, proxy("o")) + "," + block("", `{"handler":"reverse_proxy"}`), want: "x-discount->"},
		"a handler with a field of another kind":   {routes: block(orders, discount, proxy("o")) + "," + block("", `{"handler":"x","routes":7,"name":3}`, proxy("p")), want: "x-discount->p"},
		"errors of a subroute":                     {routes: route("", `{"handler":"subroute","routes":[`+route("", discount, proxy("o"))+`],"errors":{"routes":[`+route("", proxy("e"))+`]}}`), want: "x-discount->e"},
		"discount before a subroute that fails":    {routes: route("", discount, `{"handler":"subroute","routes":[`+route("", proxy("o"))+`],"errors":{"routes":[`+route("", proxy("e"))+`]}}`)},
		"a prefix in another case is the same":     {routes: route("", `{"handler":"discount","strategy":"a","header_prefix":"x-DISCOUNT-"}`) + "," + route("", discount, proxy("o"))},
		"a terminal route does not reach the next": {routes: route(`"terminal":true,`+orders, discount, proxy("o")) + "," + route("", proxy("p")), want: "x-discount->p"},
	} {
		t.Run(name, func(t *testing.T) {
			server := new(caddyhttp.Server)
			text := `{"routes":[` + c.routes + `],"errors":{"routes":[` + c.errors + `]},"named_routes":{` + c.named + `}}`
			if err := json.Unmarshal([]byte(text), server); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range unstrippedIn(handlersOf(server, "X-Discount-")) {
				got = append(got, u.prefix+">"+strings.Join(u.upstreams, "+"))
			}
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
