package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// grammar turns an error of the parser into a problem with a position.
func (b *builder) grammar(err error) error {
	if err == nil {
		return nil
	}
	at := Pos{source: b.source}
	var perr *unstable.ParserError
	if errors.As(err, &perr) {
		at.offset = b.parser.Range(perr.Highlight).Offset
	}
	if share, found := b.shareAt(int(at.offset)); found {
		at.offset = uint32(share.at)
		return &Diagnostics{List: []Diagnostic{b.doc.Diagnostic(at, "", share.reason, share.hint)}}
	}
	if sign, found := b.oddAt(int(at.offset), err.Error()); found {
		return b.odd(Pos{source: b.source, offset: uint32(sign)})
	}
	reason, hint := err.Error(), ""
	if slip, means := b.slip(int(at.offset), reason); slip != "" {
		reason, hint = slip, means
	}
	return &Diagnostics{List: []Diagnostic{b.doc.Diagnostic(at, "", reason, hint)}}
}

// oddAt finds the odd sign that causes a mistake at an offset: the sign at the offset, or one
// within the word that begins there.
func (b *builder) oddAt(offset int, reason string) (at int, found bool) {
	if strings.Contains(reason, "escape") { // in a string, which may have any sign
		return 0, false
	}
	for at = offset; at < len(b.text); {
		c, size := utf8.DecodeRuneInString(b.text[at:])
		if _, odd := oddSignOf(c); odd && !(c == '\r' && strings.HasPrefix(b.text[at:], "\r\n")) {
			return at, true
		}
		if c >= utf8.RuneSelf || !isBare(byte(c)) || !strings.Contains(reason, "keyword") {
			break
		}
		at += size
	}
	return 0, false
}

// isBare reports whether a byte may be part of a bare key, a whole number, a boolean or a date.
func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// odd returns the error for an odd sign. It also lists each line below with an odd sign outside of
// strings and comments, because a keyboard that types one such sign types them everywhere.
func (b *builder) odd(first Pos) error {
	var found findings
	c, _ := utf8.DecodeRuneInString(b.text[first.offset:])
	sign, _ := oddSignOf(c)
	found.add(b.doc, b.doc.Diagnostic(first, "", sign.describe(c), sign.hint))
	line := -1
	for l := (lineScan{text: b.text}); l.advance(); {
		l.finish(func(offset int, c rune) {
			if c < utf8.RuneSelf || uint32(offset) <= first.offset || l.at == line || l.at <= int(first.offset) {
				return
			}
			if sign, odd := oddSignOf(c); odd {
				line = l.at
				found.add(b.doc, b.doc.Diagnostic(Pos{source: b.source, offset: uint32(offset)}, "", sign.describe(c), sign.hint))
			}
		})
	}
	p := new(Diagnostics)
	p.List, p.More = found.listed(b.doc)
	return p
}

// slip returns the reason of a mistake at an offset for people who write prices and not parsers;
// "" if the reason of the parser is clear enough. The parser reads bytes, so its reason names only
// a part of a character beyond ASCII.
func (b *builder) slip(offset int, reason string) (slip, hint string) {
	text := b.text[min(offset, len(b.text)):]
	c, _ := utf8.DecodeRuneInString(text)
	switch {
	case strings.Contains(reason, "cannot have new lines"):
		return "the string does not end on its line", `end it with the quote it begins with`
	case c >= utf8.RuneSelf && unicode.IsLetter(c):
		return fmt.Sprintf("unexpected character %q (%U)", c, c), "keys and texts with other letters than A to Z are written in quotes"
	case c >= utf8.RuneSelf && text != "":
		return fmt.Sprintf("unexpected character %q (%U)", c, c), ""
	case c == '%' && isDigit(b.text, offset-1):
		return "unexpected % after a number", signHints["%"]
	case c == ':' && strings.Contains(reason, "expected '='"):
		return reason, "key = value, with an equals sign"
	case c == ':' && isDigit(b.text, offset-1) && isDigit(b.text, offset+1):
		return "unexpected : after a number", "an hour has two digits, such as 08:30:00"
	case isWord(text, "true"), isWord(text, "false"):
		return "unexpected word", "true and false are written in small letters"
	case c == ',' && isDigit(b.text, offset-1) && isDigit(b.text, offset+1):
		return "unexpected comma in a number", "decimals follow a point, such as 8.50, and thousands are 1000 or 1_000"
	}
	return "", ""
}

// isWord reports whether a text begins with a word in any case.
func isWord(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}

func isDigit(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}
