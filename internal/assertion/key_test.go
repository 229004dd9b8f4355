package assertion_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/assertion"
)

func privatePEM(t testing.TB, private crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(t testing.TB, public crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// The key and the thumbprint of RFC 8037, appendices A.1 to A.3.
const (
	rfcD          = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
	rfcX          = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	rfcThumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	rfcPublic     = `{"kty":"OKP","crv":"Ed25519","x":"` + rfcX + `"}`
	rfcPrivate    = `{"kty":"OKP","crv":"Ed25519","d":"` + rfcD + `","x":"` + rfcX + `"}`
)

func TestSecretsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	raw := "\xfb\xff\xbe" + secret // has + and / in base64
	for _, test := range []struct{ name, text, secret string }{
		{name: "bytes", text: secret, secret: secret},
		{name: "bytes with a line break at the end", text: secret + "\n", secret: secret},
		{name: "bytes with a line break of Windows", text: secret + "\r\n", secret: secret},
		{name: "bytes with two line breaks", text: secret + "\n\n", secret: secret + "\n"},
		{name: "bytes with spaces around them", text: " " + secret + " ", secret: " " + secret + " "},
		{name: "base64 with padding", text: "base64:" + base64.StdEncoding.EncodeToString([]byte(raw+"x")), secret: raw + "x"},
		{name: "base64url without padding", text: "base64:" + b64([]byte(raw)), secret: raw},
		{name: "base64 from a file", text: "base64:" + base64.StdEncoding.EncodeToString([]byte(raw)) + "\n", secret: raw},
		{name: "hexadecimal", text: "hex:" + hex.EncodeToString([]byte(raw)), secret: raw},
		{name: "hexadecimal in capitals", text: "hex:" + strings.ToUpper(hex.EncodeToString([]byte(raw))), secret: raw},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, err := assertion.ParseKey(assertion.HS256, test.text, "")
			if err != nil {
				t.Fatal(err)
			}
			token := string(newSigner(t, options, k).Append(nil, order(), instant))
			d := demand{assertion.HS256, []byte(test.secret), audience, instant}
			if _, _, err := verifyGoJose(token, d); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEdDSAKeysAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	seed, err := base64.RawURLEncoding.DecodeString(rfcD)
	if err != nil {
		t.Fatal(err)
	}
	private := ed25519.NewKeyFromSeed(seed)
	for _, test := range []struct {
		name, text string
		signs      bool
		id         string
	}{
		{name: "a private PEM", text: privatePEM(t, private), signs: true, id: rfcThumbprint},
		{name: "a private PEM with line breaks of Windows", text: strings.ReplaceAll(privatePEM(t, private), "\n", "\r\n"), signs: true, id: rfcThumbprint},
		{name: "a public PEM", text: publicPEM(t, private.Public()), signs: false, id: rfcThumbprint},
		{name: "a private JWK", text: rfcPrivate, signs: true, id: rfcThumbprint},
		{name: "a public JWK", text: "\n" + rfcPublic + "\n", signs: false, id: rfcThumbprint},
		{name: "a JWK with a kid", text: rfcPublic[:len(rfcPublic)-1] + `,"kid":"mine"}`, signs: false, id: "mine"},
		{
			name: "a JWK that says what it is for", text: rfcPrivate[:len(rfcPrivate)-1] + `,"use":"sig","alg":"EdDSA","key_ops":["sign"],"x5t":1}`,
			signs: true, id: rfcThumbprint,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, err := assertion.ParseKey(assertion.EdDSA, test.text, "")
			if err != nil {
				t.Fatal(err)
			}
			if k.ID() != test.id || k.CanSign() != test.signs || k.Algorithm() != assertion.EdDSA {
				t.Errorf("got %v, signs: %t", k, k.CanSign())
			}
			if !test.signs {
				return
			}
			token := string(newSigner(t, options, k).Append(nil, order(), instant))
			if _, _, err := verifyGolangJWT(token, demand{assertion.EdDSA, private.Public(), audience, instant}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestGivenKidComesBeforeAllOthers(t *testing.T) {
	t.Parallel()
	for algorithm, text := range map[string]string{
		assertion.HS256: secret,
		assertion.EdDSA: rfcPrivate[:len(rfcPrivate)-1] + `,"kid":"mine"}`,
	} {
		k, err := assertion.ParseKey(algorithm, text, "2026-11 \u2603")
		if err != nil {
			t.Fatal(err)
		}
		if k.ID() != "2026-11 \u2603" {
			t.Errorf("%s: got %q", algorithm, k.ID())
		}
	}
}

// Verifiers choose keys by kid, so the derivation must never change.
func TestDerivedKidOfASecretIsStable(t *testing.T) {
	t.Parallel()
	k, err := assertion.ParseKey(assertion.HS256, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	const want = "RmOj-jSQDU3Zz_2-"
	if k.ID() != want {
		t.Errorf("got %s, want %s", k.ID(), want)
	}
}

// refusedKeys are texts that are no key, and what is said of them. None of it
// is from the text.
func refusedKeys(t testing.TB) []refusedKey {
	t.Helper()
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private := privatePEM(t, privateKey(1))
	block := func(kind string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(secret)}))
	}
	jwk := func(more string) string { return rfcPrivate[:len(rfcPrivate)-1] + "," + more + "}" }
	const hs, ed = assertion.HS256, assertion.EdDSA
	return []refusedKey{
		{name: "nothing", algorithm: hs, text: "", err: "the HS256 key has 0 bytes, want at least 32"},
		{name: "31 bytes", algorithm: hs, text: secret[1:], err: "the HS256 key has 31 bytes, want at least 32"},
		{name: "32 characters of base64", algorithm: hs, text: "base64:" + secret, err: "the HS256 key has 24 bytes, want at least 32"},
		{name: "base64 with a stray character", algorithm: hs, text: "base64:" + secret + "!", err: "reading the HS256 key: what follows base64: is not base64"},
		{name: "base64 in lines", algorithm: hs, text: "base64:" + secret + "\n" + secret, err: "reading the HS256 key: what follows base64: is not base64"},
		{name: "base64 with bits left over", algorithm: hs, text: "base64:" + secret + secret + "abd", err: "reading the HS256 key: what follows base64: is not base64"},
		{name: "hexadecimal with a stray character", algorithm: hs, text: "hex:" + secret + "xy", err: "reading the HS256 key: what follows hex: is not hexadecimal"},
		{name: "half a byte of hexadecimal", algorithm: hs, text: "hex:" + secret + "abc", err: "reading the HS256 key: what follows hex: is not hexadecimal"},
		{name: "a public key as the secret", algorithm: hs, text: publicPEM(t, privateKey(1).Public()), err: "reading the HS256 key: a placeholder, a JWK or a PEM block is not a secret"},
		{name: "a JWK as the secret", algorithm: hs, text: rfcPublic, err: "reading the HS256 key: a placeholder, a JWK or a PEM block is not a secret"},
		{name: "a placeholder that was not replaced", algorithm: hs, text: "{env.THE_KEY_THAT_SIGNS_ALL_ASSERTIONS}", err: "reading the HS256 key: a placeholder, a JWK or a PEM block is not a secret"},
		{name: "nothing for EdDSA", algorithm: ed, text: "", err: "reading the EdDSA key: it is neither PEM nor a JWK"},
		{name: "a secret for EdDSA", algorithm: ed, text: secret, err: "reading the EdDSA key: it is neither PEM nor a JWK"},
		{name: "half a PEM", algorithm: ed, text: private[:len(private)/2], err: "reading the EdDSA key: the PEM block is broken"},
		{name: "two keys", algorithm: ed, text: private + private, err: "reading the EdDSA key: the PEM block has more text after it, want one key"},
		{name: "an elliptic private key", algorithm: ed, text: privatePEM(t, elliptical), err: "reading the EdDSA key: it is a *ecdsa.PrivateKey, not an Ed25519 key"},
		{name: "an elliptic public key", algorithm: ed, text: publicPEM(t, elliptical.Public()), err: "reading the EdDSA key: it is a *ecdsa.PublicKey, not an Ed25519 key"},
		{name: "a PEM block of garbage", algorithm: ed, text: block("PRIVATE KEY"), err: "reading the EdDSA key: the private key is not valid PKCS #8"},
		{name: "a public PEM block of garbage", algorithm: ed, text: block("PUBLIC KEY"), err: "reading the EdDSA key: the public key is not valid PKIX"},
		{name: "an encrypted key", algorithm: ed, text: block("ENCRYPTED PRIVATE KEY"), err: "reading the EdDSA key: the private key is encrypted"},
		{name: "a certificate", algorithm: ed, text: block("CERTIFICATE"), err: "reading the EdDSA key: the PEM block is neither a PRIVATE KEY nor a PUBLIC KEY"},
		{name: "a JWK cut short", algorithm: ed, text: rfcPrivate[:80], err: "reading the EdDSA key: the JWK is not valid JSON, or a member of it is of the wrong type"},
		{name: "a JWK with two x", algorithm: ed, text: jwk(`"x":"` + rfcX + `"`), err: "reading the EdDSA key: the JWK is not valid JSON, or a member of it is of the wrong type"},
		{name: "a JWK with a number for a kid", algorithm: ed, text: jwk(`"kid":1`), err: "reading the EdDSA key: the JWK is not valid JSON, or a member of it is of the wrong type"},
		{name: "a symmetric JWK", algorithm: ed, text: `{"kty":"oct","k":"` + rfcD + `"}`, err: "reading the EdDSA key: the JWK is not an Ed25519 key, want kty OKP and crv Ed25519"},
		{name: "an X25519 JWK", algorithm: ed, text: replace("Ed", "X")(rfcPrivate), err: "reading the EdDSA key: the JWK is not an Ed25519 key, want kty OKP and crv Ed25519"},
		{name: "a JWK for another algorithm", algorithm: ed, text: jwk(`"alg":"HS256"`), err: "reading the EdDSA key: the JWK is for another alg than EdDSA"},
		{name: "a JWK for encryption", algorithm: ed, text: jwk(`"use":"enc"`), err: "reading the EdDSA key: the JWK is for another use than sig"},
		{name: "a JWK for wrapping", algorithm: ed, text: jwk(`"key_ops":["wrapKey"]`), err: "reading the EdDSA key: the JWK has key_ops without sign and verify"},
		{name: "a JWK without x", algorithm: ed, text: `{"kty":"OKP","crv":"Ed25519","d":"` + rfcD + `"}`, err: "reading the EdDSA key: the x of the JWK is not 32 bytes in base64url"},
		{name: "a JWK with a short d", algorithm: ed, text: replace(rfcD, rfcD[:40])(rfcPrivate), err: "reading the EdDSA key: the d of the JWK is not 32 bytes in base64url"},
		{name: "a JWK of two keys", algorithm: ed, text: replace(rfcX, rfcD)(rfcPrivate), err: "reading the EdDSA key: the x of the JWK is not the public key of its d"},
		{name: "another algorithm", algorithm: "RS256", text: secret, err: "the algorithm is neither HS256 nor EdDSA"},
		{name: "a key instead of the algorithm", algorithm: secret, text: "HS256", err: "the algorithm is neither HS256 nor EdDSA"},
	}
}

type refusedKey struct{ name, algorithm, text, err string }

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, test := range refusedKeys(t) {
		t.Run(test.name, func(t *testing.T) {
			if k, err := assertion.ParseKey(test.algorithm, test.text, ""); err == nil || err.Error() != test.err {
				t.Errorf("got %v, %v, want %s", k, err, test.err)
			}
		})
	}
}

func TestKidsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, id, err string }{
		{name: "control characters", id: "k\n1", err: "the kid has control characters, or bytes that are not UTF-8"},
		{name: "no UTF-8", id: "k\xff", err: "the kid has control characters, or bytes that are not UTF-8"},
		{name: "too long", id: strings.Repeat("k", 129), err: "the kid has 129 bytes, more than 128"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for algorithm, text := range map[string]string{assertion.HS256: secret, assertion.EdDSA: rfcPrivate} {
				if _, err := assertion.ParseKey(algorithm, text, test.id); err == nil || err.Error() != test.err {
					t.Errorf("%s: got %v, want %s", algorithm, err, test.err)
				}
			}
		})
	}
}

func TestKeysArePrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, s := range signatures(t) {
		want := s.key.Algorithm() + " key " + s.key.ID()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			if got := fmt.Sprintf(verb, s.key); got != want {
				t.Errorf("%s of the key is %s", verb, got)
			}
			if got := fmt.Sprintf(verb, *s.key); got != want {
				t.Errorf("%s of its value is %s", verb, got)
			}
		}
		if b, err := json.Marshal(map[string]any{"key": s.key}); err != nil || string(b) != `{"key":{}}` {
			t.Errorf("got %s, %v", b, err)
		}
	}
}
