package mapping

import (
	"strings"
	"unicode"
)

// words takes a name apart as people read it: "goodsSn", "goods_sn" and "Goods SN"
// are "goods sn". Digits at the end of a word belong to it.
func words(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			space(&b)
			continue
		}
		if unicode.IsUpper(r) && i > 0 {
			before := runes[i-1]
			lowerNext := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(before) || unicode.IsDigit(before) || unicode.IsUpper(before) && lowerNext {
				space(&b)
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimSpace(b.String())
}

func space(b *strings.Builder) {
	if s := b.String(); s != "" && !strings.HasSuffix(s, " ") {
		b.WriteByte(' ')
	}
}

// contains reports whether the words have a phrase in them as whole words.
func contains(words, phrase string) bool {
	return strings.Contains(pad(words), pad(phrase))
}

// pad puts a space before and after words, so that every word has one on both sides.
func pad(words string) string { return " " + words + " " }
