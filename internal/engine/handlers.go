package engine

import (
	"reflect"
	"slices"
	"sync"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// handlers are those that use an engine, with how each reads carts.
type handlers struct {
	mu  sync.Mutex
	all []*Handler // in the order in which they came
}

// A Handler is a handler that prices carts by the strategy of an engine.
type Handler struct {
	Module string       // its directive
	Name   string       // how it reads carts, for people
	Map    preset.Map   // of carts as JSON
	Source string       // where in a request it looks for a cart: auto, json or headers
	Read   cart.Options // how it reads carts
	Reader *cart.Reader // that reads so

	running bool // the configuration that it is of has started
}

// ReadsBody reports whether the handler reads carts in the body of a request.
func (h *Handler) ReadsBody() bool { return h.Source != "headers" }

// Join adds a handler, unless it is there already.
func (e *Engine) Join(h *Handler) { e.handlers.join(h) }

// Leave takes a handler out.
func (e *Engine) Leave(h *Handler) { e.handlers.leave(h) }

// Started notes that the configuration of a handler runs.
func (e *Engine) Started(h *Handler) { e.handlers.started(h) }

// Handlers returns the handlers of the configurations that run.
func (e *Engine) Handlers() []*Handler { return e.handlers.running() }

func (l *handlers) join(h *Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.all, h) {
		l.all = append(l.all, h)
	}
}

func (l *handlers) leave(h *Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(other *Handler) bool { return other == h })
}

func (l *handlers) started(h *Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.running = true
}

func (l *handlers) running() []*Handler {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.all), func(h *Handler) bool { return !h.running })
}

// readings are the different ways in which the handlers read carts, those of a
// configuration that is being loaded included.
func (l *handlers) readings() []ruletest.Reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []ruletest.Reading
	var known []*Handler
	for _, h := range l.all {
		same := func(other *Handler) bool { return reflect.DeepEqual(other.Read, h.Read) }
		if !h.ReadsBody() || slices.ContainsFunc(known, same) {
			continue
		}
		known = append(known, h)
		list = append(list, ruletest.Reading{Name: h.Name, Reader: h.Reader})
	}
	return list
}
