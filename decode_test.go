package discount

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// encoded is a text in a coding.
func encoded(t testing.TB, coding, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip", "x-gzip":
		w = stdgzip.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, err = zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	default:
		return text
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func encodedRequest(coding, body string) string {
	return jsonRequest(body, "Content-Encoding: "+coding)
}

const decoding = "discount STRATEGY {\n\tdecode on\n}\nreverse_proxy UPSTREAM"

func TestAnEncodedCartIsPricedAndArrivesAsItCame(t *testing.T) {
	s := open(t, half, decoding)
	long := tenYuan + strings.Repeat("\n", 100_000)
	for _, c := range []struct{ name, coding, body string }{
		{"gzip", "gzip", encoded(t, "gzip", tenYuan)},
		{"gzip of a long text", "gzip", encoded(t, "gzip", long)},
		{"gzip by its old name", "x-gzip", encoded(t, "gzip", tenYuan)},
		{"gzip in capitals", "GZIP", encoded(t, "gzip", tenYuan)},
		{"gzip beside identity", "identity, gzip", encoded(t, "gzip", tenYuan)},
		{"brotli", "br", encoded(t, "br", tenYuan)},
		{"brotli of a long text", "br", encoded(t, "br", long)},
		{"zstd", "zstd", encoded(t, "zstd", tenYuan)},
		{"zstd of a long text", "zstd", encoded(t, "zstd", long)},
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
	body := encoded(t, "zstd", tenYuan)
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
		{"gzip cut short", "gzip", cut(encoded(t, "gzip", tenYuan)), "invalid"},
		{"gzip with another checksum", "gzip", flipped(encoded(t, "gzip", tenYuan), 6), "invalid"},
		{"gzip and something after it", "gzip", encoded(t, "gzip", tenYuan) + "\x00", "invalid"},
		{"two gzip members", "gzip", encoded(t, "gzip", tenYuan) + encoded(t, "gzip", " "), "invalid"},
		{"no brotli", "br", tenYuan, "invalid"},
		{"brotli cut short", "br", cut(encoded(t, "br", tenYuan)), "invalid"},
		{"brotli and something after it", "br", encoded(t, "br", tenYuan) + "\x00", "invalid"},
		{"brotli and much after it", "br", encoded(t, "br", tenYuan) + strings.Repeat("x", 100_000), "invalid"},
		{"no zstd", "zstd", tenYuan, "invalid"},
		{"zstd cut short", "zstd", cut(encoded(t, "zstd", tenYuan)), "invalid"},
		{"zstd without its checksum", "zstd", strings.TrimSuffix(encoded(t, "zstd", tenYuan), last(encoded(t, "zstd", tenYuan), 4)), "invalid"},
		{"zstd with another checksum", "zstd", flipped(encoded(t, "zstd", tenYuan), 1), "invalid"},
		{"zstd and something after it", "zstd", encoded(t, "zstd", tenYuan) + "\x00", "invalid"},
		{"two zstd frames", "zstd", encoded(t, "zstd", tenYuan) + encoded(t, "zstd", " "), "invalid"},
		{"a skippable zstd frame after it", "zstd", encoded(t, "zstd", tenYuan) + "\x50\x2a\x4d\x18\x01\x00\x00\x00x", "invalid"},
		{"a skippable zstd frame before it", "zstd", "\x50\x2a\x4d\x18\x01\x00\x00\x00x" + encoded(t, "zstd", tenYuan), "invalid"},
		{"a cart in which a key is twice", "gzip", encoded(t, "gzip", `{"items":[],"items":[]}`), "invalid"},
		{"no cart", "gzip", encoded(t, "gzip", `{}`), "bypass"},
		{"two codings", "gzip, br", encoded(t, "br", encoded(t, "gzip", tenYuan)), "bypass"},
		{"the same coding twice", "gzip, gzip", encoded(t, "gzip", encoded(t, "gzip", tenYuan)), "bypass"},
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
		{"a text that is too long", "gzip", encoded(t, "gzip", cartOf(most+1)), 413},
		{"a cart", "gzip", encoded(t, "gzip", tenYuan), 200},
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
				body := encoded(t, coding, cartOf(c.size))
				s.send(encodedRequest(coding, body))
				if got := s.upstream.last(t); got.Get("X-Discount-Status") != c.status || got.body != body {
					t.Errorf("%d bytes, %s", len(got.body), owned(got.Header))
				}
			})
		}
	}
}

// A kilobyte may stand for gigabytes.
func TestABombIsNotUnpackedPastTheCap(t *testing.T) {
	const most, bombs = 1 << 20, 10
	zeros := strings.Repeat("\x00", 24<<20)
	for _, coding := range []string{"gzip", "br", "zstd"} {
		body := []byte(encoded(t, coding, zeros))
		d := newDecoders(most)
		allocated := allocating(func() {
			for range bombs {
				if _, err := d.decode(coding, body); !errors.Is(err, errTooLong) {
					t.Fatalf("%s: %v", coding, err)
				}
			}
		})
		// Doubling up to the cap comes to twice the cap, and a brotli window of
		// 16 MiB may have to be made once.
		if allocated > bombs*4*most+40<<20 {
			t.Errorf("%s: %d KiB for a bomb of %d bytes", coding, allocated/bombs>>10, len(body))
		}
	}
}

func TestDecodersAreUsedAgain(t *testing.T) {
	for _, coding := range []string{"gzip", "br", "zstd"} {
		d, body := newDecoders(1<<20), []byte(encoded(t, coding, tenYuan))
		for range 3 { // an error leaves nothing behind for the next body
			if _, err := d.decode(coding, body[:len(body)/2]); err == nil {
				t.Fatalf("%s: half a body is decoded", coding)
			}
			if text, err := d.decode(coding, body); err != nil || string(text) != tenYuan {
				t.Fatalf("%s: %q, %v", coding, text, err)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(rand.N(256))
	}
	for _, coding := range []string{"gzip", "br", "zstd"} {
		for _, text := range []string{"", tenYuan, string(noise), strings.Repeat("x", 1<<17)} {
			f.Add(coding, []byte(encoded(f, coding, text)))
			f.Add(coding, []byte(encoded(f, coding, text)+encoded(f, coding, tenYuan)))
		}
	}
	const most = 1 << 16
	d := newDecoders(most)
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		if !decodes(coding) {
			return
		}
		text, err := d.decode(coding, body)
		if err != nil {
			if text != nil {
				t.Error("a text and an error")
			}
			return
		}
		if len(text) > most {
			t.Fatalf("%d bytes", len(text))
		}
		// Another reading of the same body gives the same text to its end.
		if again := plainly(t, coding, body); !bytes.Equal(again, text) {
			t.Errorf("%q is %q to others", text, again)
		}
		if _, err := d.decode(coding, append(body[:len(body):len(body)], 0)); err == nil {
			t.Error("something after the end goes unseen")
		}
	})
}

// plainly is how a decoder that takes everything reads a body.
func plainly(t *testing.T, coding string, body []byte) []byte {
	t.Helper()
	var from io.Reader = brotli.NewReader(bytes.NewReader(body))
	var err error
	switch coding {
	case "gzip":
		from, err = stdgzip.NewReader(bytes.NewReader(body))
	case "zstd":
		z, e := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1))
		if e == nil {
			defer z.Close()
		}
		from, err = z, e
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
