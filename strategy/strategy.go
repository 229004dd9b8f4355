package strategy

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/promogate/caddy-discount/money"
)

// Strategy is a compiled strategy. Nothing in it is ever written again, so any
// number of requests may use it at once.
type Strategy struct {
	version     string
	fingerprint [sha256.Size]byte
	currency    money.Currency
	location    *time.Location
	limits      limits
	rules       []compiledRule // enabled ones, in the order they apply
	ids         []string       // of rules

	skus, categories, subgroups symbols
	catalogue                   []*product // by the SKU's symbol
}

// compiledRule is a rule as a quote needs it.
type compiledRule struct {
	ladder  ladder // of [[discounts]]; nil for the others
	lines   matcher
	valid   span
	windows []window
	reaches threshold
	reward  reward
}

// Version is the label the strategy gives itself.
func (s *Strategy) Version() string { return s.version }

// Fingerprint is the SHA-256 of the strategy's canonical form.
func (s *Strategy) Fingerprint() [sha256.Size]byte { return s.fingerprint }

// Currency is the currency all amounts are in.
func (s *Strategy) Currency() money.Currency { return s.currency }

// Rules are the ids of the rules that can apply, in the order they do. They
// must not be changed.
func (s *Strategy) Rules() []string { return s.ids }

// label is the version, or a name made from the meaning where there is none.
func (m *Model) label(fingerprint [sha256.Size]byte) string {
	if m.version != "" {
		return m.version
	}
	return "sha256-" + hex.EncodeToString(fingerprint[:6])
}

// compiler numbers the words that rules and catalogue use.
type compiler struct {
	skus, categories, subgroups symbols
}

// Compile turns a checked model into its immutable form.
func Compile(m *Model) *Strategy {
	c := &compiler{skus: symbols{}, categories: symbols{}, subgroups: symbols{}}
	fingerprint := sha256.Sum256(m.Canonical())
	s := &Strategy{
		version:     m.label(fingerprint),
		fingerprint: fingerprint,
		currency:    m.currency,
		location:    m.location,
		limits:      m.limits,
	}
	for _, r := range sortRules(m.withLadder()) {
		if !r.enabled {
			continue
		}
		s.ids = append(s.ids, r.id)
		s.rules = append(s.rules, c.rule(m, r))
	}
	products := make([]symbol, len(m.products))
	for i := range m.products {
		products[i] = c.skus.of(m.products[i].sku)
	}
	s.catalogue = make([]*product, len(c.skus)+1)
	for i := range m.products {
		s.catalogue[products[i]] = &m.products[i]
	}
	s.skus, s.categories, s.subgroups = c.skus, c.categories, c.subgroups
	return s
}

// withLadder adds the [[discounts]] ladder to the rules, as the rule of its id.
func (m *Model) withLadder() []*rule {
	if len(m.steps) == 0 {
		return m.rules
	}
	ladder := &rule{id: stepsID, enabled: true}
	return append([]*rule{ladder}, m.rules...)
}

func (c *compiler) rule(m *Model, r *rule) compiledRule {
	if r.reward == nil {
		return compiledRule{ladder: c.ladder(m.steps)}
	}
	return compiledRule{
		lines:   c.matcher(r.lines),
		valid:   r.valid.compile(),
		windows: r.windows,
		reaches: r.reaches,
		reward:  r.reward,
	}
}
