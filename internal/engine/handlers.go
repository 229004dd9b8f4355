package engine

import (
	"reflect"
	"slices"
	"sync"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// handlers are the handlers that use an engine.
type handlers struct {
	mu  sync.Mutex
	all []*Handler // in the order in which they joined
}

// A Handler is a handler that prices carts with the strategy of an engine.
type Handler struct {
	Module string       // its directive
	Name   string       // a name for its cart options, for people
	Map    preset.Map   // the map for carts as JSON
	Source string       // where it looks for a cart in a request: auto, json or headers
	Read   cart.Options // its cart options
	Reader *cart.Reader // the reader with these options

	// Ledger returns where its orders are counted, and false while no ledger is open; nil for never.
	Ledger func() (Ledger, bool)

	running bool // its configuration has started
}

// ReadsBody reports whether the handler reads carts from the body of a request.
func (h *Handler) ReadsBody() bool { return h.Source != "headers" }

// Join adds a handler, unless it was added before.
func (e *Engine) Join(h *Handler) { e.handlers.join(h) }

// Leave removes a handler. Its ledger is not used any more when Leave returns.
func (e *Engine) Leave(h *Handler) {
	e.handlers.leave(h)
	if h.Ledger != nil {
		e.left()
	}
}

// Started records that the configuration of a handler has started.
func (e *Engine) Started(h *Handler) {
	e.handlers.started(h)
	if h.Ledger != nil {
		e.ledgers.start(e.readQuotas)
	}
}

// Handlers returns the handlers whose configurations have started.
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

// readings are the different cart options of all handlers that read bodies, including those of
// a configuration that is being loaded.
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
