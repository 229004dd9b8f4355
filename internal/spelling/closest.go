// Package spelling finds the word that was probably meant.
package spelling

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// longestGuess is the length, in bytes, above which a word is no typing mistake.
const longestGuess = 200

// Closest returns the known word that is nearest to a mistyped one; "" if none is near. Upper and
// lower case are the same. The number of wrong letters is at most a third of those of typed, and
// at least one is allowed. Two swapped neighbours count as one wrong letter.
func Closest(typed string, known []string) string {
	if len(typed) > longestGuess {
		return ""
	}
	letters, typed := utf8.RuneCountInString(typed), strings.ToLower(typed)
	best, least := "", max(1, letters/3)+1
	for _, word := range known {
		if apart := letters - utf8.RuneCountInString(word); apart >= least || -apart >= least {
			continue // the difference in length alone is too great
		}
		small := strings.ToLower(word)
		d := levenshtein.ComputeDistance(typed, small)
		if d == 2 && swapped(typed, small) {
			d = 1
		}
		if d < least {
			best, least = word, d
		}
	}
	return best
}

// swapped reports whether two words differ only in the order of two neighbouring letters.
func swapped(one, other string) bool {
	a, b := []rune(one), []rune(other)
	if len(a) != len(b) {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}
