package strategy

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash"
	"sync"
)

// A code with a signature is a serial number and the beginning of an HMAC with SHA-256 of it, in
// the characters of Crockford's base 32. So nothing has to be stored of the codes that were given
// out, and only who has the key of the set can make one.
//
// The HMAC is of the name of the set, the length of the code and the serial number. A code is of
// no other set, even if two sets have one key, and a short code cannot be made from a long one.

const (
	// MinSignedCode and MaxSignedCode bound the number of characters of a code with a signature,
	// without hyphens.
	MinSignedCode = 16
	MaxSignedCode = 20

	// MaxSerial is the highest serial number of a code with a signature.
	MaxSerial = 1<<(5*serialLength) - 1

	// MinCodeKey is the least size of a key, in bytes: that of the hash (RFC 2104, section 3).
	MinCodeKey = sha256.Size

	serialLength = 6 // characters of the serial number
)

// crockford are the characters of a code by their values.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// crockfordValue is the value of a character; false for one that is in no code. Letters may be
// small, O is 0, and I and L are 1.
func crockfordValue(c byte) (value byte, ok bool) {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case c == 'O':
		return 0, true
	case c == 'I', c == 'L':
		return 1, true
	case c < 'A', c > 'Z', c == 'U':
		return 0, false
	}
	value = c - 'A' + 10
	for _, left := range "ILOU" {
		if c > byte(left) {
			value--
		}
	}
	return value, true
}

// signedCode is a text as the values of the characters of a code with a signature. Its length is
// 0 if the text cannot be one.
type signedCode struct {
	values [MaxSignedCode]byte
	length int
}

// parseSigned reads a code. Hyphens and white space are left out.
func parseSigned(text string) (code signedCode) {
	for i := range len(text) {
		if c := text[i]; c == '-' || c == ' ' || c == '\t' {
			continue
		}
		value, ok := crockfordValue(text[i])
		if !ok || code.length == MaxSignedCode {
			return signedCode{}
		}
		code.values[code.length] = value
		code.length++
	}
	if code.length < MinSignedCode {
		return signedCode{}
	}
	return code
}

// digest identifies the serial number of a code, whatever the length of the code is.
func (c *signedCode) digest() codeDigest { return digestOf(c.values[:serialLength]) }

// text is the code as people type it.
func (c *signedCode) text() string {
	text := make([]byte, c.length)
	for i, value := range c.values[:c.length] {
		text[i] = crockford[value]
	}
	return string(text)
}

// CodeKeys are the keys of sets whose codes carry a signature. They are immutable, and any number
// of goroutines may use them at once.
type CodeKeys struct{ bySet map[string]*codeKey }

// NewCodeKeys returns the keys of sets by the names of the sets. A key has at least [MinCodeKey]
// bytes. No error has a part of a key.
func NewCodeKeys(keys map[string][]byte) (*CodeKeys, error) {
	k := &CodeKeys{bySet: make(map[string]*codeKey, len(keys))}
	for set, key := range keys {
		if len(key) < MinCodeKey {
			return nil, fmt.Errorf("the key of the codes %q has %d bytes, want at least %d", set, len(key), MinCodeKey)
		}
		k.bySet[set] = newCodeKey(set, key)
	}
	return k, nil
}

// Sign returns the code of a set with a serial number, up to [MaxSerial], and so many characters,
// from [MinSignedCode] to [MaxSignedCode]. The error is for a set without a key and for numbers
// out of range.
func (k *CodeKeys) Sign(set string, serial uint32, length int) (string, error) {
	key := k.of(set)
	switch {
	case key == nil:
		return "", fmt.Errorf("there is no key of the codes %q", set)
	case serial > MaxSerial:
		return "", fmt.Errorf("the serial number is %d, want at most %d", serial, MaxSerial)
	case length < MinSignedCode || length > MaxSignedCode:
		return "", fmt.Errorf("a code has %d characters, want %d to %d", length, MinSignedCode, MaxSignedCode)
	}
	code := signedCode{length: length}
	for i := serialLength - 1; i >= 0; i-- {
		code.values[i] = byte(serial & 31)
		serial >>= 5
	}
	key.sign(&code, (*[MaxSignedCode]byte)(code.values[:]))
	return code.text(), nil
}

// Verify reports whether a text is a code of a set, and returns its serial number. The error is
// for a set without a key.
func (k *CodeKeys) Verify(set, text string) (serial uint32, valid bool, err error) {
	key := k.of(set)
	if key == nil {
		return 0, false, fmt.Errorf("there is no key of the codes %q", set)
	}
	code := parseSigned(text)
	if code.length == 0 || !key.verify(&code) {
		return 0, false, nil
	}
	for _, value := range code.values[:serialLength] {
		serial = serial<<5 | uint32(value)
	}
	return serial, true, nil
}

// Has reports whether a set has a key. k may be nil.
func (k *CodeKeys) Has(set string) bool { return k.of(set) != nil }

// of is the key of a set; nil if there is none. k may be nil.
func (k *CodeKeys) of(set string) *codeKey {
	if k == nil {
		return nil
	}
	return k.bySet[set]
}

// codeKey is the key of one set.
type codeKey struct {
	name string
	pool sync.Pool // of *codeMAC, since a hash is used by one goroutine at a time
}

// codeMAC is the memory for one HMAC.
type codeMAC struct {
	hash    hash.Hash
	message []byte
	sum     [sha256.Size]byte
}

func newCodeKey(set string, key []byte) *codeKey {
	k := &codeKey{name: "caddy-discount code\x00" + set + "\x00"}
	key = append([]byte(nil), key...)
	k.pool.New = func() any { return &codeMAC{hash: hmac.New(sha256.New, key)} }
	return k
}

// sign writes the values of all characters of a code with the serial number of another.
func (k *codeKey) sign(code *signedCode, to *[MaxSignedCode]byte) {
	m := k.pool.Get().(*codeMAC)
	m.message = append(append(append(m.message[:0], k.name...), byte(code.length)), code.values[:serialLength]...)
	m.hash.Reset()
	m.hash.Write(m.message)
	sum := m.hash.Sum(m.sum[:0])
	copy(to[:serialLength], code.values[:serialLength])
	for i := serialLength; i < code.length; i++ {
		to[i] = fiveBits(sum, 5*(i-serialLength))
	}
	k.pool.Put(m)
}

// fiveBits is the five bits from an offset in bits on.
func fiveBits(sum []byte, at int) byte {
	pair := uint16(sum[at/8])<<8 | uint16(sum[at/8+1])
	return byte(pair>>(11-at%8)) & 31
}

func (k *codeKey) verify(code *signedCode) bool {
	var want [MaxSignedCode]byte
	k.sign(code, &want)
	return subtle.ConstantTimeCompare(want[:code.length], code.values[:code.length]) == 1
}

// verified is the coupons of a cart whose signature is of a set.
func (c *cartCodes) verified(within *Restriction, set string) (valid uint8) {
	if within == nil {
		return 0
	}
	key := within.keys.of(set)
	if key == nil {
		return 0
	}
	for i := range c.signed[:c.n] {
		if code := &c.signed[i]; code.length > 0 && key.verify(code) {
			valid |= 1 << i
		}
	}
	return valid
}
