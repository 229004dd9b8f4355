package strategy

import (
	"hash/maphash"
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/cart"
)

// variants are the articles with one SKU and one price that differ in something else, such
// as an attribute. They have a table of their own by a hash of everything that is compared:
// searching all variants of a SKU for each line would take time quadratic in the lines.
// Most carts have no variants.
//
// Goods by weight are never merged, but a later item of the same article is marked as a
// repetition. So there are two kinds of entries: every item by its exact list price, and
// the first item of those that differ only by a fraction of a minor unit.
type variants struct {
	seed  maphash.Seed
	lists []int32 // index of the last entry of each list, from one on; 0 for none
	list  []variant
}

// variant is an entry of the table.
type variant struct {
	hash uint64
	item int32
	next int32 // next entry in its list, from one on; 0 for none
	kind variantKind
}

type variantKind uint8

const (
	byPrice     variantKind = iota
	firstUnits              // the first item of an article
	firstWeight             // the first item of an article, by weight
)

// joinVariant is join for an item that has the hash of an earlier item but is not the same
// article.
func (e *evaluation) joinVariant(l *item, i, first int) {
	a := &e.articles
	v := &a.variants
	if len(v.list) == 0 {
		v.lists = zeroed(v.lists, 1<<bits.Len(uint(2*len(a.items))))
		if v.seed == (maphash.Seed{}) {
			v.seed = maphash.MakeSeed()
		}
	}
	if known := &a.items[first]; !known.varied {
		known.varied = true
		hash := v.hashOf(known.hash, &e.items[first])
		e.addVariant(&e.items[first], first, hash, 0)
	}
	hash := v.hashOf(a.items[i].hash, l)
	if into := e.findAlike(l, l.exactHash(hash)); into >= 0 {
		e.merge(into)
		return
	}
	of := e.findArticle(l, hash)
	l.again = of != 0 && (l.weighed || v.list[of-1].kind == firstWeight)
	e.addVariant(l, i, hash, of)
}

// addVariant adds the entries of an item; of is the entry of its article, from one on, or 0
// if the item is the first.
func (e *evaluation) addVariant(l *item, i int, hash uint64, of int32) {
	v := &e.articles.variants
	switch {
	case of == 0 && l.weighed:
		v.add(variant{hash: hash, item: int32(i), kind: firstWeight})
	case of == 0:
		v.add(variant{hash: hash, item: int32(i), kind: firstUnits})
	}
	if !l.weighed && l.unitPrice >= 0 {
		v.add(variant{hash: l.exactHash(hash), item: int32(i)})
	}
}

// add puts an entry in front of its list.
func (v *variants) add(entry variant) {
	at := &v.lists[entry.hash&uint64(len(v.lists)-1)]
	entry.next = *at
	v.list = append(v.list, entry)
	*at = int32(len(v.list))
}

// findAlike is the index of the item that is the same article; -1 for none.
func (e *evaluation) findAlike(l *item, hash uint64) int {
	v := &e.articles.variants
	for at := v.lists[hash&uint64(len(v.lists)-1)]; at != 0; at = v.list[at-1].next {
		if known := &v.list[at-1]; known.hash == hash && known.kind == byPrice && e.alike(&e.items[known.item], l) {
			return int(known.item)
		}
	}
	return -1
}

// findArticle is the entry of the first item of an article, from one on; 0 for none.
func (e *evaluation) findArticle(l *item, hash uint64) int32 {
	v := &e.articles.variants
	for at := v.lists[hash&uint64(len(v.lists)-1)]; at != 0; at = v.list[at-1].next {
		known := &v.list[at-1]
		if known.hash != hash || known.kind == byPrice {
			continue
		}
		if first := &e.items[known.item]; first.priceOver == l.priceOver && e.sameArticle(first, l) {
			return at
		}
	}
	return 0
}

// hashOf is a hash of everything that sameArticle compares; hash is that of the SKU and the
// price.
func (v *variants) hashOf(hash uint64, l *item) uint64 {
	hash = mixed(hash, uint64(oneIf(l.reduced)+2*oneIf(l.priceOver)+4*oneIf(l.product != nil)))
	if l.product != nil {
		return hash
	}
	from := l.from
	hash = mixed(hash, maphash.String(v.seed, from.Subgroup))
	hash = mixed(hash, v.hashOfCategories(from))
	return mixed(hash, v.hashOfAttributes(from.Attributes))
}

// hashOfCategories adds up the hashes of the categories, each category once.
func (v *variants) hashOfCategories(from *cart.Line) uint64 {
	sum := maphash.String(v.seed, from.Category)
	for i, name := range from.MoreCategories {
		if name != from.Category && !slices.Contains(from.MoreCategories[:i], name) {
			sum += maphash.String(v.seed, name)
		}
	}
	return sum
}

// hashOfAttributes adds up the hashes of the attributes that count, which are the first of
// each name.
func (v *variants) hashOfAttributes(list []cart.Attribute) uint64 {
	sum, seen := uint64(len(list)), uint64(0)
	for i := range list {
		name := maphash.String(v.seed, list[i].Name)
		bit := uint64(1) << (name >> 58)
		if seen&bit != 0 && firstAttribute(list[:i], list[i].Name) != nil {
			continue
		}
		seen |= bit
		value := valueOfAttribute(&list[i])
		if name = mixed(name, uint64(value.kind)); value.kind == cart.Number {
			sum += mixed(mixed(name, uint64(value.number)), uint64(oneIf(value.over)))
		} else {
			sum += mixed(name, maphash.String(v.seed, value.text))
		}
	}
	return sum
}

// exactHash adds the exact list price to the hash of an article.
func (l *item) exactHash(hash uint64) uint64 {
	if !l.priceOver {
		return ^hash
	}
	common := commonDivisor(l.original, l.quantity)
	return mixed(mixed(^hash, uint64(l.original/common)), uint64(l.quantity/common))
}

// commonDivisor is the greatest common divisor of two amounts above zero (Euclid's
// algorithm).
func commonDivisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
