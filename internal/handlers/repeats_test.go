package handlers

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// What the routes of a server show of discount handlers that one request meets: a/b says
// that b meets what a has priced.
func TestRoutesThatShowTwoHandlers(t *testing.T) {
	d := func(strategy string) string { return `{"handler":"discount","strategy":"` + strategy + `"}` }
	const proxy = `{"handler":"reverse_proxy"}`
	sub := func(routes string) string { return `{"handler":"subroute","routes":[` + routes + `]}` }
	route := func(extra string, handlers ...string) string {
		return `{` + extra + `"handle":[` + strings.Join(handlers, ",") + `]}`
	}
	const api, shop, terminal, group = `"match":[{"path":["/api/*"]}],`, `"match":[{"path":["/shop/*"]}],`, `"terminal":true,`, `"group":"g",`
	for name, c := range map[string]struct{ routes, named, want string }{
		"none":                              {routes: route("", proxy)},
		"one":                               {routes: route("", d("a"), proxy)},
		"two in a route":                    {routes: route("", d("a"), d("b"), proxy), want: "a/b"},
		"two routes without matchers":       {routes: route("", d("a")) + "," + route("", d("b"), proxy), want: "a/b"},
		"the second with a matcher":         {routes: route("", d("a")) + "," + route(api, d("b"), proxy), want: "a/b"},
		"the first with a matcher":          {routes: route(api, d("a")) + "," + route("", d("b"), proxy), want: "a/b"},
		"with one matcher":                  {routes: route(api, d("a")) + "," + route(api, d("b"), proxy), want: "a/b"},
		"with two matchers":                 {routes: route(api, d("a")) + "," + route(shop, d("b"), proxy)},
		"the first ends the routes":         {routes: route(api+terminal, d("a")) + "," + route("", d("b"), proxy)},
		"the first answers":                 {routes: route(api, d("a"), proxy) + "," + route("", d("b"), proxy)},
		"in a group":                        {routes: route(group+api, d("a")) + "," + route(group, d("b"), proxy)},
		"within a subroute":                 {routes: route("", d("a"), sub(route("", d("b"), proxy))), want: "a/b"},
		"within a subroute with a matcher":  {routes: route("", d("a"), sub(route(api, d("b"), proxy))), want: "a/b"},
		"in two subroutes of a group":       {routes: route("", sub(route(group+api, sub(route("", d("a"), proxy)))+","+route(group, sub(route("", d("b"), proxy)))))},
		"in a subroute and behind it":       {routes: route("", sub(route(api, d("a"))), d("b"), proxy), want: "a/b"},
		"in a subroute that answers":        {routes: route("", sub(route(api, d("a"), proxy)), d("b"), proxy)},
		"in a route that is invoked":        {routes: route("", d("a"), `{"handler":"invoke","name":"n"}`), named: `"n":` + route("", d("b"), proxy), want: "a/b"},
		"in a route that invokes itself":    {routes: route("", `{"handler":"invoke","name":"n"}`), named: `"n":` + route("", `{"handler":"invoke","name":"n"}`)},
		"three":                             {routes: route("", d("a"), d("b"), d("c")), want: "a/b a/c b/c"},
		"of two prefixes":                   {routes: route("", d("a"), `{"handler":"discount","strategy":"b","header_prefix":"X-Promo-"}`, proxy)},
		"a quote":                           {routes: route("", d("a"), `{"handler":"discount_quote","strategy":"b"}`)},
		"what is no route of these modules": {routes: route("", `{"handler":"x","routes":7}`, d("a"))},
	} {
		t.Run(name, func(t *testing.T) {
			server := new(caddyhttp.Server)
			if err := json.Unmarshal([]byte(`{"routes":[`+c.routes+`],"named_routes":{`+c.named+`}}`), server); err != nil {
				t.Fatal(err)
			}
			// As while it is provisioned: the matchers of the outer routes are decoded.
			for i := range server.Routes {
				for _, set := range server.Routes[i].MatcherSetsRaw {
					var path caddyhttp.MatchPath
					if err := json.Unmarshal(set["path"], &path); err != nil {
						t.Fatal(err)
					}
					server.Routes[i].MatcherSets = append(server.Routes[i].MatcherSets, caddyhttp.MatcherSet{path})
				}
			}
			var got []string
			for _, pair := range repeatsIn(handlersOf(server, "X-Discount-")) {
				got = append(got, strings.Join(pair[:], "/"))
			}
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
