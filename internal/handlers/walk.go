package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// rawRoute is a route as a configuration has it.
type rawRoute struct {
	Group    string                       `json:"group,omitempty"`
	Match    []map[string]json.RawMessage `json:"match,omitempty"`
	Handle   []json.RawMessage            `json:"handle,omitempty"`
	Terminal bool                         `json:"terminal,omitempty"`
}

// hosts are those that the route matches; "" for any.
func (r *rawRoute) hosts() string {
	var all []string
	for _, set := range r.Match {
		var hosts []string
		if json.Unmarshal(set["host"], &hosts) == nil {
			all = append(all, hosts...)
		}
	}
	return strings.Join(all, " ")
}

// matchText is one text for sets of matchers, the same for equal sets; "" for none.
func matchText(sets []map[string]json.RawMessage) (all string) {
	for _, set := range sets {
		if text, err := json.Marshal(set); err == nil {
			all += string(text)
		}
	}
	return all
}

// A leg is a handler on the way to another one, by its route and its position there.
type leg struct {
	list, route, handler int // the list of routes, by number; the route in it; the handler in the route

	hosts    string // that the route matches; "" for any
	group    string
	match    string // the matchers of the route; "" for every request
	terminal bool   // no route after this one is tried
	ends     bool   // a handler after this one in the route answers every request
}

// A walk visits every handler in a configuration, in its order: in routes, in routes of
// handlers, in routes for errors and responses, and anywhere else.
type walk struct {
	// visit is called with the module and the text of a handler, and with the way to it. It
	// reports whether the walk goes on into the handler.
	visit func(module string, text []byte, way []leg) bool

	// named are the routes that invoke leads to; nil leads nowhere.
	named map[string]json.RawMessage

	lists int // of routes, so far
}

// maxRouteDepth bounds how deep invoke is followed: named routes may invoke each other.
const maxRouteDepth = 20

// value visits the handlers in the next value; way is the way to it.
func (w *walk) value(d *jsontext.Decoder, way []leg) error {
	switch d.PeekKind() {
	case '{':
		w.lists++
		return w.object(d, way, w.lists, 0)
	case '[':
		return w.list(d, way)
	}
	_, err := d.ReadValue()
	return err
}

// list visits the handlers in an array, which may be a list of routes.
func (w *walk) list(d *jsontext.Decoder, way []leg) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	w.lists++
	list := w.lists
	for i := 0; d.PeekKind() != ']'; i++ {
		var err error
		if d.PeekKind() == '{' {
			err = w.object(d, way, list, i)
		} else {
			err = w.value(d, way)
		}
		if err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// object visits the next value, which is an object: itself if it is a handler, and the handlers in
// it. list and index are its position if it is a route.
func (w *walk) object(d *jsontext.Decoder, way []leg, list, index int) error {
	text, err := d.ReadValue()
	if err != nil {
		return err
	}
	text = bytes.Clone(text)
	var known struct {
		Handler string `json:"handler"`
		Name    string `json:"name"` // of invoke
		rawRoute
	}
	_ = json.Unmarshal(text, &known) // Caddy reports what is invalid
	if known.Handler != "" && !w.visit(known.Handler, text, way) {
		return nil
	}
	if route, ok := w.named[known.Name]; ok && known.Handler == "invoke" && len(way) < maxRouteDepth {
		return w.value(jsontext.NewDecoder(bytes.NewReader(route)), way)
	}
	return w.members(text, &known.rawRoute, way, leg{list: list, route: index})
}

// members visits the handlers in an object that is the route of a leg, if it is one.
func (w *walk) members(text []byte, route *rawRoute, way []leg, at leg) error {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if strings.EqualFold(name.String(), "handle") && len(route.Handle) > 0 {
			if err := d.SkipValue(); err != nil {
				return err
			}
			err = w.route(route, way, at)
		} else {
			err = w.value(d, way)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	return nil
}

// route visits the handlers of a route.
func (w *walk) route(r *rawRoute, way []leg, at leg) error {
	at.hosts, at.group, at.match, at.terminal = r.hosts(), r.Group, matchText(r.Match), r.Terminal
	for i, text := range r.Handle {
		at.handler, at.ends = i, respond(r.Handle[i+1:])
		if err := w.value(jsontext.NewDecoder(bytes.NewReader(text)), append(slices.Clone(way), at)); err != nil {
			return err
		}
	}
	return nil
}

// answering are the modules that answer every request. A proxy with routes for responses may
// pass it on.
var answering = []string{"reverse_proxy", "static_response", "error"}

// respond reports whether one of some handlers answers every request.
func respond(handlers []json.RawMessage) bool {
	return slices.ContainsFunc(handlers, func(text json.RawMessage) bool {
		var h struct {
			Handler        string            `json:"handler"`
			HandleResponse []json.RawMessage `json:"handle_response"`
		}
		_ = json.Unmarshal(text, &h) // Caddy reports what is invalid
		return slices.Contains(answering, h.Handler) && len(h.HandleResponse) == 0
	})
}
