package cart

import (
	"strings"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner scans a JSON text that is known to be valid. It checks nothing that the grammar
// guarantees, and reads nothing past the end.
type scanner struct {
	text string
	pos  int
}

// view is the body as a string that shares its memory.
func view(body []byte) string {
	return unsafe.String(unsafe.SliceData(body), len(body))
}

// space advances to the next byte that is not white space. Where the grammar allows white space,
// every byte up to the space character is white space.
func (s *scanner) space() {
	for s.text[s.pos] <= ' ' {
		s.pos++
	}
}

// next is the first byte of the current value, which shows its kind.
func (s *scanner) next() byte { return s.text[s.pos] }

// number reports whether the current value is a number.
func (s *scanner) number() bool {
	c := s.text[s.pos]
	return c == '-' || '0' <= c && c <= '9'
}

// comma goes from the end of a value to the next one, or to the bracket that
// closes what it is in.
func (s *scanner) comma() {
	s.space()
	if s.text[s.pos] == ',' {
		s.pos++
		s.space()
	}
}

// span is where in the text a name is, without its quotes.
type span struct{ from, to int32 }

// span goes over the current string. It says where the string is and of which classes
// its bytes are.
func (s *scanner) span() (at span, class byte) {
	text, i := s.text, s.pos+1
	for {
		c := text[i]
		if c == '"' {
			break
		}
		class |= classes[c]
		if c == '\\' {
			i++ // whatever is escaped, it does not end the string
		}
		i++
	}
	at = span{int32(s.pos + 1), int32(i)}
	s.pos = i + 1
	return at, class
}

// name reads the name of a member and goes on to its value.
func (s *scanner) name() (name string, at span, class byte) {
	at, class = s.span()
	s.colon()
	if class&escapes == 0 {
		return s.text[at.from:at.to], at, class
	}
	return s.unescape(at), at, class
}

// colon goes from the end of a name to its value.
func (s *scanner) colon() {
	s.space()
	s.pos++
	s.space()
}

// str reads the current string.
func (s *scanner) str() string {
	start := s.pos + 1
	end := start
	escaped := false
	for text := s.text; ; end++ {
		c := text[end]
		if c == '"' {
			break
		}
		if c == '\\' {
			escaped = true
			end++
		}
	}
	s.pos = end + 1
	if escaped {
		return s.unescape(span{int32(start), int32(end)})
	}
	return s.text[start:end]
}

// scalar reads the current number, true, false or null as it is written.
func (s *scanner) scalar() string {
	start := s.pos
	for s.pos < len(s.text) && classes[s.text[s.pos]]&ends == 0 {
		s.pos++
	}
	return s.text[start:s.pos]
}

// skipValue skips the current value without reading what is in it.
func (s *scanner) skipValue() {
	depth := 0
	for {
		switch s.next() {
		case '"':
			s.span()
		case '{', '[':
			depth++
			s.pos++
		case '}', ']':
			depth--
			s.pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			s.pos++
			continue
		default:
			s.scalar()
		}
		if depth == 0 {
			return
		}
	}
}

// seen describes the current value for a reason.
func (s scanner) seen() string {
	switch s.next() {
	case '{':
		return JSONObject
	case '[':
		return JSONArray
	case '"':
		return quote(s.str())
	}
	return shorten(s.scalar())
}

// unescape is the text that the string at a span means, in memory of its own.
func (s *scanner) unescape(at span) string {
	quoted := s.text[at.from-1 : at.to+1]
	text, _ := jsontext.AppendUnquote(make([]byte, 0, len(quoted)), quoted)
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// nameAt is the name at a span as it is meant.
func (s *scanner) nameAt(at span) string {
	name := s.text[at.from:at.to]
	if strings.IndexByte(name, '\\') >= 0 {
		return s.unescape(at)
	}
	return name
}
