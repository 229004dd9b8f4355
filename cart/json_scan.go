package cart

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner scans a JSON text (RFC 8259, and RFC 7493 for texts, so in UTF-8 without lone surrogates)
// and checks it on the way. It knows nothing of names given twice.
//
// A text that turns out not to be JSON sets bad and ends there: the rest is not scanned, and what
// was returned has no meaning. Since every method takes the end of the text for a byte that begins
// no value and closes no bracket, callers need not ask for bad until they have read everything.
type scanner struct {
	text string
	pos  int
	bad  bool // the text is not JSON
}

// view is the body as a string that shares its memory.
func view(body []byte) string {
	return unsafe.String(unsafe.SliceData(body), len(body))
}

// fail ends the text where it is not JSON.
func (s *scanner) fail() { s.pos, s.bad = len(s.text), true }

// next is the first byte of the current value, which shows its kind; 0 at the end of the text.
func (s *scanner) next() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// space advances to the next byte that is not white space.
func (s *scanner) space() {
	if s.next() <= ' ' {
		s.blanks()
	}
}

// blanks is space where there may be some.
func (s *scanner) blanks() {
	for {
		switch s.next() {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return
		}
	}
}

// ended reports whether there is nothing but white space behind the value that was read, and all
// was JSON.
func (s *scanner) ended() bool {
	s.space()
	return s.pos == len(s.text) && !s.bad
}

// number reports whether the current value is a number.
func (s *scanner) number() bool {
	c := s.next()
	return c-'0' <= 9 || c == '-'
}

// enter goes into the current object or list. It reports whether there is anything in it, and goes
// past its closing bracket otherwise. The caller reads each member or element and calls more:
//
//	for more := s.enter(']'); more; more = s.more(']') {
func (s *scanner) enter(closing byte) bool {
	s.pos++
	s.space()
	if s.next() == closing {
		s.pos++
		return false
	}
	return true
}

// more goes from the end of a value to the next one, or past the closing bracket of the object or
// list and reports false.
func (s *scanner) more(closing byte) bool {
	if after := s.pos + 1; after < len(s.text) && s.text[s.pos] == ',' && s.text[after] > ' ' {
		s.pos = after // as compact JSON has it
		return true
	}
	s.space()
	switch s.next() {
	case ',':
		s.pos++
		s.space()
		return true
	case closing:
		s.pos++
	default:
		s.fail()
	}
	return false
}

// colon goes from the end of a name, which is at i, to its value.
func (s *scanner) colon(i int) {
	if after := i + 1; after < len(s.text) && s.text[i] == ':' && s.text[after] > ' ' {
		s.pos = after // as compact JSON has it
		return
	}
	s.pos = i
	s.space()
	if s.next() != ':' {
		s.fail()
		return
	}
	s.pos++
	s.space()
}

// name reads the name of a member and goes on to its value.
func (s *scanner) name() (name string, at span, class byte) {
	at, class = s.span()
	s.colon(s.pos)
	if class&escapes == 0 {
		return s.text[at.from:at.to], at, class
	}
	return s.unescape(at), at, class
}

// str reads the current string.
func (s *scanner) str() string {
	start := s.pos + 1
	if end, high := special(s.text, start); end < len(s.text) && s.text[end] == '"' && (high == 0 || utf8.ValidString(s.text[start:end])) {
		s.pos = end + 1
		return s.text[start:end] // as most are
	}
	at, escaped := s.quoted()
	if escaped {
		return s.unescape(at)
	}
	return s.text[at.from:at.to]
}

// scalar reads the current number, true, false or null as it is written.
func (s *scanner) scalar() string {
	start := s.pos
	switch s.next() {
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.digits()
	}
	if s.bad {
		return ""
	}
	return s.text[start:s.pos]
}

// literal goes over a word that the text must have here.
func (s *scanner) literal(word string) {
	if !strings.HasPrefix(s.text[s.pos:], word) {
		s.fail()
		return
	}
	s.pos += len(word)
}

// skipValue skips the current value of a text that is known to be JSON, without reading what is in
// it.
func (s *scanner) skipValue() {
	depth := 0
	for {
		switch s.next() {
		case '"':
			s.quoted()
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
