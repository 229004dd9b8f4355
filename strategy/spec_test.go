package strategy_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// The types of this file describe a strategy in a form that is neither the
// language nor the engine's model. The reference evaluator reads them as they
// are; the engine reads the text they render to.

// spec is a strategy. Amounts are minor units of currency; the zero value of
// every member leaves its key out.
type spec struct {
	currency      string
	zone          string
	base          string
	thresholdBase string
	rounding      string
	roundingUnit  int64
	roundScope    string
	allocation    string
	selection     string
	payableUnit   int64
	payableMode   string
	limitRate     string
	limitAmount   int64
	zeroCounts    bool
	couponCase    string
	skuCompare    string
	unknownSKUs   string
	products      []productSpec
	steps         []stepSpec
	rules         []ruleSpec
	quotas        []sharedQuota
}

// sharedQuota is a table [quota.NAME], as TOML writes its members.
type sharedQuota struct{ name, members string }

// literal is a scalar as TOML writes it: `"dark"`, `95`, `true`.
type literal string

type productSpec struct {
	sku, category, subgroup string
	moreCategories          []string
	price                   int64 // cart.NoPrice for none
	floor                   int64
	attributes              map[string]literal
}

type selectorSpec struct {
	skus, categories, subgroups []string
	where                       []testSpec
	minPrice, maxPrice          int64
	skipReduced                 bool
	exclude                     *selectorSpec
	any                         []selectorSpec
}

type testSpec struct {
	name     string
	is       literal
	in       []literal
	min, max literal
}

type windowSpec struct {
	start, end string // 15:04:05
	days       []string
}

type stepSpec struct {
	selectorSpec
	id                string // of the ladder, in its first step
	windows           []windowSpec
	threshold, amount int64
}

type customerSpec struct {
	tiers, segments, ids []string
	nthOrder             int64
}

type holdingSpec struct {
	selectorSpec
	minQuantity, minSubtotal int64
}

type ruleSpec struct {
	selectorSpec
	id       string
	disabled bool

	appliesTo string
	maxUnits  int64
	perLine   bool
	fresh     bool
	each      string
	pick      string

	from, until                         string
	windows                             []windowSpec
	minSubtotal                         int64
	minQuantity, minLineQuantity        int64
	minArticles                         int64
	countCart                           bool
	requires, forbids                   []holdingSpec
	coupons, channels, regions, methods []string
	customer                            *customerSpec

	reward rewardSpec

	stage       *int64
	priority    int64
	group       string
	exclusive   string // "goods", "all" or "true"
	stop        string
	maxDiscount int64

	quota  string   // as TOML writes it; the reference takes it for unlimited
	quotas []string // of the shared ones
}

// pairs gathers "key = value" texts, leaving out what is not given.
type pairs struct {
	list   []string
	digits int
}

func (p *pairs) add(key, value string) { p.list = append(p.list, key+" = "+value) }

func (p *pairs) text(key, value string) {
	if value != "" {
		p.add(key, fmt.Sprintf("%q", value))
	}
}

func (p *pairs) raw(key, value string) {
	if value != "" {
		p.add(key, value)
	}
}

func (p *pairs) flag(key string, value bool) {
	if value {
		p.add(key, "true")
	}
}

func (p *pairs) integer(key string, value int64) {
	if value != 0 {
		p.add(key, fmt.Sprint(value))
	}
}

// major writes minor units with the decimals of the currency.
func (p *pairs) major(minor int64) string {
	text := fmt.Sprintf("%0*d", p.digits+1, minor)
	if p.digits == 0 {
		return text
	}
	return text[:len(text)-p.digits] + "." + text[len(text)-p.digits:]
}

func (p *pairs) amount(key string, minor int64) {
	if minor != 0 {
		p.add(key, p.major(minor))
	}
}

func (p *pairs) texts(key string, list []string) {
	if len(list) > 0 {
		p.add(key, strings.ReplaceAll(fmt.Sprintf("%q", list), `" "`, `", "`))
	}
}

// table adds a table of its own when it has members, or must be there.
func (p *pairs) table(key string, required bool, fill func(*pairs)) {
	if text := p.inline(fill); required || text != "{  }" {
		p.add(key, text)
	}
}

func (p *pairs) inline(fill func(*pairs)) string {
	sub := pairs{digits: p.digits}
	fill(&sub)
	return "{ " + strings.Join(sub.list, ", ") + " }"
}

// tables adds a list of tables unless it is empty.
func tablesOf[T any](p *pairs, key string, list []T, fill func(*T, *pairs)) {
	if len(list) == 0 {
		return
	}
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = p.inline(func(sub *pairs) { fill(&list[i], sub) })
	}
	p.add(key, "["+strings.Join(texts, ", ")+"]")
}

// TOML renders the strategy in its language.
func (s *spec) TOML() string {
	p := pairs{digits: s.digits()}
	p.text("version", "v")
	p.text("currency", s.currency)
	p.text("timezone", s.zone)
	if s.zeroCounts {
		p.text("zero_priced", "count")
	}
	p.text("coupon_case", s.couponCase)
	p.text("sku_compare", s.skuCompare)
	if len(s.products) > 0 || s.unknownSKUs != "reject" { // which is refused without a catalogue
		p.text("unknown_skus", s.unknownSKUs)
	}
	p.table("arithmetic", false, func(p *pairs) {
		p.text("base", s.base)
		p.text("threshold_base", s.thresholdBase)
		p.text("rounding", s.rounding)
		p.amount("rounding_unit", s.roundingUnit)
		p.text("round_scope", s.roundScope)
		p.text("allocation", s.allocation)
		p.text("select", s.selection)
		p.amount("payable_unit", s.payableUnit)
		p.text("payable_rounding", s.payableMode)
	})
	p.table("limits", false, func(p *pairs) {
		p.raw("max_rate", s.limitRate)
		p.amount("max_amount", s.limitAmount)
	})
	tablesOf(&p, "products", s.products, (*productSpec).pairs)
	tablesOf(&p, "discounts", s.steps, (*stepSpec).pairs)
	for _, q := range s.quotas {
		if slices.ContainsFunc(s.rules, func(r ruleSpec) bool { return slices.Contains(r.quotas, q.name) }) {
			p.list = append(p.list, fmt.Sprintf("[quota.%s]\n%s", q.name, q.members))
		}
	}
	for i := range s.rules {
		p.list = append(p.list, fmt.Sprintf("[rule.%q]", s.rules[i].id))
		s.rules[i].pairs(&p)
	}
	return strings.Join(p.list, "\n") + "\n"
}

func (s *spec) digits() int {
	switch s.currency {
	case "JPY":
		return 0
	case "KWD":
		return 3
	}
	return 2
}

func (s *spec) location() *time.Location {
	location, err := time.LoadLocation(s.zone)
	if err != nil {
		panic(err)
	}
	return location
}

func (x *productSpec) pairs(p *pairs) {
	p.text("sku", x.sku)
	if len(x.moreCategories) > 0 {
		p.texts("category", append([]string{x.category}, x.moreCategories...))
	} else {
		p.text("category", x.category)
	}
	p.text("subgroup", x.subgroup)
	if x.price != cart.NoPrice {
		p.add("price", p.major(x.price))
	}
	p.amount("floor_price", x.floor)
	for _, name := range slices.Sorted(maps.Keys(x.attributes)) {
		p.add(name, string(x.attributes[name]))
	}
}

func (x *selectorSpec) pairs(p *pairs) {
	p.texts("skus", x.skus)
	p.texts("categories", x.categories)
	p.texts("subgroups", x.subgroups)
	p.table("where", false, func(p *pairs) {
		for i := range x.where {
			x.where[i].pairs(p)
		}
	})
	p.amount("min_unit_price", x.minPrice)
	p.amount("max_unit_price", x.maxPrice)
	p.flag("skip_reduced", x.skipReduced)
	if x.exclude != nil {
		p.table("exclude", true, x.exclude.pairs)
	}
	tablesOf(p, "any", x.any, (*selectorSpec).pairs)
}

func (x *testSpec) pairs(p *pairs) {
	if x.is != "" {
		p.add(x.name, string(x.is))
		return
	}
	p.table(x.name, true, func(p *pairs) {
		p.raw("min", string(x.min))
		p.raw("max", string(x.max))
		if len(x.in) > 0 {
			p.add("in", strings.ReplaceAll(fmt.Sprint(x.in), " ", ", "))
		}
	})
}

func (x *windowSpec) pairs(p *pairs) {
	p.text("start", x.start)
	p.text("end", x.end)
	p.texts("days", x.days)
}

func (x *stepSpec) pairs(p *pairs) {
	p.text("id", x.id)
	x.selectorSpec.pairs(p)
	tablesOf(p, "time_windows", x.windows, (*windowSpec).pairs)
	p.add("threshold", p.major(x.threshold))
	p.amount("amount", x.amount)
}

func (x *holdingSpec) pairs(p *pairs) {
	x.selectorSpec.pairs(p)
	p.integer("min_quantity", x.minQuantity)
	p.amount("min_subtotal", x.minSubtotal)
}

func (x *ruleSpec) pairs(p *pairs) {
	if x.disabled {
		p.add("enabled", "false")
	}
	x.selectorSpec.pairs(p)
	p.text("applies_to", x.appliesTo)
	p.integer("max_units", x.maxUnits)
	p.text("each", x.each)
	if x.fresh {
		p.add("fresh_units", "true")
	}
	if x.perLine {
		p.text("max_units_per", "line")
	}
	p.text("pick", x.pick)
	x.conditions(p)
	x.reward.pairs(p)
	if x.stage != nil {
		p.add("stage", fmt.Sprint(*x.stage))
	}
	p.integer("priority", x.priority)
	p.text("group", x.group)
	switch x.exclusive {
	case "true":
		p.add("exclusive", "true")
	default:
		p.text("exclusive", x.exclusive)
	}
	p.text("stop", x.stop)
	p.amount("max_discount", x.maxDiscount)
	p.raw("quota", x.quota)
	p.texts("quotas", x.quotas)
}

func (x *ruleSpec) conditions(p *pairs) {
	p.raw("valid_from", x.from)
	p.text("valid_until", x.until)
	if len(x.windows) == 1 {
		p.table("time_window", true, x.windows[0].pairs)
	} else {
		tablesOf(p, "time_windows", x.windows, (*windowSpec).pairs)
	}
	p.amount("min_subtotal", x.minSubtotal)
	p.integer("min_quantity", x.minQuantity)
	p.integer("min_line_quantity", x.minLineQuantity)
	p.integer("min_articles", x.minArticles)
	if x.countCart {
		p.text("count", "cart")
	}
	tablesOf(p, "requires", x.requires, (*holdingSpec).pairs)
	tablesOf(p, "forbids", x.forbids, (*holdingSpec).pairs)
	p.texts("coupons", x.coupons)
	p.texts("channels", x.channels)
	p.texts("regions", x.regions)
	p.texts("shipping_methods", x.methods)
	if c := x.customer; c != nil {
		p.table("customer", true, func(p *pairs) {
			p.texts("tiers", c.tiers)
			p.texts("segments", c.segments)
			p.texts("ids", c.ids)
			p.integer("nth_order", c.nthOrder)
		})
	}
}
