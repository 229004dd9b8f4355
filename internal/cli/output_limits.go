package cli

import "github.com/promogate/caddy-discount/strategy/document"

// telling bounds what one output tells: [document.MaxTold] problems of a kind, whatever
// files they are in.
type telling struct{ told int }

// some is the beginning of a list that may still be told, and how many more it has.
func some[T any](t *telling, list []T) (told []T, more int) {
	n := min(len(list), document.MaxTold-t.told)
	t.told += n
	return list[:n:n], len(list) - n
}

// What of a text from a file or an order is told, in bytes.
const (
	maxToldPointer = 300
	maxToldText    = 200
	maxToldOdd     = 600
)
