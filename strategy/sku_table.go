package strategy

import (
	"hash/maphash"
	"math/bits"
)

// skuTable is a hash table from a SKU to its symbol. Unlike a map it also returns the hash of the
// SKU, which is used to find lines of the same article: a quote spends most of its time on these
// two look-ups. The table is written only while compiling.
type skuTable struct {
	seed  maphash.Seed
	tags  []uint8 // a byte of each slot's hash, 0 for an empty slot: most look-ups end here
	slots []symbol
	names []string // by symbol
}

// newSKUTable fills a table of which at least seven eighths stay empty, so that few look-ups
// collide: a mispredicted branch costs more than the memory.
func newSKUTable(skus symbols) skuTable {
	size := 1 << bits.Len(uint(8*len(skus)))
	t := skuTable{seed: maphash.MakeSeed(), tags: make([]uint8, size), slots: make([]symbol, size), names: make([]string, len(skus)+1)}
	for name, sku := range skus {
		hash := maphash.String(t.seed, name)
		at := hash & uint64(len(t.slots)-1)
		for t.tags[at] != 0 {
			at = (at + 1) & uint64(len(t.slots)-1)
		}
		t.tags[at], t.slots[at] = tagOf(hash), sku
		t.names[sku] = name
	}
	return t
}

// find returns the symbol of a SKU and its hash. The symbol is unnamed if no rule and no product
// names the SKU.
func (t *skuTable) find(name string) (symbol, uint64) {
	hash := maphash.String(t.seed, name)
	return symbolAt(t, hash, name), hash
}

// findBytes is find for bytes.
func (t *skuTable) findBytes(name []byte) (symbol, uint64) {
	hash := maphash.Bytes(t.seed, name)
	return symbolAt(t, hash, name), hash
}

// symbolAt is the symbol of a SKU with the given hash.
func symbolAt[T string | []byte](t *skuTable, hash uint64, name T) symbol {
	tag, mask := tagOf(hash), uint64(len(t.tags)-1)
	for at := hash & mask; ; at = (at + 1) & mask {
		switch t.tags[at] {
		case 0:
			return unnamed
		case tag:
			if sku := t.slots[at]; t.names[sku] == string(name) {
				return sku
			}
		}
	}
}

// tagOf is the tag of a hash; it is never 0.
func tagOf(hash uint64) uint8 { return uint8(hash>>56) | 1 }
