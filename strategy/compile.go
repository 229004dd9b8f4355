package strategy

import (
	"crypto/sha256"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/internal/arena"
)

// compiledRule is a rule in the form that a quote uses.
type compiledRule struct {
	lines       matcher
	codes       int32    // the set of its codes, from one on; 0 for none
	methods     []string // shipping methods it reduces; all when empty
	targeting   targeting
	each        each
	valid       span
	windows     []window
	facets      facets
	conditions  []condition // those that do not look at the target
	thresholds  []condition // those that do
	reward      reward
	stage       int64
	group       string
	groupLeader int32 // the first rule of the group
	exclusive   exclusive
	byUnit      bool // it does not reduce goods by weight or at 0.00
	byLine      bool // it looks at lines and not at articles
	onlyGoods   bool // it reduces no shipping and gives no gift
	stop        stop
	maxDiscount int64
	unitsLeft   int64 // units that quotas leave it; 0 if they do not lower it
}

// compiler numbers the words that rules and catalogue use.
type compiler struct {
	skus, categories, subgroups symbols
	codes                       symbols // of coupons
	sets                        []*codeSet
	numbers                     arena.Of[symbol]
	conditions                  arena.Of[condition]
	atLeast                     arena.Of[atLeast]
	oneOf                       arena.Of[oneOf]
	heldCoupons                 arena.Of[heldCoupon]
	given                       []condition // of the rule being compiled
	byLine                      bool        // the arithmetic looks at lines and not at articles
}

func newCompiler() *compiler {
	return &compiler{skus: symbols{}, categories: symbols{}, subgroups: symbols{}, codes: symbols{}}
}

// Compile turns a checked model into an immutable [Strategy].
func Compile(m *Model) *Strategy {
	c := newCompiler()
	c.byLine = m.arithmetic.byLine()
	c.sets = m.codes
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
		codeSets:    m.codes,
	}
	rules := m.withLadder(c)
	slices.SortFunc(rules, document.Comparing(m.pause, byPriority))
	s.rules, s.ids = make([]compiledRule, 0, len(rules)), make([]string, 0, len(rules))
	leaders, limited := make(map[string]int32), false
	for i, r := range rules {
		m.pause.After(i)
		if r.enabled {
			s.add(r, c, leaders)
			limited = limited || len(r.quotas) > 0
		} else {
			s.disabled = append(s.disabled, r.id)
		}
	}
	s.grouped = len(leaders) > 0
	if limited {
		s.compileQuotas(rules)
	}
	s.bounds, s.looks = s.boundsOf(), s.looksOf()
	s.catalogue = c.catalogue(m.products, m.spelling.skus)
	s.further = c.furtherCategories(s.catalogue)
	s.words = c.wordsOf(s.catalogue)
	s.index = buildIndex(s.rules, c, m.pause)
	s.timetable = timetableOf(s.rules)
	s.addRounding()
	s.skus, s.categories, s.subgroups, s.codes = c.skus, c.categories, c.subgroups, c.codes
	s.skuTable = newSKUTable(c.skus)
	return s
}

// add appends a rule; leaders has the index of the first rule of every group so far.
func (s *Strategy) add(of *rule, c *compiler, leaders map[string]int32) {
	s.rules, s.ids = append(s.rules, compiledRule{}), append(s.ids, of.id)
	r := &s.rules[len(s.rules)-1]
	c.rule(r, of)
	if r.group != "" {
		first, known := leaders[r.group]
		if !known {
			first = int32(len(s.rules) - 1)
			leaders[r.group] = first
		}
		r.groupLeader = first
	}
	s.exclusive = s.exclusive || r.exclusive != exclusiveNot
}

// withLadder adds the [[discounts]] ladder to the rules, as a rule with its own id.
func (m *Model) withLadder(c *compiler) []*rule {
	if m.ladder == nil {
		return slices.Clone(m.rules)
	}
	ladder := *m.ladder
	ladder.reward = c.orderSteps(m.steps)
	return append([]*rule{&ladder}, m.rules...)
}

// rule compiles a rule into the place where it stays, since copying its 400 bytes is slow.
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
	_, gives := giftOf(r.reward)
	compiled.onlyGoods = r.targeting.appliesTo == toItems && !gives
	compiled.conditions = c.conditionsOf(r.conditions, false)
	compiled.thresholds = c.conditionsOf(r.conditions, true)
	compiled.facets.read(compiled.conditions)
	compiled.facets.read(compiled.thresholds)
	compiled.codes = compiled.facets.codes
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
	return append(c.conditions.Alloc(len(c.given)), c.given...)
}

// catalogue lists the products by the symbol of their SKU.
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

// productWords are the symbols of a product's words.
type productWords struct{ category, subgroup symbol }

// wordsOf lists the words of the products by the symbol of their SKU, so that a quote need not
// look them up.
func (c *compiler) wordsOf(catalogue []*product) []productWords {
	words := make([]productWords, len(catalogue))
	for sku, p := range catalogue {
		if p != nil && p.category != "" {
			words[sku].category = c.categories[p.category]
		}
		if p != nil && p.subgroup != "" {
			words[sku].subgroup = c.subgroups[p.subgroup]
		}
	}
	return words
}
