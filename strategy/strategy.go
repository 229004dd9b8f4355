package strategy

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/promogate/caddy-discount/money"
)

// Strategy is a compiled strategy. It is immutable, so any number of goroutines may use it at
// once.
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
	bounds      []bound // of the rules; nil unless select is "best_combination"
	looks       []int64 // how often each rule looks at a cart; nil if each does once
	quotas      *quotas // nil where no rule has one
	ruleCount   int     // number of rules without the reserved one, which is last
	exclusive   bool    // whether there is an exclusive rule
	grouped     bool    // whether there is a group

	skus, categories, subgroups symbols
	codes                       symbols // of coupons
	codeSets                    []*codeSet
	skuTable                    skuTable // of skus
	spelling                    spelling
	unknown                     unknownSKUs
	catalogue                   []*product     // by the SKU's symbol
	words                       []productWords // of the catalogue, by the SKU's symbol
	further                     [][]symbol     // further categories, by the SKU's symbol; nil for none
}

// Version is the version of the strategy. Without one it is a label made from the fingerprint.
func (s *Strategy) Version() string { return s.version }

// Fingerprint is the SHA-256 of the strategy's canonical form.
func (s *Strategy) Fingerprint() [sha256.Size]byte { return s.fingerprint }

// Currency is the currency all amounts are in.
func (s *Strategy) Currency() money.Currency { return s.currency }

// Location is the time zone that local times of the strategy are in.
func (s *Strategy) Location() *time.Location { return s.location }

// Rules lists the ids of the enabled rules, in the order in which they apply. If payable_unit
// is set, [RuleRounding] is the last. The slice must not be changed.
func (s *Strategy) Rules() []string { return s.ids }

// RuleCount is the number of enabled rules, without the reserved rule that rounds.
func (s *Strategy) RuleCount() int { return s.ruleCount }

// Products lists the SKUs of the catalogue.
func (s *Strategy) Products() []string {
	skus := make([]string, 0, len(s.catalogue))
	for _, p := range s.catalogue {
		if p != nil {
			skus = append(skus, p.sku)
		}
	}
	return skus
}

// Environments lists the names of all [[env]] tables, in the order of the file, regardless of
// which one was chosen. The slice must not be changed.
func (s *Strategy) Environments() []string { return s.envs }

// Environments lists the names of all [[env]] tables, as [Strategy.Environments] does.
func (m *Model) Environments() []string { return m.environments }

// Location is the time zone that local times of the strategy are in.
func (m *Model) Location() *time.Location { return m.location }

// label is the version, or a name made from the fingerprint if there is none.
func (m *Model) label(fingerprint [sha256.Size]byte) string {
	if m.version != "" {
		return m.version
	}
	return "sha256-" + hex.EncodeToString(fingerprint[:6])
}
