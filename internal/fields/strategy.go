package fields

import (
	"fmt"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// OfStrategy returns what the fields of all quotes of a strategy have in common. It is done once, when a
// strategy is loaded.
func OfStrategy(s *strategy.Strategy, pause document.Pause) (engine.Header, error) {
	sum := s.Fingerprint()
	identity := httpsfv.NewItem(sfv.Bare(s.Version()))
	identity.Params.Add("sha256", sum[:])
	text, err := httpsfv.Marshal(identity)
	if err != nil {
		return engine.Header{}, fmt.Errorf("writing the version as a header: %w", err)
	}
	rules, err := sfv.Items(s.Rules(), pause.After)
	if err != nil {
		return engine.Header{}, fmt.Errorf("writing the rule ids as a header: %w", err)
	}
	return engine.Header{Strategy: text, Rules: rules}, nil
}
