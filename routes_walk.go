package discount

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// This file is how the handlers among the routes of a server are found while they are
// provisioned. Some routes have been by then, and hold handlers; the others hold JSON.

// rawRoute is a route as a configuration has it.
type rawRoute struct {
	Group    string            `json:"group"`
	Match    []caddy.ModuleMap `json:"match"`
	Handle   []json.RawMessage `json:"handle"`
	Terminal bool              `json:"terminal"`
}

// rawHandler is what of a handler matters here.
type rawHandler struct {
	Handler      string            `json:"handler"`
	Strategy     string            `json:"strategy"`      // of discount
	HeaderPrefix string            `json:"header_prefix"` // of discount and discount_strip
	Match        []caddy.ModuleMap `json:"match"`         // of discount
	Name         string            `json:"name"`          // of invoke
	Routes       []rawRoute        `json:"routes"`        // of subroute
	Errors       struct {
		Routes []rawRoute `json:"routes"`
	} `json:"errors"`
	Upstreams []struct {
		Dial string `json:"dial"`
	} `json:"upstreams"` // of reverse_proxy
	HandleResponse []json.RawMessage `json:"handle_response"`
	Rewrite        struct {
		Method string `json:"method"`
	} `json:"rewrite"`
}

// shownRoute is a route, in either form.
type shownRoute struct {
	group    string
	match    string // the matchers in one form; "" for every request
	hosts    string // of the matchers
	terminal bool
	handlers []shownHandler
}

// shownHandler is a handler, in either form.
type shownHandler struct {
	rawHandler
	match          string
	routes, errors []shownRoute
}

// kinds are the handlers of which more than the name matters.
var kinds = []string{"discount", "discount_strip", "reverse_proxy", "invoke"}

// shown are routes that may have been provisioned.
func shown(routes []caddyhttp.Route) []shownRoute {
	list := make([]shownRoute, len(routes))
	for i := range routes {
		r := &routes[i]
		raw := rawRoute{Group: r.Group, Match: slices.Clone(r.MatcherSetsRaw), Handle: r.HandlersRaw, Terminal: r.Terminal}
		for _, set := range r.MatcherSets {
			raw.Match = append(raw.Match, rawSet(set))
		}
		list[i] = shownRaw(raw)
		for _, h := range r.Handlers {
			list[i].handlers = append(list[i].handlers, shownProvisioned(h))
		}
	}
	return list
}

// rawSet is a set of matchers that have been provisioned as a configuration has it.
func rawSet(set caddyhttp.MatcherSet) caddy.ModuleMap {
	raw := make(caddy.ModuleMap, len(set))
	for _, m := range set {
		module, is := m.(caddy.Module)
		if !is {
			continue
		}
		text, err := json.Marshal(m)
		if err != nil {
			text = nil
		}
		raw[module.CaddyModule().ID.Name()] = text
	}
	return raw
}

// setsText is one text for sets of matchers, alike for like sets.
func setsText(sets []caddy.ModuleMap) (all string) {
	for _, set := range sets {
		if text, err := json.Marshal(set); err == nil {
			all += string(text)
		}
	}
	return all
}

func shownRaw(raw rawRoute) shownRoute {
	r := shownRoute{group: raw.Group, match: setsText(raw.Match), terminal: raw.Terminal}
	for _, set := range raw.Match {
		var hosts []string
		if json.Unmarshal(set["host"], &hosts) == nil {
			r.hosts += strings.Join(hosts, " ") + " "
		}
	}
	for _, text := range raw.Handle {
		var h shownHandler
		_ = json.Unmarshal(text, &h.rawHandler) // it is not for here to say what is wrong with it
		h.match = setsText(h.Match)
		for _, route := range h.Routes {
			h.routes = append(h.routes, shownRaw(route))
		}
		for _, route := range h.Errors.Routes {
			h.errors = append(h.errors, shownRaw(route))
		}
		r.handlers = append(r.handlers, h)
	}
	return r
}

func shownProvisioned(handler caddyhttp.MiddlewareHandler) shownHandler {
	var h shownHandler
	module, is := handler.(caddy.Module)
	if !is {
		return h
	}
	kind := module.CaddyModule().ID.Name()
	if sub, is := handler.(*caddyhttp.Subroute); is {
		h.routes = shown(sub.Routes)
		if sub.Errors != nil {
			h.errors = shown(sub.Errors.Routes)
		}
	} else if slices.Contains(kinds, kind) {
		if text, err := json.Marshal(handler); err == nil {
			_ = json.Unmarshal(text, &h.rawHandler) // what is not read does not show
		}
	}
	h.Handler = kind
	return h
}

// goesOn reports whether a proxy may let a request go on to the handlers after it.
func (h *shownHandler) goesOn() bool {
	return h.Handler == "reverse_proxy" && len(h.HandleResponse) > 0
}

// asks reports whether a proxy asks about a request, as forward_auth does, with a method of
// its own, and sends it on to nobody.
func (h *shownHandler) asks() bool { return h.goesOn() && h.Rewrite.Method != "" }

// answers reports whether one of some handlers answers every request itself.
func answers(handlers []shownHandler) bool {
	return slices.ContainsFunc(handlers, func(h shownHandler) bool {
		return slices.Contains([]string{"reverse_proxy", "static_response", "error"}, h.Handler) && !h.goesOn()
	})
}

// leg is a route on the way to a handler, in its list of routes.
type leg struct {
	list, route, handler int
	group, match         string
	terminal, ends       bool // no further route; a handler behind answers
}

// routedHandler is a handler and the way to it.
type routedHandler struct {
	shownHandler
	site string // the hosts of the outermost route; "" for any
	way  []leg
}

// prefix is what the names of a handler's headers begin with, in lower case.
func (p *routedHandler) prefix() string {
	prefix := caddy.NewReplacer().ReplaceKnown(p.HeaderPrefix, "")
	if prefix == "" {
		prefix = httpheader.DefaultPrefix
	}
	return strings.ToLower(prefix)
}

// routeWalk finds handlers among routes.
type routeWalk struct {
	server *caddyhttp.Server
	found  []routedHandler // discount, discount_strip and reverse_proxy, in order
	count  map[string]int  // of those found, by kind
	lists  int
	depth  int
}

// maxRouteDepth bounds routes within routes, which may invoke each other.
const maxRouteDepth = 20

// maxHandlersCompared is up to how many handlers of a kind of a server are compared with
// each other.
const maxHandlersCompared = 200

// walkRoutes finds the handlers of a server, those of its routes for errors last.
func walkRoutes(server *caddyhttp.Server) []routedHandler {
	w := &routeWalk{server: server, count: make(map[string]int)}
	w.routes(shown(server.Routes), nil, "")
	if server.Errors != nil {
		w.routes(shown(server.Errors.Routes), nil, "")
	}
	return w.found
}

func (w *routeWalk) routes(routes []shownRoute, way []leg, site string) {
	if w.depth++; w.depth > maxRouteDepth || len(routes) == 0 {
		w.depth--
		return
	}
	w.lists++
	list := w.lists
	for i := range routes {
		r := &routes[i]
		within := site
		if len(way) == 0 {
			within = r.hosts
		}
		for h := range r.handlers {
			at := leg{list: list, route: i, handler: h, group: r.group, match: r.match, terminal: r.terminal, ends: answers(r.handlers[h+1:])}
			w.handler(&r.handlers[h], append(slices.Clone(way), at), within)
		}
	}
	w.depth--
}

func (w *routeWalk) handler(h *shownHandler, way []leg, site string) {
	switch h.Handler {
	case "discount", "discount_strip", "reverse_proxy":
		if w.count[h.Handler] < maxHandlersCompared {
			w.count[h.Handler]++
			w.found = append(w.found, routedHandler{shownHandler: *h, site: site, way: way})
		}
	case "subroute":
		w.routes(h.routes, way, site)
		w.routes(h.errors, way, site)
	case "invoke":
		if route := w.server.NamedRoutes[h.Name]; route != nil {
			w.routes(shown([]caddyhttp.Route{*route}), way, site)
		}
	}
}

// leadsTo reports whether a request that one of two handlers passes on may come to the
// other, as far as it is for the routes between them.
func (p *routedHandler) leadsTo(later *routedHandler) bool {
	apart := 0
	for apart < min(len(p.way), len(later.way)) && p.way[apart] == later.way[apart] {
		apart++
	}
	if apart == len(p.way) || apart == len(later.way) {
		return false // it is the same one
	}
	one, other := p.way[apart], later.way[apart]
	if one.list != other.list {
		return false // one of them is where errors are handled
	}
	if one.route != other.route && (one.terminal || one.group != "" && one.group == other.group) {
		return false
	}
	for i, at := range p.way[apart:] {
		if at.ends && !(i == 0 && one.route == other.route) {
			return false // the later one is not reached
		}
	}
	return true
}

// matchers are those that a request meets on the way to a handler.
func (p *routedHandler) matchers() []string {
	var list []string
	for _, at := range p.way {
		if at.match != "" {
			list = append(list, at.match)
		}
	}
	return list
}

// among reports whether all of some matchers are among others.
func among(matchers, others []string) bool {
	return !slices.ContainsFunc(matchers, func(m string) bool { return !slices.Contains(others, m) })
}
