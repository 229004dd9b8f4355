package discount

import (
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
)

// The outcomes that recognition tells apart.
var (
	cartRead     = &decision{Values: fields.Values{Status: fields.StatusNone, Strategy: &engine.Compiled{}}}
	noItems      = bypass(bypassNoItems, "", "")
	notJSON      = bypass(bypassNotJSON, "", "")
	otherType    = bypass(bypassContentType, "", "")
	withoutBody  = ordinary(bypass(bypassMethod, "", ""))
	anotherCoded = unreadable("br")
	wrongCart    = refuse(fields.StatusInvalid, "wrong")
)

// At each second of the clock comes an outcome; what is warned of is looked at when
// some minutes are over.
func TestAMinuteInWhichNoCartIsReadIsWarnedOf(t *testing.T) {
	type at map[time.Duration]*decision
	for name, c := range map[string]struct {
		came    at
		minutes int
		want    []map[string]any
	}{
		"nothing came": {minutes: 3},
		"one request": {
			came: at{0: noItems}, minutes: 1,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
		"one request, a moment before its minute is over": {
			came: at{1: noItems}, minutes: 1,
		},
		"all reasons": {
			came: at{0: noItems, 1: otherType, 2: notJSON, 59: otherType}, minutes: 2,
			want: []map[string]any{{"no_items": 1, "not_json": 1, "content_type": 2, "requests": 4}},
		},
		"a cart in the minute": {
			came: at{0: noItems, 1: cartRead, 2: noItems}, minutes: 3,
		},
		"a cart before the minute": {
			came: at{0: cartRead, 1: noItems}, minutes: 3,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
		"a cart after the minute": {
			came: at{0: noItems, 61: cartRead}, minutes: 3,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
		"two minutes": {
			came: at{0: noItems, 70: notJSON, 80: notJSON}, minutes: 5,
			want: []map[string]any{{"no_items": 1, "requests": 1}, {"not_json": 2, "requests": 2}},
		},
		"a good minute and a bad one": {
			came: at{0: noItems, 1: cartRead, 70: notJSON}, minutes: 5,
			want: []map[string]any{{"not_json": 1, "requests": 1}},
		},
		"requests that are no carts in the ordinary way": {
			came: at{0: withoutBody, 1: anotherCoded}, minutes: 3,
		},
		"an invalid cart is not read": {
			came: at{0: noItems, 1: wrongCart}, minutes: 3,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				core, logged := observer.New(zap.DebugLevel)
				r := newRecognition(zap.New(core), engine.Key{Path: "/shop.toml", Env: "prod"}, "order.lines")
				defer r.close()
				for second := range time.Duration(c.minutes * 60) {
					if o := c.came[second]; o != nil {
						r.note(o)
					}
					<-time.After(time.Second)
				}
				synctest.Wait()
				warned := logged.FilterMessage("no cart found in requests").All()
				if len(warned) != len(c.want) || logged.Len() != len(warned) {
					t.Fatalf("%v, want %v", logged.All(), c.want)
				}
				for i, entry := range warned {
					fields := entry.ContextMap()
					want := maps.Clone(c.want[i])
					maps.Copy(want, map[string]any{"strategy": "/shop.toml", "env": "prod", "items": "order.lines", "within": "1m0s"})
					if got := texts(t, fields); got != texts(t, want) || entry.Level != zap.WarnLevel {
						t.Errorf("%v: %s, want %s", entry.Level, got, texts(t, want))
					}
				}
			})
		})
	}
}

// texts are fields as JSON has them, durations as texts.
func texts(t *testing.T, fields map[string]any) string {
	t.Helper()
	for name, value := range fields {
		if d, is := value.(time.Duration); is {
			fields[name] = d.String()
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNothingIsWarnedOfWhenTheHandlerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logged := observer.New(zap.DebugLevel)
		r := newRecognition(zap.New(core), engine.Key{}, "items")
		r.note(noItems)
		r.close()
		r.note(noItems) // of a request that is still on its way
		<-time.After(3 * recognitionPeriod)
		synctest.Wait()
		if logged.Len() != 0 {
			t.Errorf("%v", logged.All())
		}
	})
}

func TestEveryRequestIsInOneWarning(t *testing.T) {
	core, logged := observer.New(zap.WarnLevel)
	r := newRecognition(zap.New(core), engine.Key{}, "items")
	defer r.close()
	const workers, each = 4, 10_000
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				r.note(noItems)
			}
		})
	}
	for range 1000 {
		if r.period.Load() != noPeriod {
			r.end()
		}
	}
	all.Wait()
	r.end()
	requests := uint64(0)
	for _, entry := range logged.All() {
		requests += entry.ContextMap()["requests"].(uint64)
	}
	if requests != workers*each {
		t.Errorf("the warnings have %d requests, want %d", requests, workers*each)
	}
}

func TestNotingAnOutcomeAllocatesNothing(t *testing.T) {
	r := newRecognition(zap.NewNop(), engine.Key{}, "items")
	defer r.close()
	for name, o := range map[string]*decision{"a cart": cartRead, "no cart": noItems, "no body": withoutBody} {
		r.note(o) // which may begin a minute
		if n := testing.AllocsPerRun(100, func() { r.note(o) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// recognitions are those of the handlers of the configuration that runs.
func (s *shop) recognitions() (all []*recognition) {
	s.t.Helper()
	app, err := caddy.ActiveContext().App("http")
	if err != nil {
		s.t.Fatal(err)
	}
	var walk func(caddyhttp.RouteList)
	walk = func(routes caddyhttp.RouteList) {
		for _, route := range routes {
			for _, handler := range route.Handlers {
				switch h := handler.(type) {
				case *caddyhttp.Subroute:
					walk(h.Routes)
				case *Handler:
					all = append(all, h.pricer.recognition)
				case *QuoteHandler:
					all = append(all, h.pricer.recognition)
				}
			}
		}
	}
	for _, server := range app.(*caddyhttp.App).Servers {
		walk(server.Routes)
	}
	return all
}

// aMinutePasses ends the minute of every handler of the shop, and is what they warn of.
func (s *shop) aMinutePasses() (warnings []map[string]any) {
	s.t.Helper()
	before := len(s.logged())
	for _, r := range s.recognitions() {
		r.end()
	}
	for line := range strings.Lines(s.logged()[before:]) {
		if strings.Contains(line, "no cart found") {
			warnings = append(warnings, decode(s.t, line))
		}
	}
	return warnings
}

func TestAShopWhoseCartsAreNotReadIsWarnedOf(t *testing.T) {
	const mapped = "discount STRATEGY {\n\tenv prod\n\tmap {\n\t\titems order.lines\n\t}\n}\nreverse_proxy UPSTREAM"
	const quoted = "discount_quote STRATEGY {\n\tsource headers\n}"
	for name, c := range map[string]struct {
		site     string
		requests []string
		want     map[string]any // nil for no warning
	}{
		"orders at another path": {
			site: mapped, requests: []string{jsonRequest(tenYuan), jsonRequest(tenYuan), jsonRequest(`{}`)},
			want: map[string]any{"no_items": 3.0, "requests": 3.0, "items": "order.lines", "env": "prod"},
		},
		"orders in other types": {
			site: proxied, requests: []string{requestOf("POST", tenYuan, asText), requestOf("POST", "items=1", asForm), jsonRequest(`{}`)},
			want: map[string]any{"no_items": 1.0, "content_type": 2.0, "requests": 3.0, "items": "items"},
		},
		"texts of a listed type": {
			site:     "discount STRATEGY {\n\tcontent_types text/plain\n}\nreverse_proxy UPSTREAM",
			requests: []string{requestOf("POST", "hello", asText)},
			want:     map[string]any{"not_json": 1.0, "requests": 1.0, "items": "items"},
		},
		"quotes without headers": {
			site: quoted, requests: []string{jsonRequest(tenYuan)},
			want: map[string]any{"no_items": 1.0, "requests": 1.0, "items": "X-Cart-Items or X-Cart-Subtotal"},
		},
		"one order that is read": {
			site: mapped, requests: []string{jsonRequest(`{}`), jsonRequest(`{"order":{"lines":[]}}`), jsonRequest(`{}`)},
		},
		"one order in headers": {
			site: proxied, requests: []string{jsonRequest(`{}`), requestOf("POST", "", oneCart)},
		},
		"requests without a body": {
			site: proxied, requests: []string{"GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n", requestOf("POST", "", asJSON), requestOf("DELETE", "x")},
		},
		"gRPC":                       {site: proxied, requests: []string{requestOf("POST", "\x00", "Content-Type: application/grpc")}},
		"carts in another encoding":  {site: proxied, requests: []string{jsonRequest("xx", "Content-Encoding: br")}},
		"carts that are all invalid": {site: proxied, requests: []string{jsonRequest(`{"items":1}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half+"\n[[env]]\nname = \"prod\"", c.site)
			for _, request := range c.requests {
				s.send(request)
			}
			warnings := s.aMinutePasses()
			if c.want == nil {
				if len(warnings) != 0 {
					t.Errorf("%v", warnings)
				}
				return
			}
			if len(warnings) != 1 {
				t.Fatalf("%d warnings: %v", len(warnings), warnings)
			}
			got := warnings[0]
			if got["level"] != "warn" || got["strategy"] != s.strategy || !strings.HasPrefix(got["logger"].(string), "http.handlers.discount") || got["within"] != 60.0 {
				t.Errorf("%v", got)
			}
			for _, of := range []string{"level", "ts", "logger", "msg", "strategy", "within"} {
				delete(got, of)
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if again := s.aMinutePasses(); len(again) != 0 {
				t.Errorf("it is said again: %v", again)
			}
		})
	}
}

// A handler that is replaced takes what it has counted with it.
func TestAConfigurationThatEndsSaysNothingOfItsMinute(t *testing.T) {
	s := open(t, half, proxied)
	s.order(`{}`)
	old := s.recognitions()
	s.reconfigure(proxied + "\n# again")
	if len(old) != 1 {
		t.Fatalf("%d handlers", len(old))
	}
	before := strings.Count(s.logged(), "no cart found")
	old[0].end()
	if after := strings.Count(s.logged(), "no cart found"); after != before {
		t.Errorf("%d warnings more", after-before)
	}
}
