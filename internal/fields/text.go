package fields

import (
	"strconv"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/sfv"
)

// maxReason bounds a reason, in bytes. The problem document has the whole reason.
const maxReason = 300

// Reason returns a reason as the value of a field, cut after a whole character.
func Reason(reason string) string { return text(brief.Beginning(reason, maxReason)) }

// text is a text as the value of a field.
func text(of string) string {
	item, err := httpsfv.Marshal(httpsfv.NewItem(sfv.Bare(of))) // which fails for no text
	if err != nil {
		return strconv.QuoteToASCII(of)
	}
	return item
}
