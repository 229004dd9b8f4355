package strategy

import (
	"fmt"

	"github.com/promogate/caddy-discount/strategy/document"
)

// spelling says when two coupon codes, or two SKUs, that are written differently are the same.
// Codes are folded by default, because people type them. SKUs are not: they come from systems,
// which may tell "ab-1" and "AB-1" apart.
//
//	coupon_case = "fold"    # ignores surrounding space, case and encoding of accents; or "exact"
//	sku_compare = "exact"   # byte by byte; or "fold", which also ignores invisible characters
type spelling struct{ codes, skus wordForm }

var (
	couponCaseWords = []string{"fold", "exact"}
	skuCompareWords = []string{"exact", "fold"}
)

func decodeSpelling(s *section) spelling {
	return spelling{
		codes: [...]wordForm{folded, asWritten}[s.word("coupon_case", 0, couponCaseWords)],
		skus:  [...]wordForm{asWritten, foldedBare}[s.word("sku_compare", 0, skuCompareWords)],
	}
}

func (sp spelling) encodeCodes(o *object) {
	if sp.codes == asWritten {
		o.key("coupon_case")
		o.text("exact")
	}
}

func (sp spelling) encodeSKUs(o *object) {
	if sp.skus != asWritten {
		o.key("sku_compare")
		o.text("fold")
	}
}

// spelledCode is a coupon code as it is written first, and where.
type spelledCode struct {
	text string
	at   document.Pos
}

// checkCode refuses a second spelling of a code: it may be a mistake or a different code.
func (s *section) checkCode(item *document.Node, code string) {
	if s.spelling.codes == asWritten {
		return
	}
	if s.codes == nil {
		s.codes = map[string]spelledCode{}
	}
	first, known := s.codes[code]
	switch {
	case !known:
		s.codes[code] = spelledCode{item.Text, item.Pos}
	case first.text != item.Text:
		s.Wrong(item, "coupons", fmt.Sprintf("%q is the same code as %q %s, since codes are compared without case", item.Text, first.text, s.lineSeenFrom(item, first.at)),
			`write both alike, or coupon_case = "exact" at the top to tell them apart`)
	}
}

// lineSeenFrom names the line of an earlier position, and its file if that is another one.
func (s *section) lineSeenFrom(n *document.Node, earlier document.Pos) string {
	at := s.doc.Locate(earlier)
	if file := s.doc.Locate(n.Pos).File; file != at.File {
		return fmt.Sprintf("on line %d of %s", at.Line, at.File)
	}
	return fmt.Sprintf("on line %d", at.Line)
}

// listedTwice reports a word that its list already has, possibly in another spelling.
func (s *section) listedTwice(n, item *document.Node, name string, form wordForm) {
	word := form.of(item.Text)
	for _, earlier := range n.Items {
		if earlier == item {
			break
		}
		if earlier.Kind == document.String && form.of(earlier.Text) == word && earlier.Text != item.Text {
			s.Wrong(item, name, fmt.Sprintf("%q is listed twice, before as %q", item.Text, earlier.Text), form.distinguishHint())
			return
		}
	}
	s.Wrong(item, name, fmt.Sprintf("%q is listed twice", item.Text), "")
}

// distinguishHint is the hint for telling two spellings of a word apart.
func (f wordForm) distinguishHint() string {
	if f == folded {
		return `coupon_case = "exact" at the top tells them apart`
	}
	return `sku_compare = "exact" at the top tells them apart`
}
