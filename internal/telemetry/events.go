package telemetry

import (
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/promogate/caddy-discount/reload"
)

// The events of Caddy's events app.
const (
	eventActivated = "discount_strategy_activated"
	eventRefused   = "discount_strategy_refused"
)

// maxWaitingEvents bounds the events that wait for subscribers who take their
// time, or for a configuration to start.
const maxWaitingEvents = 64

// eventQueue emits Caddy's events of a strategy, in order and one at a time. Caddy
// has its subscribers called by whoever emits; the loader must not wait for them,
// so they are called in a goroutine that is there while there is something to
// emit. A strategy outlives configurations: the events go to the one that started
// last, and what happens before one has started waits for it.
type eventQueue struct {
	log func() *zap.Logger

	mu      sync.Mutex
	hosts   []eventHost // of running configurations, the last one started last
	waiting []caddyEvent
	busy    bool // there is a goroutine that emits
}

// An Emitter emits an event in one configuration.
type Emitter func(name string, data map[string]any)

type eventHost struct {
	of   any
	emit Emitter
}

// caddyEvent is an event that waits to be emitted.
type caddyEvent struct {
	name string
	data map[string]any
}

// subscribe adds the configuration of a handler, which has started.
func (a *eventQueue) subscribe(of any, emit Emitter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hosts = append(a.hosts, eventHost{of, emit})
	a.begin()
}

// unsubscribe takes away what subscribe added: nothing of a configuration is kept when it
// has ended. It does not wait for an event that is with a subscriber already.
func (a *eventQueue) unsubscribe(of any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hosts = slices.DeleteFunc(a.hosts, func(h eventHost) bool { return h.of == of })
}

// add queues what happens to a strategy, if Caddy has an event for it.
func (a *eventQueue) add(key Key, e reload.Event) {
	var next caddyEvent
	switch e.Kind {
	case reload.EventActivated:
		next = caddyEvent{eventActivated, eventData(key, activation(e.Live))}
	case reload.EventRefused:
		next = caddyEvent{eventRefused, eventData(key, refusal(e))}
		next.data["error"] = e.Err.Error() // all of it, for what a subscriber sends on
	default:
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) == maxWaitingEvents {
		a.log().Warn("event is dropped, subscribers are too slow", zap.String("event", a.waiting[0].name))
		a.waiting = slices.Delete(a.waiting, 0, 1)
	}
	a.waiting = append(a.waiting, next)
	a.begin()
}

// begin has what waits emitted, unless that goes on already.
func (a *eventQueue) begin() {
	if a.busy || len(a.hosts) == 0 || len(a.waiting) == 0 {
		return
	}
	a.busy = true
	go a.run()
}

func (a *eventQueue) run() {
	for {
		next, emit := a.pop()
		if emit == nil {
			return
		}
		next.send(emit, a.log())
	}
}

// pop removes the next event and returns it with where it goes; nil if there is none.
func (a *eventQueue) pop() (next caddyEvent, emit Emitter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.hosts) == 0 || len(a.waiting) == 0 {
		a.busy = false
		return caddyEvent{}, nil
	}
	next = a.waiting[0]
	a.waiting = slices.Delete(a.waiting, 0, 1)
	return next, a.hosts[len(a.hosts)-1].emit
}

// send emits the event. The panic of a subscriber ends with it.
func (n caddyEvent) send(emit Emitter, log *zap.Logger) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic of a subscriber", zap.String("event", n.name),
				zap.String("panic", fmt.Sprint(p)), zap.ByteString("stack", debug.Stack()))
		}
	}()
	emit(n.name, n.data)
}

// eventData is what the line in the log has, as placeholders and JSON can show
// it: durations in seconds.
func eventData(key Key, fields []zap.Field) map[string]any {
	data := zapcore.NewMapObjectEncoder()
	data.AddString("path", key.Path)
	if key.Env != "" {
		data.AddString("env", key.Env)
	}
	for _, f := range fields {
		f.AddTo(data)
	}
	for name, value := range maps.Clone(data.Fields) {
		if v, is := value.(time.Duration); is {
			data.Fields[name] = v.Seconds()
		}
	}
	delete(data.Fields, "stack")
	return data.Fields
}
