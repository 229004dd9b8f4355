package strategy_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// This file translates the neutral form of the conformance cases into the
// strategy language.

type neutralPolicy struct {
	Base          string `json:"base"`
	ThresholdBase string `json:"threshold_base"`
	Rounding      string `json:"rounding"`
	RoundScope    string `json:"round_scope"`
	RoundingUnit  int64  `json:"rounding_unit_minor"`
	Allocation    string `json:"allocation"`
	Selection     string `json:"selection"`
}

type neutralRule struct {
	ID       string
	Stage    *int64
	Priority int64
	When     struct {
		MinSubtotal     int64         `json:"min_subtotal_minor"`
		SubtotalMatch   *neutralMatch `json:"subtotal_match"`
		MinQuantity     int64         `json:"min_quantity"`
		QuantityMatch   *neutralMatch `json:"quantity_match"`
		LineQuantity    int64         `json:"any_line_min_quantity"`
		Contains        neutralHolds  `json:"contains"`
		NotContains     neutralHolds  `json:"not_contains"`
		Coupon          string        `json:"coupon"`
		Groups          []string      `json:"customer_groups"`
		NthOrder        int64         `json:"nth_order"`
		Channels        []string      `json:"channels"`
		Currencies      []string      `json:"currencies"`
		ShippingMethods []string      `json:"shipping_methods"`
		ValidFrom       string        `json:"valid_from"`
		ValidUntil      string        `json:"valid_until"`
	}
	Target struct {
		Scope     string
		Match     *neutralMatch
		MaxUnits  int64  `json:"max_units"`
		UnitScope string `json:"max_units_scope"`
		UnitOrder string `json:"unit_order"`
	}
	Action neutralAction
	Caps   struct {
		MaxDiscount int64 `json:"max_discount_minor"`
		Budget      any   `json:"budget"`
		Usage       any   `json:"usage"`
		PerCustomer any   `json:"usage_per_customer"`
	}
	Stack struct {
		Exclusive bool
		Stop      string
	}
}

// neutralHolds is one object or a list of them.
type neutralHolds []neutralHold

type neutralHold struct {
	Match       *neutralMatch
	MinQuantity int64 `json:"min_quantity"`
}

func (h *neutralHolds) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]neutralHold)(h))
	}
	var one neutralHold
	err := json.Unmarshal(text, &one)
	*h = neutralHolds{one}
	return err
}

type neutralMatch struct {
	SKU            []string
	Category       []string
	Method         []string
	Attributes     map[string]any
	MinUnitPrice   int64 `json:"min_unit_price_minor"`
	MaxUnitPrice   int64 `json:"max_unit_price_minor"`
	AlreadyReduced bool  `json:"already_reduced"`
	NotYetReduced  bool  `json:"not_already_reduced"`
	Exclude        *neutralMatch
}

type neutralAction struct {
	Type       string
	Value      json.Number
	Amount     int64 `json:"amount_minor"`
	Allocation string
	UnitPrice  int64 `json:"unit_price_minor"`
	Units      int64
	Price      int64 `json:"price_minor"`
	Basis      string
	Tiers      []struct {
		AtMinor int64 `json:"at_minor"`
		AtUnits int64 `json:"at_units"`
		Percent json.Number
		Amount  int64 `json:"amount_minor"`
	}
	StepMinor  int64 `json:"step_minor"`
	Step       int64
	MaxTimes   int64 `json:"max_times"`
	First      int64 `json:"first_minor"`
	Additional int64 `json:"additional_minor"`
	MaxUnits   int64 `json:"max_units"`
	Size       int64
	Percent    json.Number
	Buy, Get   struct {
		Quantity   int64
		Match      *neutralMatch
		PercentOff json.Number `json:"percent_off"`
	}
	Repeat  any
	Reserve string
	Pick    string
	Partial bool
}

type neutralCart struct {
	Currency string
	Lines    []struct {
		ID         string
		SKU        string
		Category   []string
		Quantity   int64
		UnitPrice  int64 `json:"unit_price_minor"`
		Floor      int64 `json:"floor_unit_price_minor"`
		Reduced    bool  `json:"already_reduced"`
		Attributes map[string]any
	}
	Shipping []struct {
		ID, Method string
		Amount     int64 `json:"amount_minor"`
	}
	Coupons  []string
	Channel  string
	Customer struct {
		ID        string
		Groups    []string
		Completed *int64 `json:"completed_orders"`
	}
}

// table is TOML in the making.
type table = map[string]any

// translation carries what the translation of one case needs.
type translation struct {
	*conformanceCase
	currency money.Currency
	document table
}

func (c *conformanceCase) strategyText() ([]byte, error) {
	code := c.Cart.Currency
	for _, r := range c.Rules {
		if len(r.When.Currencies) > 0 && !slices.Contains(r.When.Currencies, code) {
			if len(c.Rules) > 1 {
				return nil, notApplicableError("a strategy has one currency, this one needs several")
			}
			code = r.When.Currencies[0]
		}
	}
	currency, err := money.ParseCurrency(code)
	if err != nil {
		return nil, err
	}
	t := &translation{conformanceCase: c, currency: currency, document: table{
		"version": "conformance", "currency": code, "limits": table{"max_rate": 1},
	}}
	if err := t.policy(); err != nil {
		return nil, err
	}
	t.products()
	rules := table{}
	for i := range c.Rules {
		rule, err := t.rule(&c.Rules[i])
		if err != nil {
			return nil, err
		}
		rules[fmt.Sprintf("%03d", i)] = rule
	}
	t.document["rule"] = rules
	return toml.Marshal(t.document)
}

// ruleID is the id of the case for one of the strategy, whose ids keep the
// order of the array.
func (c *conformanceCase) ruleID(id string) string {
	i, _ := strconv.Atoi(id)
	return c.Rules[i].ID
}

func (t *translation) policy() error {
	p := &t.Policy
	arithmetic := table{}
	for key, value := range map[string]string{"base": p.Base, "threshold_base": p.ThresholdBase, "rounding": p.Rounding} {
		if value != "" {
			arithmetic[key] = value
		}
	}
	switch p.RoundScope {
	case "":
	case "rule", "line", "unit":
		arithmetic["round_scope"] = p.RoundScope
	default:
		return notApplicableError("round_scope " + p.RoundScope)
	}
	if p.RoundingUnit > 1 {
		arithmetic["rounding_unit"] = t.major(p.RoundingUnit)
	}
	allocations := map[string]string{
		"": "largest_remainder", "largest_fraction": "largest_remainder", "floor_then_first": "first", "floor_then_last": "last",
		"round_then_first": "round_then_first", "round_then_last": "round_then_last", "carry": "carry", "cascade_up": "cascade_up",
	}
	selections := map[string]string{"": "all", "all": "all", "best_rule": "best", "best_per_line": "best_per_line", "best_combination": "best_combination"}
	var known bool
	if arithmetic["allocation"], known = allocations[p.Allocation]; !known {
		return notApplicableError("allocation " + p.Allocation)
	}
	if arithmetic["select"], known = selections[p.Selection]; !known {
		return notApplicableError("selection " + p.Selection)
	}
	t.document["arithmetic"] = arithmetic
	return nil
}

func (t *translation) major(minor int64) string { return string(t.currency.AppendMajor(nil, minor)) }

// products puts lines with a floor price into the catalogue, which then is
// what is known of them.
func (t *translation) products() {
	var products []table
	for i := range t.Cart.Lines {
		line := &t.Cart.Lines[i]
		if line.Floor == 0 {
			continue
		}
		if line.SKU == "" {
			line.SKU = "line-" + line.ID
		}
		product := table{"sku": line.SKU, "floor_price": t.major(line.Floor)}
		if len(line.Category) > 0 {
			product["category"] = line.Category
		}
		for name, value := range line.Attributes {
			product[name] = value
		}
		products = append(products, product)
	}
	if products != nil {
		t.document["products"] = products
	}
}

func (t *translation) rule(r *neutralRule) (table, error) {
	if r.Caps.Budget != nil || r.Caps.Usage != nil || r.Caps.PerCustomer != nil {
		return nil, notApplicableError("budgets and usage limits need a memory of earlier orders")
	}
	rule := table{"priority": r.Priority}
	if r.Stage != nil {
		rule["stage"] = *r.Stage
	}
	if r.Caps.MaxDiscount > 0 {
		rule["max_discount"] = t.major(r.Caps.MaxDiscount)
	}
	if r.Stack.Stop != "" {
		rule["stop"] = r.Stack.Stop
	}
	if r.Stack.Exclusive {
		// Of several the first eligible applies and no other rule: they come
		// before all others, and the first that applies is the last.
		rule["stage"], rule["stop"] = -1000, "cart"
	}
	t.when(r, rule)
	t.target(r, rule)
	return rule, t.action(&r.Action, rule)
}

func (t *translation) when(r *neutralRule, rule table) {
	w := &r.When
	var requires, forbids []table
	if w.MinSubtotal > 0 {
		requires = append(requires, t.match(w.SubtotalMatch, table{"min_subtotal": t.major(w.MinSubtotal)}))
	}
	if w.MinQuantity > 0 {
		requires = append(requires, t.match(w.QuantityMatch, table{"min_quantity": w.MinQuantity}))
	}
	for _, h := range w.Contains {
		requires = append(requires, t.match(h.Match, table{"min_quantity": max(1, h.MinQuantity)}))
	}
	for _, h := range w.NotContains {
		forbids = append(forbids, t.match(h.Match, table{"min_quantity": max(1, h.MinQuantity)}))
	}
	customer := table{}
	if w.Groups != nil {
		customer["segments"] = w.Groups
	}
	if w.NthOrder > 0 {
		customer["nth_order"] = w.NthOrder
	}
	if w.LineQuantity > 0 {
		rule["min_line_quantity"], rule["count"] = w.LineQuantity, "cart"
	}
	for key, value := range map[string]any{"valid_from": w.ValidFrom, "valid_until": w.ValidUntil} {
		if value != "" {
			rule[key] = value
		}
	}
	put(rule, "requires", requires)
	put(rule, "forbids", forbids)
	put(rule, "channels", w.Channels)
	put(rule, "shipping_methods", w.ShippingMethods)
	if w.Coupon != "" {
		rule["coupons"] = []string{w.Coupon}
	}
	if len(customer) > 0 {
		rule["customer"] = customer
	}
}

func put[T any](into table, key string, list []T) {
	if len(list) > 0 {
		into[key] = list
	}
}

// match adds a match's selectors to a table.
func (t *translation) match(m *neutralMatch, into table) table {
	if m == nil {
		return into
	}
	put(into, "skus", m.SKU)
	put(into, "categories", m.Category)
	if m.MinUnitPrice > 0 {
		into["min_unit_price"] = t.major(m.MinUnitPrice)
	}
	if m.MaxUnitPrice > 0 {
		into["max_unit_price"] = t.major(m.MaxUnitPrice)
	}
	if len(m.Attributes) > 0 {
		where := table{}
		for name, value := range m.Attributes {
			if list, ok := value.([]any); ok {
				value = table{"in": list}
			}
			where[name] = value
		}
		into["where"] = where
	}
	if m.NotYetReduced {
		into["skip_reduced"] = true
	}
	if m.Exclude != nil {
		into["exclude"] = t.match(m.Exclude, table{})
	} else if m.AlreadyReduced {
		into["exclude"] = table{"skip_reduced": true} // all but those not reduced
	}
	return into
}

func (t *translation) target(r *neutralRule, rule table) {
	target := &r.Target
	switch target.Scope {
	case "shipping":
		rule["applies_to"] = "shipping"
	case "order_and_shipping":
		rule["applies_to"] = "all"
	}
	if target.Match != nil {
		put(rule, "shipping_methods", target.Match.Method)
		t.match(target.Match, rule)
	}
	if target.MaxUnits > 0 {
		rule["max_units"] = target.MaxUnits
		if target.UnitScope != "" {
			rule["max_units_per"] = target.UnitScope
		}
	}
	if target.UnitOrder != "" {
		rule["pick"] = target.UnitOrder
	}
}

func (t *translation) action(a *neutralAction, rule table) error {
	switch a.Type {
	case "percent":
		if percent, err := a.Value.Float64(); err != nil || percent > 100 {
			return notApplicableError("a rate above 1 is refused as a mistake")
		}
		rule["discount_rate"] = fraction(a.Value)
	case "fixed":
		rule["discount_amount"] = t.major(a.Amount)
		rule["per"] = map[string]string{"each_unit": "unit", "each_line": "line", "across": "cart"}[a.Allocation]
	case "fixed_price":
		rule["unit_price"] = t.major(a.UnitPrice)
	case "bundle_price":
		rule["bundle"] = table{"units": a.Units, "price": t.major(a.Price)}
	case "tier":
		t.tiers(a, rule)
	case "every_amount":
		rule["every"] = times(table{"threshold": t.major(a.StepMinor), "amount": t.major(a.Amount)}, a.MaxTimes)
	case "every_units":
		rule["every"] = times(table{"units": a.Step, "amount": t.major(a.Amount)}, a.MaxTimes)
	case "unit_ladder":
		ladder := table{"first": t.major(a.First), "additional": t.major(a.Additional)}
		if a.MaxUnits > 0 {
			ladder["max_units"] = a.MaxUnits
		}
		rule["unit_ladder"] = ladder
	case "full_groups":
		rule["groups_of"] = t.amountOrRate(table{"size": a.Size}, a.Amount, a.Percent)
	case "buy_x_get_y":
		t.buyGet(a, rule)
	default:
		return fmt.Errorf("unknown action %q", a.Type)
	}
	return nil
}

func times(reward table, most int64) table {
	if most > 0 {
		reward["max_times"] = most
	}
	return reward
}

func (t *translation) amountOrRate(reward table, amount int64, percent json.Number) table {
	if percent != "" {
		reward["rate"] = fraction(percent)
	} else {
		reward["amount"] = t.major(amount)
	}
	return reward
}

func (t *translation) tiers(a *neutralAction, rule table) {
	var steps []table
	for _, tier := range a.Tiers {
		step := table{"threshold": t.major(tier.AtMinor)}
		if a.Basis == "target_quantity" {
			step["threshold"] = tier.AtUnits
		}
		steps = append(steps, t.amountOrRate(step, tier.Amount, tier.Percent))
	}
	rule["ladder"] = steps
	switch a.Basis {
	case "cart_subtotal":
		rule["count"] = "cart"
	case "target_quantity":
		rule["ladder_by"] = "quantity"
	}
}

func (t *translation) buyGet(a *neutralAction, rule table) {
	rule["buy"] = t.match(a.Buy.Match, table{"quantity": a.Buy.Quantity})
	rule["get"] = t.match(a.Get.Match, table{"quantity": a.Get.Quantity, "rate": fraction(a.Get.PercentOff)})
	rule["partial"] = a.Partial
	if a.Reserve != "" {
		rule["reserve"] = a.Reserve
	}
	if a.Pick != "" {
		rule["pick"] = a.Pick
	}
	switch repeat := a.Repeat.(type) {
	case float64:
		rule["repeat"] = int64(repeat)
	case nil:
		rule["repeat"] = int64(1)
	}
}

// fraction writes a percentage as a fraction.
func fraction(percent json.Number) string {
	r, ok := new(big.Rat).SetString(percent.String())
	if !ok {
		return percent.String()
	}
	return strings.TrimSuffix(strings.TrimRight(r.Quo(r, big.NewRat(100, 1)).FloatString(9), "0"), ".")
}

func (c *neutralCart) cart() *cart.Cart {
	into := &cart.Cart{Currency: c.Currency, Coupons: c.Coupons, Channel: c.Channel}
	into.Customer = cart.Customer{ID: c.Customer.ID, Segments: c.Customer.Groups, CompletedOrders: -1}
	if c.Customer.Completed != nil {
		into.Customer.CompletedOrders = *c.Customer.Completed
	}
	for i := range c.Lines {
		from := &c.Lines[i]
		line := cart.Line{
			ID: from.ID, SKU: from.SKU, Quantity: from.Quantity, UnitPrice: from.UnitPrice,
			Subtotal: from.Quantity * from.UnitPrice, Reduced: from.Reduced,
		}
		if len(from.Category) > 0 {
			line.Category, line.MoreCategories = from.Category[0], from.Category[1:]
		}
		for name, value := range from.Attributes {
			line.Attributes = append(line.Attributes, attributeOf(name, value))
		}
		into.Lines = append(into.Lines, line)
	}
	for _, charge := range c.Shipping {
		into.Shipping = append(into.Shipping, cart.Charge{ID: charge.ID, Method: charge.Method, Amount: charge.Amount})
	}
	return into
}

func attributeOf(name string, value any) cart.Attribute {
	a := cart.Attribute{Name: name, Text: fmt.Sprint(value)}
	switch value.(type) {
	case float64:
		a.Kind = cart.Number
	case bool:
		a.Kind = cart.Bool
	}
	return a
}
