package document

import (
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// longestGuess is the length of a word above which it is no typing mistake.
const longestGuess = 200

// Closest is the known word nearest to a mistyped one, or nothing when none is
// near: a third of the letters may be wrong.
func Closest(typed string, known []string) string {
	best, least := "", max(1, len(typed)/3)+1
	if len(typed) > longestGuess {
		return ""
	}
	letters := utf8.RuneCountInString(typed)
	for _, word := range known {
		if apart := letters - utf8.RuneCountInString(word); apart >= least || -apart >= least {
			continue // at least so many letters are too many or missing
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(typed), word); d < least {
			best, least = word, d
		}
	}
	return best
}
