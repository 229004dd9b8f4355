package strategy

import (
	"strconv"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
)

// unknownSKUs says how a cart with an article unknown to the catalogue is treated.
//
//	unknown_skus = "pass"     # the default: the cart's price counts; or "reject": refuse the cart
//
// With "reject" a cart of sums without lines is invalid too: it names no article.
type unknownSKUs bool

const (
	passUnknown   unknownSKUs = false
	rejectUnknown unknownSKUs = true
)

var unknownSKUWords = []string{"pass", "reject"}

// decodeUnknown reads the key; decoded says whether the catalogue was read without an error. Only
// then an empty catalogue means that there is none.
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

// FieldSKU and FieldSums are values of Field in a [LineError]. FieldSKU is for an article that
// the catalogue does not know, and FieldSums for a cart of sums without lines.
const (
	FieldSKU  = "sku"
	FieldSums = "subtotal"
)

// unknownArticle is the error for a line whose article the catalogue does not know; nil if it
// knows the article or the line has no units.
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

// maxShownSKU is the maximum number of bytes of a SKU in an error.
const maxShownSKU = 40

// shownSKU is a SKU of a cart, shortened and quoted for an error.
func shownSKU(sku string) string {
	if len(sku) <= maxShownSKU {
		return strconv.Quote(sku)
	}
	return strconv.Quote(brief.Beginning(sku, maxShownSKU) + "…")
}
