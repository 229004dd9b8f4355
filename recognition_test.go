package discount

import (
	"maps"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/recognition"
)

// What a handler notes of its decisions, by the warning in the end.
func TestWhatIsNotedOfADecision(t *testing.T) {
	t.Parallel()
	cartRead := &decision{Values: fields.Values{Status: fields.StatusNone, Strategy: &engine.Compiled{}}}
	noItems := bypass(bypassNoItems, "", "")
	for _, c := range []struct {
		name string
		came []*decision
		want map[string]any // counted in the warning; nil for none
	}{
		{name: "no items", came: []*decision{noItems}, want: map[string]any{"no_items": uint64(1), "requests": uint64(1)}},
		{name: "all reasons", came: []*decision{bypass(bypassNotJSON, "", ""), noItems, bypass(bypassContentType, "", ""), noItems}, want: map[string]any{
			"no_items": uint64(2), "not_json": uint64(1), "content_type": uint64(1), "requests": uint64(4)}},
		{name: "a cart among them", came: []*decision{noItems, cartRead, noItems}},
		{name: "requests that are no carts in the ordinary way", came: []*decision{ordinary(bypass(bypassMethod, "", "")), unreadable("br")}},
		{name: "an invalid cart is not read", came: []*decision{noItems, refuse(fields.StatusInvalid, "wrong")}, want: map[string]any{"no_items": uint64(1), "requests": uint64(1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			core, logged := observer.New(zap.DebugLevel)
			o := Options{Strategy: "/shop.toml", Env: "prod"}
			m := o.recognition(zap.New(core), "order.lines")
			defer m.Close()
			for _, d := range c.came {
				d.note(m)
			}
			m.End()
			if c.want == nil {
				if logged.Len() > 0 {
					t.Errorf("%v", logged.All())
				}
				return
			}
			if logged.Len() != 1 {
				t.Fatalf("%d warnings: %v", logged.Len(), logged.All())
			}
			want := maps.Clone(c.want)
			maps.Copy(want, map[string]any{"strategy": "/shop.toml", "env": "prod", "items": "order.lines", "within": recognition.Period})
			if got := logged.All()[0].ContextMap(); !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// recognitions are those of the handlers of the configuration that runs.
func (s *shop) recognitions() (all []*recognition.Monitor) {
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
		r.End()
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
	old[0].End()
	if after := strings.Count(s.logged(), "no cart found"); after != before {
		t.Errorf("%d warnings more", after-before)
	}
}
