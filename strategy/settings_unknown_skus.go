package strategy

import (
	"strconv"
	"unicode/utf8"

	"github.com/promogate/caddy-discount/cart"
)

// unknownSKUs is what becomes of a cart with an article that the catalogue does not know.
//
//	unknown_skus = "pass"     # default: the line is as the cart states it; or "reject": the cart is invalid
//
// A cart of which only the sums are known has no article that the catalogue could know.
type unknownSKUs bool

const (
	passUnknown   unknownSKUs = false
	rejectUnknown unknownSKUs = true
)

var unknownSKUWords = []string{"pass", "reject"}

// decodeUnknown reads the key; decoded says whether the catalogue was read without an
// error, so that it has nothing only where there is nothing.
func (m *Model) decodeUnknown(s *section, decoded bool) {
	m.unknown = s.word("unknown_skus", 0, unknownSKUWords) == 1
	if m.unknown == rejectUnknown && len(m.products) == 0 && decoded {
		s.Wrong(s.Node.Get("unknown_skus"), "unknown_skus", "there is no catalogue, so every cart would be invalid", `add [[products]], or leave the key out`)
	}
}

func (u unknownSKUs) encode(o *object) {
	if u == rejectUnknown {
		o.key("unknown_skus")
		o.text("reject")
	}
}

// FieldSKU and FieldSums are the Field of a [LineError] that is not about a value of the
// line: its article, and a cart without lines.
const (
	FieldSKU  = "sku"
	FieldSums = "subtotal"
)

// unknownArticle says why a strategy that rejects unknown articles cannot count with a line; nil
// where it can. A line without units may be of anything.
func (s *Strategy) unknownArticle(c *cart.Cart, i int, l *item) error {
	from := &c.Lines[i]
	switch {
	case l.product != nil || l.quantity == 0:
		return nil
	case c.Sums:
		return &LineError{Line: i, Field: FieldSums, Reason: "the cart has sums alone, and the strategy wants articles that its catalogue knows"}
	case from.SKU == "":
		return &LineError{Line: i, Field: FieldSKU, Reason: "the line has no SKU, and the strategy wants articles that its catalogue knows"}
	}
	return &LineError{Line: i, Field: FieldSKU, Reason: "the catalogue does not know the article " + shownSKU(from.SKU)}
}

// maxShownSKU is how many bytes of a SKU an error repeats.
const maxShownSKU = 40

// shownSKU is the sender's text, shortened and safe to print.
func shownSKU(sku string) string {
	if len(sku) <= maxShownSKU {
		return strconv.Quote(sku)
	}
	end := maxShownSKU
	for end > 0 && !utf8.RuneStart(sku[end]) {
		end--
	}
	return strconv.Quote(sku[:end] + "…")
}
