package cart

import (
	"hash/maphash"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// What the bytes of a JSON text are to the scanner.
const (
	folds   byte = 1 << iota // in a name: could be the same as another byte in a different case
	escapes                  // in a name: begins an escape
	control                  // cannot be in a string
	wide                     // is part of a character that is not ASCII
)

// classes is a table of the above; it is never written to.
var classes = func() (table [256]byte) {
	for c := range table {
		if 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf {
			table[c] |= folds
		}
		if c < ' ' {
			table[c] |= control
		}
		if c >= utf8.RuneSelf {
			table[c] |= wide
		}
	}
	table['\\'] |= folds | escapes
	return table
}()

// plainName reports whether name is ASCII without capitals and escapes. Two different
// plain names never differ only in case, which spares most objects any check.
func plainName(name string) bool {
	for i := range len(name) {
		if classes[name[i]]&folds != 0 {
			return false
		}
	}
	return true
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// SameName reports whether two names of members are the same but for case: a body that
// has one where the other is read is invalid.
func SameName(a, b string) bool { return sameFolded(a, b) }

// sameFolded reports whether two texts are the same but for case in any language whose parsers
// ignore case: Go compares by simple folding, Java and .NET by the upper case of each character. To
// Java, ı and İ are the same as i.
func sameFolded(a, b string) bool {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		s, m := utf8.DecodeRuneInString(b)
		if r != s && foldedRune(r) != foldedRune(s) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return a == b
}

// foldedRune is the one character that stands for all that are the same but for case.
func foldedRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	r = unicode.ToLower(unicode.ToUpper(r))
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}

// sameness is how two names of an object are compared.
type sameness uint8

const (
	asWritten sameness = iota // for names without escapes
	asMeant                   // after their escapes
	butForCase
)

// fewNames is up to how many names are compared pair by pair; more of them are
// looked up in a table, so that no object takes quadratic time.
const fewNames = 16

// duplicates looks for two of names that are the same.
func (d *document) duplicates(names []span, by sameness) (earlier, later span, found bool) {
	switch {
	case len(names) < 2:
		return span{}, span{}, false
	case len(names) > fewNames:
		return d.duplicatesOfMany(names, by)
	case by == asWritten:
		return d.duplicatesOfFew(names)
	}
	for i, at := range names[1:] {
		for _, before := range names[:i+1] {
			if d.same(before, at, by) {
				return before, at, true
			}
		}
	}
	return span{}, span{}, false
}

// duplicatesOfFew is duplicates for a few names without escapes, as in most objects.
func (d *document) duplicatesOfFew(names []span) (earlier, later span, found bool) {
	for i, at := range names[1:] {
		for _, before := range names[:i+1] {
			if at.to-at.from == before.to-before.from && d.text[at.from:at.to] == d.text[before.from:before.to] {
				return before, at, true
			}
		}
	}
	return span{}, span{}, false
}

// nameSeed and nameKeys seed the hashes of names, so that a sender cannot choose names that collide.
var (
	nameSeed = maphash.MakeSeed()
	nameKeys = [2]uint64{maphash.String(nameSeed, "first"), maphash.String(nameSeed, "last")}
)

// hash is the hash of the name at a span as it is written. Most names have at most sixteen bytes:
// for these it is the product of the first eight and the last eight, each with a key.
func (d *document) hash(at span) uint64 {
	name := d.text[at.from:at.to]
	first, last := uint64(0), uint64(len(name))
	switch {
	case len(name) > 16:
		return maphash.String(nameSeed, name)
	case len(name) >= 8:
		first, last = word(name[:8]), word(name[len(name)-8:])
	default:
		for i := range len(name) {
			first = first<<8 | uint64(name[i])
		}
	}
	high, low := bits.Mul64(first^nameKeys[0], last^nameKeys[1])
	return high ^ low
}

// duplicatesOfMany is duplicates with a hash table. An entry is the index of a name plus one, at
// the hash of the name or at the next free entry after it.
func (d *document) duplicatesOfMany(names []span, by sameness) (earlier, later span, found bool) {
	size := 1 << bits.Len(uint(2*len(names)))
	d.names.table = cleared(d.names.table, size)
	table := d.names.table
	var folded []byte
	for i, at := range names {
		d.step()
		hash := uint64(0)
		switch by {
		case asWritten:
			hash = d.hash(at)
		case asMeant:
			hash = maphash.String(nameSeed, d.nameAt(at))
		case butForCase:
			folded = appendFolded(folded[:0], d.nameAt(at))
			hash = maphash.Bytes(nameSeed, folded)
		}
		place := int(hash & uint64(size-1))
		for ; table[place] != 0; place = (place + 1) & (size - 1) {
			before := names[table[place]-1]
			if d.same(before, at, by) {
				return before, at, true
			}
		}
		table[place] = int32(i + 1)
	}
	return span{}, span{}, false
}

func (d *document) same(a, b span, by sameness) bool {
	switch by {
	case asWritten:
		return d.text[a.from:a.to] == d.text[b.from:b.to]
	case asMeant:
		return d.nameAt(a) == d.nameAt(b)
	}
	return sameFolded(d.nameAt(a), d.nameAt(b))
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

// appendFolded appends the one spelling that all texts have that are the same but for
// case.
func appendFolded(dst []byte, text string) []byte {
	for _, r := range text {
		dst = utf8.AppendRune(dst, foldedRune(r))
	}
	return dst
}
