package schema

// testLanguage has every table of a file of tests by its name.
var testLanguage = map[string]table{
	"tests": {keys: []key{{"test", "*case", "A cart, an instant, and what must come out."}}, required: []string{"test"}},
	"case": {keys: []key{
		{"name", "string", "What the test is about."},
		{"env", "env", "The environments it is for; all without it."},
		{"now", "instant", "When the cart is priced."},
		{"exhausted", "strings", "Rules, or quotas by their names, of which nothing is left; all is left of others."},
		{"left", "any", "What is left of quotas: a number by name, or a table of limits."},
		{"cart", "=cart", "What is bought."},
		{"body", "string", "In place of cart: a file beside the test with an order as the shop sends it."},
		{"expect", "=expect", "What must come out."},
	}, required: []string{"name", "now", "expect"}},
	"cart": {keys: []key{
		{"currency", "string", "ISO 4217; default: the strategy's."}, {"items", "*item", "The lines."},
		{"customer", "=buyer", ""}, {"coupons", "any", "A list of codes."}, {"channel", "string", ""},
		{"region", "string", ""}, {"shipping", "*charge", ""},
	}},
	"item": {keys: []key{
		{"id", "any", "The shop's name for the line."}, {"sku", "any", "The article."}, {"category", "strings", "One, or several."},
		{"subgroup", "string", ""}, {"quantity", "number0", "Units, 0 if cancelled; a decimal is a weight."}, {"unit_price", "amount0", "Of one unit."},
		{"line_total", "amount0", "Of the whole line, in place of unit_price."},
		{"reduced", "bool", "On sale already."}, {"attributes", "=attributes", "Further properties."},
	}, required: []string{"quantity"}},
	"attributes": {further: "scalar"},
	"buyer":      {keys: []key{{"id", "any", ""}, {"tier", "string", ""}, {"segments", "any", "A list of strings."}, {"completed_orders", "integer", "Earlier orders."}}},
	"charge":     {keys: []key{{"id", "any", ""}, {"method", "string", ""}, {"amount", "amount0", ""}}},
	"expect": {keys: []key{
		{"discount", "amount0", "Off the goods."}, {"shipping_discount", "amount0", "Off shipping."},
		{"subtotal", "amount0", "The goods before any discount."}, {"payable", "amount0", "All after all discounts."},
		{"lines", "any", "Off each line, in the order of the cart."}, {"applied", "any", "The rules that gave something, exactly these."},
		{"not_applied", "any", "Rules that give nothing."}, {"rejected", "any", "Rules that give nothing, each with the reason."},
		{"gifts", "any", "The gifts by SKU, exactly these."},
	}},
}
