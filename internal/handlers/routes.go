package handlers

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/go-json-experiment/json/jsontext"
)

// A routedHandler is a handler of a server with the way of requests to it.
type routedHandler struct {
	Handler      string                       `json:"handler"`
	Strategy     string                       `json:"strategy"`      // of discount
	HeaderPrefix string                       `json:"header_prefix"` // of discount and discount_strip
	Match        []map[string]json.RawMessage `json:"match"`         // of discount
	Upstreams    []struct {
		Dial string `json:"dial"`
	} `json:"upstreams"` // of reverse_proxy
	HandleResponse []json.RawMessage `json:"handle_response"` // of reverse_proxy
	Rewrite        struct {
		Method string `json:"method"`
	} `json:"rewrite"` // of reverse_proxy

	prefix string // of the names of its headers, in lower case
	site   string // the hosts of the outermost route; "" for any
	way    []leg
}

// asks reports whether a proxy asks about a request, as forward_auth does: with a method of
// its own, and without sending the request on.
func (p *routedHandler) asks() bool {
	return p.Handler == "reverse_proxy" && len(p.HandleResponse) > 0 && p.Rewrite.Method != ""
}

// maxHandlersCompared is how many handlers of a module of a server are compared with each
// other, at most.
const maxHandlersCompared = 200

// handlersOf finds the discount, discount_strip and reverse_proxy handlers of a server that
// is being provisioned, in the order of its routes, those for errors last. defaultPrefix is
// the prefix of handlers that have none of their own.
func handlersOf(server *caddyhttp.Server, defaultPrefix string) []routedHandler {
	var found []routedHandler
	count := make(map[string]int)
	w := walk{named: namedRoutes(server), visit: func(module string, text []byte, way []leg) bool {
		switch module {
		case "discount", "discount_strip", "reverse_proxy":
			if count[module]++; count[module] <= maxHandlersCompared {
				found = append(found, routed(text, way, defaultPrefix))
			}
		}
		return module == "subroute" || module == "invoke"
	}}
	lists := [][]rawRoute{rawRoutes(server.Routes)}
	if server.Errors != nil {
		lists = append(lists, rawRoutes(server.Errors.Routes))
	}
	for _, routes := range lists {
		_ = w.value(jsontext.NewDecoder(bytes.NewReader(marshalled(routes))), nil) // which is valid JSON
	}
	return found
}

// routed decodes a handler at the end of a way.
func routed(text []byte, way []leg, defaultPrefix string) routedHandler {
	h := routedHandler{site: way[0].hosts, way: way}
	_ = json.Unmarshal(text, &h) // Caddy reports what is invalid
	h.prefix = caddy.NewReplacer().ReplaceKnown(h.HeaderPrefix, "")
	if h.prefix == "" {
		h.prefix = defaultPrefix
	}
	h.prefix = strings.ToLower(h.prefix)
	return h
}

// leadsTo reports whether the routes let a request that one handler passes on come to a later
// one.
func (p *routedHandler) leadsTo(later *routedHandler) bool {
	split := 0
	for split < min(len(p.way), len(later.way)) && p.way[split] == later.way[split] {
		split++
	}
	if split == len(p.way) || split == len(later.way) {
		return false // it is the same handler
	}
	one, other := p.way[split], later.way[split]
	if one.list != other.list {
		return false // one of them handles errors
	}
	if one.route != other.route && (one.terminal || one.group != "" && one.group == other.group) {
		return false
	}
	for i, at := range p.way[split:] {
		if at.ends && !(i == 0 && one.route == other.route) {
			return false // the later one is not reached
		}
	}
	return true
}

// matchers lists the matchers on the way to a handler.
func (p *routedHandler) matchers() []string {
	var list []string
	for _, at := range p.way {
		if at.match != "" {
			list = append(list, at.match)
		}
	}
	return list
}

// among reports whether others include all of some matchers.
func among(matchers, others []string) bool {
	return !slices.ContainsFunc(matchers, func(m string) bool { return !slices.Contains(others, m) })
}
