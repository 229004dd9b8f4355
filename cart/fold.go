package cart

import (
	"hash/maphash"
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

// distinct looks for two of names that differ only in case, under Unicode's
// simple folding, and returns the later of them. Only needed for objects that
// have a name that is not plain.
func (s *scanner) distinct(names []span) (later string, found bool) {
	if len(names) > fewNames {
		return s.distinctMany(names)
	}
	var read [fewNames]string
	for i, at := range names {
		name := s.nameAt(at)
		for _, earlier := range read[:i] {
			if sameFirst(earlier, name) && strings.EqualFold(earlier, name) {
				return name, true
			}
		}
		read[i] = name
	}
	return "", false
}

// sameFirst reports whether the first bytes allow a and b to be the same but
// for case; it is there to be cheap and inlined.
func sameFirst(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	return (a[0]^b[0])&^0x20 == 0 || a[0]|b[0] >= utf8.RuneSelf
}

// distinctMany is distinct by a table of seeded hashes, which a sender cannot
// steer. The rare hash two different names share moves the later one on.
func (s *scanner) distinctMany(names []span) (later string, found bool) {
	seed := maphash.MakeSeed()
	known := make(map[uint64]span, len(names))
	var folded []byte
	for _, at := range names {
		name := s.nameAt(at)
		folded = appendFolded(folded[:0], name)
		hash := maphash.Bytes(seed, folded)
		for {
			earlier, taken := known[hash]
			if !taken {
				break
			}
			if strings.EqualFold(s.nameAt(earlier), name) {
				return name, true
			}
			hash++
		}
		known[hash] = at
	}
	return "", false
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
