package discount

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/dunglas/httpsfv"
	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/strategy"
)

// members are the members of a Dictionary and the headers that say the same.
var members = map[string]string{
	"status": "Status", "reason": "Reason", "amount": "Amount", "shipping": "Shipping", "subtotal": "Subtotal", "payable": "Payable",
	"currency": "Currency", "rules": "Rules", "lines": "Lines", "gifts": "Gifts", "strategy": "Strategy",
}

// fieldsOf are the nine headers, by their names without prefix, that say what a Dictionary says.
func fieldsOf(dictionary string) (map[string]string, error) {
	parsed, err := httpsfv.UnmarshalDictionary([]string{dictionary})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dictionary, err)
	}
	if canonical, err := httpsfv.Marshal(parsed); err != nil || canonical != dictionary {
		return nil, fmt.Errorf("%s is written as %s, %w", dictionary, canonical, err)
	}
	fields := make(map[string]string)
	for _, member := range parsed.Names() {
		value, _ := parsed.Get(member)
		text, err := fieldOf(member, value)
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w", member, dictionary, err)
		}
		fields[members[member]] = text
	}
	return fields, nil
}

func fieldOf(member string, value httpsfv.Member) (string, error) {
	item, single := value.(httpsfv.Item)
	switch {
	case single && item.Value == false:
		return leftOut, nil
	case member == "status":
		return string(item.Value.(httpsfv.Token)), nil
	case member == "currency":
		return item.Value.(string), nil
	case single:
		return httpsfv.Marshal(item)
	}
	inner := value.(httpsfv.InnerList)
	if member == "lines" {
		return httpsfv.Marshal(httpsfv.List{inner})
	}
	var list httpsfv.List
	for _, item := range inner.Items {
		list = append(list, item)
	}
	return httpsfv.Marshal(list)
}

// leftOut stands for a list that did not fit.
const leftOut = "?0"

// saidBy are the headers of a decision under the usual prefix.
func saidBy(d *decision, p *pricer) http.Header {
	h := make(http.Header)
	d.Set(h, p.names)
	return h
}

// sameInBothForms fails if the forms of a decision differ in what they say.
func sameInBothForms(t interface{ Errorf(string, ...any) }, asFields, compact http.Header) {
	if len(compact) != 1 || len(compact["X-Discount"]) != 1 {
		t.Errorf("the compact form is %v", compact)
		return
	}
	got, err := fieldsOf(compact["X-Discount"][0])
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	for name, values := range asFields {
		short := strings.TrimPrefix(name, "X-Discount-")
		if got[short] != values[0] {
			t.Errorf("%s: %q, want %q", short, got[short], values[0])
		}
		delete(got, short)
	}
	if len(got) > 0 {
		t.Errorf("the fields have not %v", got)
	}
}

// oddRules is a strategy with rules and a version of which a careless reader of a list makes others.
const oddRules = "version = \"v, 1\\\"; x=1 \\\\ ü\"\n" + `[rule.a]
discount_rate = 0.1
[rule."b, c"]
discount_rate = 0.1
[rule."d\" e) f"]
discount_rate = 0.1
[rule."\\ (x=1; \\\" g"]
discount_rate = 0.1
[rule."茶 \", ="]
discount_rate = 0.1`

func drawQuote(t *rapid.T, e *engine.Compiled, q *strategy.Quote) {
	amount, text := rapid.Int64Range(-999_999_999_999_999, 999_999_999_999_999), rapid.String()
	*q = strategy.Quote{
		Currency: rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(t, "currency"),
		Discount: amount.Draw(t, "amount"), ShippingDiscount: amount.Draw(t, "shipping"),
		Subtotal: amount.Draw(t, "subtotal"), Payable: amount.Draw(t, "payable"),
		Reason: rapid.OneOf(rapid.Just(""), text, rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "reason"),
	}
	for range rapid.IntRange(0, 200).Draw(t, "lines") {
		q.Lines = append(q.Lines, strategy.QuotedLine{Discount: rapid.Int64Range(-9, 999_999_999).Draw(t, "line")})
	}
	for range rapid.SampledFrom([]int{0, 1, 2, 5, 90}).Draw(t, "rules") {
		rule := rapid.IntRange(0, len(e.Header.Rules)-1).Draw(t, "rule")
		q.Applied = append(q.Applied, strategy.Applied{Rule: rule, Amount: amount.Draw(t, "rule's amount")})
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 3, 60}).Draw(t, "gifts") {
		sku := rapid.OneOf(text, rapid.StringMatching(`[ -~]{0,60}`)).Draw(t, "gift")
		q.Gifts = append(q.Gifts, strategy.Gift{SKU: sku, Quantity: rapid.Int64Range(1, 1000).Draw(t, "gift's quantity")})
	}
}

func TestOneHeaderSaysWhatTheFieldsSay(t *testing.T) {
	t.Parallel()
	signed := &SignOptions{Algorithm: "HS256", SigningKey: SigningKey{Key: secret}}
	for name, options := range map[string]Options{"alone": {}, "without lines": {Lines: new(bool)}, "beside an assertion": {Sign: signed}} {
		asFields := provisioned(t, oddRules, options).pricer
		options.Headers = headersCompact
		compact := provisioned(t, oddRules, options).pricer
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			s := asFields.scratch.Get().(*scratch)
			q := quoted{scratch: s, by: asFields.engine.Live().Value, at: time.Now()}
			drawQuote(t, q.by, &s.quote)
			in := pricedInput{target: assertion.NewTarget("POST", "shop", "/orders")}
			one, other := asFields.decide(q, in), compact.decide(q, in)
			sameInBothForms(t, saidBy(one, asFields), saidBy(other, compact))
			if a, b := one.claims(), other.claims(); a != b {
				t.Errorf("the claims are %+v, want %+v", b, a)
			}
			for _, name := range []string{"status", "reason", "amount", "shipping", "subtotal", "payable", "currency", "rules", "lines", "gifts", "version", "sha256"} {
				a, _ := one.placeholder(name)
				if b, _ := other.placeholder(name); a != b {
					t.Errorf("the placeholder %s is %q, want %q", name, b, a)
				}
			}
			size := len("X-Discount: \r\n") + len(saidBy(other, compact).Get("X-Discount"))
			if compact.keys != nil {
				size += len("X-Discount-Assertion: \r\n") + compact.keys.Signer().MaxSize(in.target, q.by.Version())
			}
			if size > 4<<10 && len(other.Reason) < 100 {
				t.Errorf("the headers take %d bytes", size)
			}
		}))
	}
}

func TestOneHeaderSaysWhyThereIsNoDiscount(t *testing.T) {
	t.Parallel()
	asFields, compact := provisioned(t, half, Options{}).pricer, provisioned(t, half, Options{Headers: headersCompact}).pricer
	for name, d := range map[string]*decision{
		"no items":            asFields.noCart.items,
		"another method":      asFields.noCart.method,
		"too large":           asFields.tooLarge,
		"a body that ends":    incompleteBody,
		"two types":           ambiguousBody,
		"too much work":       tooManySteps,
		"a wait that ends":    endedWaiting,
		"a wrong cart":        refuse(fields.StatusInvalid, `items.0: "茶" is no quantity`),
		"bytes that are none": refuse(fields.StatusInvalid, "\xff is no quantity"),
		"another coding":      unreadable("lz4"),
	} {
		t.Run(name, func(t *testing.T) {
			sameInBothForms(t, saidBy(d, asFields), saidBy(d, compact))
		})
	}
}

func TestOneHeaderArrives(t *testing.T) {
	s := open(t, half, "discount /orders* STRATEGY {\n\theaders compact\n\trespond on\n\tsign HS256 0123456789abcdef0123456789abcdef\n}\nreverse_proxy UPSTREAM")
	s.upstream.answers = http.Header{"X-Discount": {"f"}, "X_discount": {"f"}, "X-Discount-Amount": {"1"}, "X-Order": {"3"}}
	a := s.send(jsonRequest(tenYuan, "X-Discount-Amount: 1", "X-Discount: status=none", "x-discount: amount=7", "Connection: close, X-Discount"))
	got := s.upstream.last(t)
	const want = `status=applied, amount=500, shipping=0, subtotal=1000, payable=500, currency="CNY", rules=("half";amount=500), lines=(500), strategy="v1";sha256=:`
	for name, h := range map[string]http.Header{"request": got.Header, "response": a.Header} {
		if values := h.Values("X-Discount"); len(values) != 1 || !strings.HasPrefix(values[0], want) {
			t.Errorf("the %s has %q", name, values)
		}
		for header := range h {
			if folded(header) != "x_discount" && strings.HasPrefix(folded(header), "x_discount") && (header != "X-Discount-Assertion" || name == "response") {
				t.Errorf("the %s has %s", name, header)
			}
		}
	}
	if a.Header.Get("X-Order") != "3" || a.Header["X_discount"] != nil {
		t.Errorf("%v", a.Header)
	}
	if got.Get("X-Discount-Assertion") == "" {
		t.Error("there is no assertion")
	}
}

func TestTheLaterHandlerSaysInWhichFormTheHeadersAre(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string
		want          []string
	}{
		"one header last": {first: "fields", second: "compact", want: []string{"X-Discount"}},
		"fields last": {first: "compact", second: "fields", want: []string{
			"X-Discount-Amount", "X-Discount-Currency", "X-Discount-Lines", "X-Discount-Payable", "X-Discount-Rules",
			"X-Discount-Shipping", "X-Discount-Status", "X-Discount-Strategy", "X-Discount-Subtotal",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, "route {\n\tdiscount * STRATEGY {\n\t\theaders "+c.first+"\n\t\trespond on\n\t}\n\tdiscount * STRATEGY {\n\t\theaders "+c.second+"\n\t\trespond on\n\t}\n\treverse_proxy UPSTREAM\n}")
			a := s.send(jsonRequest(tenYuan))
			for where, h := range map[string]http.Header{"request": s.upstream.last(t).Header, "response": a.Header} {
				var names []string
				for name := range h {
					if strings.HasPrefix(folded(name), "x_discount") {
						names = append(names, name)
					}
				}
				if slices.Sort(names); !slices.Equal(names, c.want) {
					t.Errorf("the %s has %v, want %v", where, names, c.want)
				}
			}
		})
	}
}

func TestOneHeaderLeavesOutWhatDoesNotFit(t *testing.T) {
	s := open(t, half, "discount STRATEGY {\n\theaders compact\n\tsign HS256 0123456789abcdef0123456789abcdef\n\tmax_lines 2000\n}\nreverse_proxy UPSTREAM")
	s.order(`{"items":[` + strings.Repeat(`,{"sku":"s","quantity":1,"unit_price":1000}`, 2000)[1:] + `]}`)
	fields, err := fieldsOf(s.upstream.last(t).Get("X-Discount"))
	if err != nil || fields["Lines"] != leftOut || fields["Amount"] != strconv.Itoa(2000*500) {
		t.Errorf("%v, %v", fields, err)
	}
}

func TestOneHeaderTakesNoMoreAllocationsThanFields(t *testing.T) {
	if raceEnabled {
		t.Skip("pools drop at random what they are given")
	}
	body := benchCart(3)
	for name, c := range map[string]struct{ kind, body string }{
		"an order": {kind: "application/json", body: body},
		"no cart":  {kind: "text/plain", body: "hello"},
	} {
		count := func(form HeaderForm) float64 {
			h := provisioned(t, rulesOfSKUs(10), Options{Headers: form})
			next := caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })
			r := httptest.NewRequest(http.MethodPost, "/orders", http.NoBody)
			w := bare{http.Header{}}
			return testing.AllocsPerRun(1000, func() {
				clear(r.Header)
				r.Header["Content-Type"] = []string{c.kind}
				r.ContentLength = int64(len(c.body))
				r.Body = io.NopCloser(strings.NewReader(c.body))
				if err := h.ServeHTTP(w, r, next); err != nil {
					t.Fatal(err)
				}
			})
		}
		if asFields, compact := count(headersFields), count(headersCompact); compact > asFields {
			t.Errorf("%s: %v allocations, %v with fields", name, compact, asFields)
		}
	}
}
