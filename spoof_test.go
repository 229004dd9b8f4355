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

const half = "version = \"v1\"\n[rule.half]\ndiscount_rate = 0.5"

const tenYuan = `{"items":[{"quantity":1,"unit_price":1000}]}`

// Whatever a client sends under the handler's names, the order service sees the
// handler's own values, and only those.
func TestNothingAClientSendsUnderOwnedNamesArrives(t *testing.T) {
	s := open(t, half, proxied)
	const want = `
X-Discount-Amount: 500
X-Discount-Currency: CNY
X-Discount-Lines: (500)
X-Discount-Payable: 500
X-Discount-Rules: "half";amount=500
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 1000`
	for name, headers := range map[string][]string{
		"another case":                 {"x-DISCOUNT-amount: 99999"},
		"twice":                        {"X-Discount-Amount: 1", "X-Discount-Amount: 2"},
		"a name that is not used":      {"X-Discount-Vip: yes"},
		"an underscore":                {"X_Discount_Amount: 1"},
		"a dot":                        {"X.Discount.Amount: 1"},
		"mixed aliases":                {"x.discount_Amount: 1"},
		"a connection token":           {"Connection: close, X-Discount-Amount"},
		"several connection fields":    {"Connection: X-Discount-Rules", "Connection: x-discount-status,  X-Discount-Amount"},
		"an aliased connection token":  {"Connection: X_Discount_Amount"},
		"a connection token alone":     {"Connection: X-Discount-Amount"},
		"a token beside a real option": {"Connection: keep-alive, X-Discount-Payable"},
	} {
		t.Run(name, func(t *testing.T) {
			before := spoofed(t)
			got := s.order(tenYuan, headers...)
			got.expect(t, want)
			for name := range got.Header {
				if alias := strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name)); strings.HasPrefix(alias, "x-discount-") && !strings.HasPrefix(name, "X-Discount-") {
					t.Errorf("%s arrived", name)
				}
			}
			// Caddy itself drops aliases before any handler sees them.
			if !strings.ContainsAny(strings.Split(headers[0], ":")[0], "_.") && spoofed(t) == before {
				t.Error("the attempt was not counted")
			}
		})
	}
}

func spoofed(t *testing.T) float64 {
	t.Helper()
	return gathered(t)["spoofed_headers_total{}"]
}

func TestOwnedTrailersDoNotArriveAndOthersDo(t *testing.T) {
	s := open(t, half, "discount /orders* STRATEGY {\n\tmax_body 100B\n}\nreverse_proxy UPSTREAM")
	for _, c := range []struct{ name, contentType, body, status string }{
		{name: "on a cart", contentType: "application/json", body: tenYuan, status: "applied"},
		{name: "on what is no cart", contentType: "text/plain", body: "hello", status: "bypass"},
		{name: "on JSON that is no cart", contentType: "application/json", body: "{}", status: "bypass"},
		{name: "on an invalid cart", contentType: "application/json", body: `{"items":1}`, status: "invalid"},
		{name: "on a body that is too large", contentType: "application/json", body: strings.Repeat("x", 5000), status: "oversize"},
	} {
		for announced, trailer := range map[string]string{
			"announced":       "X-Discount-Amount, X-Checksum",
			"not announced":   "X-Checksum",
			"announced alone": "X-Discount-Amount",
		} {
			t.Run(c.name+", "+announced, func(t *testing.T) {
				request := fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\nTrailer: %s\r\n\r\n%x\r\n%s\r\n0\r\nX-Discount-Amount: 99999\r\n", c.contentType, trailer, len(c.body), c.body)
				if strings.Contains(trailer, "X-Checksum") {
					request += "X-Checksum: abc\r\n"
				}
				if a := s.send(request + "\r\n"); a.StatusCode != http.StatusOK {
					t.Fatalf("status %d", a.StatusCode)
				}
				got := s.upstream.last(t)
				if got.Get("X-Discount-Status") != c.status || got.body != c.body {
					t.Errorf("%s, body of %d bytes", owned(got.Header), len(got.body))
				}
				want := ""
				if strings.Contains(trailer, "X-Checksum") {
					want = "abc"
				}
				if len(got.trailer["X-Discount-Amount"]) > 0 || got.trailer.Get("X-Checksum") != want {
					t.Errorf("trailer %v", got.trailer)
				}
			})
		}
	}
}

func TestAFurtherHandlerOnTheWayHasTheLastWordAndCountsNoAttempt(t *testing.T) {
	s := open(t, half, "route {\n\tdiscount * STRATEGY\n\tdiscount * STRATEGY {\n\t\tlines off\n\t}\n\treverse_proxy UPSTREAM\n}")
	before := spoofed(t)
	if got := s.order(tenYuan); got.Get("X-Discount-Amount") != "500" || got.Get("X-Discount-Lines") != "" {
		t.Errorf("%s", owned(got.Header))
	}
	if after := spoofed(t); after != before {
		t.Errorf("%v attempts counted", after-before)
	}
}

// Two carts, or a cart that does not arrive, would have one priced and another
// one delivered.
func TestTheCartThatIsPricedIsTheOneThatArrives(t *testing.T) {
	s := open(t, half, proxied)
	const big = `X-Cart-Items: "a";q=100;p=1200`
	for _, c := range []struct{ name, method, contentType, body, status string }{
		{name: "a form that is a cart", method: "POST", contentType: "Content-Type: application/x-www-form-urlencoded", body: tenYuan, status: "invalid"},
		{name: "text that is a cart", method: "POST", contentType: "Content-Type: text/plain", body: tenYuan, status: "invalid"},
		{name: "no type", method: "POST", contentType: "X-Nothing: 1", body: tenYuan, status: "invalid"},
		{name: "a method that has no body", method: "DELETE", contentType: "Content-Type: application/json", body: tenYuan, status: "invalid"},
		{name: "text that may be a cart", method: "POST", contentType: "Content-Type: text/plain", body: `{"items":[{}]`, status: "invalid"},
		{name: "compressed text", method: "POST", contentType: "Content-Type: text/plain\r\nContent-Encoding: gzip", body: "x", status: "invalid"},
		{name: "two encodings", method: "POST", contentType: "Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: gzip", body: tenYuan, status: "invalid"},
		{name: "a form", method: "POST", contentType: "Content-Type: application/x-www-form-urlencoded", body: "note=1", status: "applied"},
		{name: "JSON that is no cart", method: "POST", contentType: "Content-Type: application/json", body: `{"note":1}`, status: "applied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.send(fmt.Sprintf("%s /orders HTTP/1.1\r\nHost: shop\r\n%s\r\n%s\r\nContent-Length: %d\r\n\r\n%s", c.method, c.contentType, big, len(c.body), c.body))
			if got := s.upstream.last(t); got.Get("X-Discount-Status") != c.status || got.body != c.body {
				t.Errorf("%s", owned(got.Header))
			}
		})
	}
	s.send("GET /orders HTTP/1.1\r\nHost: shop\r\n" + big + "\r\nConnection: X-Cart-Items\r\n\r\n")
	if got := s.upstream.last(t); got.Get("X-Cart-Items") == "" || got.Get("X-Discount-Amount") != "60000" {
		t.Errorf("%v", got.Header)
	}
}

func TestAskingForAnotherProtocolDoesNotTurnTheDiscountOff(t *testing.T) {
	s := open(t, half, proxied)
	for _, headers := range [][]string{{"Upgrade: foo"}, {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"}} {
		if got := s.order(tenYuan, headers...); got.Get("X-Discount-Amount") != "500" {
			t.Errorf("%v: %s", headers, owned(got.Header))
		}
	}
}

// Servers put the trailer into the request that they made: HTTP/1 and HTTP/2
// into its map, HTTP/3 as a map of its own.
func TestATrailerThatTheServerReplacesIsStrippedToo(t *testing.T) {
	h := provisioned(t, half, Options{})
	for name, contentType := range map[string]string{"of a cart": "application/json", "of what is no cart": "text/plain"} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.Header.Set("Content-Type", contentType)
			r.ContentLength, r.Trailer = -1, http.Header{"X-Checksum": nil}
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(tenYuan), atEnd(func() {
				r.Trailer = http.Header{"X-Checksum": {"1"}, "X-Discount-Amount": {"99999"}, "X_discount_amount": {"99999"}}
			})))
			err := h.ServeHTTP(httptest.NewRecorder(), r, caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
				_, err := io.Copy(io.Discard, r.Body)
				return err
			}))
			if err != nil || len(r.Trailer) != 1 || r.Trailer.Get("X-Checksum") != "1" {
				t.Errorf("%v, %v", r.Trailer, err)
			}
		})
	}
}

// atEnd is a reader at its end that does something when it gets there.
type atEnd func()

func (do atEnd) Read([]byte) (int, error) {
	do()
	return 0, io.EOF
}
