package discount

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// BenchmarkScale is what an order costs in the handler by each thing that may
// grow, all else being that of a usual order: three lines, a hundred rules, of
// which one applies. bench/scale draws it.
func BenchmarkScale(b *testing.B) {
	for _, rules := range []int{10, 100, 1_000, 10_000, 100_000} {
		h := provisioned(b, rulesOfSKUs(rules), Options{})
		b.Run(fmt.Sprintf("rules/%d", rules), func(b *testing.B) { priceOften(b, h, benchCart(3)) })
	}
	usual := provisioned(b, rulesOfSKUs(100), Options{})
	for _, lines := range []int{1, 3, 10, 50, 200, 500} {
		b.Run(fmt.Sprintf("lines/%d", lines), func(b *testing.B) { priceOften(b, usual, benchCart(lines)) })
	}
	for _, size := range []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("bytes/%d", size), func(b *testing.B) { priceOften(b, usual, cartOfSize(size)) })
	}
}

// rulesOfSKUs are so many rules, of which each but the first is about an article.
func rulesOfSKUs(n int) string {
	var rules strings.Builder
	rules.WriteString(half + "\n")
	for i := range n - 1 {
		fmt.Fprintf(&rules, "[rule.\"r%05d\"]\nskus = [\"sku-%d\"]\nmin_quantity = 1000\ndiscount_rate = 0.1\n", i, i)
	}
	return rules.String()
}

// cartOfSize is a cart of three lines in an order with so many bytes of notes and
// addresses that no client asks for.
func cartOfSize(size int) string {
	cart := strings.TrimSuffix(benchCart(3), "}")
	var rest strings.Builder
	for i := 0; len(cart)+rest.Len() < size-64; i++ {
		fmt.Fprintf(&rest, `, "note_%d": "please ring twice, and leave it at the door"`, i)
	}
	return cart + rest.String() + "}"
}

func priceOften(b *testing.B, h *Handler, text string) {
	next := caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		if status := r.Header.Get("X-Discount-Status"); status != "applied" {
			return fmt.Errorf("status = %s, want applied", status)
		}
		return nil
	})
	r, w, body := httptest.NewRequest(http.MethodPost, "/orders", http.NoBody), httptest.NewRecorder(), strings.NewReader("")
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = int64(len(text))
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(text)
		r.Body = io.NopCloser(body)
		if err := h.ServeHTTP(w, r, next); err != nil {
			b.Fatal(err)
		}
	}
}
