package discount

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/strategy"
)

// manyRules is a strategy of so many rules alike.
func manyRules(rules int, rule string) string {
	var b strings.Builder
	b.WriteString("version = \"many\"\n")
	for i := range rules {
		fmt.Fprintf(&b, "[rule.r%d]\n%s\n", i, rule)
	}
	return b.String()
}

// manyLines is a cart of so many lines, in about thirty bytes each.
func manyLines(lines int) string {
	var b strings.Builder
	b.WriteString(`{"items":[`)
	for i := range lines {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"s%d","quantity":1,"unit_price":1000}`, i)
	}
	return b.String() + "]}"
}

// A cart that takes too many steps costs no processor for long, and no order.
func TestACartOfTooManyStepsPassesUnpriced(t *testing.T) {
	const rules = 4_000
	lines := strategy.MaxSteps/rules + 100
	s := open(t, manyRules(rules, "where = { size = \"xl\" }\ndiscount_amount = 0.01"), "discount /orders* STRATEGY {\n\tmax_lines 100000\n\tlines off\n}\nreverse_proxy UPSTREAM")
	counted := func() float64 { return gathered(t)["too_many_steps_total{}"] }
	before := counted()
	s.order(manyLines(lines)).expect(t, `
X-Discount-Reason: "too many rules look at too many lines: pricing the cart takes more than 40000000 steps"
X-Discount-Status: unavailable`)
	if n := counted() - before; n != 1 {
		t.Errorf("%v carts counted that take too many steps, want 1", n)
	}
	if a := s.order(manyLines(10)); a.Get("X-Discount-Status") != "none" {
		t.Errorf("the next order is not priced: %s", owned(a.Header))
	}
}

// A long quote waits its turn however few bytes its cart has, and a short one does not.
func TestALongQuoteWaitsItsTurn(t *testing.T) {
	const rules = 100
	h := provisioned(t, manyRules(rules, "discount_amount = 0.01"), Options{})
	h.pricer.slots = pace.NewBodyLimiter(1)
	taken, err := h.pricer.slots.Take(t.Context()) // so that none is free
	if err != nil {
		t.Fatal(err)
	}
	left, leave := context.WithCancel(t.Context())
	leave() // so that who waits does not wait long
	for _, c := range []struct {
		name  string
		lines int
		back  bool
		want  string
	}{
		{name: "a short quote", lines: pace.LargeWork/rules - 1, want: "applied"},
		{name: "a long quote", lines: pace.LargeWork / rules, want: "unavailable"},
		{name: "a long quote with a turn", lines: pace.LargeWork / rules, back: true, want: "applied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := left
			if c.back {
				h.pricer.slots.Release(taken)
				ctx = t.Context()
			}
			body := manyLines(c.lines)
			if len(body) >= pace.LargeBody {
				t.Fatalf("a body of %d bytes waits for being large", len(body))
			}
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			err := h.ServeHTTP(httptest.NewRecorder(), r, caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
				if got := r.Header.Get("X-Discount-Status"); got != c.want {
					t.Errorf("status %s, %s, want %s", got, r.Header.Get("X-Discount-Reason"), c.want)
				}
				return nil
			}))
			if err != nil {
				t.Error(err)
			}
		})
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := h.pricer.slots.Take(soon); err != nil {
		t.Errorf("a slot was not given back: %v", err)
	}
}

// A large body waits for its slot before memory is taken for its cart: a queue of them holds
// no more than their bytes.
func TestALargeBodyThatWaitsHoldsNoCart(t *testing.T) {
	h := provisioned(t, manyRules(1, "discount_amount = 0.01"), Options{})
	h.pricer.slots = pace.NewBodyLimiter(1)
	if _, err := h.pricer.slots.Take(t.Context()); err != nil { // so that none is free
		t.Fatal(err)
	}
	h.pricer.scratch.New = func() any {
		t.Error("memory for a cart is taken")
		return &scratch{shard: requestCounters.Shard()}
	}
	left, leave := context.WithCancel(t.Context())
	leave() // so that who waits does not wait long
	body := manyLines(pace.LargeBody / 30)
	if len(body) < pace.LargeBody {
		t.Fatalf("a body of %d bytes is not large", len(body))
	}
	r := httptest.NewRequestWithContext(left, http.MethodPost, "/", strings.NewReader(body))
	if d := h.pricer.order(r, pricedInput{text: []byte(body)}); d != endedWaiting {
		t.Errorf("%+v", d)
	}
}

// With what is close a cart is quoted many times, by all rules, so it waits its turn with
// fewer lines: also where it reaches no rule.
func TestAnExplanationWaitsItsTurn(t *testing.T) {
	const rules = 100
	path := filepath.Join(t.TempDir(), "strategy.toml")
	if err := os.WriteFile(path, []byte(manyRules(rules, "min_subtotal = 1000\ndiscount_amount = 0.01")), 0o600); err != nil {
		t.Fatal(err)
	}
	left, leave := context.WithCancel(t.Context())
	leave() // so that who waits does not wait long
	const most = pace.LargeWork / rules / 97
	for _, c := range []struct {
		explain ExplainMode
		lines   int
		want    int
	}{
		{explain: explainOff, lines: pace.LargeWork/rules - 1, want: http.StatusOK},
		{explain: explainNext, lines: most, want: http.StatusOK},
		{explain: explainNext, lines: most + 1, want: http.StatusInternalServerError},
		{explain: explainOn, lines: most, want: http.StatusOK},
		{explain: explainOn, lines: most + 1, want: http.StatusInternalServerError},
	} {
		t.Run(fmt.Sprint(c.explain, c.lines), func(t *testing.T) {
			h := &QuoteHandler{Options: Options{Strategy: path, Explain: c.explain}}
			ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
			t.Cleanup(func() {
				if err := h.Cleanup(); err != nil {
					t.Error(err)
				}
				cancel()
			})
			if err := h.Provision(ctx); err != nil {
				t.Fatal(err)
			}
			h.pricer.slots = pace.NewBodyLimiter(1)
			if _, err := h.pricer.slots.Take(t.Context()); err != nil { // so that none is free
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(left, http.MethodPost, "/", strings.NewReader(manyLines(c.lines)))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			if err := h.ServeHTTP(w, r, nil); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.want {
				t.Errorf("status %d, want %d: %s", w.Code, c.want, w.Body)
			}
		})
	}
}
