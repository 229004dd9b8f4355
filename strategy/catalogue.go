package strategy

import (
	"fmt"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy/document"
)

// product is one entry of the catalogue.
type product struct {
	sku      string // the name when no SKU is given
	name     string
	category string
	subgroup string
	// moreCategories are the further categories. The article is in all of its categories.
	moreCategories []string
	price          int64 // minor units; cart.NoPrice when absent
	floor          int64 // lowest price of a unit after all discounts, in minor units; 0 if absent
	attributes     []attribute
}

// attribute is a further property of a product.
type attribute struct {
	name  string
	value attributeValue
}

// keyFloor is the key of a floor price.
const keyFloor = "floor_price"

func decodeProducts(s *section, pause document.Pause) []product {
	nodes, sheet := s.products(pause)
	products := make([]product, 0, len(nodes))
	seen := make(map[string]listedProduct, len(nodes))
	for i, node := range nodes {
		pause.After(i)
		sub := s.element(node, "products", i)
		if sheet != nil {
			sub.Naming = sheet
		}
		p, ok := decodeProduct(sub)
		first, twice := seen[s.spelling.skus.of(p.sku)]
		switch {
		case !ok:
		case twice:
			s.Add(node.Pos, sub.Path(), fmt.Sprintf("%q is in the catalogue twice, first %s%s", p.sku, sub.firstAt(node, first), first.insteadOf(p.sku)), first.hint(p.sku))
		default:
			seen[s.spelling.skus.of(p.sku)] = listedProduct{node.Pos, p.sku, i}
			products = append(products, p)
		}
		sub.close()
	}
	return products
}

// firstAt names the place of the first product with the SKU of a later one.
func (s *section) firstAt(later *document.Node, first listedProduct) string {
	if sheet, is := s.Naming.(*spreadsheet); is {
		return "in " + sheet.row(first.index)
	}
	return s.lineSeenFrom(later, first.pos)
}

// listedProduct is the place where the catalogue first has a SKU, and how the SKU is
// written there.
type listedProduct struct {
	pos   document.Pos
	sku   string
	index int
}

// insteadOf names the first spelling of the SKU where it differs; "" otherwise.
func (l listedProduct) insteadOf(sku string) string {
	if l.sku == sku {
		return ""
	}
	return fmt.Sprintf(" as %q", l.sku)
}

func (l listedProduct) hint(sku string) string {
	if l.sku == sku {
		return ""
	}
	return foldedBare.distinguishHint()
}

func decodeProduct(s *section) (product, bool) {
	p := product{price: cart.NoPrice}
	p.sku = s.text("sku")
	p.name = s.text("name")
	p.category, p.moreCategories = decodeCategories(s)
	p.subgroup = s.text("subgroup")
	if price, ok := s.amount("price", 0); ok {
		p.price = price
	}
	p.floor, _ = s.amount(keyFloor, 0)
	if p.price != cart.NoPrice && p.floor > p.price {
		s.Wrong(s.Node.Get(keyFloor), keyFloor, "the floor price is above the price", "")
	}
	for i := range s.Node.Fields {
		s.decodeAttribute(&p, &s.Node.Fields[i])
	}
	if p.sku == "" {
		p.sku = p.name
	}
	if p.sku == "" && !s.Has("sku") && !s.Has("name") {
		s.Add(s.Node.Pos, s.Path(), "the product has neither sku nor name", "")
	}
	if p.sku != "" && s.spelling.skus.of(p.sku) == "" {
		s.Add(s.Node.Pos, s.Path(), fmt.Sprintf("%q is no SKU, since no character of it shows", p.sku), "")
		p.sku = ""
	}
	return p, p.sku != ""
}

// decodeAttribute reads any key that is not one of the product's own.
func (s *section) decodeAttribute(p *product, f *document.Field) {
	switch f.Key {
	case "sku", "name", "category", "categories", "subgroup", "price", keyFloor:
		return
	}
	if value, ok := s.attributeValue(f.Value, f.Key); ok {
		p.attributes = s.attributes.Push(p.attributes, attribute{name: f.Key, value: value})
	}
}

// maxAttributeDigits is how many digits a number may have. Up to there every decimal has
// its own double, in which form canonical JSON writes it, so different numbers stay
// different.
const maxAttributeDigits = 15

// encode writes the product, with its SKU in the form in which SKUs are compared.
func (p *product) encode(o *object, form wordForm) {
	for i := range p.attributes {
		a := &p.attributes[i]
		o.key(a.name)
		a.value.encode(o)
	}
	p.encodeCategories(o)
	o.optionalAmount(keyFloor, p.floor)
	o.optional("name", p.name)
	if p.price != cart.NoPrice {
		o.key("price")
		o.amount(p.price)
	}
	o.optional("sku", form.of(p.sku))
	o.optional("subgroup", p.subgroup)
}
