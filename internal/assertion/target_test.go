package assertion_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/internal/assertion"
)

func TestNoAssertionIsLargerThanItsMaxSize(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.StringMatching(`[!-~]{0,40}`), rapid.StringMatching(`[a-z]{0,700}`))
	version := rapid.StringMatching(`[ -~]{0,64}`)
	for _, s := range signatures(t) {
		signer := newSigner(t, options, s.key)
		t.Run(s.key.Algorithm(), rapid.MakeCheck(func(t *rapid.T) {
			claims := drawClaims(t)
			claims.Status, claims.Currency, claims.Fingerprint = "unavailable", "CNY", strings.Repeat("f", 64)
			claims.Strategy = version.Draw(t, "version")
			claims.Target = assertion.NewTarget(text.Draw(t, "method"), text.Draw(t, "host"), text.Draw(t, "path"))
			token := signer.Append(nil, claims, time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "now"), 0))
			if most := signer.MaxSize(claims.Target, claims.Strategy); len(token) > most {
				t.Errorf("%d bytes, want at most %d", len(token), most)
			}
		}))
	}
}
