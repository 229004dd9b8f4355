package strategy

import (
	"hash/maphash"
	"math/bits"
)

// skuTable finds the symbol of a SKU. It is what a map is, but says the hash of the
// SKU, too, from which lines of the same article are found: most of the time that a
// quote takes is spent on these two. It is written while compiling and only read after.
type skuTable struct {
	seed  maphash.Seed
	slots []skuSlot
	names []string // by symbol
}

type skuSlot struct {
	hash uint32
	sku  symbol // unnamed where the slot is empty
}

// newSKUTable fills a table that is at most half full.
func newSKUTable(skus symbols) skuTable {
	t := skuTable{seed: maphash.MakeSeed(), slots: make([]skuSlot, 1<<bits.Len(uint(2*len(skus)))), names: make([]string, len(skus)+1)}
	for name, sku := range skus {
		hash := maphash.String(t.seed, name)
		at := hash & uint64(len(t.slots)-1)
		for t.slots[at].sku != unnamed {
			at = (at + 1) & uint64(len(t.slots)-1)
		}
		t.slots[at] = skuSlot{hash: uint32(hash >> 32), sku: sku}
		t.names[sku] = name
	}
	return t
}

// find is the symbol of a SKU, unnamed if no rule and no product names it, and its
// hash.
func (t *skuTable) find(name string) (symbol, uint64) {
	hash := maphash.String(t.seed, name)
	mask := uint64(len(t.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		s := t.slots[at&mask]
		switch {
		case s.sku == unnamed:
			return unnamed, hash
		case s.hash == uint32(hash>>32) && t.names[s.sku] == name:
			return s.sku, hash
		}
	}
}
