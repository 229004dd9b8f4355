package assertion_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/internal/assertion"
)

// bytesOrText draws text of which many have something to escape or are no text.
func bytesOrText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"", `"`, `\`, "\x00\x1f\x7f", "\u2028\u2029", "\xed\xa0\x80", "<&>", "☃\xe2\x98"}),
	)
}

func drawClaims(t *rapid.T) *assertion.Claims {
	text, amount := bytesOrText(), rapid.Int64()
	c := &assertion.Claims{
		Status: text.Draw(t, "status"), Priced: rapid.Bool().Draw(t, "priced"),
		Amount: amount.Draw(t, "amount"), Shipping: amount.Draw(t, "shipping"),
		Subtotal: amount.Draw(t, "subtotal"), Payable: amount.Draw(t, "payable"),
		Currency: text.Draw(t, "currency"), Rules: text.Draw(t, "rules"), Lines: text.Draw(t, "lines"),
		Gifts: text.Draw(t, "gifts"), Strategy: text.Draw(t, "strategy"), Fingerprint: text.Draw(t, "fingerprint"),
		Target: assertion.Target{Method: text.Draw(t, "method"), Host: text.Draw(t, "host"), Path: text.Draw(t, "path")},
	}
	if rapid.Bool().Draw(t, "with a body") {
		c.Body = assertion.BodyDigest([]byte("body"))
	}
	if rapid.Bool().Draw(t, "with a cart") {
		c.Cart = assertion.CartDigest(nil)
	}
	return c
}

// expected is c as a receiver has it.
func expected(c *assertion.Claims) received {
	legible := func(s string) string { return string([]rune(s)) }
	digested := func(s string) string {
		if s == "" {
			return ""
		}
		return digest(s)
	}
	want := received{
		Status: legible(c.Status), Currency: legible(c.Currency),
		Rules: digested(c.Rules), Lines: digested(c.Lines), Gifts: digested(c.Gifts),
		Strategy: legible(c.Strategy), Fingerprint: legible(c.Fingerprint),
		Method: legible(c.Method), Host: legible(c.Host), Path: legible(c.Path),
	}
	if c.Priced {
		want.Amount, want.Shipping, want.Subtotal, want.Payable = &c.Amount, &c.Shipping, &c.Subtotal, &c.Payable
	}
	if c.Body != (assertion.Digest{}) {
		want.Body = digest("body")
	}
	if c.Cart != (assertion.Digest{}) {
		want.Cart = digest("")
	}
	return want
}

func TestAnyClaimsReachEveryLibrary(t *testing.T) {
	t.Parallel()
	for _, s := range signatures(t) {
		signer := newSigner(t, options, s.key)
		t.Run(s.key.Algorithm(), rapid.MakeCheck(func(t *rapid.T) {
			claims, d := drawClaims(t), s.demand
			d.now = time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "now"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
			token := string(signer.Append(nil, claims, d.now))
			if strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
				t.Fatalf("not for a header: %q", token)
			}
			for _, library := range libraries {
				got, at, err := library.verify(token, d)
				if err != nil {
					t.Fatalf("%s: %v", library.name, err)
				}
				if want := expected(claims); !reflect.DeepEqual(got, want) {
					t.Fatalf("%s: got %+v, want %+v", library.name, got, want)
				}
				if at.issued != d.now.Unix() || at.expires != at.issued+60 {
					t.Fatalf("%s: issued %d and expires %d at %d", library.name, at.issued, at.expires, d.now.Unix())
				}
			}
		}))
	}
}

// Whichever byte of a token is changed, it is not accepted any more. Strictness
// about the last bits of base64 is the verifier's.
func TestNoByteOfATokenCanBeChanged(t *testing.T) {
	t.Parallel()
	for _, s := range signatures(t) {
		token := string(newSigner(t, options, s.key).Append(nil, order(), instant))
		t.Run(s.key.Algorithm(), rapid.MakeCheck(func(t *rapid.T) {
			i := rapid.IntRange(0, len(token)-1).Draw(t, "at")
			b := []byte(token)
			if b[i] = rapid.Byte().Draw(t, "byte"); b[i] == token[i] {
				t.Skip("no change")
			}
			if _, _, err := verifyGolangJWT(string(b), s.demand); err == nil {
				t.Fatalf("accepted: %s", b)
			}
		}))
	}
}
