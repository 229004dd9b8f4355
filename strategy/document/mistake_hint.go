package document

import (
	"fmt"

	"github.com/promogate/caddy-discount/internal/spelling"
)

// Closest is [spelling.Closest], for those who read documents.
func Closest(typed string, known []string) string { return spelling.Closest(typed, known) }

// DidYouMean is the hint for a mistyped word, or nothing when no known one is near.
func DidYouMean(typed string, known []string) string {
	meant := Closest(typed, known)
	if meant == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", meant)
}
