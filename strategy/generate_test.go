package strategy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// chooser chooses one of n; all generated strategies and carts come from such
// choices, random or from a fuzzer.
type chooser func(n int) int

func randomly(seed, stream uint64) chooser {
	source := rand.New(rand.NewPCG(seed, stream))
	return source.IntN
}

func drawn(t *rapid.T) chooser {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }
}

// bytewise takes a byte a choice; past the end it is always the first.
func bytewise(data []byte) chooser {
	return func(n int) int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b) % n
	}
}

// often is true in so many of a hundred cases.
func (c chooser) often(percent int) bool { return c(100) >= 100-percent }

func oneOf[T any](c chooser, list ...T) T { return list[c(len(list))] }

// some are one to most different words.
func some(c chooser, most int, list ...string) []string {
	from := c(len(list))
	words := make([]string, 0, most)
	for i := range 1 + c(most) {
		words = append(words, list[(from+i)%len(list)])
	}
	return words
}

// The words and numbers of generated pairs are few, so that rules meet goods
// and values tie.
var (
	genSKUs       = []string{"americano", "latte", "oolong", "mug", "beans", "card"}
	genCategories = []string{"coffee", "tea", "ware"}
	genSubgroups  = []string{"hot", "cold"}
	genPrices     = []int64{1, 3, 99, 100, 333, 500, 500, 1000, 1000, 1999, 2500, 123_456_789}
	genAmounts    = []int64{1, 7, 50, 100, 100, 333, 500, 1000, 1500, 3000}
	genThresholds = []int64{1, 100, 500, 1000, 1500, 2000, 3000, 5000}
	genRates      = []string{"0.05", "0.1", "0.15", "0.25", "0.333", "0.5", "0.9", "0.000000001"}
	genDays       = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)

// genSpec makes a strategy of one to six rules.
func genSpec(c chooser) *spec {
	s := &spec{zone: oneOf(c, "UTC", "Asia/Shanghai", "America/New_York")}
	s.currency = oneOf(c, "", "", "", "CNY", "JPY", "KWD")
	if c.often(60) {
		s.base = oneOf(c, "", "running", "original", "stage")
		s.thresholdBase = oneOf(c, "", "running", "original", "stage")
	}
	if c.often(70) {
		s.rounding = oneOf(c, "", "half_up", "half_even", "half_down", "down", "up")
		s.roundScope = oneOf(c, "", "rule", "line", "unit")
		s.allocation = oneOf(c, "", "largest_remainder", "first", "last", "round_then_first", "round_then_last", "carry", "cascade_up")
	}
	if c.often(25) {
		s.roundingUnit = oneOf[int64](c, 1, 7, 10, 100, 100, 500)
	}
	s.selection = oneOf(c, "", "", "all", "best", "best_per_line", "best_combination")
	if c.often(20) {
		s.payableUnit = oneOf[int64](c, 1, 5, 10, 50, 100, 1000)
		s.payableMode = oneOf(c, "", "", "half_up", "half_even", "half_down", "down", "up")
	}
	if c.often(25) {
		s.limitRate = oneOf(c, "0.1", "0.33", "0.5", "1")
	}
	if c.often(20) {
		s.limitAmount = oneOf(c, genAmounts...)
	}
	s.zeroCounts = c.often(15)
	for _, sku := range genSKUs {
		if c.often(20) {
			s.products = append(s.products, genProduct(c, sku))
		}
	}
	for c.often(30) && len(s.steps) < 3 {
		s.steps = append(s.steps, stepSpec{selectorSpec: genSelector(c, 1), windows: genWindows(c, 25), threshold: oneOf(c, genThresholds...), amount: oneOf(c, genAmounts...)})
	}
	if len(s.steps) > 0 {
		s.steps[0].id = oneOf(c, "", "", "discounts", "d", "z")
	}
	for i := range 1 + c(6) {
		s.rules = append(s.rules, genRule(c, string("kcmbxa"[i])))
	}
	if c.often(30) {
		focus(c, s.rules)
	}
	if c.often(1) {
		// So many that words are rare and the bits of the rules take two words. They
		// are too many to be combined.
		if s.selection == "best_combination" {
			s.selection = ""
		}
		for i := range 100 + c(40) {
			s.rules = append(s.rules, genRule(c, fmt.Sprint("r", i)))
		}
	}
	genSpellings(c, s)
	return s
}

func genProduct(c chooser, sku string) productSpec {
	p := productSpec{sku: sku, price: cart.NoPrice, category: oneOf(c, genCategories...), attributes: map[string]literal{}}
	if c.often(50) {
		p.subgroup = oneOf(c, genSubgroups...)
	}
	if c.often(30) {
		more := some(c, 2, append(genCategories, "season")...)
		p.moreCategories = slices.DeleteFunc(more, func(name string) bool { return name == p.category })
	}
	if c.often(50) {
		p.price = oneOf(c, genPrices...)
	}
	if c.often(60) {
		p.floor = oneOf(c, genPrices...)
		if p.price != cart.NoPrice {
			p.floor = min(p.floor, p.price)
		}
	}
	if c.often(50) {
		name, value := genAttribute(c)
		p.attributes[name] = value
	}
	return p
}

func genAttribute(c chooser) (name string, value literal) {
	switch c(3) {
	case 0:
		return "caffeine_mg", oneOf[literal](c, "0", "50", "50.0", "95", "95.5", "-1")
	case 1:
		return "roast", oneOf[literal](c, `"dark"`, `"city"`, `"50"`)
	}
	return "decaf", oneOf[literal](c, "true", "false")
}

// genSelector makes a selector of zero or more tests; depth bounds exclude.
func genSelector(c chooser, depth int) selectorSpec {
	var x selectorSpec
	if c.often(15) {
		x.skus = some(c, 4, genSKUs...)
	}
	if c.often(35) {
		x.categories = some(c, 2, genCategories...)
	}
	if c.often(10) {
		x.subgroups = some(c, 1, genSubgroups...)
	}
	if c.often(8) {
		x.where = []testSpec{genTest(c)}
	}
	if c.often(8) {
		x.minPrice = oneOf(c, genPrices...)
	}
	if c.often(8) {
		x.maxPrice = max(x.minPrice, oneOf(c, genPrices...))
	}
	x.skipReduced = c.often(8)
	if depth > 0 && c.often(12) {
		exclude := genSelector(c, depth-1)
		if exclude.empty() {
			exclude.skus = some(c, 2, genSKUs...)
		}
		x.exclude = &exclude
	}
	if c.often(6) {
		x.any = genAlternatives(c, depth-1)
	}
	return x
}

func (x *selectorSpec) empty() bool {
	return len(x.skus)+len(x.categories)+len(x.subgroups)+len(x.where) == 0 &&
		x.minPrice+x.maxPrice == 0 && !x.skipReduced && x.exclude == nil && len(x.any) == 0
}

func genTest(c chooser) testSpec {
	name, value := genAttribute(c)
	switch c(3) {
	case 0:
		return testSpec{name: name, is: value}
	case 1:
		_, other := genAttribute(c)
		return testSpec{name: name, in: []literal{value, other}}
	}
	return testSpec{name: "caffeine_mg", min: oneOf[literal](c, "", "0", "50"), max: oneOf[literal](c, "50", "95.5")}
}

func genWindows(c chooser, percent int) []windowSpec {
	var windows []windowSpec
	for c.often(percent) && len(windows) < 3 {
		w := windowSpec{start: oneOf(c, "00:00:00", "08:00:00", "09:30:00", "22:00:00"), end: oneOf(c, "02:00:00", "08:00:00", "09:30:01", "16:00:00", "24:00:00")}
		if c.often(40) {
			w.days = some(c, 5, genDays...)
		}
		windows = append(windows, w)
	}
	return windows
}

// genNow is an instant at or near one that rules name.
func genNow(c chooser) time.Time {
	base := oneOf(c,
		time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 7, 23, 59, 59, 0, time.UTC),
		time.Date(2026, 3, 8, 6, 30, 0, 0, time.UTC), // clocks change in New York
		time.Date(2026, 3, 8, 14, 0, 0, 0, time.UTC),
	)
	return base.Add(oneOf(c, 0, time.Nanosecond, -time.Nanosecond, time.Second, 90*time.Minute, 2*time.Hour))
}

func genRule(c chooser, id string) ruleSpec {
	r := ruleSpec{id: id, disabled: c.often(4), selectorSpec: genSelector(c, 1)}
	r.appliesTo = oneOf(c, "", "", "", "", "items", "shipping", "all")
	if (r.appliesTo == "" || r.appliesTo == "items") && c.often(20) {
		r.maxUnits = int64(1 + c(6))
		r.perLine = c.often(30)
	}
	r.fresh = (r.appliesTo == "" || r.appliesTo == "items") && c.often(8)
	r.pick = oneOf(c, "", "cheapest", "dearest", "cart")
	genConditions(c, &r)
	r.reward = genReward(c)
	if r.reward.countsUnits() {
		r.appliesTo = "" // shipping has no units
	}
	if r.appliesTo == "" && !r.countCart && c.often(15) {
		r.each = oneOf(c, "sku", "line")
	}
	if c.often(30) {
		stage := int64(c(4)) - 1
		r.stage = &stage
	}
	if c.often(40) {
		r.priority = int64(c(5)) - 2
	}
	switch {
	case c.often(12):
		if r.exclusive = oneOf(c, "goods", "goods", "all", "true"); r.appliesTo == "shipping" && r.exclusive == "goods" {
			r.exclusive = "all"
		}
	case c.often(30):
		r.group = oneOf(c, "g", "h")
	}
	if c.often(20) {
		r.stop = oneOf(c, "never", "line", "cart")
	}
	if c.often(20) {
		r.maxDiscount = oneOf(c, genAmounts...)
	}
	return r
}

func genConditions(c chooser, r *ruleSpec) {
	if c.often(5) {
		r.from = oneOf(c, "2026-03-02T08:00:00Z", "2026-03-02T16:00:00+08:00", "2026-03-08T00:00:00Z")
	}
	if c.often(5) {
		r.until = oneOf(c, "2026-03-08T06:30:00Z", "2026-03-08T14:00:00.5+00:00", "2026-03-08T06:29:59Z")
	}
	r.windows = genWindows(c, 12)
	if c.often(20) {
		r.minSubtotal = oneOf(c, genThresholds...)
	}
	if c.often(20) {
		r.minQuantity = int64(1 + c(8))
	}
	if c.often(8) {
		r.minLineQuantity = int64(1 + c(4))
	}
	if c.often(8) {
		r.minArticles = int64(1 + c(3))
	}
	r.countCart = c.often(15)
	if c.often(8) {
		r.requires = genHoldings(c)
	}
	if c.often(6) {
		r.forbids = genHoldings(c)
	}
	if c.often(8) {
		r.coupons = some(c, 2, genCodes...)
	}
	if c.often(6) {
		r.channels = some(c, 1, "app", "web")
	}
	if c.often(6) {
		r.regions = some(c, 1, "sh", "zj")
	}
	if c.often(8) {
		r.methods = some(c, 1, "express", "post")
	}
	if c.often(8) {
		r.customer = genCustomer(c)
	}
}

func genHoldings(c chooser) []holdingSpec {
	list := make([]holdingSpec, 1+c(2))
	for i := range list {
		list[i].selectorSpec = genSelector(c, 1)
		if c.often(40) {
			list[i].minQuantity = int64(1 + c(4))
		}
		if c.often(30) {
			list[i].minSubtotal = oneOf(c, genThresholds...)
		}
	}
	return list
}

func genCustomer(c chooser) *customerSpec {
	who := &customerSpec{nthOrder: int64(c(3))}
	if c.often(40) {
		who.tiers = some(c, 2, "gold", "silver", "plain")
	}
	if c.often(30) {
		who.segments = some(c, 2, "student", "staff")
	}
	if who.nthOrder == 0 && len(who.tiers)+len(who.segments) == 0 || c.often(10) {
		who.ids = some(c, 2, "u1", "u2", "u3")
	}
	return who
}

// genCart makes a cart of up to six lines, or now and then of more than so many
// that their words are looked up, and two charges.
func genCart(c chooser, s *spec) *cart.Cart {
	made := &cart.Cart{Customer: cart.Customer{
		ID: oneOf(c, "", "u1", "u2"), Tier: oneOf(c, "", "gold", "silver"), CompletedOrders: int64(c(3)) - 1}}
	if c.often(10) {
		made.Currency = oneOf(c, "CNY", "USD", "JPY", s.currency, s.currency, s.currency)
	}
	if c.often(40) {
		made.Customer.Segments = some(c, 2, "student", "staff")
	}
	if c.often(40) {
		made.Coupons = some(c, 2, genCodes...)
		for i, code := range made.Coupons {
			made.Coupons[i] = respelled(c, 40, code)
		}
	}
	made.Channel, made.Region = oneOf(c, "", "app", "web"), oneOf(c, "", "sh", "zj")
	for range c(3) {
		made.Shipping = append(made.Shipping, cart.Charge{Method: oneOf(c, "express", "post"), Amount: oneOf[int64](c, 0, 1, 500, 1000, 1250)})
	}
	if c.often(3) {
		made.Sums = true
		made.Lines = []cart.Line{{Quantity: int64(1 + c(6)), UnitPrice: cart.NoPrice, Subtotal: oneOf(c, genThresholds...)}}
		return made
	}
	for i := range oneOf(c, 2, 0, 1, 2, 3, 3, 4, 4, 5, 6, 9+c(8)) {
		made.Lines = append(made.Lines, genLine(c, fmt.Sprint("l", i)))
	}
	for c.often(30) && len(made.Lines) > 0 {
		made.Lines = slices.Insert(made.Lines, c(len(made.Lines)+1), genMore(c, made.Lines[c(len(made.Lines))]))
	}
	return made
}

// genMore makes another line of an article.
func genMore(c chooser, l cart.Line) cart.Line {
	if l.ID += "+"; !l.Weight.IsZero() || l.Quantity == 0 {
		return l
	}
	times := int64(1 + c(3))
	l.Attributes, l.MoreCategories = slices.Clone(l.Attributes), slices.Clone(l.MoreCategories)
	if l.UnitPrice == cart.NoPrice || l.HasTotal && c.often(50) {
		l.Quantity, l.Subtotal = l.Quantity*times, l.Subtotal*times
		return l
	}
	l.Quantity, l.HasTotal = times, false
	l.Subtotal = l.Quantity * l.UnitPrice
	return l
}

func genLine(c chooser, id string) cart.Line {
	l := cart.Line{ID: id, SKU: respelled(c, 10, oneOf(c, genSKUs...)), Category: oneOf(c, genCategories...), Reduced: c.often(12)}
	if c.often(5) {
		l.SKU, l.Category = "", ""
	}
	if c.often(50) {
		l.Subgroup = oneOf(c, genSubgroups...)
	}
	l.Quantity, l.UnitPrice = oneOf[int64](c, 1, 1, 2, 3, 4, 5, 6, 11), oneOf(c, genPrices...)
	switch {
	case c.often(5):
		l.UnitPrice = 0
	case c.often(1):
		l.UnitPrice = cart.NoPrice
	case c.often(1):
		l.UnitPrice = money.Max / 11 // two of these may be too much for a cart
	}
	if l.UnitPrice != cart.NoPrice {
		l.Subtotal = l.Quantity * l.UnitPrice
	}
	if c.often(50) {
		l.Attributes = append(l.Attributes, genCartAttribute(c))
	}
	if c.often(20) {
		l.MoreCategories = some(c, 3, append(genCategories, "season", "")...)
	}
	switch {
	case c.often(6):
		genCancelled(c, &l)
	case c.often(12):
		genWeight(c, &l)
	case c.often(16):
		genTotal(c, &l)
	}
	return l
}

// genCancelled makes a line one without units, of which something may still be
// stated.
func genCancelled(c chooser, l *cart.Line) {
	l.Quantity, l.Subtotal, l.HasTotal = 0, 0, c.often(30)
	if c.often(30) {
		l.UnitPrice = cart.NoPrice
	}
}

// genWeight makes a line one of goods by weight, as the cart's reader does.
func genWeight(c chooser, l *cart.Line) {
	l.Quantity = 1
	l.Weight = oneOf(c, cart.Decimal{Digits: 5, Places: 1}, cart.Decimal{Digits: 125, Places: 3}, cart.Decimal{Digits: 333, Places: 3},
		cart.Decimal{Digits: 15, Places: 1}, cart.Decimal{Digits: 25, Places: 1}, cart.Decimal{Digits: 1, Places: 18}, cart.Decimal{Digits: 99999999999999999, Places: 13})
	if l.UnitPrice > 1_000_000 {
		l.UnitPrice = 1_000_000
	}
	if l.UnitPrice != cart.NoPrice {
		l.Subtotal, _ = l.Weight.Of(l.UnitPrice)
	}
	if c.often(40) {
		genTotal(c, l)
	}
}

// genTotal states what a line is worth, in place of a price or beside one that is
// within half a minor unit of each unit's part.
func genTotal(c chooser, l *cart.Line) {
	l.HasTotal = true
	switch {
	case c.often(30) && l.Weight.IsZero(): // near a price of a unit that rules may name
		l.UnitPrice, l.Subtotal = cart.NoPrice, oneOf(c, genPrices...)*l.Quantity+int64(c(3))-1
		return
	case l.UnitPrice == cart.NoPrice || c.often(40):
		l.UnitPrice, l.Subtotal = cart.NoPrice, oneOf[int64](c, 0, 1, 2, 100, 333, 334, 500, 1000, 1999, 2000, 123_456_789)
		return
	}
	if off := l.Quantity / 2; l.Subtotal > off {
		l.Subtotal += int64(c(int(2*off+1))) - off
	}
}

func genCartAttribute(c chooser) cart.Attribute {
	name, value := genAttribute(c)
	switch text := string(value); {
	case text[0] == '"':
		return cart.Attribute{Name: name, Kind: cart.Text, Text: text[1 : len(text)-1]}
	case text == "true" || text == "false":
		return cart.Attribute{Name: name, Kind: cart.Bool, Text: text}
	default:
		return cart.Attribute{Name: name, Kind: cart.Number, Text: text}
	}
}
