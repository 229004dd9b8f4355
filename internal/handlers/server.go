package handlers

import (
	"encoding/json"
	"slices"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// This file writes the routes of a server as the configuration had them. While handlers are
// provisioned, some routes hold JSON and others hold modules.

// rawRoutes are routes as a configuration has them.
func rawRoutes(routes []caddyhttp.Route) []rawRoute {
	list := make([]rawRoute, len(routes))
	for i := range routes {
		r := &routes[i]
		raw := rawRoute{Group: r.Group, Handle: slices.Clone(r.HandlersRaw), Terminal: r.Terminal}
		for _, set := range r.MatcherSetsRaw {
			raw.Match = append(raw.Match, set)
		}
		for _, set := range r.MatcherSets {
			raw.Match = append(raw.Match, rawMatchers(set))
		}
		for _, h := range r.Handlers {
			raw.Handle = append(raw.Handle, rawHandler(h))
		}
		list[i] = raw
	}
	return list
}

// rawMatchers is a set of provisioned matchers as a configuration has it.
func rawMatchers(set caddyhttp.MatcherSet) map[string]json.RawMessage {
	raw := make(map[string]json.RawMessage, len(set))
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

// shownModules are the modules of which more than the name is needed.
var shownModules = []string{"discount", "discount_strip", "reverse_proxy", "invoke"}

// rawHandler is a provisioned handler as a configuration has it. Of a handler that does not
// marshal, and of other modules, it is the name alone.
func rawHandler(handler caddyhttp.MiddlewareHandler) json.RawMessage {
	raw := make(map[string]json.RawMessage)
	module, is := handler.(caddy.Module)
	if !is {
		return json.RawMessage("{}")
	}
	name := module.CaddyModule().ID.Name()
	if sub, is := handler.(*caddyhttp.Subroute); is {
		raw["routes"] = marshalled(rawRoutes(sub.Routes))
		if sub.Errors != nil {
			raw["errors"] = marshalled(map[string]any{"routes": rawRoutes(sub.Errors.Routes)})
		}
	} else if slices.Contains(shownModules, name) {
		if json.Unmarshal(marshalled(handler), &raw) != nil || raw == nil {
			raw = make(map[string]json.RawMessage)
		}
	}
	raw["handler"] = marshalled(name)
	return marshalled(raw)
}

// marshalled is a value as JSON; null if it cannot be written.
func marshalled(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

// namedRoutes are the named routes of a server as a configuration has them.
func namedRoutes(server *caddyhttp.Server) map[string]json.RawMessage {
	named := make(map[string]json.RawMessage)
	for name, route := range server.NamedRoutes {
		if route != nil {
			named[name] = marshalled(rawRoutes([]caddyhttp.Route{*route})[0])
		}
	}
	return named
}
