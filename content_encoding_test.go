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
		{"gzip", "gzip", bodytest.Encoded(t, "gzip", tenYuan)},
		{"gzip of a long text", "gzip", bodytest.Encoded(t, "gzip", long)},
		{"gzip by its old name", "x-gzip", bodytest.Encoded(t, "gzip", tenYuan)},
		{"gzip in capitals", "GZIP", bodytest.Encoded(t, "gzip", tenYuan)},
		{"gzip beside identity", "identity, gzip", bodytest.Encoded(t, "gzip", tenYuan)},
		{"brotli", "br", bodytest.Encoded(t, "br", tenYuan)},
		{"brotli of a long text", "br", bodytest.Encoded(t, "br", long)},
		{"zstd", "zstd", bodytest.Encoded(t, "zstd", tenYuan)},
		{"zstd of a long text", "zstd", bodytest.Encoded(t, "zstd", long)},
		{"identity", "identity", tenYuan},
		{"no name of a coding", "", tenYuan},
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
		{"no gzip", "gzip", tenYuan, "invalid"},
		{"nothing", "gzip", " ", "invalid"},
		{"gzip cut short", "gzip", cut(bodytest.Encoded(t, "gzip", tenYuan)), "invalid"},
		{"gzip with another checksum", "gzip", flipped(bodytest.Encoded(t, "gzip", tenYuan), 6), "invalid"},
		{"gzip and something after it", "gzip", bodytest.Encoded(t, "gzip", tenYuan) + "\x00", "invalid"},
		{"two gzip members", "gzip", bodytest.Encoded(t, "gzip", tenYuan) + bodytest.Encoded(t, "gzip", " "), "invalid"},
		{"no brotli", "br", tenYuan, "invalid"},
		{"brotli cut short", "br", cut(bodytest.Encoded(t, "br", tenYuan)), "invalid"},
		{"brotli and something after it", "br", bodytest.Encoded(t, "br", tenYuan) + "\x00", "invalid"},
		{"brotli and much after it", "br", bodytest.Encoded(t, "br", tenYuan) + strings.Repeat("x", 100_000), "invalid"},
		{"no zstd", "zstd", tenYuan, "invalid"},
		{"zstd cut short", "zstd", cut(bodytest.Encoded(t, "zstd", tenYuan)), "invalid"},
		{"zstd without its checksum", "zstd", strings.TrimSuffix(bodytest.Encoded(t, "zstd", tenYuan), last(bodytest.Encoded(t, "zstd", tenYuan), 4)), "invalid"},
		{"zstd with another checksum", "zstd", flipped(bodytest.Encoded(t, "zstd", tenYuan), 1), "invalid"},
		{"zstd and something after it", "zstd", bodytest.Encoded(t, "zstd", tenYuan) + "\x00", "invalid"},
		{"two zstd frames", "zstd", bodytest.Encoded(t, "zstd", tenYuan) + bodytest.Encoded(t, "zstd", " "), "invalid"},
		{"a skippable zstd frame after it", "zstd", bodytest.Encoded(t, "zstd", tenYuan) + "\x50\x2a\x4d\x18\x01\x00\x00\x00x", "invalid"},
		{"a skippable zstd frame before it", "zstd", "\x50\x2a\x4d\x18\x01\x00\x00\x00x" + bodytest.Encoded(t, "zstd", tenYuan), "invalid"},
		{"a cart in which a key is twice", "gzip", bodytest.Encoded(t, "gzip", `{"items":[],"items":[]}`), "invalid"},
		{"no cart", "gzip", bodytest.Encoded(t, "gzip", `{}`), "bypass"},
		{"two codings", "gzip, br", bodytest.Encoded(t, "br", bodytest.Encoded(t, "gzip", tenYuan)), "bypass"},
		{"the same coding twice", "gzip, gzip", bodytest.Encoded(t, "gzip", bodytest.Encoded(t, "gzip", tenYuan)), "bypass"},
		{"a coding that is not known", "deflate", tenYuan, "bypass"},
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
		{"a broken encoding", "br", "nonsense", 400},
		{"an encoding that is not known", "deflate", tenYuan, 415},
		{"two encodings", "gzip, br", tenYuan, 415},
		{"a text that is too long", "gzip", bodytest.Encoded(t, "gzip", cartOf(most+1)), 413},
		{"a cart", "gzip", bodytest.Encoded(t, "gzip", tenYuan), 200},
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
		}{{most - 1, "applied"}, {most, "applied"}, {most + 1, "oversize"}, {300 * most, "oversize"}} {
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
