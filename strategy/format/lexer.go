package format

import "strings"

// value is a value as it is written.
type value struct {
	open  byte   // '[' or '{'; 0 for a scalar
	text  string // of a scalar
	items []item
	last  []string // comments after the last item, or in an empty list
	split bool     // the author broke the line before the first item
}

// item is an element of a list, or a member of an inline table.
type item struct {
	above   []string // comments
	key     string   // of a member
	value   *value
	comment string // at the end of its line
}

// lexer takes a text apart that is known to be valid TOML. It would find no
// mistake, and need not.
type lexer struct {
	text string
	at   int
}

// peek is the next byte; 0 at the end.
func (l *lexer) peek() byte {
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return 0
}

func (l *lexer) take(n int) string {
	from := l.at
	l.at = min(l.at+n, len(l.text))
	return l.text[from:l.at]
}

// blanks skips spaces and tabs.
func (l *lexer) blanks() {
	for l.peek() == ' ' || l.peek() == '\t' || l.peek() == '\r' {
		l.at++
	}
}

// lines are the lines of the whole text.
func (l *lexer) lines() []line {
	var lines []line
	for l.at < len(l.text) {
		l.blanks()
		var next line
		switch l.peek() {
		case 0, '\n':
		case '#':
			next = line{kind: comment, text: l.comment()}
		case '[':
			next = line{kind: header, text: l.header()}
		default:
			next = line{kind: keyValue, text: l.key('=')}
			l.at++ // =
			l.blanks()
			next.value = l.value()
		}
		l.blanks()
		if l.peek() == '#' {
			next.comment = l.comment()
		}
		l.at++ // the end of the line
		lines = append(lines, next)
	}
	return lines
}

// comment is a comment up to the end of its line.
func (l *lexer) comment() string {
	end := strings.IndexByte(l.text[l.at:], '\n')
	if end < 0 {
		end = len(l.text) - l.at
	}
	return strings.TrimRight(l.take(end), " \t\r")
}

// header is [a.b] or [[a.b]].
func (l *lexer) header() string {
	brackets := 1
	if strings.HasPrefix(l.text[l.at:], "[[") {
		brackets = 2
	}
	open := l.take(brackets)
	name := l.key(']')
	return open + name + l.take(brackets)
}

// key is a key with dots up to a byte, without the space around its parts.
func (l *lexer) key(until byte) string {
	var key strings.Builder
	for l.at < len(l.text) {
		switch c := l.peek(); c {
		case until:
			return key.String()
		case ' ', '\t':
			l.at++
		case '"', '\'':
			key.WriteString(l.quoted())
		default:
			key.WriteString(l.take(1))
		}
	}
	return key.String()
}

// quoted is a string with its quotes.
func (l *lexer) quoted() string {
	from, quote := l.at, l.peek()
	three := strings.Repeat(string(quote), 3)
	end := string(quote)
	if strings.HasPrefix(l.text[l.at:], three) {
		end = three
	}
	l.at += len(end)
	for l.at < len(l.text) && !strings.HasPrefix(l.text[l.at:], end) {
		if quote == '"' && l.peek() == '\\' {
			l.at++
		}
		l.at++
	}
	l.take(len(end))
	for n := 0; end == three && n < 2 && l.peek() == quote; n++ {
		l.at++ // quotes that are the last of the text
	}
	return l.text[from:l.at]
}

func (l *lexer) value() *value {
	switch c := l.peek(); c {
	case '"', '\'':
		return &value{text: l.quoted()}
	case '[', '{':
		l.at++
		return l.items(&value{open: c})
	}
	end := strings.IndexAny(l.text[l.at:], ",]}#\n")
	if end < 0 {
		end = len(l.text) - l.at
	}
	return &value{text: strings.TrimRight(l.take(end), " \t\r")}
}

// items reads up to the closing bracket. A comment on the line of an item is
// about that item, any other about the one below.
func (l *lexer) items(v *value) *value {
	var above []string
	sameLine := false // as the last item
	for l.at < len(l.text) {
		l.blanks()
		switch l.peek() {
		case '\n':
			v.split = v.split || len(v.items) == 0
			sameLine = false
			l.at++
		case '#':
			if last := len(v.items) - 1; sameLine && v.items[last].comment == "" {
				v.items[last].comment = l.comment()
			} else {
				above = append(above, l.comment())
			}
		case ',':
			l.at++
		case ']', '}':
			l.at++
			v.last = above
			return v
		default:
			v.items = append(v.items, l.item(v.open, above))
			above, sameLine = nil, true
		}
	}
	return v
}

func (l *lexer) item(in byte, above []string) item {
	next := item{above: above}
	if in == '{' {
		next.key = l.key('=')
		l.at++ // =
		l.blanks()
	}
	next.value = l.value()
	return next
}
