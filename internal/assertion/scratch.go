package assertion

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// identifierSize is the size of a jti in bytes: with 128 bits the chance of two equal ones is
// negligible.
const identifierSize = 16

// scratch is the working memory of one assertion; it is pooled.
type scratch struct {
	key     *Key
	mac     hash.Hash // with the key set: Reset restores that state
	sum     [sha256.Size]byte
	payload []byte

	// random has bytes for many jti, since a system call may cost more than the signature.
	// Each byte is used once. It is not secret: every byte of it appears in a token.
	random [32 * identifierSize]byte
	unused int
}

func newScratch(k *Key) *scratch {
	b := &scratch{key: k, payload: make([]byte, 0, 1<<10)}
	if k.secret != nil {
		b.mac = hmac.New(sha256.New, k.secret)
	}
	return b
}

// identifier is a jti, valid until the next call.
func (b *scratch) identifier(random func([]byte)) []byte {
	if b.unused == 0 {
		random(b.random[:])
		b.unused = len(b.random)
	}
	b.unused -= identifierSize
	return b.random[b.unused : b.unused+identifierSize]
}

// sign is the signature of a text, valid until the next call.
func (b *scratch) sign(text []byte) []byte {
	if b.mac == nil {
		return ed25519.Sign(b.key.private, text)
	}
	b.mac.Reset()
	b.mac.Write(text)
	return b.mac.Sum(b.sum[:0])
}
