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

// The events of Caddy's events app. EventActivated follows every change of the strategy in service.
const (
	EventActivated = "discount_strategy_activated"
	eventRefused   = "discount_strategy_refused"
)

// maxWaitingEvents bounds the events that wait for slow subscribers, or for a configuration
// to start.
const maxWaitingEvents = 64

// eventQueue emits Caddy's events of a strategy, in order and one at a time. Subscribers run
// on the goroutine that emits, and the loader must not wait for them. So the queue has its own
// goroutine while there is something to emit. A strategy outlives configurations: the events
// go to the configuration that started last, and wait until one has started.
type eventQueue struct {
	log func() *zap.Logger

	mu      sync.Mutex
	hosts   []eventHost // of running configurations, in the order in which they started
	waiting []caddyEvent
	busy    bool // a goroutine emits
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
func (q *eventQueue) subscribe(of any, emit Emitter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hosts = append(q.hosts, eventHost{of, emit})
	q.begin()
}

// unsubscribe removes what subscribe added. The queue keeps nothing of a configuration that has
// ended. unsubscribe does not wait for an event that a subscriber is already handling.
func (q *eventQueue) unsubscribe(of any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hosts = slices.DeleteFunc(q.hosts, func(h eventHost) bool { return h.of == of })
}

// add queues an event of a strategy, if Caddy has an event for it.
func (q *eventQueue) add(key Key, e reload.Event) {
	var next caddyEvent
	switch e.Kind {
	case reload.EventActivated:
		next = caddyEvent{EventActivated, eventData(key, activation(e.Live))}
	case reload.EventRefused:
		next = caddyEvent{eventRefused, eventData(key, refusal(e))}
		next.data["error"] = e.Err.Error() // in full, for subscribers that forward it
	default:
		return
	}
	q.queue(next)
}

// queue queues an event.
func (q *eventQueue) queue(next caddyEvent) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == maxWaitingEvents {
		why := "event dropped, subscribers too slow"
		if len(q.hosts) == 0 {
			why = "event dropped, no configuration has started"
		}
		q.log().Warn(why, zap.String("event", q.waiting[0].name))
		q.waiting = slices.Delete(q.waiting, 0, 1)
	}
	q.waiting = append(q.waiting, next)
	q.begin()
}

// begin starts the goroutine that emits, unless it is running. q.mu is held.
func (q *eventQueue) begin() {
	if q.busy || len(q.hosts) == 0 || len(q.waiting) == 0 {
		return
	}
	q.busy = true
	go q.run()
}

func (q *eventQueue) run() {
	for {
		next, emit := q.pop()
		if emit == nil {
			return
		}
		next.send(emit, q.log())
	}
}

// pop removes the next event and returns it with its emitter, which is nil if there is none.
func (q *eventQueue) pop() (next caddyEvent, emit Emitter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.hosts) == 0 || len(q.waiting) == 0 {
		q.busy = false
		return caddyEvent{}, nil
	}
	next = q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	return next, q.hosts[len(q.hosts)-1].emit
}

// send emits the event, and recovers from a panic of a subscriber.
func (n caddyEvent) send(emit Emitter, log *zap.Logger) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("event subscriber panicked", zap.String("event", n.name),
				zap.String("panic", fmt.Sprint(p)), zap.ByteString("stack", debug.Stack()))
		}
	}()
	emit(n.name, n.data)
}

// eventData is the data of the log line in a form for placeholders and JSON. Durations are in
// seconds.
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
