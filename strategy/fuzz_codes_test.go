package strategy

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"github.com/promogate/caddy-discount/strategy/document"
)

// FuzzCodes reads any bytes as a file of codes. What is refused has a place in the file and a
// reason, and what is accepted means the same as its codes, one a line.
func FuzzCodes(f *testing.F) {
	for _, text := range []string{
		"code,note\r\nAB-1,x\r\nAB-2,\"y\"\"z\"\r\n", "a\nb\nA\n", "a0\nao\n", "sep=;\na;b\nc\n", "a\tb\n\n c\u00a0\n", "\"a\nb\",c\n", "x\"y\n", ",a\n", "code\n", "", strings.Repeat("x", 200),
	} {
		f.Add([]byte(text))
		f.Add(utf16Seed(unicode.LittleEndian).encode(text))
		f.Add(gbSeed{}.encode("券码\n" + text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse("", withCodes(string(data))...)
		if err != nil {
			var problems *document.Diagnostics
			if !errors.As(err, &problems) || len(problems.List) == 0 {
				t.Fatal(err)
			}
			for _, p := range problems.List {
				if p.File != "shop/welcome.codes" || p.Line < 1 || p.Column < 1 || p.Reason == "" || p.Text != "" {
					t.Fatalf("%+v", p)
				}
			}
			return
		}
		table := m.codes[0].table
		for i, digest := range table.digests {
			if !table.has(digest) || i > 0 && compareDigests(table.digests[i-1], digest) >= 0 {
				t.Fatalf("digest %d of %d", i, len(table.digests))
			}
		}
	})
}
