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
	envs        []string
	fingerprint [sha256.Size]byte
	wording     *labels // nil where no rule has texts
	currency    money.Currency
	location    *time.Location
	arithmetic  arithmetic
	limits      limits
	zeroCounts  bool           // articles at 0.00 count
	rules       []compiledRule // enabled ones, in the order they apply, and the reserved one
	ids         []string       // of rules
	disabled    []string       // ids of rules that are switched off
	index       *index
	timetable   timetable
	bounds      []bound // of the rules, for the best combination of them
	looks       []int64 // how often each rule looks at a cart; nil where each does once
	ruleCount   int     // how many rules apply: all but the reserved one, which is last
	exclusive   bool    // whether there is an exclusive rule
	grouped     bool    // whether there is a group

	skus, categories, subgroups symbols
	codes                       symbols  // of coupons
	skuTable                    skuTable // of skus
	spelling                    spelling
	unknown                     unknownSKUs
	catalogue                   []*product // by the SKU's symbol
	further                     [][]symbol // further categories of products, by the SKU's symbol; nil for none
}

// Version is the label the strategy gives itself.
func (s *Strategy) Version() string { return s.version }

// Fingerprint is the SHA-256 of the strategy's canonical form.
func (s *Strategy) Fingerprint() [sha256.Size]byte { return s.fingerprint }

// Currency is the currency all amounts are in.
func (s *Strategy) Currency() money.Currency { return s.currency }

// Location is the time zone that local times of the strategy are in.
func (s *Strategy) Location() *time.Location { return s.location }

// Rules are the ids of the rules that can apply, in the order they do. They
// must not be changed.
func (s *Strategy) Rules() []string { return s.ids }

// RuleCount is how many rules can apply, without the reserved one that rounds.
func (s *Strategy) RuleCount() int { return s.ruleCount }

// Products are the SKUs of the catalogue.
func (s *Strategy) Products() []string {
	skus := make([]string, 0, len(s.catalogue))
	for _, p := range s.catalogue {
		if p != nil {
			skus = append(skus, p.sku)
		}
	}
	return skus
}

// Environments are the names of the [[env]] tables, in the order of the file, and
// whichever of them was chosen. They must not be changed.
func (s *Strategy) Environments() []string { return s.envs }

// Environments are those of [Strategy.Environments].
func (m *Model) Environments() []string { return m.environments }

// Location is the time zone that local times of the strategy are in.
func (m *Model) Location() *time.Location { return m.location }

// label is the version, or a name made from the meaning where there is none.
func (m *Model) label(fingerprint [sha256.Size]byte) string {
	if m.version != "" {
		return m.version
	}
	return "sha256-" + hex.EncodeToString(fingerprint[:6])
}
