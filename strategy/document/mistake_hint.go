package document

import (
	"fmt"

	"github.com/promogate/caddy-discount/internal/spelling"
)

// Closest is [spelling.Closest], for packages that read documents.
func Closest(typed string, known []string) string { return spelling.Closest(typed, known) }

// DidYouMean returns the hint for a mistyped word, with the known word in quotes; "" if no known
// word is near.
func DidYouMean(typed string, known []string) string {
	meant := Closest(typed, known)
	if meant == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", meant)
}
