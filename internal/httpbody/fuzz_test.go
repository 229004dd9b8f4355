package httpbody

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/promogate/caddy-discount/internal/httpbody/bodytest"
)

func FuzzDecode(f *testing.F) {
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(rand.N(256))
	}
	for _, coding := range []string{"gzip", "br", "zstd"} {
		for _, text := range []string{"", tenYuan, string(noise), strings.Repeat("x", 1<<17)} {
			f.Add(coding, []byte(bodytest.Encoded(f, coding, text)))
			f.Add(coding, []byte(bodytest.Encoded(f, coding, text)+bodytest.Encoded(f, coding, tenYuan)))
		}
	}
	const most = 1 << 16
	d := NewDecoders(most)
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		if !Decodes(coding) {
			return
		}
		text, err := d.Decode(coding, body)
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
		if _, err := d.Decode(coding, append(body[:len(body):len(body)], 0)); err == nil {
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
		from, err = gzip.NewReader(bytes.NewReader(body))
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
