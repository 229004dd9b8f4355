// Package spelling finds the word that was probably meant.
package spelling

import (
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// longestGuess is the length of a word above which it is no typing mistake.
const longestGuess = 200

// Closest is the known word nearest to a mistyped one, or nothing when none is
// near: a third of the letters may be wrong, or two neighbours be swapped.
func Closest(typed string, known []string) string {
	best, least := "", max(1, len(typed)/3)+1
	if len(typed) > longestGuess {
		return ""
	}
	letters, typed := utf8.RuneCountInString(typed), strings.ToLower(typed)
	for _, word := range known {
		if apart := letters - utf8.RuneCountInString(word); apart >= least || -apart >= least {
			continue // at least so many letters are too many or missing
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

// swapped reports whether two words differ in the order of two neighbours.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
