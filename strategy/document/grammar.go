package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// grammar turns an error of the parser into a problem with a place.
func (b *builder) grammar(err error) error {
	if err == nil {
		return nil
	}
	at := Pos{source: b.source}
	var perr *unstable.ParserError
	if errors.As(err, &perr) {
		at.offset = b.parser.Range(perr.Highlight).Offset
	}
	reason, hint := err.Error(), ""
	if slip, means := b.slip(int(at.offset), reason); slip != "" {
		reason, hint = slip, means
	}
	return &Problems{List: []Problem{b.doc.Problem(at, "", reason, hint)}}
}

// slip says what is wrong at an offset in the words of somebody who writes prices
// rather than parsers; nothing where the parser's own words will do. The parser
// reads bytes, so it names but a part of a character beyond ASCII.
func (b *builder) slip(offset int, reason string) (slip, hint string) {
	text := b.text[min(offset, len(b.text)):]
	c, _ := utf8.DecodeRuneInString(text)
	switch {
	case strings.Contains(reason, "cannot have new lines"):
		return "the string does not end on its line", `end it with the quote it begins with`
	case strings.ContainsRune(`“”„‟«»″＂`, c) && text != "":
		return fmt.Sprintf("unexpected character %c (%U)", c, c), `the quote of TOML is the straight "`
	case strings.ContainsRune(`‘’‚‛′＇`, c) && text != "":
		return fmt.Sprintf("unexpected character %c (%U)", c, c), `the quote of TOML is the straight " or '`
	case c >= utf8.RuneSelf && unicode.IsLetter(c):
		return fmt.Sprintf("unexpected character %q (%U)", c, c), "keys and texts with other letters than A to Z are written in quotes"
	case c >= utf8.RuneSelf && text != "":
		return fmt.Sprintf("unexpected character %q (%U)", c, c), ""
	case c == '%' && isDigit(b.text, offset-1):
		return "unexpected % after a number", "a rate is a fraction: 15 % is written 0.15"
	case c == ':' && strings.Contains(reason, "expected '='"):
		return reason, "key = value, with an equals sign"
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
