// Command go checks the X-Discount-Assertion of a request, as an order service
// in Go would:
//
//	go run ./docs/verify/go TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE]
//
// KEYFILE holds the public key in PEM, for EdDSA, or the secret of HS256 as the
// gateway has it. HEADERFILE holds the headers of the request, one "Name: value"
// a line. It prints the claims and ends with 0 if everything is in order,
// otherwise it prints why not and ends with 1.
package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// leeway is how far the clocks of gateway and order service may be apart.
const leeway = 5 * time.Second

// claims are what the order service may rely on, once verified. The amounts are
// in minor units and nil if there is no quote.
type claims struct {
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
	Body        string `json:"body,omitempty"`
	Cart        string `json:"cart,omitempty"`
}

// verifier is made once, when the service starts.
type verifier struct {
	algorithm        string // pinned: what the token says decides nothing
	key              any
	issuer, audience string
}

// request is what arrived with the token. Headers are by lower-case name.
type request struct {
	body    []byte
	headers map[string][]string // nil: not known, nothing in them may be used
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 && len(args) != 6 {
		return errors.New("usage: TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE]")
	}
	v := verifier{issuer: args[2], audience: args[3]}
	key, err := os.ReadFile(args[1])
	if err == nil {
		v.algorithm, v.key, err = readKey(key)
	}
	if err != nil {
		return fmt.Errorf("reading the key: %w", err)
	}
	var r request
	if r.body, err = os.ReadFile(args[4]); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	if len(args) == 6 {
		if r.headers, err = readHeaders(args[5]); err != nil {
			return fmt.Errorf("reading the headers: %w", err)
		}
	}
	verified, err := v.verify(args[0], r)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(verified)
}

// verify checks the token first and then that it is about this request.
func (v *verifier) verify(token string, r request) (*claims, error) {
	var c claims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{v.algorithm}), jwt.WithStrictDecoding(),
		jwt.WithIssuer(v.issuer), jwt.WithAudience(v.audience),
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
func (v *verifier) keyFor(token *jwt.Token) (any, error) {
	if token.Header["typ"] != "discount+jwt" {
		return nil, errors.New("the token is not an assertion")
	}
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("the token needs an extension that is not known here")
	}
	return v.key, nil
}

func (c *claims) about(r request) error {
	switch {
	case c.Body != "" && !equal(c.Body, digest(r.body)):
		return errors.New("the body is not the one that was priced")
	case c.Cart != "" && !equal(c.Cart, digest(canonicalCart(r.headers))):
		return errors.New("the cart's headers are not the ones that were priced")
	case c.Amount != nil && c.Body == "" && c.Cart == "":
		return errors.New("the amounts are not bound to a request")
	case r.headers == nil:
		return nil
	}
	for name, claim := range map[string]string{"rules": c.Rules, "lines": c.Lines, "gifts": c.Gifts} {
		value := strings.Join(r.headers["x-discount-"+name], ", ")
		if (value != "" || claim != "") && !equal(claim, digest([]byte(value))) {
			return fmt.Errorf("the header X-Discount-%s is not the gateway's", name)
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
	"channel", "coupons", "currency", "customer", "items", "quantity",
	"region", "segments", "shipping", "subtotal", "tier",
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

func readHeaders(path string) (map[string][]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	headers := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok {
			name = strings.ToLower(name)
			headers[name] = append(headers[name], strings.Trim(value, " \t"))
		}
	}
	return headers, nil
}

// readKey tells the algorithm by the kind of key.
func readKey(text []byte) (algorithm string, key any, err error) {
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
		return "", nil, errors.New("a secret of at least 32 bytes is wanted")
	}
	return "HS256", decoded, nil
}
