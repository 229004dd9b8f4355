package strategy

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// wordForm is the form in which words are compared.
type wordForm uint8

const (
	// asWritten compares byte by byte.
	asWritten wordForm = iota
	// folded ignores surrounding white space, the case of letters and the encoding of
	// accents.
	folded
	// foldedBare also ignores default ignorable characters, which are invisible.
	foldedBare
)

// of is a word in the form. A word that already is in the form is returned unchanged.
func (f wordForm) of(word string) string { return f.in(&folding{}, word) }

// in is of with memory that is used for many words.
func (f wordForm) in(memory *folding, word string) string {
	if f == asWritten || isFoldedASCII(word) {
		return word
	}
	return string(memory.fold(word, f))
}

// isFoldedASCII reports whether a word is ASCII that no form changes.
func isFoldedASCII(word string) bool {
	for i := range len(word) {
		if c := word[i]; 'A' <= c && c <= 'Z' || c <= ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// folding is memory for folding words, so that the words of a request need no allocation.
type folding struct{ word, other []byte }

// fold is a word in folded or foldedBare. The result is valid until the next call.
func (m *folding) fold(word string, form wordForm) []byte {
	trimmed := strings.TrimSpace(word)
	m.word = m.word[:0]
	for i := range len(trimmed) {
		c := trimmed[i]
		if c >= utf8.RuneSelf {
			return m.foldUnicode(word, form)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		m.word = append(m.word, c)
	}
	return m.word
}

// caseFolder is stateless according to its documentation, so it may be shared.
var caseFolder = cases.Fold()

// foldUnicode is the canonical caseless form of Unicode, section 3.13, D145, composed. It uses
// unicode/norm and cases.Fold, which match that definition. The profiles of secure/precis map to
// small letters and refuse characters.
func (m *folding) foldUnicode(word string, form wordForm) []byte {
	m.word = m.word[:0]
	for len(word) > 0 {
		r, size := utf8.DecodeRuneInString(word)
		if form != foldedBare || !isIgnorable(r) {
			m.word = append(m.word, word[:size]...)
		}
		word = word[size:]
	}
	trimmed := bytes.TrimSpace(m.word)
	if isFolded(trimmed) {
		return trimmed
	}
	m.other = norm.NFD.Append(m.other[:0], trimmed...)
	m.foldCase()
	m.other = norm.NFC.Append(m.other[:0], m.word...)
	m.word, m.other = m.other, m.word
	return m.word
}

// isFolded reports whether a word is composed and each of its characters folds to itself. The
// decomposition of such a character also folds to itself, so decomposing first would change
// nothing. It may be false for a word that is folded.
func isFolded(word []byte) bool {
	if norm.NFC.QuickSpan(word) < len(word) {
		return false
	}
	n, err := caseFolder.Span(word, true)
	return err == nil && n == len(word)
}

// foldCase folds the case of other into word.
func (m *folding) foldCase() {
	for {
		space := m.word[:cap(m.word)]
		n, _, err := caseFolder.Transform(space, m.other, true)
		if err == nil {
			m.word = space[:n]
			foldCherokee(m.word)
			return
		}
		// The only error is a lack of space. A folded character takes at most three times
		// the bytes.
		m.word = make([]byte, 0, max(2*cap(m.word), 3*len(m.other)))
	}
}

// foldCherokee folds the small letters of Cherokee to capitals, as in Unicode's CaseFolding.
// golang.org/x/text/cases (v0.42.0) swaps small letters and capitals instead. All of them are
// three bytes long.
func foldCherokee(word []byte) {
	for at := 0; at < len(word); {
		r, size := utf8.DecodeRune(word[at:])
		switch {
		case 0xAB70 <= r && r <= 0xABBF:
			utf8.EncodeRune(word[at:], r-0xAB70+0x13A0)
		case 0x13F8 <= r && r <= 0x13FD:
			utf8.EncodeRune(word[at:], r-8)
		}
		at += size
	}
}

// maxFolding is the maximum number of bytes of memory that is kept for later requests.
const maxFolding = 16 << 10

// reset prepares the memory for another request.
func (m *folding) reset() {
	if cap(m.word)+cap(m.other) > maxFolding {
		*m = folding{}
	}
}

// isIgnorable reports whether a character has the property
// Default_Ignorable_Code_Point, by its derivation in Unicode's DerivedCoreProperties.
func isIgnorable(r rune) bool {
	const firstIgnorable = 0xAD // the soft hyphen
	switch {
	case r < firstIgnorable:
		return false
	case r >= 0xFFF9 && r <= 0xFFFB, r >= 0x13430 && r <= 0x13440: // annotations, and hieroglyph joiners
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
