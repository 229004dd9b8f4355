package assertion

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// parseEdDSA reads an Ed25519 key: a PEM block with the private key in PKCS #8 (RFC 8410, BEGIN
// PRIVATE KEY) or with the public key (BEGIN PUBLIC KEY), or a JWK (RFC 8037, section 2) with or
// without the private part. A public key is only advertised in the JWK Set.
//
// If id is empty the kid is that of the JWK or else the thumbprint of the public
// key (RFC 7638). No error contains the key.
func parseEdDSA(text, id string) (*Key, error) {
	k, named, err := decodeEdDSA(strings.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("reading the EdDSA key: %w", err)
	}
	if id == "" {
		id = named
	}
	return k.withID(id, k.thumbprint)
}

func decodeEdDSA(text string) (k *Key, id string, err error) {
	switch {
	case strings.HasPrefix(text, "{"):
		return decodeJWK(text)
	case strings.HasPrefix(text, "-----BEGIN "):
		k, err = decodePEM(text)
		return k, "", err
	}
	return nil, "", errors.New("it is neither PEM nor a JWK")
}

func ofPrivate(private ed25519.PrivateKey) *Key {
	return &Key{algorithm: EdDSA, private: private, public: private.Public().(ed25519.PublicKey)}
}

func ofPublic(public ed25519.PublicKey) *Key {
	return &Key{algorithm: EdDSA, public: public}
}

// decodePEM drops the parsers' errors: they do not help to repair the file, and nothing
// guarantees that they quote no part of the key.
func decodePEM(text string) (*Key, error) {
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, errors.New("the PEM block is broken")
	case strings.TrimSpace(string(rest)) != "":
		return nil, errors.New("the PEM block has more text after it, want one key")
	}
	switch block.Type {
	case "PRIVATE KEY":
		return decodePKCS8(block.Bytes)
	case "PUBLIC KEY":
		return decodePKIX(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("the private key is encrypted")
	}
	return nil, errors.New("the PEM block is neither a PRIVATE KEY nor a PUBLIC KEY")
}

func decodePKCS8(der []byte) (*Key, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("the private key is not valid PKCS #8")
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it is a %T, not an Ed25519 key", parsed)
	}
	return ofPrivate(private), nil
}

func decodePKIX(der []byte) (*Key, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, errors.New("the public key is not valid PKIX")
	}
	public, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("it is a %T, not an Ed25519 key", parsed)
	}
	return ofPublic(public), nil
}

// jwk is an Ed25519 key (RFC 8037, section 2). Other members are ignored (RFC 7517, section
// 4). go-jose does not replace it: go-jose does not read key_ops, and refuses both members
// that it does not need and the padding that some tools write.
type jwk struct {
	KeyType    string   `json:"kty"`
	Curve      string   `json:"crv"`
	X          string   `json:"x"`
	D          string   `json:"d,omitzero"`
	ID         string   `json:"kid,omitzero"`
	Use        string   `json:"use,omitzero"`
	Operations []string `json:"key_ops,omitzero"`
	Algorithm  string   `json:"alg,omitzero"`
}

func decodeJWK(text string) (k *Key, id string, err error) {
	var j jwk
	if json.Unmarshal([]byte(text), &j) != nil {
		return nil, "", errors.New("the JWK is not valid JSON, or a member of it is of the wrong type")
	}
	if err := j.check(); err != nil {
		return nil, "", fmt.Errorf("the JWK %w", err)
	}
	k, err = j.key()
	return k, j.ID, err
}

func (j *jwk) check() error {
	switch {
	case j.KeyType != "OKP" || j.Curve != "Ed25519":
		return errors.New("is not an Ed25519 key, want kty OKP and crv Ed25519")
	case j.Algorithm != "" && j.Algorithm != EdDSA && j.Algorithm != "Ed25519":
		return errors.New("is for another alg than EdDSA")
	case j.Use != "" && j.Use != "sig":
		return errors.New("is for another use than sig")
	}
	for _, operation := range j.Operations {
		if operation == "sign" || operation == "verify" {
			return nil
		}
	}
	if j.Operations != nil {
		return errors.New("has key_ops without sign and verify")
	}
	return nil
}

func (j *jwk) key() (*Key, error) {
	public, err := decodeBase64(j.X)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("the x of the JWK is not %d bytes in base64url", ed25519.PublicKeySize)
	}
	if j.D == "" {
		return ofPublic(public), nil
	}
	seed, err := decodeBase64(j.D)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("the d of the JWK is not %d bytes in base64url", ed25519.SeedSize)
	}
	k := ofPrivate(ed25519.NewKeyFromSeed(seed))
	if !k.public.Equal(ed25519.PublicKey(public)) {
		return nil, errors.New("the x of the JWK is not the public key of its d")
	}
	return k, nil
}

// thumbprint is the SHA-256 of the members a public key must have, in the order
// of their names (RFC 7638, section 3, and RFC 8037, section 2).
func (k *Key) thumbprint() string {
	x := base64.RawURLEncoding.EncodeToString(k.public)
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
