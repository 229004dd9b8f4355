// Package format lays out TOML the way the examples are laid out: one blank
// line between tables, equals signs in line within a block, inline tables
// spaced, long lists one element a line. It reads and writes no files.
//
// Tables, keys and comments stay in the order they were written. The order of a
// strategy means nothing to the engine and much to its author, who groups what
// belongs together, and a comment is about the lines below it.
//
// Keys, strings, numbers and dates are never rewritten, only the space between
// them is. A byte order mark is left out.
package format

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// byteOrderMark is what Windows writes before UTF-8.
const byteOrderMark = "\ufeff"

// Source is the canonical layout of a TOML file. A file that is not valid TOML
// is a *[document.Diagnostics] that says where; name is what it calls the file.
func Source(name string, data []byte) ([]byte, error) {
	if _, err := document.Parse(document.Source{Name: name, Data: data}); err != nil {
		return nil, err
	}
	lines := readLines(strings.TrimPrefix(string(data), byteOrderMark))
	out := (&printer{}).print(arrange(lines))
	if _, err := document.Parse(document.Source{Name: name, Data: out}); err != nil {
		return nil, fmt.Errorf("%s: the formatted text is not valid: %w", name, err)
	}
	return out, nil
}

// lineKind is what a line is.
type lineKind uint8

const (
	blank lineKind = iota
	comment
	header
	keyValue
)

// line is a line of a file; that of a key goes on to the end of its value.
type line struct {
	kind    lineKind
	text    string // of a header, key or comment
	value   *value
	comment string // at its end
}

// arrange puts blank lines where they belong: one before each table and what is
// said above it, none at the beginning, at the end, or below a header.
func arrange(lines []line) []line {
	var out []line
	for i, l := range lines {
		switch {
		case l.kind == blank:
			if len(out) == 0 || out[len(out)-1].kind == blank || opens(lines, i) {
				continue
			}
		case l.kind == header:
			out = setApart(out)
		}
		out = append(out, l)
	}
	for len(out) > 0 && out[len(out)-1].kind == blank {
		out = out[:len(out)-1]
	}
	return out
}

// opens reports whether there are only blank lines between a header and its first
// key.
func opens(lines []line, at int) bool {
	above, below := at, at
	for above >= 0 && lines[above].kind == blank {
		above--
	}
	for below < len(lines) && lines[below].kind == blank {
		below++
	}
	return above >= 0 && below < len(lines) && lines[above].kind == header && lines[below].kind == keyValue
}

// setApart puts a blank line above the comments above a header.
func setApart(out []line) []line {
	at := len(out)
	for at > 0 && out[at-1].kind == comment {
		at--
	}
	if at == 0 || out[at-1].kind == blank {
		return out
	}
	said := append([]line{{kind: blank}}, out[at:]...)
	return append(out[:at], said...)
}

// width is how many columns a text takes: two for the wide characters of East
// Asia.
func width(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
			r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
			r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd) {
			n++
		}
	}
	return n
}

func spaces(n int) string { return strings.Repeat(" ", max(0, n)) }
