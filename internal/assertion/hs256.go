package assertion

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// minSecret is the least size of a secret in bytes (RFC 7518, section 3.2).
const minSecret = sha256.Size

// parseHS256 reads a secret of at least 32 bytes for HMAC with SHA-256. See [ReadSecret].
//
// If id is empty the kid is derived from the secret by HMAC, so that it reveals no more of the
// secret than any signature does. No error contains the secret.
func parseHS256(text, id string) (*Key, error) {
	secret, err := ReadSecret(text)
	if err != nil {
		return nil, fmt.Errorf("reading the HS256 key: %w", err)
	}
	if len(secret) < minSecret {
		return nil, fmt.Errorf("the HS256 key has %d bytes, want at least %d", len(secret), minSecret)
	}
	k := &Key{algorithm: HS256, secret: secret}
	return k.withID(id, k.nameOfSecret)
}

// ReadSecret reads a secret of any length. After "base64:" it is base64 or base64url, padded or
// not. After "hex:" it is hexadecimal. Otherwise the bytes of the text are the secret. Such a text
// may not begin like a placeholder, a PEM block or a JWK: with a public key as the secret, everyone
// could sign. One line break at the end of the text is not part of the secret. No error contains it.
func ReadSecret(text string) ([]byte, error) {
	text = withoutLineBreak(text)
	if digits, ok := strings.CutPrefix(text, "hex:"); ok {
		secret, err := hex.DecodeString(digits)
		if err != nil {
			return nil, errors.New("what follows hex: is not hexadecimal") // err quotes from it
		}
		return secret, nil
	}
	if encoded, ok := strings.CutPrefix(text, "base64:"); ok {
		secret, err := decodeBase64(encoded)
		if err != nil {
			return nil, fmt.Errorf("what follows base64: %w", err)
		}
		return secret, nil
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "-----BEGIN ") {
		return nil, errors.New("a placeholder, a JWK or a PEM block is not a secret")
	}
	return []byte(text), nil
}

// nameOfSecret is the first 96 bits of an HMAC of a text. The text is never signed as part of a
// token, since that always has a dot. A thumbprint (RFC 7638) would be a hash of the secret
// alone, for which tables can be computed in advance.
func (k *Key) nameOfSecret() string {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte("caddy-discount kid"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}
