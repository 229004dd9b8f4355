package strategy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
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
	ruleCount   int     // how many rules have a turn: all but the reserved one, which is last
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

// compiledRule is a rule as a quote needs it.
type compiledRule struct {
	lines       matcher
	methods     []string // shipping methods it reduces; all when empty
	targeting   targeting
	each        each
	valid       span
	windows     []window
	facets      facets
	conditions  []condition // that do not look at the target
	thresholds  []condition // that do
	reward      reward
	stage       int64
	group       string
	groupLeader int32 // the first rule of the group
	exclusive   exclusive
	byUnit      bool // goods by weight and at 0.00 take no part
	byLine      bool // it looks at lines, not articles
	stop        stop
	maxDiscount int64
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

// compiler numbers the words that rules and catalogue use.
type compiler struct {
	skus, categories, subgroups symbols
	codes                       symbols // of coupons
	numbers                     arena[symbol]
	conditions                  arena[condition]
	atLeast                     arena[atLeast]
	oneOf                       arena[oneOf]
	heldCoupons                 arena[heldCoupon]
	given                       []condition // of the rule at hand
	byLine                      bool        // the arithmetic looks at lines, not articles
}

func newCompiler() *compiler {
	return &compiler{skus: symbols{}, categories: symbols{}, subgroups: symbols{}, codes: symbols{}}
}

// Compile turns a checked model into its immutable form.
func Compile(m *Model) *Strategy {
	c := newCompiler()
	c.byLine = m.arithmetic.byLine()
	fingerprint := sha256.Sum256(m.Canonical())
	s := &Strategy{
		version:     m.label(fingerprint),
		envs:        m.environments,
		fingerprint: fingerprint,
		wording:     labelsOf(m),
		currency:    m.currency,
		location:    m.location,
		arithmetic:  m.arithmetic,
		limits:      m.limits,
		zeroCounts:  m.zeroCounts,
		spelling:    m.spelling,
		unknown:     m.unknown,
	}
	rules := m.withLadder(c)
	slices.SortFunc(rules, document.Comparing(m.pause, byPriority))
	s.rules, s.ids = make([]compiledRule, 0, len(rules)), make([]string, 0, len(rules))
	turns := make(map[string]int32)
	for i, r := range rules {
		m.pause.After(i)
		if r.enabled {
			s.add(r, c, turns)
		} else {
			s.disabled = append(s.disabled, r.id)
		}
	}
	s.grouped = len(turns) > 0
	s.bounds, s.looks = s.boundsOf(), s.looksOf()
	s.catalogue = c.catalogue(m.products, m.spelling.skus)
	s.further = c.furtherCategories(s.catalogue)
	s.index = buildIndex(s.rules, c, m.pause)
	s.timetable = timetableOf(s.rules)
	s.addRounding()
	s.skus, s.categories, s.subgroups, s.codes = c.skus, c.categories, c.subgroups, c.codes
	s.skuTable = newSKUTable(c.skus)
	return s
}

// add appends a rule; turns has the first rule of every group so far.
func (s *Strategy) add(of *rule, c *compiler, turns map[string]int32) {
	s.rules, s.ids = append(s.rules, compiledRule{}), append(s.ids, of.id)
	r := &s.rules[len(s.rules)-1]
	c.rule(r, of)
	if r.group != "" {
		first, known := turns[r.group]
		if !known {
			first = int32(len(s.rules) - 1)
			turns[r.group] = first
		}
		r.groupLeader = first
	}
	s.exclusive = s.exclusive || r.exclusive != exclusiveNot
}

// withLadder adds the [[discounts]] ladder to the rules, as the rule of its id.
func (m *Model) withLadder(c *compiler) []*rule {
	if m.ladder == nil {
		return slices.Clone(m.rules)
	}
	ladder := *m.ladder
	ladder.reward = c.orderSteps(m.steps)
	return append([]*rule{&ladder}, m.rules...)
}

// rule compiles a rule in its place, which a copy of its 400 bytes is too dear
// for.
func (c *compiler) rule(compiled *compiledRule, r *rule) {
	*compiled = compiledRule{
		lines:       c.matcher(&r.lines),
		targeting:   r.targeting,
		each:        r.each,
		valid:       r.valid.compile(),
		windows:     r.windows,
		reward:      r.reward,
		stage:       r.stacking.stage,
		group:       r.stacking.group,
		exclusive:   r.stacking.exclusive,
		stop:        r.stacking.stop,
		maxDiscount: r.stacking.maxDiscount,
		byUnit:      r.byUnit(),
		byLine:      c.byLine || r.byLine(),
	}
	if of, is := r.reward.(bindable); is {
		compiled.reward = of.bind(c)
	}
	compiled.conditions = c.conditionsOf(r.conditions, false)
	compiled.thresholds = c.conditionsOf(r.conditions, true)
	compiled.facets.read(compiled.conditions)
	compiled.facets.read(compiled.thresholds)
	for _, of := range compiled.conditions {
		if limits, is := of.(chargeLimiter); is {
			compiled.methods = limits.shippingMethods()
		}
	}
}

// conditionsOf compiles the conditions that look at the target, or the others.
func (c *compiler) conditionsOf(specs []conditionSpec, lookAtTarget bool) []condition {
	c.given = c.given[:0]
	for _, spec := range specs {
		if of, is := spec.(targetReader); (is && of.looksAtTarget()) == lookAtTarget {
			c.given = spec.compile(c, c.given)
		}
	}
	return append(c.conditions.alloc(len(c.given)), c.given...)
}

// catalogue arranges the products by the symbol of their SKU.
func (c *compiler) catalogue(products []product, form wordForm) []*product {
	numbers := make([]symbol, len(products))
	for i := range products {
		numbers[i] = c.skus.of(form.of(products[i].sku))
	}
	bySKU := make([]*product, len(c.skus)+1)
	for i := range products {
		bySKU[numbers[i]] = &products[i]
	}
	return bySKU
}
