package document_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy/document"
)

// only is the one problem of a text.
func only(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, text string) document.Diagnostic {
	t.Helper()
	_, err := document.Parse(document.Source{Name: "a.toml", Data: []byte(text)})
	var found *document.Diagnostics
	if !errors.As(err, &found) || len(found.List) != 1 {
		t.Fatalf("the error is %v", err)
	}
	return found.List[0]
}

func TestOfALongLineTheTextAroundTheColumnIsShown(t *testing.T) {
	t.Parallel()
	const mistake = "?"
	for name, c := range map[string]struct {
		before, after string // the mistake
		want          string
		column        int // of the mistake in the text; 0 for that of the line
	}{
		"a line of 200 bytes":        {before: "a = ", after: strings.Repeat("x", 195), want: "a = ?" + strings.Repeat("x", 195)},
		"in the beginning":           {before: "a = ", after: strings.Repeat("x", 1000), want: "a = ?" + strings.Repeat("x", 189) + "…"},
		"in the middle":              {before: "a = ['" + strings.Repeat("x", 1000) + "', ", after: strings.Repeat("x", 1000), want: "…" + strings.Repeat("x", 94) + "', ?" + strings.Repeat("x", 96) + "…", column: 99},
		"at the end":                 {before: "a = ['" + strings.Repeat("x", 1000) + "', ", after: "]", want: "…" + strings.Repeat("x", 189) + "', ?]", column: 194},
		"characters of three bytes":  {before: "a = ['" + strings.Repeat("咖", 1000) + "', ", after: strings.Repeat("啡", 1000), want: "…" + strings.Repeat("咖", 31) + "', ?" + strings.Repeat("啡", 32) + "…", column: 36},
		"the end of a line with CR":  {before: "a = ['" + strings.Repeat("x", 1000) + "', ", after: "]\r\nb = 1\r\n", want: "…" + strings.Repeat("x", 189) + "', ?]", column: 194},
		"a short line, a long other": {before: "a = ", after: "\nb = '" + strings.Repeat("x", 1000) + "'", want: "a = ?"},
	} {
		t.Run(name, func(t *testing.T) {
			p := only(t, c.before+mistake+c.after)
			if p.Text != c.want || p.TextColumn != c.column {
				t.Errorf("column %d of %q, want %d of %q", p.TextColumn, p.Text, c.column, c.want)
			}
			if p.Column != utf8.RuneCountInString(c.before)+1 {
				t.Errorf("the column in the line is %d", p.Column)
			}
		})
	}
}

// What is shown is bounded and marked, and has the character that is wrong where it says.
func TestTheTextOfAProblemIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.RuneFrom([]rune("x 咖é😀\u0301\t�")), 0, 400, -1)
		before, after := part.Draw(t, "before"), part.Draw(t, "after")
		p := only(t, "a = ['''"+before+"''', ?"+after)
		if len(p.Text) > 200 || !utf8.ValidString(p.Text) {
			t.Fatalf("%d bytes: %q", len(p.Text), p.Text)
		}
		column := p.TextColumn
		if column == 0 {
			column = p.Column
		}
		if shown := []rune(p.Text); column > len(shown) || shown[column-1] != '?' {
			t.Fatalf("column %d of %q", column, p.Text)
		}
		cut := strings.HasPrefix(p.Text, "…")
		if cut != (p.TextColumn != 0) || !strings.Contains("a = ['''"+before+"''', ?"+after, strings.Trim(p.Text, "…")) {
			t.Fatalf("%q of %q", p.Text, before+"?"+after)
		}
	})
}

// Bytes that are no UTF-8 are shown as a character of three.
func TestTheTextOfWhatIsNoTextIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "data")
		_, err := document.Parse(document.Source{Name: "a.toml", Data: bytes.ReplaceAll(data, []byte("\n"), nil)})
		var found *document.Diagnostics
		if !errors.As(err, &found) {
			return
		}
		for _, p := range found.List {
			if len(p.Text) > 200 || !utf8.ValidString(p.Text) {
				t.Fatalf("%d bytes: %q", len(p.Text), p.Text)
			}
		}
	})
}

func TestWhatAProblemSaysIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\x00咖", 100_000)
	doc, err := document.Parse(document.Source{Name: "a.toml", Data: []byte("a = 1\n")})
	if err != nil {
		t.Fatal(err)
	}
	p := doc.Diagnostic(doc.Root.Field("a").Pos, document.KeyIn(document.KeyIn("rule", long), long), fmt.Sprintf("%q is seen, a number is wanted", long), long)
	for name, c := range map[string]struct {
		text       string
		most       int
		begin, end string
	}{
		"key":    {text: p.Key, most: 300, begin: `rule."\x00咖`, end: `咖"`},
		"reason": {text: p.Reason, most: 600, begin: `"\x00咖`, end: `" is seen, a number is wanted`},
		"hint":   {text: p.Hint, most: 400, begin: "\x00咖", end: "\x00咖"},
	} {
		t.Run(name, func(t *testing.T) {
			if len(c.text) > c.most || !strings.Contains(c.text, "…") || !utf8.ValidString(c.text) ||
				!strings.HasPrefix(c.text, c.begin) || !strings.HasSuffix(c.text, c.end) {
				t.Errorf("%d bytes: %q", len(c.text), c.text)
			}
		})
	}
}
