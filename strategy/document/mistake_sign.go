package document

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// An oddSign is a character that looks like a sign of TOML, or is invisible, and is another
// character: a no-break space from a web page, a full-width sign of a Chinese keyboard, a curly
// quote of a word processor.
type oddSign struct {
	name      string // such as "no-break space"
	hint      string
	invisible bool
}

// The hints that several signs share.
const (
	asSpace   = "type a plain space in its place, or take it out"
	asNothing = "it is invisible: take it out"
	asQuote   = `the quote of TOML is the straight "`
	asQuotes  = `the quote of TOML is the straight " or '`
	asMoney   = "an amount is written without the sign of its currency"
)

// oddSignOf describes a character that is no part of TOML but looks like one. It reports false for
// other characters.
func oddSignOf(c rune) (oddSign, bool) {
	if name, hint := blankName(c); name != "" {
		return oddSign{name: name, hint: hint, invisible: true}, true
	}
	if s, known := oddSigns[c]; known {
		return s, true
	}
	if c < utf8.RuneSelf {
		return oddSign{}, false
	}
	if s, is := compatible(c); is {
		return s, true
	}
	switch {
	case unicode.Is(unicode.Sc, c):
		return oddSign{name: "currency sign", hint: asMoney}, true
	case unicode.Is(unicode.Pd, c) || c == '\u2212':
		return oddSign{name: "dash", hint: "type - in its place"}, true
	case unicode.Is(unicode.Nd, c):
		return oddSign{name: "digit of another script", hint: "type the digits 0 to 9"}, true
	}
	return oddSign{}, false
}

// compatible describes a character that Unicode defines as another form of plain ASCII characters,
// such as a full-width one of East Asia.
func compatible(c rune) (oddSign, bool) {
	plain := norm.NFKC.String(string(c))
	if plain == string(c) || plain == "" || strings.ContainsFunc(plain, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf }) {
		return oddSign{}, false
	}
	s := oddSign{name: "form of " + plain, hint: "type a plain " + plain + " in its place"}
	if len(plain) > 1 {
		return s, true
	}
	switch {
	case c >= '\uff01' && c <= '\uff5e':
		s.name = "full-width " + signName(plain)
	case c >= '\ufe50' && c <= '\ufe6b':
		s.name = "small " + signName(plain)
	default:
		s.name = "form of the " + signName(plain)
	}
	if hint := signHints[plain]; hint != "" {
		s.hint = hint
	}
	return s, true
}

// signName returns the name of a plain character.
func signName(plain string) string {
	switch c := plain[0]; {
	case c >= '0' && c <= '9':
		return "digit " + plain
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return "letter " + plain
	}
	return signNames[plain]
}

var signNames = map[string]string{
	"!": "exclamation mark", `"`: "quote", "#": "number sign", "$": "dollar sign", "%": "percent sign",
	"&": "ampersand", "'": "single quote", "(": "opening parenthesis", ")": "closing parenthesis",
	"*": "asterisk", "+": "plus sign", ",": "comma", "-": "minus sign", ".": "point", "/": "slash",
	":": "colon", ";": "semicolon", "<": "less-than sign", "=": "equals sign", ">": "greater-than sign",
	"?": "question mark", "@": "at sign", "[": "opening bracket", `\`: "backslash", "]": "closing bracket",
	"^": "circumflex", "_": "underscore", "`": "backtick", "{": "opening brace", "|": "vertical bar",
	"}": "closing brace", "~": "tilde",
}

// signHints are the hints for other forms of a plain sign, if typing the plain sign is not the
// answer.
var signHints = map[string]string{
	`"`: asQuote,
	"'": asQuotes,
	"`": asQuotes,
	"(": "TOML has no parentheses: a list is written in [ and ], a table in { and }",
	")": "TOML has no parentheses: a list is written in [ and ], a table in { and }",
	":": "a key is followed by =, and a time such as 08:30:00 has the plain :",
	";": "TOML has no semicolon: type , between the elements of a list",
	"%": "a rate is a fraction: 15 % is written 0.15",
	"$": asMoney,
}

// oddSigns are signs that need a hint of their own. Unicode defines most of them as no form of a
// plain sign.
var oddSigns = map[rune]oddSign{
	'`': {name: "backtick", hint: asQuotes},
	'$': {name: "dollar sign", hint: asMoney},

	'“': {name: "left double quote", hint: asQuote}, '”': {name: "right double quote", hint: asQuote},
	'„': {name: "low double quote", hint: asQuote}, '‟': {name: "high double quote", hint: asQuote},
	'«': {name: "left angle quote", hint: asQuote}, '»': {name: "right angle quote", hint: asQuote},
	'″': {name: "double prime", hint: asQuote}, '＂': {name: "full-width quote", hint: asQuote},
	'〝': {name: "left double prime quote", hint: asQuote}, '〞': {name: "right double prime quote", hint: asQuote},
	'〟': {name: "low double prime quote", hint: asQuote},
	'「': {name: "left corner bracket", hint: asQuote}, '」': {name: "right corner bracket", hint: asQuote},
	'『': {name: "left white corner bracket", hint: asQuote}, '』': {name: "right white corner bracket", hint: asQuote},
	'｢': {name: "half-width left corner bracket", hint: asQuote}, '｣': {name: "half-width right corner bracket", hint: asQuote},
	'《': {name: "left double angle bracket", hint: asQuote}, '》': {name: "right double angle bracket", hint: asQuote},
	'〈': {name: "left angle bracket", hint: asQuote}, '〉': {name: "right angle bracket", hint: asQuote},
	'‘': {name: "left single quote", hint: asQuotes}, '’': {name: "right single quote", hint: asQuotes},
	'‚': {name: "low single quote", hint: asQuotes}, '‛': {name: "high single quote", hint: asQuotes},
	'′': {name: "prime", hint: asQuotes}, '＇': {name: "full-width single quote", hint: asQuotes},
	'‹': {name: "left single angle quote", hint: asQuotes}, '›': {name: "right single angle quote", hint: asQuotes},
	'´': {name: "acute accent", hint: asQuotes},

	'、': {name: "ideographic comma", hint: "type , in its place"}, '､': {name: "half-width ideographic comma", hint: "type , in its place"},
	'。': {name: "ideographic full stop", hint: "type . in its place"}, '｡': {name: "half-width ideographic full stop", hint: "type . in its place"},
	'·': {name: "middle dot", hint: "type . in its place"}, '・': {name: "katakana middle dot", hint: "type . in its place"},
	'…': {name: "ellipsis", hint: "write out what it stands for"}, '∶': {name: "ratio sign", hint: signHints[":"]},
	'【': {name: "left black bracket", hint: "type [ in its place"}, '】': {name: "right black bracket", hint: "type ] in its place"},
	'〔': {name: "left tortoise shell bracket", hint: "type [ in its place"}, '〕': {name: "right tortoise shell bracket", hint: "type ] in its place"},
	'〖': {name: "left white bracket", hint: "type [ in its place"}, '〗': {name: "right white bracket", hint: "type ] in its place"},
	'═': {name: "double line", hint: "type = in its place"}, '٪': {name: "Arabic percent sign", hint: signHints["%"]},
	'،': {name: "Arabic comma", hint: "type , in its place"}, '٫': {name: "Arabic decimal separator", hint: "type . in its place"},
}

// blankName returns the name of a white-space or invisible character and a hint. Both are "" for
// other characters, and for the tab, the space and the line feed.
func blankName(c rune) (name, hint string) {
	if c < ' ' || c >= 0x7f && c < 0xa0 {
		return controlName(c)
	}
	if known, is := blankNames[c]; is {
		return known, asNothing
	}
	switch {
	case c < utf8.RuneSelf:
		return "", ""
	case spaceNames[c] != "":
		return spaceNames[c], asSpace
	case unicode.Is(unicode.Zs, c):
		return "space of another width", asSpace
	case unicode.Is(unicode.Variation_Selector, c):
		return "variation selector", asNothing
	case unicode.Is(unicode.Bidi_Control, c):
		return "mark of the writing direction", asNothing
	case unicode.Is(unicode.Cf, c), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c):
		return "zero-width character", asNothing
	}
	return "", ""
}

func controlName(c rune) (name, hint string) {
	switch c {
	case '\t', '\n':
		return "", ""
	case '\r':
		return "carriage return alone", "a line ends with a line feed, before which a carriage return may stand: save the file with such line ends"
	case '\v':
		return "vertical tab", asSpace
	case '\f':
		return "form feed", asSpace
	case '\u0085':
		return "next-line character", "end the line as others end"
	}
	return "control character", asNothing
}

var spaceNames = map[rune]string{
	'\u00a0': "no-break space",
	'\u1680': "ogham space mark",
	'\u2000': "en quad, a space,", '\u2001': "em quad, a space,",
	'\u2002': "en space", '\u2003': "em space", '\u2004': "three-per-em space", '\u2005': "four-per-em space",
	'\u2006': "six-per-em space", '\u2007': "figure space", '\u2008': "punctuation space",
	'\u2009': "thin space", '\u200a': "hair space",
	'\u2028': "line separator", '\u2029': "paragraph separator",
	'\u202f': "narrow no-break space", '\u205f': "medium mathematical space",
	'\u2800': "blank of Braille, which looks like a space,",
	'\u3000': "ideographic space",
	'\u3164': "Hangul filler, which looks like a space,", '\uffa0': "half-width Hangul filler, which looks like a space,",
}

var blankNames = map[rune]string{
	'\u00ad': "soft hyphen",
	'\u180e': "Mongolian vowel separator",
	'\u200b': "zero-width space",
	'\u200c': "zero-width non-joiner",
	'\u200d': "zero-width joiner",
	'\u2060': "word joiner, a zero-width no-break space,",
	'\ufeff': "byte order mark, a zero-width no-break space,",
}

// Blank returns the name of an invisible character or of white space, such as "no-break space"; ""
// for any other character. The plain space, the tab and the line feed are other characters.
func Blank(c rune) string {
	name, _ := blankName(c)
	name, _, _ = strings.Cut(name, ",")
	return name
}

// describe returns the reason of a problem with the sign.
func (s oddSign) describe(c rune) string {
	if s.invisible {
		return fmt.Sprintf("unexpected %s (%U)", s.name, c)
	}
	return fmt.Sprintf("unexpected %s %c (%U)", s.name, c, c)
}
