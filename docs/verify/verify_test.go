// Package verify_test runs the programs of this directory against assertions
// that are good, and against every kind that must be refused.
package verify_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/assertion"
)

// programs are the examples; prepare returns what each is run with.
var programs = []struct {
	name    string
	needs   []string
	prepare func(*testing.T) []string
	hasEd   func() bool // nil: always
}{
	{name: "go", needs: []string{"go"}, prepare: buildGo, hasEd: nil},
	{name: "node", needs: []string{"node"}, prepare: func(*testing.T) []string { return []string{"node", "node/verify.mjs"} }, hasEd: nil},
	{name: "python", needs: []string{"python3"}, prepare: func(*testing.T) []string { return []string{"python3", "python/verify.py"} }, hasEd: pythonHasEd},
	{name: "java", needs: []string{"javac", "java"}, prepare: buildJava, hasEd: nil},
	{name: "php", needs: []string{"php"}, prepare: func(*testing.T) []string { return []string{"php", "php/verify.php"} }, hasEd: nil},
}

func buildGo(t *testing.T) []string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "verify.exe")
	build(t, "go", "build", "-o", binary, "./go")
	return []string{binary}
}

func buildJava(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	build(t, "javac", "-Xlint:all", "-Werror", "-d", dir, "java/Verify.java")
	return []string{"java", "-XX:TieredStopAtLevel=1", "-cp", dir, "Verify"}
}

func build(t *testing.T, command string, args ...string) {
	t.Helper()
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func pythonHasEd() bool { return exec.Command("python3", "-c", "import cryptography").Run() == nil }

// need skips the test where a program is missing; CI has them all.
func need(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if inCI() {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed: this example was not run", name)
	}
}

func inCI() bool { return os.Getenv("CI") == "true" && runtime.GOOS == "linux" }

const (
	secret   = "0123456789abcdef0123456789abcdef"
	issuer   = "gateway"
	audience = "order-service"
	body     = `{"items":[{"sku":"茶","quantity":1}]}` + "\r\n"
	rules    = `"spring";amount=810`
	lines    = "(343 257 210)"
	headers  = "Content-Type: application/json\r\nX-DISCOUNT-Rules: " + rules + "\r\nx-discount-lines:" + lines + "  \r\n"
)

// oddRules is a list of rules of which a careless reader of X-Discount makes others, and oneHeader
// is the header with it.
const (
	oddRules  = `"a, b";amount=1, "c\" d) e=(";amount=-2, %"%e8%8c\, rules=(x";amount=3`
	oneHeader = `status=applied, reason="a, rules=\", (", amount=810, rules=("a, b";amount=1 "c\" d) e=(";amount=-2 %"%e8%8c\, rules=(x";amount=3),` +
		` lines=(343 257 210), strategy="gifts=(1)";sha256=:AP8=:`
)

// inOneHeader has v's gateway say it in one header.
func inOneHeader(t *testing.T, v *verification) {
	signedAgain(func(c *assertion.Claims) { c.Rules = oddRules })(t, v)
	v.headers = "X-DISCOUNT: " + oneHeader + "\r\n"
}

// changedInOneHeader is the same, with another header.
func changedInOneHeader(change func(string) string) func(*testing.T, *verification) {
	return func(t *testing.T, v *verification) {
		inOneHeader(t, v)
		v.headers = change(v.headers)
	}
}

var private = ed25519.NewKeyFromSeed([]byte(secret))

// verification is a request, with the token in it, and the key to verify it by.
type verification struct {
	token, key, issuer, audience, body string
	headers                            string
	noHeaders                          bool
	target                             []string // method, host and path; nil: not said
}

// claims are those of an order as it should be.
func claims() *assertion.Claims {
	return &assertion.Claims{
		Status: "applied", Priced: true, Amount: 810, Shipping: 0, Subtotal: 5400, Payable: 4590, Currency: "CNY",
		Rules: rules, Lines: lines, Strategy: "版本 \"2026\"\t\\", Fingerprint: "00ff",
		Target: assertion.Target{Method: "POST", Host: "shop.example:8443", Path: "/orders/%E8%8C%B6"}, Body: assertion.BodyDigest([]byte(body)),
	}
}

func sign(t *testing.T, algorithm, key string, c *assertion.Claims, issued time.Time) string {
	t.Helper()
	k, err := assertion.ParseKey(algorithm, key, "k1")
	if err != nil {
		t.Fatal(err)
	}
	o := assertion.Options{Issuer: issuer, Audience: audience, Lifetime: time.Minute}
	s, err := assertion.NewSigner([]*assertion.Key{k}, o)
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Append(nil, c, issued))
}

func privatePEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// forge signs what no gateway would say. The header and the payload are JSON.
func forge(header, payload string, signature func(string) []byte) string {
	signed := b64([]byte(header)) + "." + b64([]byte(payload))
	return signed + "." + b64(signature(signed))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func hs256(key string) func(string) []byte {
	return func(text string) []byte {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
}

func hs512(text string) []byte {
	mac := hmac.New(sha512.New, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func unsigned(string) []byte { return nil }

// payloadOf is the JSON of a token's claims.
func payloadOf(t *testing.T, token string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// byHS256 and byEdDSA are verifications that succeed.
func byHS256(t *testing.T) *verification {
	return &verification{
		token: sign(t, assertion.HS256, secret, claims(), time.Now()), key: secret + "\n",
		issuer: issuer, audience: audience, body: body, headers: headers,
	}
}

func byEdDSA(t *testing.T) *verification {
	v := byHS256(t)
	v.token = sign(t, assertion.EdDSA, privatePEM(t), claims(), time.Now())
	v.key = publicPEM(t)
	return v
}

// signedAgain has v's token say something else, signed as ever.
func signedAgain(change func(*assertion.Claims)) func(*testing.T, *verification) {
	return func(t *testing.T, v *verification) {
		c := claims()
		change(c)
		v.token = sign(t, assertion.HS256, secret, c, time.Now())
	}
}

// forged has v's token made anew, with another header or payload.
func forged(header string, change func(string) string, signature func(string) []byte) func(*testing.T, *verification) {
	return func(t *testing.T, v *verification) { v.token = forge(header, change(payloadOf(t, v.token)), signature) }
}

func same(s string) string { return s }

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func issued(ago time.Duration) func(*testing.T, *verification) {
	return func(t *testing.T, v *verification) {
		v.token = sign(t, assertion.HS256, secret, claims(), time.Now().Add(-ago))
	}
}

// sentTo says what v's request was sent to; an empty text is not checked.
func sentTo(method, host, path string) func(*testing.T, *verification) {
	return func(_ *testing.T, v *verification) { v.target = []string{method, host, path} }
}

const headerHS256 = `{"alg":"HS256","kid":"k1","typ":"discount+jwt"}`

var cartHeaders = "X-Cart-Items: \"茶\";q=1\r\nX-CART-items:\t\"b\";p=2 \r\nX-Cart-Tier: \r\nX-Cart-Subtotal: 5400\r\n"

func cartOnly(c *assertion.Claims) {
	c.Body, c.Rules, c.Lines = assertion.Digest{}, "", ""
	c.Cart = assertion.CartDigest(map[string][]string{"X-Cart-Subtotal": {"5400"}, "X-Cart-Items": {`"茶";q=1`, `"b";p=2`}})
}

type test struct {
	name   string
	base   func(*testing.T) *verification
	change func(*testing.T, *verification)
}

func nothing(*testing.T, *verification) {}

// good are verifications that must succeed.
func good() []test {
	return []test{
		{name: "an order under HS256", base: byHS256, change: nothing},
		{name: "an order under EdDSA", base: byEdDSA, change: nothing},
		{name: "a secret in base64", base: byHS256, change: func(_ *testing.T, v *verification) {
			v.key = "base64:" + base64.StdEncoding.EncodeToString([]byte(secret)) + "\r\n"
		}},
		{name: "a secret in hexadecimal", base: byHS256, change: func(_ *testing.T, v *verification) { v.key = fmt.Sprintf("hex:%x", secret) }},
		{name: "headers that are not looked at", base: byHS256, change: func(_ *testing.T, v *verification) { v.noHeaders = true }},
		{name: "the target that was priced", base: byHS256, change: sentTo("POST", "shop.example:8443", "/orders/%E8%8C%B6")},
		{name: "a path alone", base: byHS256, change: sentTo("", "", "/orders/%E8%8C%B6")},
		{name: "a target that a proxy rewrites", base: byHS256, change: sentTo("", "", "")},
		{name: "one header", base: byHS256, change: inOneHeader},
		{name: "one header with a list that is left out", base: byHS256, change: func(t *testing.T, v *verification) {
			signedAgain(func(c *assertion.Claims) { c.Rules, c.Lines, c.Gifts = "?0", "()", `"tv";q=1, "a b";q=2` })(t, v)
			v.headers = "X-Discount: status=applied,rules=?0 , lines=(), gifts=(\"tv\";q=1 \"a b\";q=2)\r\n"
		}},
		{name: "clocks that are three seconds apart", base: byHS256, change: issued(-3 * time.Second)},
		{name: "no cart", base: byHS256, change: func(t *testing.T, v *verification) {
			v.token = sign(t, assertion.HS256, secret, &assertion.Claims{Status: "bypass"}, time.Now())
			v.headers = ""
		}},
		{name: "a cart in headers", base: byHS256, change: func(t *testing.T, v *verification) {
			signedAgain(cartOnly)(t, v)
			v.headers, v.body = cartHeaders, "whatever"
		}},
	}
}

// bad are verifications that must fail, each for one reason only.
func bad() []test {
	key := func(k string) func(*testing.T, *verification) {
		return func(_ *testing.T, v *verification) { v.key = k }
	}
	inHeaders := func(change func(string) string) func(*testing.T, *verification) {
		return func(_ *testing.T, v *verification) { v.headers = change(v.headers) }
	}
	return []test{
		{name: "another secret", base: byHS256, change: key(strings.Repeat("x", 32))},
		{name: "HS256 where a public key is expected", base: byHS256, change: func(t *testing.T, v *verification) { v.key = publicPEM(t) }},
		{name: "EdDSA where a secret is expected", base: byEdDSA, change: key(secret)},
		{name: "HS256 keyed with the public key", base: byEdDSA, change: func(t *testing.T, v *verification) {
			forged(headerHS256, same, hs256(v.key))(t, v)
		}},
		{name: "HS512 with the right secret", base: byHS256, change: forged(replace("256", "512")(headerHS256), same, hs512)},
		{name: "alg none", base: byHS256, change: forged(replace("HS256", "none")(headerHS256), same, unsigned)},
		{name: "alg none with the right signature", base: byHS256, change: forged(replace("HS256", "none")(headerHS256), same, hs256(secret))},
		{name: "alg none where a public key is expected", base: byEdDSA, change: forged(replace("HS256", "none")(headerHS256), same, unsigned)},
		{name: "no signature", base: byHS256, change: forged(headerHS256, same, unsigned)},
		{name: "a token of another type", base: byHS256, change: forged(replace("discount+jwt", "JWT")(headerHS256), same, hs256(secret))},
		{name: "an extension", base: byHS256, change: forged(replace(`"alg"`, `"crit":["b64"],"b64":true,"alg"`)(headerHS256), same, hs256(secret))},
		{name: "another amount", base: byHS256, change: func(t *testing.T, v *verification) {
			parts := strings.Split(v.token, ".")
			v.token = parts[0] + "." + b64([]byte(replace(":810", ":811")(payloadOf(t, v.token)))) + "." + parts[2]
		}},
		{name: "another amount under EdDSA", base: byEdDSA, change: func(t *testing.T, v *verification) {
			parts := strings.Split(v.token, ".")
			v.token = parts[0] + "." + b64([]byte(replace(":810", ":811")(payloadOf(t, v.token)))) + "." + parts[2]
		}},
		{name: "another issuer", base: byHS256, change: func(_ *testing.T, v *verification) { v.issuer = "elsewhere" }},
		{name: "another audience", base: byHS256, change: func(_ *testing.T, v *verification) { v.audience = "billing" }},
		{name: "expired", base: byHS256, change: issued(66 * time.Second)},
		{name: "from the future", base: byHS256, change: issued(-30 * time.Second)},
		{name: "without an expiry", base: byHS256, change: forged(headerHS256, replace(`"exp":`, `"exq":`), hs256(secret))},
		{name: "an expiry that is text", base: byHS256, change: forged(headerHS256, replace(`"exp":`, `"exp":"never","was":`), hs256(secret))},
		{name: "another body", base: byHS256, change: func(_ *testing.T, v *verification) { v.body += " " }},
		{name: "amounts bound to no request", base: byHS256, change: signedAgain(func(c *assertion.Claims) { c.Body = assertion.Digest{} })},
		{name: "another header of rules", base: byHS256, change: inHeaders(replace("810", "900"))},
		{name: "another method", base: byHS256, change: sentTo("PUT", "shop.example:8443", "/orders/%E8%8C%B6")},
		{name: "another host", base: byHS256, change: sentTo("POST", "shop.example", "/orders/%E8%8C%B6")},
		{name: "another path", base: byHS256, change: sentTo("POST", "shop.example:8443", "/refunds/%E8%8C%B6")},
		{name: "a path in another case", base: byHS256, change: sentTo("", "", "/Orders/%E8%8C%B6")},
		{name: "a path in a token without one", base: byHS256, change: func(t *testing.T, v *verification) {
			signedAgain(func(c *assertion.Claims) { c.Path = "" })(t, v)
			sentTo("POST", "shop.example:8443", "/orders/%E8%8C%B6")(t, v)
		}},
		{name: "a header of rules twice", base: byHS256, change: inHeaders(func(h string) string { return h + "X-Discount-Rules: x\r\n" })},
		{name: "a header of lines that was taken away", base: byHS256, change: inHeaders(replace("x-discount-lines", "x-other"))},
		{name: "a header of gifts that was added", base: byHS256, change: inHeaders(func(h string) string { return h + "X-Discount-Gifts: \"tv\";q=1\r\n" })},
		{name: "other rules in one header", base: byHS256, change: changedInOneHeader(replace(";amount=-2", ";amount=2"))},
		{name: "rules twice in one header", base: byHS256, change: changedInOneHeader(replace(", lines=", `, rules=("x";amount=1), lines=`))},
		{name: "one header twice", base: byHS256, change: changedInOneHeader(func(h string) string { return h + h })},
		{name: "lines that are taken out of one header", base: byHS256, change: changedInOneHeader(replace("lines=", "others="))},
		{name: "gifts that are added to one header", base: byHS256, change: changedInOneHeader(replace(", strategy=", `, gifts=("tv";q=1), strategy=`))},
		{name: "gifts beside one header", base: byHS256, change: changedInOneHeader(func(h string) string { return h + "X-Discount-Gifts: \"tv\";q=1\r\n" })},
		{name: "rules that are text in one header", base: byHS256, change: changedInOneHeader(replace(`rules=("a`, `other=("a`))},
		{name: "another cart in headers", base: byHS256, change: func(t *testing.T, v *verification) {
			signedAgain(cartOnly)(t, v)
			v.headers = replace("5400", "5401")(cartHeaders)
		}},
		{name: "a cart whose headers are not known", base: byHS256, change: func(t *testing.T, v *verification) {
			signedAgain(cartOnly)(t, v)
			v.noHeaders = true
		}},
		{name: "a secret that is too short", base: byHS256, change: key(secret[1:])},
		{name: "two parts", base: byHS256, change: func(_ *testing.T, v *verification) { v.token = v.token[:strings.LastIndexByte(v.token, '.')] }},
		{name: "no token", base: byHS256, change: func(_ *testing.T, v *verification) { v.token = "" }},
		{name: "a header of escapes only", base: byHS256, change: forged(`{"a":"`+strings.Repeat(`\n`, 1200)+`"}`, same, unsigned)},
		{name: "a header that is nested deeply", base: byHS256, change: forged(strings.Repeat("[", 5000), same, hs256("wrong"))},
		{name: "a header that is no object", base: byHS256, change: forged("[]", same, hs256(secret))},
	}
}

// run is what the program prints, and whether it succeeded.
func (v *verification) run(t *testing.T, program []string) (stdout, stderr string, ok bool) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := append(program[1:len(program):len(program)], v.token, file("key", v.key), v.issuer, v.audience, file("body", v.body))
	if !v.noHeaders {
		args = append(args, file("headers", v.headers))
	}
	args = append(args, v.target...)
	out, err := exec.Command(program[0], args...).Output()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return string(out), "", true
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		return string(out), string(exit.Stderr), false
	}
	t.Fatalf("%v: %v", program, err)
	return "", "", false
}

func TestExamples(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the samples are programs of their own")
	}
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			need(t, p.needs...)
			program := p.prepare(t)
			hasEd := p.hasEd == nil || p.hasEd()
			for _, test := range good() {
				t.Run(test.name, func(t *testing.T) { accepts(t, program, test, hasEd) })
			}
			for _, test := range bad() {
				t.Run(test.name, func(t *testing.T) { refuses(t, program, test) })
			}
		})
	}
}

func accepts(t *testing.T, program []string, test test, hasEd bool) {
	v := test.base(t)
	test.change(t, v)
	if strings.HasPrefix(v.key, "-----BEGIN ") && !hasEd {
		if inCI() {
			t.Fatal("the package for EdDSA is not installed")
		}
		t.Skip("the package for EdDSA is not installed: this key was not tried")
	}
	stdout, stderr, ok := v.run(t, program)
	if !ok {
		t.Fatalf("refused: %s", stderr)
	}
	var got, want map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	if err := json.Unmarshal([]byte(payloadOf(t, v.token)), &want); err != nil {
		t.Fatal(err)
	}
	if audiences, ok := got["aud"].([]any); ok && len(audiences) == 1 {
		got["aud"] = audiences[0] // RFC 7519 has both mean the same
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func refuses(t *testing.T, program []string, test test) {
	v := test.base(t)
	test.change(t, v)
	stdout, stderr, ok := v.run(t, program)
	if ok || stdout != "" {
		t.Errorf("accepted: %s", stdout)
	}
	if !strings.HasPrefix(stderr, "refused: ") || strings.Count(stderr, "\n") > 1 {
		t.Errorf("the reason is not told in one line: %s", stderr)
	}
	t.Log(strings.TrimSpace(stderr))
}
