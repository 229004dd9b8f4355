package assertion_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/assertion"
)

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func n(i int64) *int64 { return &i }

func TestClaimsReachEveryLibrary(t *testing.T) {
	t.Parallel()
	want := received{
		Status: "applied", Amount: n(810), Shipping: n(600), Subtotal: n(5400), Payable: n(4590), Currency: "CNY",
		Rules: digest(`"spring";amount=810`), Lines: digest("(343 257 210)"), Gifts: digest(`"sticker-pack";q=1`),
		Strategy: "2026-11", Fingerprint: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Method: "POST", Host: "shop.example", Path: "/orders",
		Body: digest(`{"items":[]}`), Cart: digest("x-cart-subtotal:5400\n"),
	}
	for _, s := range signatures(t) {
		token := string(newSigner(t, options, s.key).Append(nil, order(), instant))
		for _, library := range libraries {
			t.Run(s.key.Algorithm()+" "+library.name, func(t *testing.T) {
				got, at, err := library.verify(token, s.demand)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v, want %+v", got, want)
				}
				if at.issuer != issuer || at.audience != audience || at.issued != instant.Unix() || at.expires != instant.Unix()+60 {
					t.Errorf("got %+v, issued at %d", at, instant.Unix())
				}
			})
		}
	}
}

// part decodes one part of a token, which has three.
func part(t testing.TB, token string, i int) []byte {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts in %s", len(parts), token)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHeaderNamesAlgorithmKeyAndType(t *testing.T) {
	t.Parallel()
	for _, s := range signatures(t) {
		token := string(newSigner(t, options, s.key).Append(nil, order(), instant))
		want := fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"discount+jwt"}`, s.key.Algorithm(), s.key.ID())
		if got := string(part(t, token, 0)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPayloadIsStable(t *testing.T) {
	t.Parallel()
	o := options
	o.Random = func(p []byte) { clear(p) }
	token := string(newSigner(t, o, bySecret(t, secret).key).Append(nil, order(), instant))
	want := `{"iss":"gateway","aud":"order-service","iat":1794360600,"exp":1794360660,"jti":"AAAAAAAAAAAAAAAAAAAAAA",` +
		`"status":"applied","amount":810,"shipping":600,"subtotal":5400,"payable":4590,"currency":"CNY",` +
		`"rules":"` + digest(`"spring";amount=810`) + `","lines":"` + digest("(343 257 210)") + `",` +
		`"gifts":"` + digest(`"sticker-pack";q=1`) + `","strategy":"2026-11",` +
		`"fingerprint":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",` +
		`"method":"POST","host":"shop.example","path":"/orders",` +
		`"body":"` + digest(`{"items":[]}`) + `","cart":"` + digest("x-cart-subtotal:5400\n") + `"}`
	if got := string(part(t, token, 1)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	t.Parallel()
	always := []string{"aud", "exp", "iat", "iss", "jti", "status"}
	for _, test := range []struct {
		name   string
		claims assertion.Claims
		more   []string
	}{
		{name: "no cart", claims: assertion.Claims{Status: "bypass"}, more: nil},
		{name: "an invalid cart in a body that was read", claims: assertion.Claims{Status: "invalid", Body: assertion.BodyDigest(nil)}, more: []string{"body"}},
		{name: "amounts without a quote", claims: assertion.Claims{Status: "invalid", Amount: 1, Shipping: 2, Subtotal: 3, Payable: 4}, more: nil},
		{
			name: "a quote of zeros", claims: assertion.Claims{Status: "none", Priced: true},
			more: []string{"amount", "payable", "shipping", "subtotal"},
		},
		{name: "a list that did not fit", claims: assertion.Claims{Status: "applied", Lines: "?0"}, more: []string{"lines"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			token := string(newSigner(t, options, bySecret(t, secret).key).Append(nil, &test.claims, instant))
			var members map[string]any
			if err := json.Unmarshal(part(t, token, 1), &members); err != nil {
				t.Fatal(err)
			}
			want := slices.Sorted(slices.Values(slices.Concat(always, test.more)))
			if got := slices.Sorted(maps.Keys(members)); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestAppendKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	for _, s := range signatures(t) {
		signer := newSigner(t, options, s.key)
		got := string(signer.Append([]byte("before."), order(), instant))
		token, ok := strings.CutPrefix(got, "before.")
		if !ok {
			t.Fatalf("got %s", got)
		}
		if _, _, err := verifyGoJose(token, s.demand); err != nil {
			t.Errorf("%s: %v", s.key.Algorithm(), err)
		}
	}
}

// retold is a token with its payload or header changed but not its signature.
func retold(t *testing.T, token string, i int, change func(string) string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	parts[i] = base64.RawURLEncoding.EncodeToString([]byte(change(string(part(t, token, i)))))
	return strings.Join(parts, ".")
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func TestNoLibraryAcceptsAnythingElse(t *testing.T) {
	t.Parallel()
	same := func(_ *testing.T, token string) string { return token }
	hs, ed := bySecret(t, secret), byPrivate(t, 1)
	otherSecret, otherPrivate := bySecret(t, strings.Repeat("x", 32)), byPrivate(t, 2)
	at := func(d demand, now time.Time) demand { d.now = now; return d }
	for _, test := range []struct {
		name   string
		by     signature
		change func(*testing.T, string) string
		demand demand
	}{
		{name: "another secret", by: hs, change: same, demand: otherSecret.demand},
		{name: "another public key", by: ed, change: same, demand: otherPrivate.demand},
		{name: "HS256 where EdDSA is pinned", by: hs, change: same, demand: ed.demand},
		{name: "EdDSA where HS256 is pinned", by: ed, change: same, demand: hs.demand},
		{name: "HS256 under a public key", by: hs, change: same, demand: demand{assertion.HS256, ed.demand.key, audience, instant}},
		{name: "EdDSA under a secret", by: ed, change: same, demand: demand{assertion.EdDSA, hs.demand.key, audience, instant}},
		{name: "another amount", by: hs, change: func(t *testing.T, token string) string {
			return retold(t, token, 1, replace(`"amount":810`, `"amount":811`))
		}, demand: hs.demand},
		{name: "another amount under EdDSA", by: ed, change: func(t *testing.T, token string) string {
			return retold(t, token, 1, replace(`"amount":810`, `"amount":811`))
		}, demand: ed.demand},
		{name: "alg none with the signature", by: hs, change: func(t *testing.T, token string) string {
			return retold(t, token, 0, replace("HS256", "none"))
		}, demand: hs.demand},
		{name: "alg none without a signature", by: ed, change: func(t *testing.T, token string) string {
			token = retold(t, token, 0, replace("EdDSA", "none"))
			return token[:strings.LastIndexByte(token, '.')+1]
		}, demand: ed.demand},
		{name: "another service's", by: hs, change: same, demand: demand{assertion.HS256, hs.demand.key, "billing", instant}},
		{name: "one that has expired", by: hs, change: same, demand: at(hs.demand, instant.Add(61*time.Second))},
		{name: "one from the future", by: hs, change: same, demand: at(hs.demand, instant.Add(-2*time.Second))},
	} {
		t.Run(test.name, func(t *testing.T) {
			token := test.change(t, string(newSigner(t, options, test.by.key).Append(nil, order(), instant)))
			for _, library := range libraries {
				if got, _, err := library.verify(token, test.demand); err == nil {
					t.Errorf("%s accepts %+v", library.name, got)
				}
			}
		})
	}
}

func TestFirstKeySignsTheOthersArePublished(t *testing.T) {
	t.Parallel()
	current, next := byPrivate(t, 1), byPrivate(t, 2)
	named, err := assertion.ParseKey(assertion.EdDSA, privatePEM(t, privateKey(2)), "e2")
	if err != nil {
		t.Fatal(err)
	}
	before := string(newSigner(t, options, current.key, named).Append(nil, order(), instant))
	after := string(newSigner(t, options, named, current.key).Append(nil, order(), instant))
	for _, library := range libraries {
		if _, _, err := library.verify(before, current.demand); err != nil {
			t.Errorf("%s: before: %v", library.name, err)
		}
		if _, _, err := library.verify(after, next.demand); err != nil {
			t.Errorf("%s: after: %v", library.name, err)
		}
	}
}

func TestSignersThatCannotBe(t *testing.T) {
	t.Parallel()
	hs, ed := bySecret(t, secret).key, byPrivate(t, 1).key
	public, err := assertion.ParseKey(assertion.EdDSA, publicPEM(t, privateKey(1).Public()), "p1")
	if err != nil {
		t.Fatal(err)
	}
	keys := func(k ...*assertion.Key) []*assertion.Key { return k }
	good := func(*assertion.Options) {}
	for _, test := range []struct {
		name   string
		keys   []*assertion.Key
		change func(*assertion.Options)
		err    string
	}{
		{name: "no key", keys: nil, change: good, err: "there is no key to sign assertions with"},
		{name: "a public key first", keys: keys(public, ed), change: good, err: "the EdDSA key p1 is first but is a public key, which signs nothing"},
		{name: "the same kid twice", keys: keys(hs, ed, hs), change: good, err: `two keys have the kid "k1"`},
		{name: "no issuer", keys: keys(hs), change: func(o *assertion.Options) { o.Issuer = "" }, err: "the issuer of assertions is empty"},
		{name: "no audience", keys: keys(hs), change: func(o *assertion.Options) { o.Audience = "" }, err: "the audience of assertions is empty"},
		{
			name: "an audience that is not text", keys: keys(hs), change: func(o *assertion.Options) { o.Audience = "a\x00" },
			err: "the audience of assertions has control characters, or bytes that are not UTF-8",
		},
		{
			name: "an audience that looks like a URI and is none", keys: keys(hs), change: func(o *assertion.Options) { o.Audience = "the shop: orders" },
			err: `the audience of assertions is "the shop: orders": with a colon in it, it must be a URI`,
		},
		{
			name: "no lifetime", keys: keys(hs), change: func(o *assertion.Options) { o.Lifetime = 0 },
			err: "the lifetime of assertions is 0s, want whole seconds, at least one",
		},
		{
			name: "half a second more", keys: keys(hs), change: func(o *assertion.Options) { o.Lifetime = 1500 * time.Millisecond },
			err: "the lifetime of assertions is 1.5s, want whole seconds, at least one",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options
			test.change(&o)
			if _, err := assertion.NewSigner(test.keys, o); err == nil || err.Error() != test.err {
				t.Errorf("got %v, want %s", err, test.err)
			}
		})
	}
}

func TestAudienceMayBeAURI(t *testing.T) {
	t.Parallel()
	o := options
	o.Audience = "https://orders.shop.example/v1"
	s := bySecret(t, secret)
	s.demand.audience = o.Audience
	token := string(newSigner(t, o, s.key).Append(nil, order(), instant))
	for _, library := range libraries {
		if _, _, err := library.verify(token, s.demand); err != nil {
			t.Errorf("%s: %v", library.name, err)
		}
	}
}

// Every goroutine's tokens must verify, and no two have the same jti.
func TestSignerIsSharedByManyRequests(t *testing.T) {
	t.Parallel()
	for _, s := range signatures(t) {
		t.Run(s.key.Algorithm(), func(t *testing.T) {
			t.Parallel()
			const goroutines, each = 8, 100
			signer := newSigner(t, options, s.key)
			tokens := make([]string, goroutines*each)
			var group sync.WaitGroup
			for g := range goroutines {
				group.Go(func() {
					for i := range each {
						c := order()
						c.Amount = int64(g*each + i)
						tokens[g*each+i] = string(signer.Append(nil, c, instant))
					}
				})
			}
			group.Wait()
			seen := make(map[string]bool)
			for i, token := range tokens {
				got, at, err := verifyGolangJWT(token, s.demand)
				if err != nil || *got.Amount != int64(i) {
					t.Fatalf("token %d: amount %v, %v", i, got.Amount, err)
				}
				if seen[at.id] || len(at.id) != 22 {
					t.Fatalf("jti %q comes again, or has not 128 bits", at.id)
				}
				seen[at.id] = true
			}
		})
	}
}
