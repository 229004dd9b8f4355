package cart

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// What is found eight bytes at once is what is found byte by byte.
func TestScanningByWords(t *testing.T) {
	of := rapid.SampledFrom([]byte("aaaaazzAZ@[`{\"\\ !\x1f\x00\x7f\x80\xa2\xdc\xff"))
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(of, 0, 40).Draw(t, "text"))
		from := rapid.IntRange(0, len(text)).Draw(t, "from")
		at, high := special(text, from)
		want := strings.IndexFunc(text[from:], func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
		if want < 0 {
			want = len(text) - from
		}
		if at != from+want || (high == 0) != isASCII(text[from:at]) {
			t.Fatalf("%q from %d: at %d, %#x, want %d", text, from, at, high, from+want)
		}
		plain := strings.ToValidUTF8(text, "é")
		to := from + strings.IndexFunc(plain[min(from, len(plain)):]+"é", func(r rune) bool { return r >= utf8.RuneSelf })
		if from < len(plain) && hasCapital(plain, from, to) != strings.ContainsAny(plain[from:to], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Fatalf("%q from %d to %d: capitals %v", plain, from, to, hasCapital(plain, from, to))
		}
	})
}

// A name begins a text if the text has it with a quote behind it.
func TestWrittenNames(t *testing.T) {
	letters := rapid.SliceOfN(rapid.SampledFrom([]byte("ab")), 1, 24)
	rapid.Check(t, func(t *rapid.T) {
		name := string(letters.Draw(t, "name"))
		text := name
		if rapid.Bool().Draw(t, "other") {
			text = string(letters.Draw(t, "text"))
		}
		text += `"` + rapid.SampledFrom([]string{"", ":1}", `:"a long value"}`}).Draw(t, "behind")
		if len(text) < 8 {
			return // ahead does not ask
		}
		n := newWrittenName(name, true)
		if got, want := n.begins(word(text[:8]), text), strings.HasPrefix(text, name+`"`); got != want {
			t.Fatalf("%q begins %q: %v, want %v", name, text, got, want)
		}
		if n = newWrittenName(name, false); n.begins(word(text[:8]), text) {
			t.Fatalf("a name with escapes begins %q", text)
		}
	})
}
