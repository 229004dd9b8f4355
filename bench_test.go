package discount

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// BenchmarkHandler is the handler alone: reading the cart, the quote and the
// headers, with 100 rules in service and nothing behind it.
func BenchmarkHandler(b *testing.B) {
	rules := rulesOfSKUs(100)
	var inHeader []string
	for i := range 3 {
		inHeader = append(inHeader, fmt.Sprintf(`"sku-%d";q=%d;p=1200`, i, i+1))
	}
	signed := func(algorithm, key string) Options {
		return Options{Sign: &SignOptions{Algorithm: algorithm, SigningKey: SigningKey{Key: key}}}
	}
	for _, c := range []struct {
		name, body, items string
		options           Options
	}{
		{name: "JSON/3 lines", body: benchCart(3), items: "", options: Options{}},
		{name: "JSON/3 lines/HS256", body: benchCart(3), items: "", options: signed("HS256", secret)},
		{name: "JSON/3 lines/EdDSA", body: benchCart(3), items: "", options: signed("EdDSA", "{file.e2e/testdata/rfc8037.jwk}")},
		{name: "JSON/3 lines/compact", body: benchCart(3), items: "", options: Options{Headers: headersCompact}},
		{name: "JSON/50 lines", body: benchCart(50), items: "", options: Options{}},
		{name: "JSON/50 lines/compact", body: benchCart(50), items: "", options: Options{Headers: headersCompact}},
		{name: "header/3 lines", body: "", items: strings.Join(inHeader, ", "), options: Options{}},
		{name: "no cart", body: "", items: "", options: Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := provisioned(b, rules, c.options)
			var status string
			next := caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
				if status = r.Header.Get("X-Discount-Status"); status == "" {
					status, _, _ = strings.Cut(strings.TrimPrefix(r.Header.Get("X-Discount"), "status="), ",")
				}
				return nil
			})
			r := httptest.NewRequest(http.MethodPost, "/orders", http.NoBody)
			want := "bypass"
			if c.body != "" {
				r.Header.Set("Content-Type", "application/json")
				r.ContentLength, want = int64(len(c.body)), "applied"
			}
			if c.items != "" {
				r.Header.Set("X-Cart-Items", c.items)
				want = "applied"
			}
			body := strings.NewReader("")
			w := httptest.NewRecorder()
			header := r.Header
			b.ReportAllocs()
			for b.Loop() {
				r.Header = header
				if c.body != "" {
					body.Reset(c.body)
					r.Body = io.NopCloser(body)
				}
				if err := h.ServeHTTP(w, r, next); err != nil {
					b.Fatal(err)
				}
				for name := range r.Header { // as a server gives a new map each time
					if strings.HasPrefix(name+"-", httpheader.DefaultPrefix) {
						delete(r.Header, name)
					}
				}
			}
			if status != want {
				b.Fatalf("status = %s, want %s", status, want)
			}
		})
	}
}

// BenchmarkHandlerParallel is the three-line cart on all processors at once: with
// -cpu 1,2 it shows what requests have to share.
func BenchmarkHandlerParallel(b *testing.B) {
	h := provisioned(b, rulesOfSKUs(100), Options{})
	text := benchCart(3)
	next := caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(loop *testing.PB) {
		r, w, body := httptest.NewRequest(http.MethodPost, "/orders", http.NoBody), httptest.NewRecorder(), strings.NewReader("")
		r.Header.Set("Content-Type", "application/json")
		r.ContentLength = int64(len(text))
		for loop.Next() {
			body.Reset(text)
			r.Body = io.NopCloser(body)
			if err := h.ServeHTTP(w, r, next); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func benchCart(lines int) string {
	items := make([]string, lines)
	for i := range items {
		items[i] = fmt.Sprintf(`{"id": "l%d", "sku": "sku-%d", "category": "goods", "quantity": %d, "unit_price": %d}`, i, i, i%3+1, 1200+i)
	}
	return `{"currency": "CNY", "items": [` + strings.Join(items, ", ") + `], "customer": {"id": "u1", "tier": "gold"}}`
}
