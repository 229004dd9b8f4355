// Package format lays out TOML as in the examples: one blank line between tables, equals signs
// aligned within a block, spaces within inline tables, and one element on each line of a long
// list. It reads and writes no files.
//
// Tables, keys and comments keep their order. The order has no meaning for the engine, but an
// author groups related tables, and a comment is about the lines below it.
//
// The package changes only the white space and the commas between keys, values and comments. It
// leaves out a byte order mark.
package format

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// byteOrderMark is the mark that Windows writes before UTF-8.
const byteOrderMark = "\ufeff"

// Source returns a TOML file in the canonical layout. The error is a *[document.Diagnostics] if
// the file is not valid TOML. name is the name of the file in the error.
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

// lineKind is the kind of a line.
type lineKind uint8

const (
	blank lineKind = iota
	comment
	header
	keyValue
)

// line is a line of a file. A line with a key includes all lines of its value.
type line struct {
	kind    lineKind
	text    string // of a header, key or comment
	value   *value
	comment string // at its end
}

// arrange inserts and removes blank lines. It puts one before each table and the comments above
// it, and leaves at most one elsewhere. It leaves none at the beginning, at the end, or between a
// header and its first key.
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

// opens reports whether the blank line at an index is between a header and its first key, with
// only blank lines between the two.
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

// setApart inserts a blank line above a header and the comments above it, if there is none.
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

// width returns how many columns a text takes. Wide characters of East Asia take two.
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
