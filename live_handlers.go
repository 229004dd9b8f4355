package discount

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"sync"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// liveHandlers are the handlers that use a live strategy, with how each reads carts.
type liveHandlers struct {
	mu  sync.Mutex
	all []*liveHandler // in the order in which they came
}

// The directives that price carts.
const (
	moduleDiscount = "discount"
	moduleQuote    = "discount_quote"
)

// liveHandler is a handler that uses a live strategy.
type liveHandler struct {
	module  string // moduleDiscount or moduleQuote
	options Options
	read    cart.Options
	reader  *cart.Reader
	running bool // the configuration that it is of has started
}

// join adds a handler, unless it is there already.
func (l *liveHandlers) join(h *liveHandler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.all, h) {
		l.all = append(l.all, h)
	}
}

// leave takes a handler out.
func (l *liveHandlers) leave(h *liveHandler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(other *liveHandler) bool { return other == h })
}

// started notes that the configuration of a handler runs.
func (l *liveHandlers) started(h *liveHandler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.running = true
}

// readings are the different ways in which the handlers read carts, those of a
// configuration that is being loaded included.
func (l *liveHandlers) readings() []ruletest.Reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []ruletest.Reading
	var known []*liveHandler
	for _, h := range l.all {
		alike := func(other *liveHandler) bool { return reflect.DeepEqual(other.read, h.read) }
		if h.options.Source == cartoptions.SourceHeaders || slices.ContainsFunc(known, alike) {
			continue
		}
		known = append(known, h)
		list = append(list, ruletest.Reading{Name: h.options.Text(), Reader: h.reader})
	}
	return list
}

// inOrder are the handlers of the configuration that runs. Caddy makes those of several
// servers in any order, so they are in one of their own.
func (l *liveHandlers) inOrder() []*liveHandler {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(l.all), func(h *liveHandler) bool { return !h.running })
	slices.SortStableFunc(list, func(a, b *liveHandler) int { return cmp.Compare(a.sortKey(), b.sortKey()) })
	return list
}

// sortKey is alike for handlers that no answer tells apart.
func (h *liveHandler) sortKey() string {
	text, _ := json.Marshal(h.describe(0)) // of texts and numbers, which can always be written
	return string(text)
}

func (h *liveHandler) describe(number int) adminapi.Handler {
	d := adminapi.Handler{
		Number: number, Module: h.module, Map: h.options.Map, Source: string(h.options.Source), Prices: h.read.Prices.String(),
		ExactIDs: h.read.ExactIDs, TextFlags: h.read.TextFlags, MaxLines: h.read.MaxLines,
	}
	if h.read.CustomerInHeaders {
		d.Customer = string(cartoptions.CustomerHeaders)
	}
	if h.read.Fractional {
		d.Fractional = cartoptions.FractionalLine
	}
	return d
}

// describe lists the handlers.
func (l *liveHandlers) describe() []adminapi.Handler {
	list := []adminapi.Handler{}
	for i, h := range l.inOrder() {
		list = append(list, h.describe(i+1))
	}
	return list
}
