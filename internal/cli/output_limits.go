package cli

import "github.com/promogate/caddy-discount/strategy/document"

// outputLimit bounds the diagnostics of one kind in an output, over all files, to
// [document.MaxListed].
type outputLimit struct{ shown int }

// limited returns the beginning of a list, as much as the limit still allows, and how many more
// elements there are.
func limited[T any](limit *outputLimit, list []T) (shown []T, more int) {
	n := min(len(list), document.MaxListed-limit.shown)
	limit.shown += n
	return list[:n:n], len(list) - n
}

// How many bytes are shown of a text from a file or an order.
const (
	maxPointerBytes = 300
	maxTextBytes    = 200
	maxOddBytes     = 600
)
