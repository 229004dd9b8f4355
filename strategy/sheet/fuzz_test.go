package sheet_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/promogate/caddy-discount/strategy/sheet"
)

// FuzzReader reads any bytes. What is decoded is UTF-8, rows come in order, and cells are
// where they are said to be.
func FuzzReader(f *testing.F) {
	for _, text := range []string{
		"sku,名称,价格\r\nlatte,热拿铁,18.00\r\n", "sku;price\r\n\"a\";1299,00\r\n", "sku\tprice\n\t\n", "sep=;\nsku;a\n", "sku\rlatte\r",
		"sku,\"a\nb\"\n\n\"c\"\"d\",\n", "sku,\"open\n", "sku,a\"b\n", "sku,\"a\"b\n", "\n\n", "", ",,,\n", "sep=,", "\u00a0sku , \"a\"\n",
	} {
		for _, write := range written {
			f.Add(write(f, text))
		}
	}
	for _, data := range []string{"sku,caf\xe9\n", "\xff\xfes", "s\x00k\x00", "\xef\xbb\xbf\xff", "\x81\x30\x81\x30", "热\xe7\x83"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := sheet.Decode(data, func() {})
		if err != nil {
			var wrong *sheet.Error
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset > len(data) || wrong.Reason == "" {
				t.Fatalf("%+v", err)
			}
			return
		}
		if !utf8.Valid(text) {
			t.Fatalf("%q is decoded as %q", data, text)
		}
		readAll(t, text)
	})
}

func readAll(t *testing.T, text []byte) {
	t.Helper()
	r := sheet.NewReader(text, func(name string) bool { return name == "sku" })
	for last := 0; ; last = r.Row() {
		err := r.Next()
		var wrong *sheet.Error
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &wrong):
			if wrong.Offset < 0 || wrong.Offset > len(text) || wrong.Row <= last || wrong.Cell < 0 {
				t.Fatalf("after row %d of %q: %+v", last, text, wrong)
			}
			return
		case err != nil:
			t.Fatal(err)
		case r.Row() <= last:
			t.Fatalf("row %d of %q comes after row %d", r.Row(), text, last)
		}
		for i, cell := range r.Cells() {
			at := strings.TrimPrefix(string(text[r.Offset(i):]), `"`)
			if start, _, _ := strings.Cut(cell, "\n"); !strings.Contains(strings.ReplaceAll(at, `""`, `"`), strings.TrimSuffix(start, "\r")) {
				t.Fatalf("cell %d of row %d of %q, %q, is said to be at %q", i, r.Row(), text, cell, at)
			}
		}
	}
}
