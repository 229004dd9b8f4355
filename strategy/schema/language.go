package schema

// key is a key of a table.
type key struct {
	name, kind, doc string
}

// table is a table of the language.
type table struct {
	keys     []key
	required []string
	oneOf    []string // exactly one of these keys is required
	oneOfToo []string // and exactly one of these
	further  string   // the kind of any further key; "" for none
}

// The kinds of values are the names in scalars, and a|b|c for one of several words. =name is a
// table, and *name is a table or a list of them. +name is the same as *name, or a table that names
// a file with the list. {name is a table of such tables by name.
var alternative = []key{
	{"skus", "strings", "Only these articles."},
	{"categories", "strings", "Only lines of these categories."},
	{"subgroups", "strings", "Only lines of these subgroups."},
	{"where", "=where", "Only lines with these attributes."},
	{"min_unit_price", "amount", "Only lines of at least this price a unit."},
	{"max_unit_price", "amount", "Only lines of at most this price a unit."},
	{"skip_reduced", "bool", "Leaves out what is on sale already."},
	{"exclude", "=selector", "Leaves out the lines that these selectors match."},
}

// anyOf is the key any of selectors. The alternatives in it have no such key themselves.
var anyOf = key{"any", "*alternative", "Only lines that match one of these."}

var selectors = join(alternative, []key{anyOf})

var windows = []key{
	{"time_window", "*window", "Open only in this part of the day."},
	{"time_windows", "*window", "Open in any of these parts of the day."},
}

func join(lists ...[]key) []key {
	var all []key
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

var settings = []key{
	{"version", "label", "The label in headers and logs."},
	{"currency", "string", "ISO 4217; default CNY. A cart in another gets no discount."},
	{"timezone", "string", "IANA name for local times; default UTC."},
	{"activate_at", "instant", "When the strategy goes into service; at once without it."},
	{"arithmetic", "=arithmetic", "What is computed on, and how it is rounded and shared."},
	{"coupon_case", "fold|exact", "Whether codes that differ in case are the same; default fold."},
	{"sku_compare", "exact|fold", "Whether SKUs that differ in case are the same; default exact."},
	{"unknown_skus", "pass|reject", "What becomes of a cart with an article that the catalogue does not know; default pass."},
	{"limits", "=limits", "Bounds of all discounts of a cart together."},
	{"zero_priced", "skip|count", "Whether articles at 0.00 count as units; default skip."},
	{"products", "+product", "The catalogue, or the file that has it; also [[beverages]]."},
	{"beverages", "+product", "The catalogue; the same as products."},
	{"codes", "{codes", "Sets of codes by name; rules name them."},
	{"discounts", "*step", "A ladder for the whole order: the best open step applies."},
	{"quota", "{quota", "Limits that rules share and that are counted over all orders, by name."},
	{"rule", "{rule", "The rules by id."},
}

// texts are the keys for people and for other programs. The engine does not use them.
var texts = []key{
	{"title", "title", "What it is called, in one language or by language."},
	{"description", "description", "What it is, in one language or by language."},
	{"tags", "tags", "Words to find it by."},
	{"meta", "meta", "Any table; the engine never reads it."},
}

// ladder is the key, beside texts, with which the first step of [[discounts]] describes all steps.
var ladder = []key{{"id", "label", "What the ladder is called, in its first step; default discounts."}}

var when = []key{
	{"enabled", "bool", "false switches the rule off."},
	{"applies_to", "items|shipping|all", "What is reduced; default items."},
	{"max_units", "count", "No more than so many units."},
	{"max_units_per", "rule|line", "What max_units is counted over; default rule."},
	{"pick", "cheapest|dearest|cart", "Which units come first; default cheapest, of unit_rates dearest."},
	{"fresh_units", "bool", "true takes only units that no rule has reduced."},
	{"each", "sku|line", "Looks at each SKU, or each line, as if the rest were not there."},
	{"valid_from", "instant", "The first instant at which the rule applies."},
	{"valid_until", "instant", "The last second at which the rule applies."},
	{"min_subtotal", "amount", "Only from this value on."},
	{"min_quantity", "count", "Only from so many units on."},
	{"min_line_quantity", "count", "Only lines of so many units."},
	{"min_articles", "count", "Only from so many different articles on."},
	{"count", "target|cart", "What the minimum is counted over; default target."},
	{"requires", "*holding", "All of these must be in the cart."},
	{"forbids", "*holding", "None of these may be in the cart."},
	{"coupons", "strings", "Only with one of these codes."},
	{"codes", "string", "Only with a code of this set of [codes]."},
	{"customer", "=customer", "Only for these customers."},
	{"channels", "strings", "Only from these sales channels."},
	{"regions", "strings", "Only in these regions."},
	{"shipping_methods", "strings", "Only with these ways of shipping."},
}

// rewards are the keys for what a rule gives. A rule has exactly one of them.
var rewards = []key{
	{"discount_rate", "rate", "The share taken off: 0.15 is 15% off."},
	{"discount_amount", "amount", "So much off, per cart, line or unit."},
	{"unit_price", "amount0", "A price per unit, never dearer than before."},
	{"bundle", "=bundle", "Any so many units for one price."},
	{"ladder", "*rung", "The highest step reached applies."},
	{"every", "=every", "So much off for each full step."},
	{"unit_ladder", "=unit_ladder", "A price for the first unit and one for further ones."},
	{"unit_rates", "rates", "A share off each unit by its place in a set, dearest first: [0, 0.5, 1]."},
	{"groups_of", "=groups", "Off the units in full groups."},
	{"get", "=get", "What is reduced for what is bought."},
	{"gift", "=gift", "A gift to announce."},
}

var further = []key{
	{"per", "cart|line|unit", "What discount_amount is taken off; default cart."},
	{"ladder_by", "subtotal|quantity", "What the thresholds of ladder count; default subtotal."},
	{"max_times", "count", "How many sets of unit_rates; default 1."},
	{"buy", "=buy", "What has to be bought for get."},
	{"repeat", "count", "At most so many times."},
	{"partial", "bool", "false gives only whole gets."},
	{"reserve", "dearest|cheapest|cart", "Which units count as bought; default dearest."},
	{"stage", "integer", "Stages run in order; default 1."},
	{"priority", "integer", "Higher first; default 0."},
	{"group", "string", "Only the best rule of a group applies."},
	{"exclusive", "exclusive", "Competes alone against all other rules, or against those of goods."},
	{"stop", "never|line|cart", "What no later rule may reduce."},
	{"max_discount", "amount", "The rule takes no more than this off."},
	{"quota", "=quota", "The rule's own limits that are counted over all orders."},
	{"quotas", "strings", "The limits of [quota.NAME] that the rule shares with others."},
}

func names(keys []key) []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.name
	}
	return list
}

// language has every table of a strategy file by its name.
var language = map[string]table{
	"strategy": {keys: join(settings, []key{{"env", "*env", "An overlay, chosen by its name."}})},
	"env":      {keys: join([]key{{"name", "string", "The name it is chosen by."}}, settings), required: []string{"name"}},
	"arithmetic": {keys: []key{
		{"base", "running|original|stage", "What a rule computes on."},
		{"threshold_base", "running|original|stage", "What thresholds are compared with; default as base."},
		{"rounding", "half_up|half_even|half_down|down|up", "How amounts are rounded."},
		{"round_scope", "rule|line|unit", "What is rounded."},
		{"allocation", "largest_remainder|first|last|round_then_first|round_then_last|carry|cascade_up", "How an amount is shared."},
		{"select", "all|best|best_per_line|best_combination", "Which eligible rules apply."},
		{"rounding_unit", "amount", "Amounts go in steps of this."},
		{"payable_unit", "amount", "What is left to pay for goods goes in steps of this."},
		{"payable_rounding", "half_up|half_even|half_down|down|up", "How what is left to pay is rounded; default down."},
	}},
	"limits":   {keys: []key{{"max_rate", "rate", "Of the subtotal."}, {"max_amount", "amount", "In all."}}},
	"product":  {further: "scalar", keys: []key{{"sku", "string", "The article; default its name."}, {"name", "string", "What it is called."}, {"category", "strings", "Or several: the article is in all of them."}, {"categories", "strings", "The same as category."}, {"subgroup", "string", ""}, {"price", "amount0", "Of one unit, whatever the cart says."}, {"floor_price", "amount0", "Never below this."}}},
	"file":     {keys: []key{{"file", "sheet", "A spreadsheet beside the strategy: .csv, .tsv or .txt."}}, required: []string{"file"}},
	"codes":    {keys: []key{{"file", "codesfile", "A file beside the strategy with one code a line, or in the first column: .codes, .csv, .tsv or .txt."}, {"signed", "bool", "true: the codes carry a signature and are in no file."}, {"uses", "count", "For how many orders each code is good; default 1."}}, oneOf: []string{"file", "signed"}},
	"step":     {keys: join(selectors, windows, ladder, texts, []key{{"threshold", "amount0", "From this value on."}, {"amount", "amount", "So much off."}}), required: []string{"threshold", "amount"}},
	"rule":     {keys: join(texts, selectors, windows, when, rewards, further), oneOf: names(rewards)},
	"selector": {keys: selectors}, "alternative": {keys: alternative},
	"where": {further: "test"},
	"test":  {keys: []key{{"min", "number", "At least."}, {"max", "number", "At most."}, {"in", "scalars", "Any of these."}}},
	"window": {keys: []key{{"start", "time", "From then on."}, {"end", "time", "Up to then; up to start is past midnight."},
		{"days", "days", "Only on these: mon, tue, wed, thu, fri, sat, sun."}}, required: []string{"start", "end"}},
	"holding":     {keys: join(selectors, []key{{"min_quantity", "count", "So many units; default 1."}, {"min_subtotal", "amount", "So much in value."}})},
	"customer":    {keys: []key{{"tiers", "strings", ""}, {"segments", "strings", ""}, {"ids", "strings", ""}, {"nth_order", "count", "1 is the first order."}}},
	"bundle":      {keys: []key{{"units", "count", ""}, {"price", "amount0", "Of all of them."}, {"max_times", "count", ""}}, required: []string{"units", "price"}},
	"rung":        {keys: []key{{"threshold", "number0", "From here on: so many units, or an amount in the main unit of the currency, as ladder_by says."}, {"amount", "amount", "So much off."}, {"rate", "rate", "The share off."}}, required: []string{"threshold"}, oneOf: []string{"amount", "rate"}},
	"every":       {keys: []key{{"threshold", "amount", "Each full step of value."}, {"units", "count", "Or of units."}, {"amount", "amount", "So much off each."}, {"max_times", "count", ""}}, required: []string{"amount"}, oneOf: []string{"threshold", "units"}},
	"unit_ladder": {keys: []key{{"first", "amount0", "Off the first unit."}, {"additional", "amount0", "Off each further one."}, {"max_units", "count", ""}}, required: []string{"first", "additional"}},
	"groups": {keys: []key{{"size", "count", "Units of a group."}, {"value", "amount", "Or what its units are worth, cheapest first."},
		{"amount", "amount", "Off each unit."}, {"rate", "rate", "The share off."}}, oneOf: []string{"amount", "rate"}, oneOfToo: []string{"size", "value"}},
	"buy": {keys: join(selectors, []key{{"quantity", "count", "So many units."}}), required: []string{"quantity"}},
	"get": {keys: join(selectors, []key{{"quantity", "count", "So many units; default 1."}, {"rate", "rate", "The share off; default 1."},
		{"amount", "amount", "Or so much off each unit."}, {"unit_price", "amount0", "Or the price of each unit."}})},
	"gift": {keys: []key{{"sku", "string", ""}, {"quantity", "count", "Default 1."}, {"per", "=multiple", "For each full one of these."},
		{"max_times", "count", "At most so often."}}, required: []string{"sku"}},
	"quota": {keys: []key{{"uses", "count", "So many orders."}, {"uses_per_customer", "count", "So many orders of each customer."},
		{"units", "count", "So many units that are reduced or given."}, {"units_per_customer", "count", "So many units for each customer."},
		{"budget", "amount", "So much off, in all."}, {"budget_per_customer", "amount", "So much off for each customer."},
		{"per", "day|week|month", "Counts start again with each; never without it."}, {"partial", "bool", "true gives what is left; default all or nothing."},
		{"on_outage", "skip|allow", "What becomes of the rule while nothing can be counted; default skip."},
		{"id", "label", "What the count is called; default the rule's id, or NAME of [quota.NAME]."}, {"round", "label", "Another round counts from zero."}}},
	"multiple": {keys: []key{{"units", "count", "So many units."}, {"threshold", "amount", "Or so much in value."}}, oneOf: []string{"units", "threshold"}},
}
