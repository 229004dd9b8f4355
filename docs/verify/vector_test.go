package verify_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/assertion"
)

// The README has one token to test a verifier in another language with.
func TestTokenOfTheREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	key, err := assertion.ParseKey(assertion.HS256, "0123456789abcdef0123456789abcdef", "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := assertion.NewSigner([]*assertion.Key{key}, assertion.Options{
		Issuer: "gateway", Audience: "order-service", Lifetime: time.Minute, Random: func(p []byte) { clear(p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string][]string{"X-Cart-Items": {`"jasmine";q=1;p=1500`, `"americano";q=2;p=1800`}, "X-Cart-Tier": {"gold"}}
	token := string(signer.Append(nil, &assertion.Claims{
		Status: "applied", Priced: true, Amount: 810, Subtotal: 5100, Payable: 4290, Currency: "CNY",
		Rules: `"spring";amount=810`, Lines: "(270 540)", Strategy: "2026-11",
		Target: assertion.Target{Method: "POST", Host: "shop.example", Path: "/orders"},
		Body:   assertion.BodyDigest([]byte(`{"note":"hello"}`)), Cart: assertion.CartDigest(headers),
	}, time.Unix(1794360600, 0)))
	listsOfOneHeader(t, string(text), `"spring";amount=810`, "(270 540)")
	payload := strings.NewReplacer(`":`, `": `, `,"`, ",\n  \"", "{", "{\n  ", "}", "\n}").Replace(payloadOf(t, token))
	if !strings.Contains(strings.ReplaceAll(string(text), "\n", ""), token) { // the page breaks its line
		t.Errorf("the README has not:\n%s", token)
	}
	const canonical = "x-cart-items:\"jasmine\";q=1;p=1500, \"americano\";q=2;p=1800\nx-cart-tier:gold\n"
	if assertion.BodyDigest([]byte(canonical)) != assertion.CartDigest(headers) {
		t.Errorf("the digest of the cart is not the one of %q", canonical)
	}
	for _, want := range []string{payload, canonical} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the README has not:\n%s", want)
		}
	}
}

// listsOfOneHeader wants the page to have one header with the same lists.
func listsOfOneHeader(t *testing.T, page, rules, lines string) {
	t.Helper()
	_, line, _ := strings.Cut(page, "\nX-Discount: ")
	line, _, _ = strings.Cut(line, "\n```")
	line = strings.ReplaceAll(line, "\n", " ") // the page breaks its line
	header, err := httpsfv.UnmarshalDictionary([]string{line})
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for member, want := range map[string]string{"rules": rules, "lines": lines} {
		value, _ := header.Get(member)
		inner, _ := value.(httpsfv.InnerList)
		list := httpsfv.List{inner}
		if member == "rules" {
			list = nil
			for _, item := range inner.Items {
				list = append(list, item)
			}
		}
		if got, err := httpsfv.Marshal(list); err != nil || got != want {
			t.Errorf("%s of the one header are %s, %v, want %s", member, got, err, want)
		}
	}
}
