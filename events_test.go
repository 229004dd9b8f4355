package discount

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func init() { caddy.RegisterModule(subscriber{}) }

// subscriber is a handler of Caddy's events that keeps those of strategies.
type subscriber struct{}

// heard is what subscribers of all configurations have heard. A gate that is not
// nil holds them up; gone counts those that were told when their time was over.
var heard struct {
	sync.Mutex
	events []caddy.Event
	gate   chan struct{}
}

func (subscriber) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "events.handlers.discount_test", New: func() caddy.Module { return new(subscriber) }}
}

func (*subscriber) UnmarshalCaddyfile(d *caddyfile.Dispenser) error { d.Next(); return nil }

func (*subscriber) Handle(_ context.Context, e caddy.Event) error {
	heard.Lock()
	gate := heard.gate
	heard.Unlock()
	if gate != nil {
		<-gate
	}
	heard.Lock()
	defer heard.Unlock()
	heard.events = append(heard.events, e)
	if e.Data["version"] == "panics" {
		panic("a subscriber's")
	}
	return nil
}

// listening opens a shop whose events of strategies are kept from now on.
func listening(t *testing.T, strategy string) *shop {
	t.Helper()
	heard.Lock()
	heard.events, heard.gate = nil, nil
	heard.Unlock()
	return openWith(t, "events {\n\ton discount_strategy_activated discount_test\n\ton discount_strategy_refused discount_test\n}\n", strategy, proxied)
}

// hears waits for so many events and returns the last one.
func hears(t *testing.T, n int) caddy.Event {
	t.Helper()
	var last caddy.Event
	eventually(t, "an event", func() bool {
		heard.Lock()
		defer heard.Unlock()
		if len(heard.events) > n {
			t.Fatalf("%d events, want %d: %v", len(heard.events), n, heard.events)
		}
		if len(heard.events) == n {
			last = heard.events[n-1]
		}
		return len(heard.events) == n
	})
	return last
}

func TestActivationsAndRefusalsAreEventsOfCaddy(t *testing.T) {
	s := listening(t, takes("v1", "0.5"))
	first := hears(t, 1)
	if first.Name() != "discount_strategy_activated" || first.Data["version"] != "v1" || first.Data["kind"] != "start" {
		t.Errorf("at the start: %s %v", first.Name(), first.Data)
	}
	if origin := first.Origin().CaddyModule().ID; origin != "http.handlers.discount" {
		t.Errorf("it is of %s", origin)
	}
	s.save(takes("v2", "0.6"))
	second := hears(t, 2)
	if second.Data["version"] != "v2" || second.Data["kind"] != "rename" || second.Data["path"] != s.strategy {
		t.Errorf("after an edit: %v", second.Data)
	}
	s.save("rule = 1")
	third := hears(t, 3)
	if text, _ := third.Data["error"].(string); third.Name() != "discount_strategy_refused" || !strings.Contains(text, "strategy.toml:1:") || third.Data["in_service"] != "v2" {
		t.Errorf("after a mistake: %s %v", third.Name(), third.Data)
	}
	s.reconfigure("respond /other 204\n" + proxied) // the strategy goes on in another configuration
	s.save(takes("v3", "0.7"))
	if e := hears(t, 4); e.Data["version"] != "v3" {
		t.Errorf("in another configuration: %v", e.Data)
	}
}

// An event has what the line in the log has.
func TestEventsSayWhatTheLogSays(t *testing.T) {
	s := listening(t, takes("v1", "0.5"))
	told := hears(t, 1)
	var line map[string]any
	for text := range strings.Lines(s.logged()) {
		if strings.Contains(text, "strategy activated") {
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, own := range []string{"level", "ts", "logger", "msg"} {
		delete(line, own)
	}
	for name := range line {
		if told.Data[name] == nil {
			t.Errorf("%s is in the log and not in the event", name)
		}
	}
	if len(told.Data) != len(line) || len(line) < 10 {
		t.Errorf("the event has %v\nand the log %v", told.Data, line)
	}
	if _, err := json.Marshal(told.CloudEvent()); err != nil {
		t.Error(err)
	}
}

func TestSubscribersHoldNothingUp(t *testing.T) {
	s := listening(t, takes("v1", "0.5"))
	hears(t, 1)
	gate := make(chan struct{})
	heard.Lock()
	heard.gate = gate
	heard.Unlock()
	s.saved(takes("panics", "0.6"), "panics")
	s.saved(takes("v3", "0.7"), "v3")
	if got := s.order(tenYuan).Get("X-Discount-Amount"); got != "700" {
		t.Errorf("amount = %s, want 700", got)
	}
	s.reconfigure("respond /other 204\n" + proxied)
	close(gate)
	if e := hears(t, 3); e.Data["version"] != "v3" {
		t.Errorf("last event: %v", e.Data)
	}
}
