package document

import (
	"strings"
	"unicode/utf8"
)

// This file separates strings and comments from other text. It also works for a text that is not
// valid TOML, where the parser stops at the first mistake.

// lineScan scans a text line by line.
type lineScan struct {
	text string
	next int    // where the next line begins
	in   string // the quotes of the string that continues on the next line; "" for none

	at   int    // where the line begins
	line string // without its line feed
}

// advance moves to the next line. finish scans that line.
func (l *lineScan) advance() bool {
	if l.next >= len(l.text) {
		return false
	}
	l.at = l.next
	end := strings.IndexByte(l.text[l.at:], '\n')
	if end < 0 {
		l.line, l.next = l.text[l.at:], len(l.text)
		return true
	}
	l.line, l.next = l.text[l.at:l.at+end], l.at+end+1
	return true
}

// finish scans the line to find a string that continues on the next one. It calls visit, unless
// that is nil, with each character outside of strings and comments and its offset in the text.
func (l *lineScan) finish(visit func(offset int, c rune)) {
	for i := 0; i < len(l.line); {
		if l.in != "" {
			i = l.skipString(i)
			continue
		}
		switch c := l.line[i]; {
		case c == '#':
			return
		case c == '"' || c == '\'':
			i = l.openString(i)
		default:
			r, size := utf8.DecodeRuneInString(l.line[i:])
			if visit != nil {
				visit(l.at+i, r)
			}
			i += size
		}
	}
}

// openString scans the string that begins at i and returns the index after it. If the string may
// continue on the next lines, it sets l.in and returns the index after the opening quotes.
func (l *lineScan) openString(i int) int {
	quote := l.line[i : i+1]
	if three := strings.Repeat(quote, 3); strings.HasPrefix(l.line[i:], three) {
		l.in = three
		return i + len(three)
	}
	return l.endOf(quote, i+1)
}

// skipString returns the index after the end of the string that the line is in, or the end of the
// line.
func (l *lineScan) skipString(i int) int {
	quote := l.in[:1]
	i = l.endOf(l.in, i)
	if i < 0 {
		return len(l.line)
	}
	l.in = ""
	for n := 0; n < 2 && strings.HasPrefix(l.line[i:], quote); n++ {
		i++ // quotes that are the last of the text
	}
	return i
}

// endOf returns the index after the next of these quotes. If there are none, it returns -1 for
// three quotes. For one quote it returns the end of the line, because such a string ends there.
func (l *lineScan) endOf(quotes string, i int) int {
	for ; i < len(l.line); i++ {
		switch {
		case strings.HasPrefix(l.line[i:], quotes):
			return i + len(quotes)
		case quotes[0] == '"' && l.line[i] == '\\':
			i++
		}
	}
	if len(quotes) == 1 {
		return len(l.line)
	}
	return -1
}
