package assertion

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// tokenType is the typ header of every assertion (RFC 7515, section 4.1.9).
const tokenType = "discount+jwt"

// Options are the settings that all assertions of a signer share.
type Options struct {
	// Issuer and Audience are the claims iss and aud: the service that asserts, and the
	// service that relies on the assertion. Neither may be empty. A text with a colon must be
	// a URI (RFC 7519, section 2).
	Issuer, Audience string

	// Lifetime is how long an assertion is valid: whole seconds, at least one.
	Lifetime time.Duration

	// Random fills its argument with random bytes for jti. It must not fail, and must be
	// safe for concurrent use. If it is nil, crypto/rand is used.
	Random func([]byte)
}

// Signer makes assertions. It is never modified and is safe for concurrent use. To rotate keys,
// replace it by another Signer.
type Signer struct {
	key      *Key
	protect  string // the JOSE header in base64url, and a dot
	opening  string // the beginning of the payload, up to the value of iat
	parties  int    // bytes of issuer and audience
	lifetime int64  // seconds
	random   func([]byte)
	jwks     []byte
	scratch  sync.Pool // of *scratch
}

// NewSigner returns a signer with at least one key. The first key signs. The others are keys
// that have signed before or will sign later; they are only advertised. It is an error if the
// first key cannot sign, if two keys have the same kid, or if an option is not valid according
// to [Options].
func NewSigner(keys []*Key, o Options) (*Signer, error) {
	if err := checkKeys(keys); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Signer{
		key:      keys[0],
		protect:  keys[0].protected(),
		opening:  o.opening(),
		parties:  len(o.Issuer) + len(o.Audience),
		lifetime: int64(o.Lifetime / time.Second),
		random:   o.Random,
		jwks:     keySet(keys),
	}
	if s.random == nil {
		s.random = cryptoRandom
	}
	s.scratch.New = func() any { return newScratch(s.key) }
	return s, nil
}

func checkKeys(keys []*Key) error {
	if len(keys) == 0 {
		return errors.New("there is no key to sign assertions with")
	}
	if !keys[0].CanSign() {
		return fmt.Errorf("the %v is first but is a public key, which signs nothing", keys[0])
	}
	seen := make(map[string]bool, len(keys))
	for _, k := range keys {
		if seen[k.id] {
			return fmt.Errorf("two keys have the kid %q", k.id)
		}
		seen[k.id] = true
	}
	return nil
}

func (o *Options) check() error {
	if err := checkParty(o.Issuer); err != nil {
		return fmt.Errorf("the issuer of assertions %w", err)
	}
	if err := checkParty(o.Audience); err != nil {
		return fmt.Errorf("the audience of assertions %w", err)
	}
	if o.Lifetime < time.Second || o.Lifetime%time.Second != 0 {
		return fmt.Errorf("the lifetime of assertions is %v, want whole seconds, at least one", o.Lifetime)
	}
	return nil
}

// checkParty checks that a text is what RFC 7519 calls a StringOrURI.
func checkParty(text string) error {
	if err := checkText(text); err != nil {
		return err
	}
	if strings.Contains(text, ":") {
		if u, err := url.Parse(text); err != nil || !u.IsAbs() {
			return fmt.Errorf("is %q: with a colon in it, it must be a URI", text)
		}
	}
	return nil
}

// checkText checks a text and does not quote it, since it may be a key in the wrong place.
func checkText(text string) error {
	switch {
	case text == "":
		return errors.New("is empty")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return errors.New("has control characters, or bytes that are not UTF-8")
	}
	return nil
}

// opening is the beginning of the payload, which all assertions share.
func (o *Options) opening() string {
	b := appendQuoted([]byte(`{"iss":`), o.Issuer)
	b = appendQuoted(append(b, `,"aud":`...), o.Audience)
	return string(append(b, `,"iat":`...))
}

// cryptoRandom ignores the error of rand.Read, which is documented to be always nil.
func cryptoRandom(p []byte) { _, _ = rand.Read(p) }

// Key returns the key that signs.
func (s *Signer) Key() *Key { return s.key }

// Append appends the assertion of c to dst, as the value of a header: three parts in base64url
// with dots between them (RFC 7515, section 7.1). It is issued at now, rounded down to a second,
// and expires [Options.Lifetime] later.
func (s *Signer) Append(dst []byte, c *Claims, now time.Time) []byte {
	b := s.scratch.Get().(*scratch)
	b.payload = s.appendPayload(b.payload[:0], b.identifier(s.random), c, now)
	start := len(dst)
	dst = append(dst, s.protect...)
	dst = appendBase64(dst, b.payload)
	signature := b.sign(dst[start:])
	dst = append(dst, '.')
	dst = appendBase64(dst, signature)
	s.scratch.Put(b)
	return dst
}

// QuotaSize is how many bytes more an assertion takes at most with a reservation and what is exhausted.
const QuotaSize = 180

// MaxSize returns the most bytes that an assertion takes about a request to a target, priced by a
// strategy of a version, without what is said of quotas: see [QuotaSize]. Base64 takes four bytes for three.
func (s *Signer) MaxSize(t Target, version string) int {
	const fixed, escaped = 1160, 2
	return fixed + (s.parties+len(s.key.id)+escaped*len(version)+len(t.Method)+len(t.Host)+len(t.Path))*4/3
}

func (s *Signer) appendPayload(dst, jti []byte, c *Claims, now time.Time) []byte {
	issued := now.Unix()
	dst = append(dst, s.opening...)
	dst = strconv.AppendInt(dst, issued, 10)
	dst = appendInteger(dst, `,"exp":`, issued+s.lifetime)
	dst = append(dst, `,"jti":"`...)
	dst = appendBase64(dst, jti)
	dst = append(dst, '"')
	dst = c.appendJSON(dst)
	return append(dst, '}')
}
