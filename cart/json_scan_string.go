package cart

import (
	"math/bits"
	"unicode/utf8"
)

// span is where in the text a string is, without its quotes.
type span struct{ from, to int32 }

// span goes over the current string, which is a name. It says where the string is and of which
// classes its bytes are.
func (s *scanner) span() (at span, class byte) {
	if s.next() != '"' {
		s.fail()
		return span{}, 0
	}
	text, start := s.text, s.pos+1
	if end, high := special(text, start); high == 0 && end < len(text) && text[end] == '"' { // as most are
		s.pos = end + 1
		if hasCapital(text, start, end) {
			class = folds
		}
		return span{int32(start), int32(end)}, class
	}
	for i := start; i < len(text); i++ {
		c := text[i]
		if c == '"' {
			if class&control != 0 || class&wide != 0 && !utf8.ValidString(text[start:i]) {
				break
			}
			s.pos = i + 1
			return span{int32(start), int32(i)}, class
		}
		class |= classes[c]
		if c == '\\' {
			n := escapeLength(text[i:])
			if n == 0 {
				break
			}
			i += n - 1
		}
	}
	s.fail()
	return span{}, 0
}

// quoted goes over the current string. It says where the string is and whether it has escapes.
func (s *scanner) quoted() (at span, escaped bool) {
	if s.next() != '"' {
		s.fail()
		return span{}, false
	}
	text, start, wide := s.text, s.pos+1, uint64(0)
	for i := start; ; {
		var high uint64
		i, high = special(text, i)
		wide |= high
		switch {
		case i == len(text) || text[i] < ' ':
		case text[i] == '\\':
			n := escapeLength(text[i:])
			if n == 0 {
				break
			}
			escaped = true
			i += n
			continue
		case wide == 0 || utf8.ValidString(text[start:i]):
			s.pos = i + 1
			return span{int32(start), int32(i)}, escaped
		}
		s.fail()
		return span{}, false
	}
}

// special is where the next quote, backslash or control character is, from i on; the length of the
// text if there is none. It also returns the high bits of the bytes before, which are 0 if these
// are ASCII.
//
// Eight bytes are looked at together. For a word w, (w-ones)&^w has the high bit of a byte that is
// 0; any further byte with a high bit is above one that is 0, and only the lowest is asked for.
// A byte above 127 is none of the three.
func special(text string, i int) (at int, high uint64) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(text); i += 8 {
		w := word(text[i : i+8])
		quote, backslash := w^'"'*ones, w^'\\'*ones
		found := ((quote-ones)&^quote | (backslash-ones)&^backslash | (w-' '*ones)&^w) & tops
		if found != 0 {
			before := found&-found - 1 // the bits of the bytes before the first, and 7 of its own
			return i + bits.TrailingZeros64(found)/8, high | w&before&tops
		}
		high |= w & tops
	}
	for ; i < len(text); i++ {
		c := text[i]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		high |= uint64(c) & 0x80
	}
	return i, high
}

// hasCapital reports whether there is one of A to Z in a part of a text that is ASCII.
func hasCapital(text string, from, to int) bool {
	for ; from+8 <= len(text) && from < to; from += 8 {
		const ones, tops = 0x0101010101010101, 0x8080808080808080
		// The high bit of each byte stays if the byte is at least the one that is taken away, since
		// it is set before.
		w := firstOf(word(text[from:from+8]), to-from) | tops
		if (w-'A'*ones)&^(w-('Z'+1)*ones)&tops != 0 {
			return true
		}
	}
	for ; from < to; from++ {
		if 'A' <= text[from] && text[from] <= 'Z' {
			return true
		}
	}
	return false
}

// firstOf is the first n bytes of a word, with zeros for the others.
func firstOf(w uint64, n int) uint64 {
	if n >= 8 {
		return w
	}
	return w & (1<<(8*n) - 1)
}

// word is eight bytes as a number, the first byte lowest. The compiler makes one load of it.
func word(text string) uint64 {
	_ = text[7]
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
}

// escapeLength is how long the escape is that a text begins with; 0 for none that JSON has. Two
// escapes that are one character together, a surrogate pair, are one.
func escapeLength(text string) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return len(`\n`)
	case 'u':
	default:
		return 0
	}
	const one = len(`\u0000`)
	unit, ok := codeUnit(text)
	switch {
	case !ok:
		return 0
	case unit < 0xd800 || unit > 0xdfff:
		return one
	case unit > 0xdbff: // the second of a pair without the first
		return 0
	}
	if second, ok := codeUnit(text[one:]); !ok || second < 0xdc00 || second > 0xdfff {
		return 0
	}
	return 2 * one
}

// codeUnit is the UTF-16 code unit of the escape that a text begins with, if it begins with one.
func codeUnit(text string) (unit uint32, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	for _, c := range []byte(text[2:6]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		unit = unit<<4 | uint32(c)
	}
	return unit, true
}
