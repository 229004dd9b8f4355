package discount

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func TestTheResponseHasTheHeadersWhenAskedFor(t *testing.T) {
	s := open(t, half, "discount /orders* STRATEGY {\n\trespond on\n}\nreverse_proxy UPSTREAM")
	s.upstream.answers = http.Header{"X-Discount-Amount": {"1"}, "X-Discount-Vip": {"2"}, "X-Order": {"3"}}
	a := s.send(jsonRequest(tenYuan))
	if a.Header.Get("X-Discount-Amount") != "500" || len(a.Header.Values("X-Discount-Amount")) != 1 || a.Header.Get("X-Discount-Vip") != "" || a.Header.Get("X-Order") != "3" {
		t.Errorf("%v", a.Header)
	}
	if a.Header.Get("X-Discount-Status") != "applied" {
		t.Errorf("%v", a.Header)
	}
}

func TestTheResponseHasTheHeadersHoweverItIsWritten(t *testing.T) {
	h := provisioned(t, half, Options{Respond: respondOn})
	for name, write := range map[string]func(http.ResponseWriter) error{
		"by Write":       func(w http.ResponseWriter) error { _, err := io.WriteString(w, "done"); return err },
		"by WriteHeader": func(w http.ResponseWriter) error { w.WriteHeader(http.StatusOK); return nil },
		"by ReadFrom": func(w http.ResponseWriter) error {
			_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("done"))
			return err
		},
		"by Flush": func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tenYuan))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			err := h.ServeHTTP(w, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("X-Discount-Amount", "theirs")
				return write(w)
			}))
			if got := w.Result().Header; err != nil || got.Get("X-Discount-Amount") != "500" || len(got["X-Discount-Amount"]) != 1 {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// provisioned is a handler without a Caddy around it.
func provisioned(t testing.TB, strategy string, options Options) *Handler {
	t.Helper()
	options.Strategy = filepath.Join(t.TempDir(), "strategy.toml")
	if err := os.WriteFile(options.Strategy, []byte(strategy), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &Handler{Options: options}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	t.Cleanup(func() {
		if err := h.Cleanup(); err != nil {
			t.Error(err)
		}
		cancel()
	})
	if err := h.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestTheResponseIsLeftAloneOtherwise(t *testing.T) {
	s := open(t, half, proxied)
	a := s.send(jsonRequest(tenYuan))
	if text := owned(a.Header); text != "" {
		t.Error(text)
	}
}

func TestQuote(t *testing.T) {
	s := open(t, drinks, "discount_quote /quote STRATEGY {\n\tmax_body 1KiB\n\texplain on\n}\nreverse_proxy UPSTREAM")
	post := func(body string, headers ...string) *answer {
		t.Helper()
		return s.send("POST /quote" + jsonRequest(body, headers...)[len("POST /orders"):])
	}
	a := post(`{"items":[{"id":"l1","category":"茶","quantity":2,"unit_price":1800},{"sku":"mug","quantity":1,"unit_price":100}],"shipping":[{"amount":600}]}`)
	q := decode(t, a.body)
	delete(q, "sha256")
	delete(q, "rejected")
	for key, want := range map[string]any{"subtotal": 9500.0, "discount": 1000.0, "shipping_discount": 0.0, "payable": 9100.0, "currency": "CNY", "version": "v1"} {
		if q[key] != want {
			t.Errorf("%s: %v, want %v", key, q[key], want)
		}
	}
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	line := q["lines"].([]any)[1].(map[string]any)
	if line["unit_price"] != 5900.0 || line["stated_unit_price"] != 100.0 || line["rules"].(map[string]any)["mug-20"] != 1000.0 {
		t.Errorf("%v", line)
	}
	// One more tea is 54.00 and 15% off it 8.10; free shipping is close by itself.
	next := q["next"].([]any)[0].(map[string]any)
	if next["rule"] != "three" || next["missing_units"] != 1.0 || next["saves"] != 810.0 {
		t.Errorf("%v", q["next"])
	}
	if next := q["next"].([]any)[1].(map[string]any); next["reason"] != "min_subtotal" || next["saves"] != 600.0 {
		t.Errorf("%v", q["next"])
	}
	for name, c := range map[string]struct {
		a      *answer
		status int
	}{
		"no cart":       {a: s.send("GET /quote HTTP/1.1\r\nHost: s\r\n\r\n"), status: 400},
		"JSON, no cart": {a: post(`{}`), status: 400},
		"invalid":       {a: post(`{"items":{}}`), status: 400},
		"too large":     {a: post(tenYuan + string(make([]byte, 2000))), status: 413},
		"compressed":    {a: post("x", "Content-Encoding: zstd"), status: 415},
	} {
		if c.a.StatusCode != c.status || c.a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, c.a.StatusCode, c.a.body)
		}
	}
	if s.upstream.count() != 0 {
		t.Error("something reached the order service")
	}
}
