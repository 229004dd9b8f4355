package assertion_test

import (
	"crypto/ed25519"
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/promogate/caddy-discount/internal/assertion"
)

func parse(t testing.TB, algorithm, text, id string) *assertion.Key {
	t.Helper()
	k, err := assertion.ParseKey(algorithm, text, id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestJWKSHasThePublicKeysOnly(t *testing.T) {
	t.Parallel()
	hs := parse(t, assertion.HS256, secret, "k1")
	private := parse(t, assertion.EdDSA, rfcPrivate, "")
	former := privateKey(1).Public().(ed25519.PublicKey)
	public := parse(t, assertion.EdDSA, publicPEM(t, former), `old "key"`)
	published := func(x, id string) string {
		return `{"kty":"OKP","crv":"Ed25519","x":"` + x + `","use":"sig","alg":"EdDSA","kid":"` + id + `"}`
	}
	first, second := published(rfcX, rfcThumbprint), published(b64(former), `old \"key\"`)
	for _, test := range []struct {
		name string
		keys []*assertion.Key
		want string
	}{
		{"a secret", []*assertion.Key{hs}, `{"keys":[]}`},
		{"a private key", []*assertion.Key{private}, `{"keys":[` + first + `]}`},
		{"one that signs, and the one before it", []*assertion.Key{private, public}, `{"keys":[` + first + "," + second + `]}`},
		{"a change from HS256", []*assertion.Key{hs, private}, `{"keys":[` + first + `]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(newSigner(t, options, test.keys...).JWKS()); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// A verifier takes the kid of the token and looks it up in the set.
func TestJWKSVerifiesWhatTheSignerSigned(t *testing.T) {
	t.Parallel()
	now, former := parse(t, assertion.EdDSA, rfcPrivate, ""), byPrivate(t, 1)
	signer := newSigner(t, options, now, former.key)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(signer.JWKS(), &set); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*assertion.Signer{signer, newSigner(t, options, former.key)} {
		token := string(s.Append(nil, order(), instant))
		found := set.Key(s.Key().ID())
		if len(found) != 1 || !found[0].Valid() || !found[0].IsPublic() {
			t.Fatalf("the kid %s has the keys %v", s.Key().ID(), found)
		}
		if _, _, err := verifyGoJose(token, demand{assertion.EdDSA, found[0].Key, audience, instant}); err != nil {
			t.Error(err)
		}
	}
}

func TestJWKSCannotBeChangedByItsReaders(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, options, byPrivate(t, 1).key)
	want := string(signer.JWKS())
	clear(signer.JWKS())
	if got := string(signer.JWKS()); got != want {
		t.Errorf("got %s", got)
	}
}
