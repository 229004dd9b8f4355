package document

import (
	"strings"
	"unicode/utf8"
)

// This file finds its way through a text that is not valid TOML: what of it is in
// strings and comments, and what is not. The parser stops at the first mistake.

// lineScan goes through a text line by line.
type lineScan struct {
	text string
	next int    // where the next line begins
	in   string // the quotes of the string that goes on over the end of the line; "" for none

	at   int    // where the line begins
	line string // without its line feed
}

// advance goes to the next line. It does not look into it; finish does.
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

// finish goes over the line to see what goes on over its end, and calls visit with each
// character outside strings and comments and where in the text it is.
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

// openString begins the string at i and returns where to go on.
func (l *lineScan) openString(i int) int {
	quote := l.line[i : i+1]
	if three := strings.Repeat(quote, 3); strings.HasPrefix(l.line[i:], three) {
		l.in = three
		return i + len(three)
	}
	return l.endOf(quote, i+1)
}

// skipString goes on behind the end of the string that the line is in.
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

// endOf is where the line goes on behind the next of these quotes. Without one, it is
// -1 for three of them and the end of the line for one, since such a string ends there.
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
