package strategy

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// codeTable is the codes of a file: the sorted digests of their compared forms, each once, and
// where each part of them begins. It takes 16.3 bytes a code and is immutable.
//
// The digests are uniform, so the first bits of one lead to a part with a few digests.
type codeTable struct {
	digests []codeDigest
	starts  []uint32          // of the parts: a part for each value of the first bits
	shift   int               // what is left of the first half of a digest by it is the part
	sum     [sha256.Size]byte // of the sorted digests: what the set means

	source   [sha256.Size]byte // of the bytes of the file
	warnings []codeFinding
}

// codeDigest is the first 128 bits of the SHA-256 of a code. So many bits make two codes with one
// digest impossible in practice, and nothing else of a code is kept.
type codeDigest struct{ high, low uint64 }

// digestOf is the digest of the compared form of a code.
func digestOf(code []byte) codeDigest {
	sum := sha256.Sum256(code)
	return codeDigest{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])}
}

// bytes is the digest as it is shown to others.
func (d codeDigest) bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], d.high)
	binary.BigEndian.PutUint64(b[8:], d.low)
	return b
}

func compareDigests(a, b codeDigest) int {
	if a.high != b.high {
		return cmp.Compare(a.high, b.high)
	}
	return cmp.Compare(a.low, b.low)
}

// sumOf is the SHA-256 of the bytes of a file.
func sumOf(data []byte, pause document.Pause) (sum [sha256.Size]byte) {
	const part = 16 << 10
	hash := sha256.New()
	for len(data) > 0 {
		n := min(part, len(data))
		hash.Write(data[:n])
		if data = data[n:]; pause != nil {
			pause()
		}
	}
	hash.Sum(sum[:0])
	return sum
}

// newCodeTable makes a table of sorted digests that are all different.
func newCodeTable(digests []codeDigest, pause document.Pause) *codeTable {
	const perPart = 8 // digests of a part, and up to twice that
	parts := max(0, bits.Len(uint(len(digests)))-bits.Len(perPart))
	t := &codeTable{digests: digests, starts: make([]uint32, 1<<parts+1), shift: 64 - parts}
	sum, part := sha256.New(), 0
	for i, d := range digests {
		pause.After(i)
		b := d.bytes()
		sum.Write(b[:])
		for of := int(d.high >> t.shift); part < of; part++ {
			t.starts[part+1] = uint32(i)
		}
	}
	for ; part < 1<<parts; part++ {
		t.starts[part+1] = uint32(len(digests))
	}
	sum.Sum(t.sum[:0])
	return t
}

// has reports whether the table has a code.
func (t *codeTable) has(code codeDigest) bool {
	part := code.high >> t.shift
	_, found := slices.BinarySearchFunc(t.digests[t.starts[part]:t.starts[part+1]], code, compareDigests)
	return found
}
