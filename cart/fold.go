package cart

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What the bytes of a JSON text are to the scanner.
const (
	folds byte = 1 << iota // in a name: could be the same as another byte in a different case
	ends                   // outside a string: is no part of a number or literal
)

// classes is a table of the above; it is never written to.
var classes = func() (table [256]byte) {
	for c := range table {
		if 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf || c == '\\' {
			table[c] |= folds
		}
		if strings.IndexByte(" \t\n\r,]}:", byte(c)) >= 0 {
			table[c] |= ends
		}
	}
	return table
}()

// plainName reports whether name is ASCII without capitals. Two different
// plain names never differ only in case, which spares most objects any check.
func plainName(name string) bool {
	for i := range len(name) {
		if classes[name[i]]&folds != 0 {
			return false
		}
	}
	return true
}

// fewNames is up to how many names are compared pair by pair; more of them are
// looked up in a table, so that no object takes quadratic time.
const fewNames = 16

// alike looks for two of names that are the same, or differ only in case under
// Unicode's simple folding. If all of them are plain they can only be the same.
func (d *document) alike(names []span, plain bool) (earlier, later span, found bool) {
	switch {
	case len(names) < 2:
		return span{}, span{}, false
	case len(names) > fewNames:
		return d.alikeOfMany(names, plain)
	case !plain:
		return d.alikeOfFew(names)
	}
	for i, at := range names[1:] {
		for _, before := range names[:i+1] {
			if at.to-at.from == before.to-before.from && d.text[at.from:at.to] == d.text[before.from:before.to] {
				return before, at, true
			}
		}
	}
	return span{}, span{}, false
}

// alikeOfFew is alike for names that are not all plain.
func (d *document) alikeOfFew(names []span) (earlier, later span, found bool) {
	var read [fewNames]string
	for i, at := range names {
		name := d.nameAt(at)
		for j, before := range read[:i] {
			if sameFirst(before, name) && strings.EqualFold(before, name) {
				return names[j], at, true
			}
		}
		read[i] = name
	}
	return span{}, span{}, false
}

// sameFirst reports whether the first bytes allow a and b to be the same but
// for case; it is there to be cheap and inlined.
func sameFirst(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	return (a[0]^b[0])&^0x20 == 0 || a[0]|b[0] >= utf8.RuneSelf
}

// nameSeed makes the hashes of names such as a sender cannot steer.
var nameSeed = maphash.MakeSeed()

// alikeOfMany is alike by a table of the numbers of names, from one, each at its
// hash or at the next free place after it.
func (d *document) alikeOfMany(names []span, plain bool) (earlier, later span, found bool) {
	size := 1 << bits.Len(uint(2*len(names)))
	d.names.table = cleared(d.names.table, size)
	table := d.names.table
	var folded []byte
	for i, at := range names {
		d.step()
		name := d.text[at.from:at.to]
		if !plain {
			name = d.nameAt(at)
			folded = appendFolded(folded[:0], name)
			name = view(folded)
		}
		place := int(maphash.String(nameSeed, name) & uint64(size-1))
		for ; table[place] != 0; place = (place + 1) & (size - 1) {
			before := names[table[place]-1]
			if d.same(before, at, plain) {
				return before, at, true
			}
		}
		table[place] = int32(i + 1)
	}
	return span{}, span{}, false
}

func (d *document) same(a, b span, plain bool) bool {
	if plain {
		return d.text[a.from:a.to] == d.text[b.from:b.to]
	}
	return strings.EqualFold(d.nameAt(a), d.nameAt(b))
}

// cleared is a table of a size with nothing in it, in the same memory if it is
// large enough.
func cleared(table []int32, size int) []int32 {
	if cap(table) < size {
		return make([]int32, size)
	}
	table = table[:size]
	clear(table)
	return table
}

// appendFolded appends the one spelling that all texts equal under simple
// folding share: every character is the least of those it folds to.
func appendFolded(dst []byte, text string) []byte {
	for _, r := range text {
		if r < utf8.RuneSelf {
			if 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
			dst = append(dst, byte(r))
			continue
		}
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		dst = utf8.AppendRune(dst, least)
	}
	return dst
}
