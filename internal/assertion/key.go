package assertion

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The algorithms that can sign an assertion, as its header names them (RFC 7518, section 3.1,
// and RFC 8037, section 3.1). RFC 9864 calls EdDSA "Ed25519"; libraries support the older name.
const (
	HS256 = "HS256"
	EdDSA = "EdDSA"
)

// maxKeyID bounds the kid in bytes, since every assertion contains it.
const maxKeyID = 128

// Key is a key that signs or, if it is a public key, is only advertised. With every verb it is
// printed as its algorithm and kid alone.
type Key struct {
	algorithm string
	id        string
	secret    []byte             // of HS256
	private   ed25519.PrivateKey // of EdDSA; nil if only the public key is known
	public    ed25519.PublicKey  // of EdDSA
}

// ParseKey reads a key of an algorithm from text.
//
// The text of an [HS256] key is a secret of at least 32 bytes: base64 or base64url after
// "base64:", hexadecimal after "hex:", otherwise the bytes themselves without one line break at
// their end. The text of an [EdDSA] key is a PEM block with an Ed25519 key in PKCS #8 (RFC 8410)
// or with its public key, or a JWK (RFC 8037, section 2). A public key is only advertised in the
// JWK Set.
//
// If id is empty the kid is that of the JWK, or is derived from the key. It is an error if the
// key is not valid, or the kid is not valid or longer than 128 bytes. No error contains the key.
func ParseKey(algorithm, text, id string) (*Key, error) {
	switch algorithm {
	case HS256:
		return parseHS256(text, id)
	case EdDSA:
		return parseEdDSA(text, id)
	}
	// The algorithm is not quoted: it may be a key in the wrong place.
	return nil, errors.New("the algorithm is neither " + HS256 + " nor " + EdDSA)
}

// ID returns the kid (RFC 7515, section 4.1.4).
func (k *Key) ID() string { return k.id }

// CanSign reports whether k has a secret or a private key.
func (k *Key) CanSign() bool { return k.secret != nil || k.private != nil }

// String returns the algorithm and the kid, such as "EdDSA key k1".
func (k *Key) String() string { return fmt.Sprintf("%s key %s", k.algorithm, k.id) }

// Format prints the text of [Key.String] for every verb, so that no log shows a secret.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// withID sets the kid: id or, if that is empty, the result of derived.
func (k *Key) withID(id string, derived func() string) (*Key, error) {
	if id == "" {
		id = derived()
	}
	if err := checkText(id); err != nil {
		return nil, fmt.Errorf("the kid %w", err)
	}
	if len(id) > maxKeyID {
		return nil, fmt.Errorf("the kid has %d bytes, more than %d", len(id), maxKeyID)
	}
	k.id = id
	return k, nil
}

// protected is the JOSE header of the tokens that k signs, in base64url, and a dot.
func (k *Key) protected() string {
	b := appendQuoted([]byte(`{"alg":`), k.algorithm)
	b = appendQuoted(append(b, `,"kid":`...), k.id)
	b = appendQuoted(append(b, `,"typ":`...), tokenType)
	return base64.RawURLEncoding.EncodeToString(append(b, '}')) + "."
}

// withoutLineBreak cuts the line break that editors put at the end of a file.
func withoutLineBreak(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

// decodeBase64 reads base64 and base64url, padded or not. It does not return the decoder's
// error, which says where in a key it stopped.
func decodeBase64(text string) ([]byte, error) {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	if b, err := base64.RawURLEncoding.Strict().DecodeString(text); err == nil && !strings.ContainsAny(text, "\r\n") {
		return b, nil
	}
	return nil, errors.New("is not base64")
}
