package assertion_test

import (
	"bytes"
	"testing"

	"github.com/promogate/caddy-discount/internal/assertion"
)

// What a request pays: the digest of a body of 400 bytes, the assertion, and
// the string that the header keeps.
func BenchmarkAssertion(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 400)
	for _, s := range signatures(b) {
		b.Run(s.key.Algorithm(), func(b *testing.B) {
			signer := newSigner(b, options, s.key)
			claims, space := order(), make([]byte, 0, 2<<10)
			claims.Cart, claims.Gifts = assertion.Digest{}, ""
			var value string
			b.ReportAllocs()
			for b.Loop() {
				claims.Body = assertion.BodyDigest(body)
				value = string(signer.Append(space[:0], claims, instant))
			}
			b.ReportMetric(float64(len(value)), "bytes-of-header")
		})
	}
}

func BenchmarkCartDigest(b *testing.B) {
	headers := map[string][]string{
		"X-Cart-Items":   {`"americano-iced";q=2;p=1800, "jasmine";q=1;p=1500`},
		"X-Cart-Coupons": {"SPRING"}, "X-Cart-Tier": {"gold"}, "X-Cart-Channel": {"app"},
	}
	b.ReportAllocs()
	for b.Loop() {
		assertion.CartDigest(headers)
	}
}

// The token itself must come out of memory that is there already.
func TestAppendAllocatesNothing(t *testing.T) {
	signer := newSigner(t, options, bySecret(t, secret).key)
	claims, body, space := order(), make([]byte, 400), make([]byte, 0, 2<<10)
	allocations := testing.AllocsPerRun(1000, func() {
		claims.Body = assertion.BodyDigest(body)
		space = signer.Append(space[:0], claims, instant)
	})
	if allocations > 0 && !raceEnabled {
		t.Errorf("%v allocations", allocations)
	}
}
