// Package verify checks the X-Discount-Assertion of a request, as an order service
// in Go would. It is one file to take into a service, or to import.
package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// leeway is how far the clocks of gateway and order service may be apart.
const leeway = 5 * time.Second

// Claims are what the order service may rely on, once verified. The amounts are
// in minor units and nil if there is no quote.
type Claims struct {
	jwt.RegisteredClaims
	Status      string `json:"status"`
	Amount      *int64 `json:"amount,omitempty"`
	Shipping    *int64 `json:"shipping,omitempty"`
	Subtotal    *int64 `json:"subtotal,omitempty"`
	Payable     *int64 `json:"payable,omitempty"`
	Currency    string `json:"currency,omitempty"`
	Rules       string `json:"rules,omitempty"`
	Lines       string `json:"lines,omitempty"`
	Gifts       string `json:"gifts,omitempty"`
	Strategy    string `json:"strategy,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Method      string `json:"method,omitempty"`
	Host        string `json:"host,omitempty"`
	Path        string `json:"path,omitempty"`
	Body        string `json:"body,omitempty"`
	Cart        string `json:"cart,omitempty"`
}

// Verifier is made once, when the service starts.
type Verifier struct {
	Algorithm        string // pinned: what the token says decides nothing
	Key              any    // of that algorithm, as [ReadKey] reads it
	Issuer, Audience string
}

// Request is what arrived with the token. Headers are by lower-case name.
type Request struct {
	Body    []byte
	Headers map[string][]string // nil: not known, nothing in them may be used

	// What the request was sent to, as the gateway receives it: the path has its
	// escapes and no query. An empty one is not checked, for a proxy that rewrites.
	Method, Host, Path string
}

// Verify checks the token first and then that it is about this request.
func (v *Verifier) Verify(token string, r Request) (*Claims, error) {
	var c Claims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{v.Algorithm}), jwt.WithStrictDecoding(),
		jwt.WithIssuer(v.Issuer), jwt.WithAudience(v.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway),
	)
	if _, err := parser.ParseWithClaims(token, &c, v.keyFor); err != nil {
		return nil, err
	}
	if err := c.about(r); err != nil {
		return nil, err
	}
	return &c, nil
}

// keyFor is where a service with several keys looks up token.Header["kid"]. The
// algorithm goes with the key, never with the token.
func (v *Verifier) keyFor(token *jwt.Token) (any, error) {
	if token.Header["typ"] != "discount+jwt" {
		return nil, errors.New("the token is not an assertion")
	}
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("the token needs an extension that is not known here")
	}
	return v.Key, nil
}

func (c *Claims) about(r Request) error {
	if err := c.sentTo(r); err != nil {
		return err
	}
	switch {
	case c.Body != "" && !equal(c.Body, digest(r.Body)):
		return errors.New("the body is not the one that was priced")
	case c.Cart != "" && !equal(c.Cart, digest(canonicalCart(r.Headers))):
		return errors.New("the cart's headers are not the ones that were priced")
	case c.Amount != nil && c.Body == "" && c.Cart == "":
		return errors.New("the amounts are not bound to a request")
	case r.Headers == nil:
		return nil
	}
	for name, claim := range map[string]string{"rules": c.Rules, "lines": c.Lines, "gifts": c.Gifts} {
		value := strings.Join(r.list(name), ", ")
		if (value != "" || claim != "") && !equal(claim, digest([]byte(value))) {
			return fmt.Errorf("the header X-Discount-%s is not the gateway's", name)
		}
	}
	return nil
}

// list has the list that is in a header of its own or, with `headers compact`, a member of
// X-Discount. It is as the header of its own would be, which is what the assertion has the digest of.
func (r Request) list(name string) []string {
	values := slices.Clone(r.Headers["x-discount-"+name])
	for _, member := range split(strings.Join(r.Headers["x-discount"], ", "), ',') {
		key, value, _ := strings.Cut(strings.Trim(member, " "), "=")
		if key != name {
			continue
		}
		if name != "lines" && strings.HasPrefix(value, "(") && strings.HasSuffix(value, ")") {
			value = strings.Join(split(value[1:len(value)-1], ' '), ", ")
		}
		values = append(values, value)
	}
	return values
}

// split cuts at a separator outside of Strings and of Display Strings, which begin with % and have
// no escape by a backslash.
func split(text string, separator byte) []string {
	var parts []string
	start, quoted, display := 0, false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\' && !display:
			i++
		case c == '"':
			quoted, display = !quoted, !quoted && i > 0 && text[i-1] == '%'
		case c == separator && !quoted:
			parts, start = append(parts, text[start:i]), i+1
		}
	}
	return append(parts, text[start:])
}

// sentTo fails if the request was sent to something else than the one that was priced.
func (c *Claims) sentTo(r Request) error {
	for _, part := range []struct{ name, claim, got string }{
		{"method", c.Method, r.Method}, {"host", c.Host, r.Host}, {"path", c.Path, r.Path},
	} {
		if part.got != "" && part.claim != part.got {
			return fmt.Errorf("the %s is not that of the request that was priced", part.name)
		}
	}
	return nil
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

var cartHeaders = []string{
	"channel", "completed-orders", "coupons", "currency", "customer", "expected-payable", "items",
	"order-id", "quantity", "region", "segments", "shipping", "subtotal", "tier",
}

func canonicalCart(headers map[string][]string) []byte {
	var b bytes.Buffer
	for _, name := range cartHeaders {
		name = "x-cart-" + name
		if value := strings.Join(headers[name], ", "); value != "" {
			b.WriteString(name + ":" + value + "\n")
		}
	}
	return b.Bytes()
}

// ReadKey tells the algorithm by the kind of key.
func ReadKey(text []byte) (algorithm string, key any, err error) {
	if bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		key, err = jwt.ParseEdPublicKeyFromPEM(text)
		return "EdDSA", key, err
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	decoded := []byte(secret)
	if encoded, ok := strings.CutPrefix(secret, "base64:"); ok {
		encoded = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(encoded)
		decoded, err = base64.RawURLEncoding.DecodeString(encoded)
	} else if digits, ok := strings.CutPrefix(secret, "hex:"); ok {
		decoded, err = hex.DecodeString(digits)
	}
	if err != nil || len(decoded) < 32 {
		return "", nil, errors.New("the secret is shorter than 32 bytes")
	}
	return "HS256", decoded, nil
}
