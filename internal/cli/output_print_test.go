package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/promogate/caddy-discount/strategy/document"
)

func TestTheCaretIsUnderItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, line string
		column     int
		text       string
		below      string
	}{
		{name: "plain", line: "a = 1", column: 5, text: "a = 1", below: "    "},
		{name: "the first character", line: "a = 1", column: 1, text: "a = 1", below: ""},
		{name: "behind the end", line: "a =", column: 4, text: "a =", below: "   "},
		{name: "far behind the end", line: "a", column: 99, text: "a", below: " "},
		{name: "a tab", line: "\ta = 1", column: 2, text: "\ta = 1", below: "\t"},
		{name: "tabs between", line: "a\t=\t1", column: 5, text: "a\t=\t1", below: " \t \t"},
		{name: "wide characters", line: `"咖啡" = 1`, column: 8, text: `"咖啡" = 1`, below: "         "},
		{name: "full width", line: "ＡＢ=1", column: 3, text: "ＡＢ=1", below: "    "},
		{name: "a combining accent", line: "e\u0301 = 1", column: 5, text: "e\u0301 = 1", below: "   "},
		{name: "a mark that turns the direction", line: "a\u202eb", column: 3, text: "a\uFFFDb", below: "  "},
		{name: "a wide face", line: "# 😀 x", column: 5, text: "# 😀 x", below: "     "},
		{name: "what a terminal would act on", line: "\x1b[31mx", column: 6, text: "\uFFFD[31mx", below: "     "},
		{name: "a long line", line: strings.Repeat("a", 100) + "!" + strings.Repeat("b", 100), column: 101,
			text: "…" + strings.Repeat("a", 60) + "!" + strings.Repeat("b", 59) + "…", below: strings.Repeat(" ", 61)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if text, below := pointAt(c.line, c.column); text != c.text || below != c.below {
				t.Errorf("shown as\n%q\n%q, want\n%q\n%q", text, below, c.text, c.below)
			}
		})
	}
}

func TestColumnsAreAlignedByWidth(t *testing.T) {
	t.Parallel()
	list := table{right: []int{1}}
	list.add("rule", "off")
	list.add("咖啡", "1.00")
	list.add(paint(true).in(green, "tea"), "10.00")
	want := "  rule    off\n  咖啡   1.00\n  \x1b[1;32mtea\x1b[0m   10.00\n"
	if got := list.String(); got != want {
		t.Errorf("got\n%s want\n%s", got, want)
	}
}

func TestAProblemInColours(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := printer{w: &out, paint: true}
	p.diagnostic("warning", &document.Diagnostic{
		Position: document.Position{File: "a.toml", Line: 1, Column: 1}, Key: "a", Reason: "odd", Hint: "write b", Text: "a",
	})
	want := "\x1b[1ma.toml:1:1:\x1b[0m \x1b[1;33mwarning: \x1b[0ma: odd\n    a\n    \x1b[1;33m^\x1b[0m\n    \x1b[1;32mhint:\x1b[0m write b\n\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if paintFor(f) || paintFor(&bytes.Buffer{}) {
		t.Error("what is no terminal is written to in colours")
	}
}

// JSON is read on a terminal, too: what one acts on is written as JSON writes it, and
// means what it did.
func TestJSONHasNothingThatATerminalActsOn(t *testing.T) {
	t.Parallel()
	const text = "\x1b[2J \x7f \u009b2J \u202e \u2028 \U000E0001 咖啡 ☕ \\ \" \n\t\u3000"
	var out bytes.Buffer
	if err := printJSON(&out, map[string]string{text: text}); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if !unicode.IsGraphic(r) && r != '\n' {
			t.Errorf("there is %U in %q", r, &out)
		}
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back[text] != text {
		t.Errorf("%q is read back as %q, %v", &out, back, err)
	}
	if !strings.Contains(out.String(), "咖啡 ☕") {
		t.Errorf("what is no harm is written otherwise: %q", &out)
	}
}
