package discount

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// payloadOf is what an assertion says, member by member, without a look at its signature.
func payloadOf(t *testing.T, r *received) map[string]any {
	t.Helper()
	parts := strings.Split(r.Get("X-Discount-Assertion"), ".")
	if len(parts) != 3 {
		t.Fatalf("the assertion is %q", r.Get("X-Discount-Assertion"))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

// longestPath and longestHost are the most bytes of a path and a host that are claims.
const (
	longestPath = 512
	longestHost = 255 + len(":65535")
)

func TestAssertionNamesMethodHostAndPathAsReceived(t *testing.T) {
	t.Setenv("DISCOUNT_TEST_KEY", secret)
	s := open(t, half, `handle_path /shop/* {
	discount STRATEGY {
		sign HS256 {env.DISCOUNT_TEST_KEY}
	}
	reverse_proxy UPSTREAM
}
handle {
	discount STRATEGY {
		sign HS256 {env.DISCOUNT_TEST_KEY}
	}
	rewrite * /elsewhere
	method PUT
	reverse_proxy UPSTREAM
}`)
	long := "/" + strings.Repeat("a", longestPath-1)
	for _, test := range []struct {
		name, method, target, host     string
		wantMethod, wantHost, wantPath any
	}{
		{name: "an order", method: "POST", target: "/orders", host: "shop", wantMethod: "POST", wantHost: "shop", wantPath: "/orders"},
		{
			name: "a prefix that is stripped before", method: "POST", target: "/shop/orders?draft=1", host: "shop.example:8443",
			wantMethod: "POST", wantHost: "shop.example:8443", wantPath: "/shop/orders",
		},
		{name: "another method", method: "PATCH", target: "/orders/7", host: "SHOP", wantMethod: "PATCH", wantHost: "SHOP", wantPath: "/orders/7"},
		{name: "escapes", method: "POST", target: "/%6Frders//%E8%8C%B6%2F", host: "shop", wantMethod: "POST", wantHost: "shop", wantPath: "/%6Frders//%E8%8C%B6%2F"},
		{name: "bytes that need an escape", method: "POST", target: `/a\b"茶`, host: "shop", wantMethod: "POST", wantHost: "shop", wantPath: "/a%5Cb%22%E8%8C%B6"},
		{name: "a target with a scheme", method: "POST", target: "http://shop/orders?x", host: "shop", wantMethod: "POST", wantHost: "shop", wantPath: "/orders"},
		{name: "the longest path", method: "POST", target: long, host: "shop", wantMethod: "POST", wantHost: "shop", wantPath: long},
		{name: "a longer path", method: "POST", target: long + "a", host: "shop", wantMethod: "POST", wantHost: "shop"},
		{name: "a long host", method: "POST", target: "/orders", host: strings.Repeat("h", 262), wantMethod: "POST", wantPath: "/orders"},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := strings.NewReplacer("POST /orders", test.method+" "+test.target, "Host: shop", "Host: "+test.host).Replace(jsonRequest(tenYuan))
			if a := s.send(request); a.StatusCode != http.StatusOK {
				t.Fatalf("%d: %s", a.StatusCode, a.body)
			}
			got := payloadOf(t, s.upstream.last(t))
			if got["method"] != test.wantMethod || got["host"] != test.wantHost || got["path"] != test.wantPath {
				t.Errorf("method %v, host %v, path %v", got["method"], got["host"], got["path"])
			}
			assertionOn(t, s.upstream.last(t), jose.HS256, []byte(secret))
		})
	}
}

// The longest claims leave less room for lists, and the headers stay within their bound.
func TestLongTargetsLeaveTheHeadersWithin4KiB(t *testing.T) {
	t.Setenv("DISCOUNT_TEST_KEY", secret)
	s := open(t, half, "discount STRATEGY {\n\tsign HS256 {env.DISCOUNT_TEST_KEY}\n}\nreverse_proxy UPSTREAM")
	line := `,{"sku":"s","quantity":1,"unit_price":1000}`
	target := strings.NewReplacer("/orders", "/"+strings.Repeat("a", longestPath-1), "Host: shop", "Host: "+strings.Repeat("h", longestHost))
	left := 0
	for lines := 100; lines <= 500; lines += 20 {
		cart := `{"items":[` + strings.Repeat(line, lines)[1:] + `]}`
		if a := s.send(target.Replace(jsonRequest(cart))); a.StatusCode != http.StatusOK {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
		r, size := s.upstream.last(t), 0
		for header, values := range r.Header {
			if strings.HasPrefix(header, "X-Discount-") {
				size += len(header) + len(": \r\n") + len(values[0])
			}
		}
		if size > 4<<10 {
			t.Errorf("%d lines: the headers take %d bytes", lines, size)
		}
		if r.Get("X-Discount-Lines") == leftOut {
			left++
		}
	}
	if left == 0 {
		t.Error("no cart was so large that its lines were left out")
	}
}
