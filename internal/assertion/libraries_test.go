package assertion_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"

	"github.com/promogate/caddy-discount/internal/assertion"
)

const (
	issuer   = "gateway"
	audience = "order-service"
)

var (
	instant = time.Date(2026, 11, 11, 9, 30, 0, 999_999_999, time.FixedZone("", 8*3600))
	options = assertion.Options{Issuer: issuer, Audience: audience, Lifetime: time.Minute}
)

// received is what an order service reads from an assertion.
type received struct {
	Status      string `json:"status"`
	Amount      *int64 `json:"amount"`
	Shipping    *int64 `json:"shipping"`
	Subtotal    *int64 `json:"subtotal"`
	Payable     *int64 `json:"payable"`
	Currency    string `json:"currency"`
	Rules       string `json:"rules"`
	Lines       string `json:"lines"`
	Gifts       string `json:"gifts"`
	Strategy    string `json:"strategy"`
	Fingerprint string `json:"fingerprint"`
	Method      string `json:"method"`
	Host        string `json:"host"`
	Path        string `json:"path"`
	Body        string `json:"body"`
	Cart        string `json:"cart"`
}

// standing is the part that is registered in RFC 7519.
type standing struct {
	issuer, audience, id string
	issued, expires      int64
}

// demand is what a verifier asks of a token.
type demand struct {
	algorithm string
	key       any
	audience  string
	now       time.Time
}

// libraries verify a token, each with code of its own.
var libraries = []struct {
	name   string
	verify func(token string, d demand) (received, standing, error)
}{
	{name: "golang-jwt", verify: verifyGolangJWT},
	{name: "go-jose", verify: verifyGoJose},
}

func verifyGolangJWT(token string, d demand) (received, standing, error) {
	var claims struct {
		jwt.RegisteredClaims
		received
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{d.algorithm}), jwt.WithStrictDecoding(),
		jwt.WithIssuer(issuer), jwt.WithAudience(d.audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithTimeFunc(func() time.Time { return d.now }))
	_, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return d.key, nil })
	if err != nil {
		return received{}, standing{}, err
	}
	return claims.received, standing{
		claims.Issuer, claims.Audience[0], claims.ID, claims.IssuedAt.Unix(), claims.ExpiresAt.Unix(),
	}, nil
}

func verifyGoJose(token string, d demand) (received, standing, error) {
	var registered josejwt.Claims
	var claims received
	parsed, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(d.algorithm)})
	if err == nil {
		err = parsed.Claims(d.key, &registered, &claims)
	}
	if err == nil {
		err = registered.ValidateWithLeeway(josejwt.Expected{Issuer: issuer, AnyAudience: []string{d.audience}, Time: d.now}, 0)
	}
	if err != nil {
		return received{}, standing{}, err
	}
	return claims, standing{
		registered.Issuer, registered.Audience[0], registered.ID, int64(*registered.IssuedAt), int64(*registered.Expiry),
	}, nil
}

// signature is one way to sign, and how to verify it.
type signature struct {
	key    *assertion.Key
	demand demand
}

const secret = "0123456789abcdef0123456789abcdef"

func bySecret(t testing.TB, text string) signature {
	t.Helper()
	k, err := assertion.ParseKey(assertion.HS256, text, "k1")
	if err != nil {
		t.Fatal(err)
	}
	return signature{k, demand{assertion.HS256, []byte(text), audience, instant}}
}

func byPrivate(t testing.TB, seed byte) signature {
	t.Helper()
	private := privateKey(seed)
	k, err := assertion.ParseKey(assertion.EdDSA, privatePEM(t, private), "e1")
	if err != nil {
		t.Fatal(err)
	}
	return signature{k, demand{assertion.EdDSA, private.Public(), audience, instant}}
}

func privateKey(seed byte) ed25519.PrivateKey {
	seeds := make([]byte, ed25519.SeedSize)
	for i := range seeds {
		seeds[i] = seed + byte(i)
	}
	return ed25519.NewKeyFromSeed(seeds)
}

// signatures are one of each algorithm.
func signatures(t testing.TB) []signature {
	t.Helper()
	return []signature{bySecret(t, secret), byPrivate(t, 1)}
}

func newSigner(t testing.TB, o assertion.Options, keys ...*assertion.Key) *assertion.Signer {
	t.Helper()
	s, err := assertion.NewSigner(keys, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// order is an assertion with everything in it.
func order() *assertion.Claims {
	return &assertion.Claims{
		Status: "applied", Priced: true,
		Amount: 810, Shipping: 600, Subtotal: 5400, Payable: 4590, Currency: "CNY",
		Rules: `"spring";amount=810`, Lines: "(343 257 210)", Gifts: `"sticker-pack";q=1`,
		Strategy: "2026-11", Fingerprint: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Target: assertion.Target{Method: "POST", Host: "shop.example", Path: "/orders"},
		Body:   assertion.BodyDigest([]byte(`{"items":[]}`)),
		Cart:   assertion.CartDigest(map[string][]string{"X-Cart-Subtotal": {"5400"}}),
	}
}
