package discount

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

// maxAnnouncements bounds the events that wait for subscribers who take their
// time, or for a configuration to start.
const maxAnnouncements = 64

// announcer emits Caddy's events of a strategy, in order and one at a time. Caddy
// has its subscribers called by whoever emits; the loader must not wait for them,
// so they are called in a goroutine that is there while there is something to
// emit. A strategy outlives configurations: the events go to the one that started
// last, and what happens before one has started waits for it.
type announcer struct {
	mu      sync.Mutex
	hosts   []announcerHost // of running configurations, the last one started last
	waiting []announcement
	busy    bool // there is a goroutine that emits
}

// emitter emits an event in one configuration.
type emitter func(name string, data map[string]any)

type announcerHost struct {
	of   *pricer
	emit emitter
}

type announcement struct {
	name string
	data map[string]any
}

// listen adds the configuration of a gateway, which has started.
func (a *announcer) listen(g *pricer, emit emitter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hosts = append(a.hosts, announcerHost{g, emit})
	a.begin()
}

// forget takes away what listen added: nothing of a configuration is kept when it
// has ended. An event that is with a subscriber already is not waited for.
func (a *announcer) forget(g *pricer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hosts = slices.DeleteFunc(a.hosts, func(h announcerHost) bool { return h.of == g })
}

// tell announces what happens to a strategy, if it is to be announced.
func (a *announcer) tell(key liveKey, e reload.Event) {
	var next announcement
	switch e.Kind {
	case reload.EventActivated:
		next = announcement{eventActivated, eventData(key, activation(e.Live))}
	case reload.EventRefused:
		next = announcement{eventRefused, eventData(key, refusal(e))}
		next.data["error"] = e.Err.Error() // all of it, for what a subscriber sends on
	default:
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) == maxAnnouncements {
		key.logger().Warn("event is dropped, subscribers are too slow", zap.String("event", a.waiting[0].name))
		a.waiting = slices.Delete(a.waiting, 0, 1)
	}
	a.waiting = append(a.waiting, next)
	a.begin()
}

// begin has what waits emitted, unless that goes on already.
func (a *announcer) begin() {
	if a.busy || len(a.hosts) == 0 || len(a.waiting) == 0 {
		return
	}
	a.busy = true
	go a.run()
}

func (a *announcer) run() {
	for {
		next, emit := a.take()
		if emit == nil {
			return
		}
		next.send(emit)
	}
}

// take is the next event and where it goes; nil if there is none.
func (a *announcer) take() (next announcement, emit emitter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.hosts) == 0 || len(a.waiting) == 0 {
		a.busy = false
		return announcement{}, nil
	}
	next = a.waiting[0]
	a.waiting = slices.Delete(a.waiting, 0, 1)
	return next, a.hosts[len(a.hosts)-1].emit
}

// send emits the event. The panic of a subscriber ends with it.
func (n announcement) send(emit emitter) {
	defer func() {
		if p := recover(); p != nil {
			liveKey{}.logger().Error("panic of a subscriber", zap.String("event", n.name),
				zap.String("panic", fmt.Sprint(p)), zap.ByteString("stack", debug.Stack()))
		}
	}()
	emit(n.name, n.data)
}

// eventData is what the line in the log has, as placeholders and JSON can show
// it: durations in seconds.
func eventData(key liveKey, fields []zap.Field) map[string]any {
	data := zapcore.NewMapObjectEncoder()
	data.AddString("path", key.path)
	if key.env != "" {
		data.AddString("env", key.env)
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
