package discount

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const secret = "a secret of the tests that is longer than 32 bytes"

// stated is what an assertion says.
type stated struct {
	jwt.Claims
	Status      string `json:"status"`
	Amount      *int64 `json:"amount"`
	Shipping    *int64 `json:"shipping"`
	Subtotal    *int64 `json:"subtotal"`
	Payable     *int64 `json:"payable"`
	Currency    string `json:"currency"`
	Rules       string `json:"rules"`
	Lines       string `json:"lines"`
	Strategy    string `json:"strategy"`
	Fingerprint string `json:"fingerprint"`
	Method      string `json:"method"`
	Host        string `json:"host"`
	Path        string `json:"path"`
	Body        string `json:"body"`
	Cart        string `json:"cart"`
}

// assertionOn verifies the assertion of a request and returns what it says.
func assertionOn(t *testing.T, r *received, algorithm jose.SignatureAlgorithm, key any) (says stated, kid string) {
	t.Helper()
	values := r.Header["X-Discount-Assertion"]
	if len(values) != 1 {
		t.Fatalf("%d assertions in %v", len(values), r.Header)
	}
	token, err := jwt.ParseSigned(values[0], []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Claims(key, &says); err != nil {
		t.Fatal(err)
	}
	expected := jwt.Expected{Issuer: "caddy-discount", AnyAudience: jwt.Audience{"order-service"}, Time: time.Now()}
	if err := says.Validate(expected); err != nil {
		t.Fatal(err)
	}
	return says, token.Headers[0].KeyID
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// number is an amount as a header has it; empty for none.
func number(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func TestTheOrderServiceCanVerifyEveryOutcome(t *testing.T) {
	t.Setenv("DISCOUNT_TEST_KEY", secret)
	s := open(t, half, "discount /orders* STRATEGY {\n\tmax_body 2KiB\n\tsign HS256 {env.DISCOUNT_TEST_KEY}\n}\nreverse_proxy UPSTREAM")
	large := `{"x":"` + strings.Repeat("x", 3000) + `"}`
	for name, c := range map[string]struct {
		request, status, body string
	}{
		"a cart":              {request: jsonRequest(tenYuan), status: "applied", body: tenYuan},
		"a cart with a claim": {request: jsonRequest(tenYuan, "X-Discount-Assertion: eyJhbGciOiJub25lIn0.e30.", "X-Discount-Amount: 1000"), status: "applied", body: tenYuan},
		"no cart":             {request: jsonRequest(`{"a":1}`), status: "bypass", body: `{"a":1}`},
		"an invalid cart":     {request: jsonRequest(`{"items":[{}]}`), status: "invalid", body: `{"items":[{}]}`},
		"a large one":         {request: jsonRequest(large), status: "oversize", body: ""},
		"no body":             {request: "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n", status: "bypass", body: ""},
		"a cart in headers":   {request: "GET /orders HTTP/1.1\r\nHost: shop\r\nX-Cart-Items: \"a\";q=1;p=1000\r\nX-Cart-Currency: CNY\r\n\r\n", status: "applied", body: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if a := s.send(c.request); a.StatusCode != http.StatusOK || a.Header.Get("X-Discount-Assertion") != "" {
				t.Fatalf("%d, %v", a.StatusCode, a.Header)
			}
			r := s.upstream.last(t)
			says, _ := assertionOn(t, r, jose.HS256, []byte(secret))
			if says.Status != c.status || says.Status != r.Get("X-Discount-Status") {
				t.Errorf("status = %q, want %q", says.Status, c.status)
			}
			for header, said := range map[string]string{
				"Amount": number(says.Amount), "Shipping": number(says.Shipping), "Subtotal": number(says.Subtotal),
				"Payable": number(says.Payable), "Currency": says.Currency,
			} {
				if got := r.Get("X-Discount-" + header); got != said {
					t.Errorf("%s = %q, the header has %q", header, said, got)
				}
			}
			if rules := r.Get("X-Discount-Rules"); rules != "" && says.Rules != digestOf(rules) {
				t.Errorf("rules = %q", says.Rules)
			}
			if c.body != "" && says.Body != digestOf(r.body) || c.body == "" && says.Body != "" {
				t.Errorf("body = %q", says.Body)
			}
			if has := says.Cart != ""; has != (r.Get("X-Cart-Items") != "") {
				t.Errorf("cart = %q", says.Cart)
			}
			if has := says.Fingerprint != ""; has != (c.status == "applied") {
				t.Errorf("fingerprint = %q", says.Fingerprint)
			}
		})
	}
}

func TestAllHeadersWithAnAssertionStayWithin4KiB(t *testing.T) {
	t.Setenv("DISCOUNT_TEST_KEY", secret)
	for _, version := range []string{"v1", strings.Repeat("版", 60), strings.Repeat(`"`, 60)} {
		name, err := json.Marshal(version)
		if err != nil {
			t.Fatal(err)
		}
		strategy := "version = " + string(name) + "\n"
		var cart strings.Builder
		for i := range 400 {
			strategy += fmt.Sprintf("[rule.\"rule-number-%03d\"]\nskus = [\"s%d\"]\ndiscount_amount = 0.01\n", i, i)
			fmt.Fprintf(&cart, `,{"sku":"s%d","quantity":1,"unit_price":1000}`, i)
		}
		s := open(t, strategy, "discount STRATEGY {\n\tsign HS256 {env.DISCOUNT_TEST_KEY}\n}\nreverse_proxy UPSTREAM")
		r := s.order(`{"items":[` + cart.String()[1:] + `]}`)
		size := 0
		for header, values := range r.Header {
			if strings.HasPrefix(header, "X-Discount-") {
				size += len(header) + len(": \r\n") + len(values[0])
			}
		}
		if size > 4<<10 {
			t.Errorf("headers take %d bytes with the version %q", size, version)
		}
		if says, _ := assertionOn(t, r, jose.HS256, []byte(secret)); says.Strategy != version || says.Lines != digestOf(r.Get("X-Discount-Lines")) {
			t.Errorf("strategy = %q, lines = %q of %q", says.Strategy, says.Lines, r.Get("X-Discount-Lines"))
		}
		s.close()
	}
}

// keyPair is an Ed25519 key in a file.
type keyPair struct {
	path   string
	public ed25519.PublicKey
}

func (k *keyPair) save(t *testing.T, path string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	k.path, k.public = path, public
	replaceFile(t, path, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

func replaceFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path+".next", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".next", path); err != nil {
		t.Fatal(err)
	}
}

// published are the keys of the endpoint, by kid.
func (s *shop) published() map[string]jose.JSONWebKey {
	s.t.Helper()
	a := s.send("GET /keys HTTP/1.1\r\nHost: shop\r\n\r\n")
	if got := a.Header.Get("Content-Type"); a.StatusCode != http.StatusOK || got != "application/jwk-set+json" {
		s.t.Fatalf("%d %s: %s", a.StatusCode, got, a.body)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(a.body), &set); err != nil {
		s.t.Fatal(err)
	}
	all := make(map[string]jose.JSONWebKey)
	for _, key := range set.Keys {
		all[key.KeyID] = key
	}
	return all
}

func TestKeysAreReplacedWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	var now, next keyPair
	now.save(t, filepath.Join(dir, "now.pem"))
	next.save(t, filepath.Join(dir, "next.pem"))
	t.Setenv("DISCOUNT_TEST_KEY", secret)
	s := open(t, half, fmt.Sprintf(`discount_jwks /keys
discount /orders* STRATEGY {
	sign EdDSA {file.%s} {
		publish {file.%s}
	}
}
discount /other* STRATEGY {
	sign HS256 {env.DISCOUNT_TEST_KEY}
}
reverse_proxy UPSTREAM`, now.path, next.path))
	says, first := assertionOn(t, s.order(tenYuan), jose.EdDSA, now.public)
	if says.Body != digestOf(tenYuan) {
		t.Errorf("body = %q", says.Body)
	}
	keys := s.published()
	if key, ok := keys[first]; len(keys) != 2 || !ok || !key.IsPublic() {
		t.Fatalf("published: %v, %s signs", keys, first)
	}

	now.save(t, now.path)
	var kid string
	eventually(t, "the new key signs", func() bool {
		r := s.order(tenYuan)
		token, err := jwt.ParseSigned(r.Get("X-Discount-Assertion"), []jose.SignatureAlgorithm{jose.EdDSA})
		if err != nil {
			t.Fatal(err)
		}
		kid = token.Headers[0].KeyID
		return kid != first
	})
	if _, signs := assertionOn(t, s.order(tenYuan), jose.EdDSA, now.public); signs != kid {
		t.Errorf("%s signs, want %s", signs, kid)
	}
	if keys := s.published(); len(keys) != 2 || keys[kid].Key == nil {
		t.Errorf("published: %v", keys)
	}

	replaceFile(t, now.path, "no key\n")
	eventually(t, "the broken key is refused", func() bool { return strings.Contains(s.logged(), "signing key refused") })
	assertionOn(t, s.order(tenYuan), jose.EdDSA, now.public)
	if log := s.logged(); strings.Contains(log, "no key") || strings.Contains(log, secret) {
		t.Errorf("a key is in the log: %s", log)
	}
}

func TestOnlyReadingTheKeysIsAllowed(t *testing.T) {
	s := open(t, half, "discount_jwks /keys\nreverse_proxy UPSTREAM")
	if a := s.send("POST /keys HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n"); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if keys := s.published(); len(keys) != 0 {
		t.Errorf("published: %v", keys)
	}
}
