package cli

import "github.com/promogate/caddy-discount/strategy/document"

// outputLimit bounds the diagnostics of a kind in one output to [document.MaxListed], whatever
// files they are in.
type outputLimit struct{ shown int }

// limited is the beginning of a list that the limit still allows, and how many more there are.
func limited[T any](limit *outputLimit, list []T) (shown []T, more int) {
	n := min(len(list), document.MaxListed-limit.shown)
	limit.shown += n
	return list[:n:n], len(list) - n
}

// The bytes that are shown of a text from a file or an order.
const (
	maxPointerBytes = 300
	maxTextBytes    = 200
	maxOddBytes     = 600
)
