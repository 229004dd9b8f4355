package strategy

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/promogate/caddy-discount/strategy/document"
)

// checkStray warns of a word that has white space before or after it, or contains an
// invisible character. Such a word was probably copied with more than was meant, so no cart
// is likely to have it.
func (s *section) checkStray(n *document.Node, name string) {
	if what := stray(n.Text); what != "" {
		s.warn(n, name, what, strayHint(n.Text))
	}
}

// checkStrays is checkStray for a list. It warns at most maxUnknown times.
func (s *section) checkStrays(items []*document.Node, name string) {
	warned := 0
	for _, item := range items {
		if item.Kind == document.String && warned < maxUnknown && stray(item.Text) != "" {
			s.checkStray(item, name)
			warned++
		}
	}
}

// stray describes what a word contains that it should not; "" for nothing.
func stray(word string) string {
	if plain(word) {
		return ""
	}
	if strings.TrimFunc(word, isBlank) == "" {
		return fmt.Sprintf("%q is blank", word)
	}
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	switch begins, ends := isBlank(first), isBlank(last); {
	case begins && ends:
		return fmt.Sprintf("%q begins with %s and ends with %s", word, blankText(first), blankText(last))
	case begins:
		return fmt.Sprintf("%q begins with %s", word, blankText(first))
	case ends:
		return fmt.Sprintf("%q ends with %s", word, blankText(last))
	}
	if at := strings.IndexFunc(word, isHidden); at >= 0 {
		c, _ := utf8.DecodeRuneInString(word[at:])
		return fmt.Sprintf("%q has %s in it", word, blankText(c))
	}
	return ""
}

// strayHint is the hint how to write a word without what it should not contain.
func strayHint(word string) string {
	clean := strings.TrimFunc(strings.Map(func(c rune) rune {
		switch {
		case !isHidden(c):
			return c
		case unicode.IsSpace(c):
			return ' '
		}
		return -1
	}, word), isBlank)
	if clean == "" {
		return "take it out"
	}
	return fmt.Sprintf("write %q, unless it is meant so", clean)
}

// plain reports whether a word certainly contains nothing that it should not.
func plain(word string) bool {
	for i := range len(word) {
		if c := word[i]; c >= utf8.RuneSelf || c <= ' ' && (c != ' ' || i == 0 || i == len(word)-1) {
			return false
		}
	}
	return true
}

// isBlank reports whether a character is white space or invisible. Variation selectors are
// not blank, since they end many emoji. Tags are not blank, since flags use them.
func isBlank(c rune) bool {
	return unicode.IsSpace(c) || document.Blank(c) != "" && !unicode.Is(unicode.Variation_Selector, c) && !isTag(c)
}

// isHidden reports whether a character within a word is invisible, or is white space other
// than a plain space. Joiners are not hidden, since scripts and emoji use them. An
// ideographic space is not hidden, since it separates words of East Asian languages.
func isHidden(c rune) bool {
	const nonJoiner, joiner, ideographic = '\u200c', '\u200d', '\u3000'
	return isBlank(c) && c != ' ' && c != nonJoiner && c != joiner && c != ideographic
}

// isTag reports whether a character is a tag. Tags make up the flag of a region.
func isTag(c rune) bool { return c >= 0xe0020 && c <= 0xe007f }

// blankText names a blank character, with "a" or "an" before it.
func blankText(c rune) string {
	name := document.Blank(c)
	switch c {
	case ' ':
		name = "space"
	case '\t':
		name = "tab"
	case '\n':
		name = "line feed"
	}
	if strings.ContainsRune("aeioAEIO", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}
