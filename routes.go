package discount

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

// Two discount handlers on the way of one request do no harm: the second drops what the
// first has set and prices the cart anew, by its own strategy. But it is hardly meant, so
// it is logged: when the routes are provisioned, if they show it, and else when the first
// such request comes.

// servers holds what is known of the routes of each server, from its first discount
// handler on.
var servers = caddy.NewUsagePool()

// serverRoutes is what the routes of a server show.
type serverRoutes struct{ told bool }

// Destruct implements [caddy.Destructor].
func (*serverRoutes) Destruct() error { return nil }

// repeats keeps watch over a handler that is not the first on the way of a request.
type repeats struct {
	server *caddyhttp.Server // nil where there is none
	told   atomic.Bool
}

// watchRoutes looks at the routes of the server that is being provisioned, once for all its
// handlers.
func watchRoutes(ctx caddy.Context) (*repeats, error) {
	server, _ := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	r := &repeats{server: server}
	if server == nil {
		return r, nil
	}
	value, _, err := servers.LoadOrNew(server, func() (caddy.Destructor, error) {
		met := repeatsIn(server)
		for _, pair := range met {
			ctx.Logger().Warn("two discount handlers on one request: the second drops what the first has set, and prices the cart anew",
				zap.String("first", pair[0]), zap.String("second", pair[1]))
		}
		return &serverRoutes{told: len(met) > 0}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking at the routes: %w", err)
	}
	r.told.Store(value.(*serverRoutes).told)
	return r, nil
}

func (r *repeats) close() error {
	if r == nil || r.server == nil {
		return nil
	}
	_, err := servers.Delete(r.server)
	return err
}

// note is called for a request that another discount handler has priced already. The
// routes of errors begin anew, and are no second handler.
func (r *repeats) note(g *gateway, isError bool) {
	if isError || r.told.Load() || r.told.Swap(true) {
		return
	}
	g.log.Warn("two discount handlers on one request: this one dropped what the first had set, and priced the cart anew",
		zap.String("strategy", g.key.path))
}

// maxHandlersCompared is up to how many discount handlers of a server are compared with
// each other.
const maxHandlersCompared = 200

// repeatsIn are the strategies of each two handlers of a server that one request meets, as
// far as its routes show that. They must not have been provisioned yet.
func repeatsIn(server *caddyhttp.Server) [][2]string {
	w := &routeWalk{server: server}
	var top []rawRoute
	for i := range server.Routes {
		top = append(top, rawOf(&server.Routes[i]))
	}
	w.routes(top, nil)
	var met [][2]string
	for i := range w.found {
		for _, later := range w.found[i+1:] {
			if pair := [2]string{w.found[i].strategy, later.strategy}; w.found[i].meets(later) && !slices.Contains(met, pair) {
				met = append(met, pair)
			}
		}
	}
	return met
}

// rawRoute is a route as a configuration has it.
type rawRoute struct {
	Group    string            `json:"group"`
	Match    []json.RawMessage `json:"match"`
	Handle   []json.RawMessage `json:"handle"`
	Terminal bool              `json:"terminal"`

	match string // Match in one form; "" for every request
}

// rawOf is a route of which the matchers were decoded already.
func rawOf(r *caddyhttp.Route) rawRoute {
	raw := rawRoute{Group: r.Group, Handle: r.HandlersRaw, Terminal: r.Terminal}
	if len(r.MatcherSets) > 0 {
		text, err := json.Marshal(r.MatcherSets)
		if err != nil {
			text = nil
		}
		raw.match = fmt.Sprintf("%T %s", r.MatcherSets[0], text)
	}
	return raw
}

// rawHandler is what of a handler matters here.
type rawHandler struct {
	Handler  string     `json:"handler"`
	Strategy string     `json:"strategy"` // of discount
	Routes   []rawRoute `json:"routes"`   // of subroute
	Name     string     `json:"name"`     // of invoke
}

// leg is a route on the way to a handler, in its list of routes.
type leg struct {
	list, route, handler int
	group, match         string
	terminal, ends       bool // no further route; a handler behind answers
}

// routedHandler is a discount handler and the way to it.
type routedHandler struct {
	strategy string
	way      []leg
}

// routeWalk finds the discount handlers among routes.
type routeWalk struct {
	server *caddyhttp.Server
	found  []routedHandler
	lists  int
	depth  int
}

// maxRouteDepth bounds routes within routes, which may invoke each other.
const maxRouteDepth = 20

func (w *routeWalk) routes(routes []rawRoute, way []leg) {
	if w.depth++; w.depth > maxRouteDepth {
		w.depth--
		return
	}
	w.lists++
	list := w.lists
	for i := range routes {
		r := &routes[i]
		match := r.match
		for _, set := range r.Match {
			match += string(set)
		}
		for h, raw := range r.Handle {
			at := leg{list: list, route: i, handler: h, group: r.Group, match: match, terminal: r.Terminal, ends: answers(r.Handle[h+1:])}
			w.handler(raw, append(slices.Clone(way), at))
		}
	}
	w.depth--
}

func (w *routeWalk) handler(raw json.RawMessage, way []leg) {
	var h rawHandler
	if json.Unmarshal(raw, &h) != nil || len(w.found) == maxHandlersCompared {
		return // it is not for here to say what is wrong with it
	}
	switch h.Handler {
	case "discount":
		w.found = append(w.found, routedHandler{strategy: h.Strategy, way: way})
	case "subroute":
		w.routes(h.Routes, way)
	case "invoke":
		if route := w.server.NamedRoutes[h.Name]; route != nil {
			w.routes([]rawRoute{{Handle: route.HandlersRaw}}, way)
		}
	}
}

// answers reports whether one of some handlers answers every request itself.
func answers(handlers []json.RawMessage) bool {
	return slices.ContainsFunc(handlers, func(raw json.RawMessage) bool {
		var h rawHandler
		return json.Unmarshal(raw, &h) == nil && slices.Contains([]string{"reverse_proxy", "static_response", "error"}, h.Handler)
	})
}

// meets reports whether a request that one of two handlers sees surely comes to the other
// as well: they are on one way, and what the routes of one match is among what those of
// the other do.
func (p routedHandler) meets(later routedHandler) bool {
	apart := 0
	for apart < min(len(p.way), len(later.way)) && p.way[apart] == later.way[apart] {
		apart++
	}
	if apart == len(p.way) || apart == len(later.way) {
		return false // it is the same one
	}
	one, other := p.way[apart], later.way[apart]
	if one.route != other.route && (one.terminal || one.group != "" && one.group == other.group) {
		return false
	}
	for i, at := range p.way[apart:] {
		if at.ends && !(i == 0 && one.route == other.route) {
			return false // the later one is not reached
		}
	}
	return onlyMatchesOf(p.way, later.way) || onlyMatchesOf(later.way, p.way)
}

// onlyMatchesOf reports whether every matcher on one way is on the other.
func onlyMatchesOf(way, other []leg) bool {
	return !slices.ContainsFunc(way, func(at leg) bool {
		return at.match != "" && !slices.ContainsFunc(other, func(o leg) bool { return o.match == at.match })
	})
}
