package discount

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/keyring"
)

// SignOptions add `X-Discount-Assertion` to every request: a signed statement (a compact JWS) of
// what its cart was priced at. The assertion is bound to the SHA-256 of the body and to the method,
// host and path, so that the order service need not trust the network in between. docs/verify shows
// how to verify it.
type SignOptions struct {
	// `HS256`, for which the order service has the same secret, or `EdDSA`
	// (Ed25519), for which it has a public key, from a file or from
	// `discount_jwks`.
	Algorithm string `json:"algorithm,omitempty"`

	// The key that signs: `{env.NAME}`, or `{file./path}`. The file is watched: a new key is used
	// as soon as it is saved. The log has a warning if every user of the machine can read the file.
	// For HS256 the key is a secret of at least 32 bytes, as it is or after `base64:` or `hex:`.
	// For EdDSA it is a private key as PEM (PKCS #8) or JWK.
	SigningKey

	// Further keys that are published and do not sign: the next key before it signs, and the last
	// key as long as its assertions are valid. For EdDSA only.
	Publish []SigningKey `json:"publish,omitempty"`

	// How long an assertion is valid. Default: 60s.
	TTL caddy.Duration `json:"ttl,omitempty"`

	// Who is to rely on the assertions (`aud`). Default: `order-service`.
	Audience string `json:"audience,omitempty"`

	// Who makes them (`iss`). Default: `caddy-discount`.
	Issuer string `json:"issuer,omitempty"`
}

// SigningKey is a key and what it is called.
type SigningKey struct {
	// The key, see `sign`. It is best not written out here.
	Key string `json:"key,omitempty"`

	// The name of the key in an assertion (`kid`). Default: derived from the key, which cannot be
	// found out from it.
	KeyID string `json:"kid,omitempty"`
}

const (
	defaultTTL      = caddy.Duration(time.Minute)
	minTTL          = caddy.Duration(time.Second)
	maxTTL          = caddy.Duration(24 * time.Hour)
	defaultAudience = "order-service"
	defaultIssuer   = "caddy-discount"
)

// keyFile is a key that is in a file.
var keyFile = regexp.MustCompile(`^\{file\.([^{}]+)\}$`)

// fill puts the defaults in and expands placeholders, but not those that stand
// for a file.
func (s *SignOptions) fill() error {
	directive.Default(&s.TTL, defaultTTL)
	directive.Default(&s.Audience, defaultAudience)
	directive.Default(&s.Issuer, defaultIssuer)
	texts := []*string{&s.Audience, &s.Issuer, &s.KeyID, &s.Key}
	for i := range s.Publish {
		texts = append(texts, &s.Publish[i].KeyID, &s.Publish[i].Key)
	}
	for _, text := range texts {
		if keyFile.MatchString(*text) {
			continue
		}
		if err := directive.Expand("sign", text); err != nil {
			return err
		}
	}
	return nil
}

// validate checks what can be checked without the keys. The errors never contain
// one.
func (s *SignOptions) validate() error {
	if s == nil {
		return nil
	}
	switch s.Algorithm {
	case assertion.HS256, assertion.EdDSA:
	default:
		return fmt.Errorf("sign: the algorithm %q is none of %s, %s", s.Algorithm, assertion.HS256, assertion.EdDSA)
	}
	if s.Key == "" {
		return errors.New("sign: the key is missing")
	}
	if len(s.Publish) > 0 && s.Algorithm != assertion.EdDSA {
		return errors.New("sign: publish is for EdDSA; a secret is not published")
	}
	if time.Duration(s.TTL)%time.Second != 0 {
		return fmt.Errorf("sign: ttl: %v is not a number of whole seconds", time.Duration(s.TTL))
	}
	if s.TTL == 0 {
		return nil // the default is not put in yet
	}
	return directive.During("sign: ttl", s.TTL, minTTL, maxTTL)
}

// id is a digest that differs for different options. The keys cannot be read from it.
func (s *SignOptions) id() [sha256.Size]byte { return sha256.Sum256(fmt.Appendf(nil, "%q", []any{*s})) }

// open reads the keys and watches their files.
func (s *SignOptions) open() (*keyring.Keyring, error) {
	o := keyring.Options{
		Algorithm: s.Algorithm,
		Signer:    assertion.Options{Issuer: s.Issuer, Audience: s.Audience, Lifetime: time.Duration(s.TTL)},
		Logger:    currentLog,
	}
	for _, key := range append([]SigningKey{s.SigningKey}, s.Publish...) {
		o.Keys = append(o.Keys, key.source())
	}
	keys, err := keyring.Open(o)
	return keys, directive.InOption("sign", err)
}

// source is where the key is: in the option itself or in a file.
func (k SigningKey) source() keyring.Key {
	if found := keyFile.FindStringSubmatch(k.Key); found != nil {
		return keyring.Key{File: strings.TrimSpace(found[1]), ID: k.KeyID}
	}
	return keyring.Key{Text: k.Key, ID: k.KeyID}
}

// keyFiles are the files that the key of the log is in: the one that the option names, or
// the one in the state directory, if there is one.
func keyFiles(configured, dir string) []string {
	if found := keyFile.FindStringSubmatch(configured); found != nil {
		return found[1:2]
	}
	if dir != "" && configured == "" {
		return []string{filepath.Join(dir, "key")}
	}
	return nil
}
