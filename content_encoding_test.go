package discount

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/httpbody/bodytest"
)

func encodedRequest(coding, body string) string {
	return jsonRequest(body, "Content-Encoding: "+coding)
}

const decoding = "discount STRATEGY {\n\tdecode on\n}\nreverse_proxy UPSTREAM"

func TestAnEncodedCartIsPricedAndArrivesAsItCame(t *testing.T) {
	s := open(t, half, decoding)
	long := tenYuan + strings.Repeat("\n", 100_000)
	for _, c := range []struct{ name, coding, body string }{
		{name: "gzip", coding: "gzip", body: bodytest.Encoded(t, "gzip", tenYuan)},
		{name: "gzip of a long text", coding: "gzip", body: bodytest.Encoded(t, "gzip", long)},
		{name: "gzip by its old name", coding: "x-gzip", body: bodytest.Encoded(t, "gzip", tenYuan)},
		{name: "gzip in capitals", coding: "GZIP", body: bodytest.Encoded(t, "gzip", tenYuan)},
		{name: "gzip beside identity", coding: "identity, gzip", body: bodytest.Encoded(t, "gzip", tenYuan)},
		{name: "brotli", coding: "br", body: bodytest.Encoded(t, "br", tenYuan)},
		{name: "brotli of a long text", coding: "br", body: bodytest.Encoded(t, "br", long)},
		{name: "zstd", coding: "zstd", body: bodytest.Encoded(t, "zstd", tenYuan)},
		{name: "zstd of a long text", coding: "zstd", body: bodytest.Encoded(t, "zstd", long)},
		{name: "identity", coding: "identity", body: tenYuan},
		{name: "no name of a coding", coding: "", body: tenYuan},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send(encodedRequest(c.coding, c.body)); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			got := s.upstream.last(t)
			if got.body != c.body || got.length != int64(len(c.body)) || got.Get("Content-Encoding") != c.coding {
				t.Errorf("%d bytes of %d, length %d, %q", len(got.body), len(c.body), got.length, got.Get("Content-Encoding"))
			}
			if got.Get("X-Discount-Amount") != "500" {
				t.Error(owned(got.Header))
			}
		})
	}
}

func TestAnEncodedCartInChunksArrivesInChunks(t *testing.T) {
	s := open(t, half, decoding)
	body := bodytest.Encoded(t, "zstd", tenYuan)
	a := s.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Encoding: zstd\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 5) + "0\r\n\r\n")
	got := s.upstream.last(t)
	if a.StatusCode != http.StatusOK || got.body != body || got.length >= 0 || got.Get("X-Discount-Amount") != "500" {
		t.Errorf("%d, length %d, %q, %s", a.StatusCode, got.length, got.body, owned(got.Header))
	}
}

// Whatever cannot be read in exactly one way is no cart.
func TestABodyThatIsNotWhatItIsSaidToBe(t *testing.T) {
	pass := open(t, half, decoding)
	for _, c := range []struct{ name, coding, body, status string }{
		{name: "no gzip", coding: "gzip", body: tenYuan, status: "invalid"},
		{name: "nothing", coding: "gzip", body: " ", status: "invalid"},
		{name: "gzip cut short", coding: "gzip", body: cut(bodytest.Encoded(t, "gzip", tenYuan)), status: "invalid"},
		{name: "gzip with another checksum", coding: "gzip", body: flipped(bodytest.Encoded(t, "gzip", tenYuan), 6), status: "invalid"},
		{name: "gzip and something after it", coding: "gzip", body: bodytest.Encoded(t, "gzip", tenYuan) + "\x00", status: "invalid"},
		{name: "two gzip members", coding: "gzip", body: bodytest.Encoded(t, "gzip", tenYuan) + bodytest.Encoded(t, "gzip", " "), status: "invalid"},
		{name: "no brotli", coding: "br", body: tenYuan, status: "invalid"},
		{name: "brotli cut short", coding: "br", body: cut(bodytest.Encoded(t, "br", tenYuan)), status: "invalid"},
		{name: "brotli and something after it", coding: "br", body: bodytest.Encoded(t, "br", tenYuan) + "\x00", status: "invalid"},
		{name: "brotli and much after it", coding: "br", body: bodytest.Encoded(t, "br", tenYuan) + strings.Repeat("x", 100_000), status: "invalid"},
		{name: "no zstd", coding: "zstd", body: tenYuan, status: "invalid"},
		{name: "zstd cut short", coding: "zstd", body: cut(bodytest.Encoded(t, "zstd", tenYuan)), status: "invalid"},
		{name: "zstd without its checksum", coding: "zstd", body: strings.TrimSuffix(bodytest.Encoded(t, "zstd", tenYuan), last(bodytest.Encoded(t, "zstd", tenYuan), 4)), status: "invalid"},
		{name: "zstd with another checksum", coding: "zstd", body: flipped(bodytest.Encoded(t, "zstd", tenYuan), 1), status: "invalid"},
		{name: "zstd and something after it", coding: "zstd", body: bodytest.Encoded(t, "zstd", tenYuan) + "\x00", status: "invalid"},
		{name: "two zstd frames", coding: "zstd", body: bodytest.Encoded(t, "zstd", tenYuan) + bodytest.Encoded(t, "zstd", " "), status: "invalid"},
		{name: "a skippable zstd frame after it", coding: "zstd", body: bodytest.Encoded(t, "zstd", tenYuan) + "\x50\x2a\x4d\x18\x01\x00\x00\x00x", status: "invalid"},
		{name: "a skippable zstd frame before it", coding: "zstd", body: "\x50\x2a\x4d\x18\x01\x00\x00\x00x" + bodytest.Encoded(t, "zstd", tenYuan), status: "invalid"},
		{name: "a cart in which a key is twice", coding: "gzip", body: bodytest.Encoded(t, "gzip", `{"items":[],"items":[]}`), status: "invalid"},
		{name: "no cart", coding: "gzip", body: bodytest.Encoded(t, "gzip", `{}`), status: "bypass"},
		{name: "two codings", coding: "gzip, br", body: bodytest.Encoded(t, "br", bodytest.Encoded(t, "gzip", tenYuan)), status: "bypass"},
		{name: "the same coding twice", coding: "gzip, gzip", body: bodytest.Encoded(t, "gzip", bodytest.Encoded(t, "gzip", tenYuan)), status: "bypass"},
		{name: "a coding that is not known", coding: "deflate", body: tenYuan, status: "bypass"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := pass.send(encodedRequest(c.coding, c.body)); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			if got := pass.upstream.last(t); got.Get("X-Discount-Status") != c.status || got.body != c.body {
				t.Errorf("%d bytes of %d, %s", len(got.body), len(c.body), owned(got.Header))
			}
		})
	}
}

func cut(s string) string         { return s[:len(s)-1] }
func last(s string, n int) string { return s[len(s)-n:] }

// flipped is s with another byte at a place from its end.
func flipped(s string, fromEnd int) string {
	b := []byte(s)
	b[len(b)-fromEnd] ^= 0x55
	return string(b)
}

func TestAnEncodedCartThatIsWrongIsRejectedWhenAskedFor(t *testing.T) {
	const most = 1000
	s := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tdecode on\n\tmax_body %d\n\ton_invalid reject\n\ton_oversize reject\n}\nreverse_proxy UPSTREAM", most))
	for _, c := range []struct {
		name, coding, body string
		status             int
	}{
		{name: "a broken encoding", coding: "br", body: "nonsense", status: 400},
		{name: "an encoding that is not known", coding: "deflate", body: tenYuan, status: 415},
		{name: "two encodings", coding: "gzip, br", body: tenYuan, status: 415},
		{name: "a text that is too long", coding: "gzip", body: bodytest.Encoded(t, "gzip", cartOf(most+1)), status: 413},
		{name: "a cart", coding: "gzip", body: bodytest.Encoded(t, "gzip", tenYuan), status: 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send(encodedRequest(c.coding, c.body)); a.StatusCode != c.status {
				t.Errorf("%d: %s", a.StatusCode, a.body)
			}
		})
	}
}

func TestTextsAroundTheLongestThatIsRead(t *testing.T) {
	const most = 200_000
	s := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tdecode on\n\tmax_body %d\n}\nreverse_proxy UPSTREAM", most))
	for _, coding := range []string{"gzip", "br", "zstd"} {
		for _, c := range []struct {
			size   int
			status string
		}{{size: most - 1, status: "applied"}, {size: most, status: "applied"}, {size: most + 1, status: "oversize"}, {size: 300 * most, status: "oversize"}} {
			t.Run(fmt.Sprintf("%s of %d bytes", coding, c.size), func(t *testing.T) {
				if testing.Short() && c.size > 2*most {
					t.Skip("it takes seconds to encode")
				}
				body := bodytest.Encoded(t, coding, cartOf(c.size))
				s.send(encodedRequest(coding, body))
				if got := s.upstream.last(t); got.Get("X-Discount-Status") != c.status || got.body != body {
					t.Errorf("%d bytes, %s", len(got.body), owned(got.Header))
				}
			})
		}
	}
}
