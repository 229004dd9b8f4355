package quota

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
)

// LeastKey is how many bytes a key of a [Digester] has at least.
const LeastKey = 32

// Digester makes the digests that stand for customers, codes and orders in a ledger. They are
// HMAC-SHA-256 with the key of the ledger, cut to 128 bits: without the key a digest does not say whose
// it is, not even if every customer is tried. Its methods may be called at the same time.
type Digester struct{ key []byte }

// NewDigester returns the digester of a key. Digests of another key match none of its own.
func NewDigester(key []byte) (*Digester, error) {
	if len(key) < LeastKey {
		return nil, fmt.Errorf("the key of the ledger has %d bytes, want %d or more", len(key), LeastKey)
	}
	return &Digester{key: append([]byte(nil), key...)}, nil
}

// KeyID returns what tells keys apart. The key cannot be found out from it.
func (d *Digester) KeyID() Digest { return Digest(d.sum("key")) }

// Customer returns the digest of a customer's id, the zero Digest for no id.
func (d *Digester) Customer(id string) Digest {
	if id == "" {
		return Digest{}
	}
	return Digest(d.sum("customer", id))
}

// Code returns the digest of a code of a set, as the set writes it.
func (d *Digester) Code(set, code string) Digest { return Digest(d.sum("code", set, code)) }

// OrderName is what a gateway knows of which order a request is.
type OrderName struct {
	// Key is the value of order_key, "" if there is none. Customers may choose it: it names an order
	// of the same Customer alone.
	Key string

	// Customer is the id of the customer, "" if there is none.
	Customer string

	// CartOrder is the order's id in the cart, "" if there is none.
	CartOrder string

	// Cart is a digest of the cart. The same key with another cart is another order.
	Cart [sha256.Size]byte
}

// Order returns which order a request is, and false for a request that nothing joins, which is an
// order of its own: see [NewOrderID]. A client could otherwise have many orders counted once.
func (d *Digester) Order(n OrderName) (ID, bool) {
	if n.Key != "" {
		return idOf(d.sum("order key", n.Customer, n.Key, string(n.Cart[:]))), true
	}
	if n.CartOrder != "" {
		return idOf(d.sum("order id", n.CartOrder, string(n.Cart[:]))), true
	}
	return ID{}, false
}

// sum digests texts. Their lengths are digested, too: texts that are divided in another way have
// another digest.
func (d *Digester) sum(texts ...string) [16]byte {
	mac := hmac.New(sha256.New, d.key)
	for _, text := range texts {
		digest(mac, text)
	}
	var sum [sha256.Size]byte
	return [16]byte(mac.Sum(sum[:0])[:16])
}

func digest(mac hash.Hash, text string) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(text)))
	mac.Write(length[:])
	_, _ = io.WriteString(mac, text) // a hash has no errors
}
