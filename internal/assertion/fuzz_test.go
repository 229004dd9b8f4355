package assertion_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/assertion"
)

// checkKey holds a parsed key to what keys promise: one that signs makes tokens
// that verify, and what is refused is refused in words of our own.
func checkKey(t *testing.T, refused []refusedKey, k *assertion.Key, err error) {
	t.Helper()
	if err != nil {
		known := slices.ContainsFunc(refused, func(r refusedKey) bool { return withoutSize(r.err) == withoutSize(err.Error()) })
		if !known {
			t.Fatalf("an error that was not checked for parts of the key: %v", err)
		}
		return
	}
	if k.ID() == "" || len(k.ID()) > 128 {
		t.Fatalf("the kid is %q", k.ID())
	}
	if k.CanSign() {
		token := string(newSigner(t, options, k).Append(nil, order(), instant))
		if part(t, token, 2) == nil {
			t.Fatal("no signature")
		}
	}
}

// withoutSize cuts what differs from key to key: its size and its Go type.
func withoutSize(message string) string {
	for _, varied := range []string{"it is a *", "it is a ", "the HS256 key has ", "the kid has "} {
		if before, _, ok := strings.Cut(message, varied); ok {
			return before + varied
		}
	}
	return message
}

// refusals are what keys can be refused for, the kid in a JWK among it.
func refusals(f *testing.F) []refusedKey {
	f.Helper()
	return append(refusedKeys(f), refusedKey{err: "the kid has "}, refusedKey{err: "reading the EdDSA key: it is a "})
}

func FuzzHS256(f *testing.F) {
	refused := refusals(f)
	for _, r := range refused {
		f.Add(r.text)
	}
	f.Add(secret)
	f.Add("base64:" + secret + secret)
	f.Add("hex:" + secret + secret)
	f.Fuzz(func(t *testing.T, text string) {
		k, err := assertion.ParseKey(assertion.HS256, text, "")
		checkKey(t, refused, k, err)
		if err == nil && strings.Contains(text, k.ID()) {
			t.Fatal("the kid is in the key")
		}
	})
}

func FuzzPEM(f *testing.F) {
	refused := refusals(f)
	for _, r := range refused {
		f.Add(strings.TrimPrefix(r.text, "-----BEGIN "))
	}
	f.Add(strings.TrimPrefix(privatePEM(f, privateKey(1)), "-----BEGIN "))
	f.Add(strings.TrimPrefix(publicPEM(f, privateKey(1).Public()), "-----BEGIN "))
	f.Fuzz(func(t *testing.T, text string) {
		k, err := assertion.ParseKey(assertion.EdDSA, "-----BEGIN "+text, "")
		checkKey(t, refused, k, err)
	})
}

func FuzzJWK(f *testing.F) {
	refused := refusals(f)
	for _, r := range refused {
		f.Add(strings.TrimPrefix(r.text, "{"))
	}
	f.Add(rfcPrivate[1:])
	f.Add(rfcPublic[1:])
	f.Add(rfcPublic[1:len(rfcPublic)-1] + `,"kid":"\u0000"}`)
	f.Fuzz(func(t *testing.T, text string) {
		k, err := assertion.ParseKey(assertion.EdDSA, "{"+text, "")
		checkKey(t, refused, k, err)
	})
}

func FuzzClaims(f *testing.F) {
	signed := signatures(f)
	f.Add("applied", "CNY", `"spring";amount=810`, "2026-11", "00ff", int64(810), int64(4590), true, []byte("{}"))
	f.Add("bypass", "", "", "", "", int64(0), int64(0), false, []byte(nil))
	f.Add("\xff\"\\", "\u2028", "\x00", "</script>\xed\xa0\x80", "\x7f\x1f", int64(-1<<63), int64(1<<63-1), true, []byte{0xff})
	f.Fuzz(func(t *testing.T, status, currency, rules, strategy, fingerprint string, amount, payable int64, priced bool, body []byte) {
		c := &assertion.Claims{
			Status: status, Currency: currency, Rules: rules, Strategy: strategy, Fingerprint: fingerprint,
			Amount: amount, Payable: payable, Priced: priced, Body: assertion.BodyDigest(body),
		}
		want := expected(c)
		want.Body = digest(string(body))
		for _, s := range signed {
			token := string(newSigner(t, options, s.key).Append(nil, c, instant))
			for _, library := range libraries {
				if got, _, err := library.verify(token, s.demand); err != nil || !reflect.DeepEqual(got, want) {
					t.Fatalf("%s: got %+v, %v, want %+v", library.name, got, err, want)
				}
			}
		}
	})
}

func FuzzCart(f *testing.F) {
	f.Add("3500", "gold", "app")
	f.Add("", " ", "\t,")
	f.Fuzz(func(t *testing.T, subtotal, tier, channel string) {
		headers := map[string][]string{"X-Cart-Subtotal": {subtotal}, "X-Cart-Tier": {tier, channel}}
		joined := map[string][]string{
			"X-Cart-Subtotal": {subtotal},
			"X-Cart-Tier":     {strings.Trim(tier, " \t") + ", " + strings.Trim(channel, " \t")},
		}
		if strings.Trim(tier, " \t") == "" || strings.Trim(channel, " \t") == "" {
			t.Skip("a field without a value is not joined alike by all proxies")
		}
		if assertion.CartDigest(headers) != assertion.CartDigest(joined) {
			t.Fatal("a proxy that joins fields changes the digest")
		}
	})
}
