package discount

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/telemetry"
)

const canary = "canary-4711"

func TestWhatIsWrongIsRejectedWhenAskedFor(t *testing.T) {
	s := open(t, half, "discount STRATEGY {\n\tmax_body 300B\n\ton_invalid reject\n\ton_oversize reject\n}\nreverse_proxy UPSTREAM")
	long := strings.Repeat(" ", 1000)
	for _, c := range []struct {
		name, request string
		status        int
		title         string
		pointer       any
		detail        string
	}{
		{name: "an invalid cart", request: jsonRequest(`{"items":[{"quantity":1,"unit_price":1},{"quantity":"01","unit_price":1}]}`), status: 400, title: "Invalid cart", pointer: "/items/1/quantity", detail: "01"},
		{name: "a line with no price", request: jsonRequest(`{"items":[{"quantity":1}]}`), status: 400, title: "Invalid cart", pointer: "/items/0/unit_price", detail: "no price"},
		{name: "a duplicate key", request: jsonRequest(`{"items":[],"items":[]}`), status: 400, title: "Invalid cart", pointer: "/items", detail: "twice"},
		{name: "no JSON", request: jsonRequest(`{"items":[}`), status: 400, title: "Invalid cart", pointer: "/items/0", detail: "JSON"},
		{name: "a body too large by its length", request: jsonRequest(long), status: 413, title: "Cart too large", pointer: nil, detail: "300 bytes (max_body)"},
		{name: "a body too large by its end", request: "POST / HTTP/1.1\r\nHost: s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(long, 100) + "0\r\n\r\n", status: 413, title: "Cart too large", pointer: nil, detail: "300 bytes (max_body)"},
		{name: "an encoding that is not read", request: jsonRequest("xx", "Content-Encoding: br"), status: 415, title: "Unreadable encoding", pointer: nil, detail: "br"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := s.upstream.count()
			a := s.send(c.request)
			if a.StatusCode != c.status || a.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%d %s: %s", a.StatusCode, a.Header.Get("Content-Type"), a.body)
			}
			p := decode(t, a.body)
			if p["title"] != c.title || p["status"] != float64(c.status) || p["pointer"] != c.pointer || !strings.Contains(p["detail"].(string), c.detail) {
				t.Errorf("%v", p)
			}
			if s.upstream.count() != before {
				t.Error("it reached the order service")
			}
		})
	}
	if got := s.send("GET / HTTP/1.1\r\nHost: s\r\n\r\n"); got.StatusCode != http.StatusOK {
		t.Errorf("what is no cart is answered %d", got.StatusCode)
	}
}

// panicking is the context of a request whose pricing panics.
type panicking struct{ context.Context }

func (panicking) Value(any) any { panic(canary) }

// A panic costs the discount and nothing else; the log has what identifies the
// cart and nothing of what is in it.
func TestAPanicCostsTheDiscountNotTheOrder(t *testing.T) {
	p := provisioned(t, half, Options{}).pricer
	core, logged := observer.New(zap.DebugLevel)
	p.log = zap.New(core)
	body := []byte(`{"items":[{"sku":"` + canary + `","quantity":1,"unit_price":1}]}`)
	r := httptest.NewRequest(http.MethodPost, "/", nil).WithContext(panicking{t.Context()})
	d := p.order(r, pricedInput{text: body})
	if d.Status != fields.StatusUnavailable || d.problem.Status != http.StatusInternalServerError {
		t.Fatalf("%+v", d)
	}
	lines := logged.FilterMessageSnippet("pricing panicked").All()
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	fields := lines[0].ContextMap()
	if digest := sha256.Sum256(body); fields["cart_sha256"] != hex.EncodeToString(digest[:]) || strings.Contains(fmt.Sprint(fields), canary) {
		t.Errorf("the log has %v", fields)
	}
}

func TestALoggedPanicSaysWhetherTheCartIsInTheHeaders(t *testing.T) {
	const items = `"tea";q=1;p=1000`
	for name, c := range map[string]struct {
		options    Options
		items      string // the value of X-Cart-Items
		body, kind string
		want       bool
	}{
		"a body of JSON":                  {body: "{}", kind: "application/json", want: false},
		"a body of a type that is listed": {options: Options{ContentTypes: []string{"text/plain"}}, body: "{}", kind: "text/plain", want: false},
		"a body without a type":           {options: Options{Options: cartoptions.Options{Source: cartoptions.SourceJSON}}, body: "{}", want: false},
		"headers":                         {items: items, want: true},
		"headers beside another body":     {items: items, body: "a=b", kind: "application/x-www-form-urlencoded", want: true},
		"headers beside JSON":             {items: items, body: "{}", kind: "application/json", want: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := provisioned(t, half, c.options).pricer
			core, logged := observer.New(zap.DebugLevel)
			p.log = zap.New(core)
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
			for name, value := range map[string]string{"Content-Type": c.kind, "X-Cart-Items": c.items} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			in, d := p.input(r)
			if d != nil {
				t.Fatalf("not priced: %+v", d)
			}
			p.order(r.WithContext(panicking{t.Context()}), in)
			lines := logged.FilterMessageSnippet("pricing panicked").All()
			if len(lines) != 1 {
				t.Fatalf("%d lines", len(lines))
			}
			if got := lines[0].ContextMap()["cart_in_headers"]; got != c.want {
				t.Errorf("cart_in_headers is %v, want %v", got, c.want)
			}
		})
	}
}

// What a customer sends is in no log and no metric, wherever in the cart it is
// and whatever is wrong with it. (Caddy's access log has the headers of a request
// as they came, so carts in headers are sent to a site without one.)
func TestNoCartContentIsEverLogged(t *testing.T) {
	t.Setenv("DISCOUNT_TEST_KEY", canary+secret)
	const site = "discount STRATEGY {\n\tdecode on\n\tsign HS256 {env.DISCOUNT_TEST_KEY}\n}\nreverse_proxy UPSTREAM"
	bodies := []string{
		`{"items":[{"sku":"` + canary + `","quantity":0,"unit_price":1}],"coupons":["` + canary + `"]}`,
		`{"items":[{"sku":"` + canary + `","quantity":1,"unit_price":1}],"coupons":["` + canary + `"]}`,
		`{"items":[{"sku":"a","quantity":"` + canary + `","unit_price":1}]}`,
		`{"items":[{"sku":"a","quantity":1,"unit_price":1,"attributes":{"` + canary + `":{}}}]}`,
		`{"items":[],"` + canary + `":1,"` + canary + `":1}`,
		`{"items":[{` + canary,
		`{"items":[],"currency":"` + canary + `"}`,
		`{"customer":{"id":"` + canary + `","segments":["` + canary + `"]},"items":[{"quantity":1,"unit_price":1}],"channel":"` + canary + `"}`,
	}
	s := open(t, half, "log\n"+site)
	for _, body := range bodies {
		s.order(body)
	}
	s.order("not gzip "+canary, "Content-Encoding: gzip")
	eventually(t, "a line of access log for each", func() bool { return strings.Count(s.logged(), `"discount_status"`) == len(bodies)+1 })
	lines := s.logged()
	s.close()

	s = open(t, half, site)
	for _, header := range []string{
		`X-Cart-Items: "` + canary + `";q=1;p=1`,
		`X-Cart-Items: "a";q=1;` + canary + `=1`,
		`X-Cart-Items: "a";q=1;p=1` + "\r\nX-Cart-Coupons: \"" + canary + `"`,
		`X-Cart-Subtotal: ` + canary,
		`X-Discount-Amount: ` + canary,
		`X-Discount-Assertion: ` + canary,
	} {
		s.send("GET /orders HTTP/1.1\r\nHost: shop\r\n" + header + "\r\n\r\n")
	}
	lines += s.logged()
	if strings.Contains(lines, canary) {
		t.Errorf("it is in the log: %s", lines)
	}
	var metrics strings.Builder
	families, err := collected()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		metrics.WriteString(family.String())
	}
	if strings.Contains(metrics.String(), canary) || !strings.Contains(metrics.String(), "invalid") {
		t.Errorf("metrics: %s", metrics.String())
	}
}

// collected are the module's metrics.
func collected() ([]*dto.MetricFamily, error) {
	registry := prometheus.NewPedanticRegistry()
	if err := telemetry.Register(registry, requestCounters); err != nil {
		return nil, err
	}
	return registry.Gather()
}

// A body that ends early is its client's doing: an alert on what is unavailable must not wake anybody
// for it.
func TestABodyThatEndsEarlyIsInvalid(t *testing.T) {
	h := provisioned(t, half, Options{})
	r := orderRequest(tenYuan)
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(tenYuan[:5]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	before := gathered(t)
	next := caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })
	if err := h.ServeHTTP(httptest.NewRecorder(), r, next); err != nil {
		t.Fatal(err)
	}
	after := gathered(t)
	for status, want := range map[string]float64{"invalid": 1, "unavailable": 0} {
		name := "decisions_total{status=" + status + "}"
		if got := after[name] - before[name]; got != want {
			t.Errorf("%v more are %s, want %v", got, status, want)
		}
	}
	if got := r.Header.Get("X-Discount-Status") + ", " + r.Header.Get("X-Discount-Reason"); got != `invalid, "the body broke off"` {
		t.Error(got)
	}
	h = provisioned(t, half, Options{OnInvalid: reactionReject})
	r = orderRequest(tenYuan)
	r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	w := httptest.NewRecorder()
	if err := h.ServeHTTP(w, r, next); err != nil || w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "Incomplete body") {
		t.Errorf("%v, status %d: %s", err, w.Code, w.Body)
	}
}

// A body that is said to be JSON and has nothing in it is no cart, and the header says why.
func TestAnEmptyBodyOfJSONSaysSo(t *testing.T) {
	h := provisioned(t, half, Options{})
	for _, c := range []struct{ name, method, contentType, reason string }{
		{name: "an order", method: http.MethodPost, contentType: "application/json", reason: `"the body is empty"`},
		{name: "a call without a type", method: http.MethodPost},
		{name: "a request that has no body", method: http.MethodGet, contentType: "application/json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := orderRequest("")
			r.Method, r.Body, r.ContentLength = c.method, http.NoBody, 0
			r.Header.Set("Content-Type", c.contentType)
			before := gathered(t)
			next := caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })
			if err := h.ServeHTTP(httptest.NewRecorder(), r, next); err != nil {
				t.Fatal(err)
			}
			if status, reason := r.Header.Get("X-Discount-Status"), r.Header.Get("X-Discount-Reason"); status != "bypass" || reason != c.reason {
				t.Errorf("%s, reason %s", status, reason)
			}
			if got := gathered(t)["bypass_total{reason=method}"] - before["bypass_total{reason=method}"]; got != 1 {
				t.Errorf("%v more have no body", got)
			}
		})
	}
}
