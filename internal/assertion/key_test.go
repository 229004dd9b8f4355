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
		{"bytes", secret, secret},
		{"bytes with a line break at the end", secret + "\n", secret},
		{"bytes with a line break of Windows", secret + "\r\n", secret},
		{"bytes with two line breaks", secret + "\n\n", secret + "\n"},
		{"bytes with spaces around them", " " + secret + " ", " " + secret + " "},
		{"base64 with padding", "base64:" + base64.StdEncoding.EncodeToString([]byte(raw+"x")), raw + "x"},
		{"base64url without padding", "base64:" + b64([]byte(raw)), raw},
		{"base64 from a file", "base64:" + base64.StdEncoding.EncodeToString([]byte(raw)) + "\n", raw},
		{"hexadecimal", "hex:" + hex.EncodeToString([]byte(raw)), raw},
		{"hexadecimal in capitals", "hex:" + strings.ToUpper(hex.EncodeToString([]byte(raw))), raw},
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
		{"a private PEM", privatePEM(t, private), true, rfcThumbprint},
		{"a private PEM with line breaks of Windows", strings.ReplaceAll(privatePEM(t, private), "\n", "\r\n"), true, rfcThumbprint},
		{"a public PEM", publicPEM(t, private.Public()), false, rfcThumbprint},
		{"a private JWK", rfcPrivate, true, rfcThumbprint},
		{"a public JWK", "\n" + rfcPublic + "\n", false, rfcThumbprint},
		{"a JWK with a kid", rfcPublic[:len(rfcPublic)-1] + `,"kid":"mine"}`, false, "mine"},
		{
			"a JWK that says what it is for", rfcPrivate[:len(rfcPrivate)-1] + `,"use":"sig","alg":"EdDSA","key_ops":["sign"],"x5t":1}`,
			true, rfcThumbprint,
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
	k, err := assertion.ParseHS256(secret, "")
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
		{"nothing", hs, "", "the HS256 key has 0 bytes, at least 32 are wanted"},
		{"31 bytes", hs, secret[1:], "the HS256 key has 31 bytes, at least 32 are wanted"},
		{"32 characters of base64", hs, "base64:" + secret, "the HS256 key has 24 bytes, at least 32 are wanted"},
		{"base64 with a stray character", hs, "base64:" + secret + "!", "reading the HS256 key: what follows base64: is not base64"},
		{"base64 in lines", hs, "base64:" + secret + "\n" + secret, "reading the HS256 key: what follows base64: is not base64"},
		{"base64 with bits left over", hs, "base64:" + secret + secret + "abd", "reading the HS256 key: what follows base64: is not base64"},
		{"hexadecimal with a stray character", hs, "hex:" + secret + "xy", "reading the HS256 key: what follows hex: is not hexadecimal"},
		{"half a byte of hexadecimal", hs, "hex:" + secret + "abc", "reading the HS256 key: what follows hex: is not hexadecimal"},
		{"a public key as the secret", hs, publicPEM(t, privateKey(1).Public()), "reading the HS256 key: a placeholder, a JWK or a PEM block is not a secret"},
		{"a JWK as the secret", hs, rfcPublic, "reading the HS256 key: a placeholder, a JWK or a PEM block is not a secret"},
		{"a placeholder that was not replaced", hs, "{env.THE_KEY_THAT_SIGNS_ALL_ASSERTIONS}", "reading the HS256 key: a placeholder, a JWK or a PEM block is not a secret"},
		{"nothing for EdDSA", ed, "", "reading the EdDSA key: it is neither PEM nor a JWK"},
		{"a secret for EdDSA", ed, secret, "reading the EdDSA key: it is neither PEM nor a JWK"},
		{"half a PEM", ed, private[:len(private)/2], "reading the EdDSA key: the PEM block is broken"},
		{"two keys", ed, private + private, "reading the EdDSA key: there is something after the PEM block: one key is wanted"},
		{"an elliptic private key", ed, privatePEM(t, elliptical), "reading the EdDSA key: it is a *ecdsa.PrivateKey, not an Ed25519 key"},
		{"an elliptic public key", ed, publicPEM(t, elliptical.Public()), "reading the EdDSA key: it is a *ecdsa.PublicKey, not an Ed25519 key"},
		{"a PEM block of garbage", ed, block("PRIVATE KEY"), "reading the EdDSA key: the private key is not valid PKCS #8"},
		{"a public PEM block of garbage", ed, block("PUBLIC KEY"), "reading the EdDSA key: the public key is not valid PKIX"},
		{"an encrypted key", ed, block("ENCRYPTED PRIVATE KEY"), "reading the EdDSA key: the private key is encrypted"},
		{"a certificate", ed, block("CERTIFICATE"), "reading the EdDSA key: the PEM block is neither a PRIVATE KEY nor a PUBLIC KEY"},
		{"a JWK cut short", ed, rfcPrivate[:80], "reading the EdDSA key: the JWK is not valid JSON, or a member of it is of the wrong type"},
		{"a JWK with two x", ed, jwk(`"x":"` + rfcX + `"`), "reading the EdDSA key: the JWK is not valid JSON, or a member of it is of the wrong type"},
		{"a JWK with a number for a kid", ed, jwk(`"kid":1`), "reading the EdDSA key: the JWK is not valid JSON, or a member of it is of the wrong type"},
		{"a symmetric JWK", ed, `{"kty":"oct","k":"` + rfcD + `"}`, "reading the EdDSA key: the JWK is not an Ed25519 key: the kty OKP and the crv Ed25519 are wanted"},
		{"an X25519 JWK", ed, replace("Ed", "X")(rfcPrivate), "reading the EdDSA key: the JWK is not an Ed25519 key: the kty OKP and the crv Ed25519 are wanted"},
		{"a JWK for another algorithm", ed, jwk(`"alg":"HS256"`), "reading the EdDSA key: the JWK is for another alg than EdDSA"},
		{"a JWK for encryption", ed, jwk(`"use":"enc"`), "reading the EdDSA key: the JWK is for another use than sig"},
		{"a JWK for wrapping", ed, jwk(`"key_ops":["wrapKey"]`), "reading the EdDSA key: the JWK has key_ops without sign and verify"},
		{"a JWK without x", ed, `{"kty":"OKP","crv":"Ed25519","d":"` + rfcD + `"}`, "reading the EdDSA key: the x of the JWK is not 32 bytes in base64url"},
		{"a JWK with a short d", ed, replace(rfcD, rfcD[:40])(rfcPrivate), "reading the EdDSA key: the d of the JWK is not 32 bytes in base64url"},
		{"a JWK of two keys", ed, replace(rfcX, rfcD)(rfcPrivate), "reading the EdDSA key: the x of the JWK is not the public key of its d"},
		{"another algorithm", "RS256", secret, "the algorithm is neither HS256 nor EdDSA"},
		{"a key instead of the algorithm", secret, "HS256", "the algorithm is neither HS256 nor EdDSA"},
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
		{"control characters", "k\n1", "the kid has control characters, or bytes that are not UTF-8"},
		{"no UTF-8", "k\xff", "the kid has control characters, or bytes that are not UTF-8"},
		{"too long", strings.Repeat("k", 129), "the kid has 129 bytes, more than 128"},
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
