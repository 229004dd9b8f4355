package ruletest

// This file has other names of the members of a test, from shops and other tools, with the hints
// for them.

// keyHints are hints by key.
type keyHints map[string]string

// of adds the same hint for each of some keys.
func (w keyHints) of(hint string, keys ...string) keyHints {
	for _, key := range keys {
		w[key] = hint
	}
	return w
}

// meant adds the hint that key was meant for each of some other names.
func (w keyHints) meant(key string, others ...string) keyHints {
	return w.of("did you mean "+key+"?", others...)
}

var fileHints = keyHints{}.
	of("a test is written under [[test]]", "tests", "case", "cases", "scenario", "scenarios", "name", "now", "cart", "expect", "body").
	of("rules are in the strategy: a file of tests has [[test]] alone", "rule", "rules", "discounts", "products", "version", "timezone", "currency")

var testHints = keyHints{}.
	meant("now", "time", "at", "date", "when", "instant", "datetime", "date_time", "timestamp", "clock", "today").
	meant("name", "title", "description", "desc", "id", "label", "test").
	meant("cart", "order", "basket", "input", "given", "carts", "bag").
	meant("body", "file", "json", "cart_file", "order_file", "body_file", "request").
	meant("expect", "expected", "expects", "expectation", "expectations", "want", "wants", "then", "output", "result", "assert").
	meant("env", "environment", "environments", "envs").
	of("did you mean cart = { items = [{ sku = \"latte\", quantity = 3, unit_price = 18.00 }] }?", "items", "lines", "line_items", "products").
	of("it belongs into the cart, such as cart = { items = […], coupons = [\"SPRING\"] }", "customer", "coupons", "coupon", "channel", "region", "shipping", "tier").
	of("it belongs into expect, such as expect = { discount = 6.00 }",
		"discount", "shipping_discount", "subtotal", "payable", "applied", "not_applied", "rejected", "gifts", "total")

var cartHints = keyHints{}.
	of(`did you mean customer, such as customer = { tier = "gold" }?`,
		"tier", "customer_tier", "level", "customer_level", "member", "membership", "member_level", "customer_group", "group", "vip", "tiers").
	of(`did you mean customer, such as customer = { segments = ["student"] }?`, "segment", "segments", "customer_segments", "customer_segment", "tags").
	of("did you mean customer, such as customer = { completed_orders = 0 } for the first order?",
		"completed_orders", "orders", "order_count", "first_order", "nth_order", "new_customer").
	of(`did you mean customer, such as customer = { id = "c-17" }?`, "customer_id", "user_id", "member_id", "user", "client", "buyer").
	of(`did you mean shipping, such as shipping = [{ method = "standard", amount = 8.00 }]?`,
		"shipping_method", "shipping_methods", "delivery", "delivery_method", "method", "shipping_fee", "shipping_amount", "shipping_cost", "shipping_price",
		"delivery_fee", "freight", "postage", "shipping_line", "shipping_lines").
	of("a cart is worth what its items are; what they come to is expect = { subtotal = … }", "total", "subtotal", "sum", "amount", "cart_total", "order_total").
	of(`did you mean items, such as items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }]?`,
		"sku", "skus", "quantity", "qty", "unit_price", "price", "product", "category", "item").
	of("did you mean now, which stands beside cart?", "now", "time", "date", "at", "when").
	meant("items", "lines", "line_items", "products", "articles", "goods").
	meant("coupons", "coupon", "coupon_code", "coupon_codes", "voucher", "vouchers", "code", "codes", "promo_code").
	meant("channel", "platform", "source", "store", "shop", "channels").
	meant("region", "city", "province", "country", "area", "regions")

var itemHints = keyHints{}.
	meant("quantity", "qty", "count", "units", "number", "weight", "pieces").
	meant("unit_price", "price", "unit_cost", "cost", "list_price", "original_price", "sale_price", "each").
	meant("line_total", "total", "row_total", "total_price", "line_price", "subtotal", "amount").
	meant("sku", "product", "product_id", "item", "article", "name", "product_name", "title", "skus").
	meant("reduced", "on_sale", "sale", "discounted", "promo").
	meant("category", "categories", "type", "product_type").
	meant("attributes", "attribute", "attrs", "properties", "options", "where")

var customerHints = keyHints{}.
	meant("tier", "level", "group", "tiers", "customer_tier", "member_level", "membership", "vip").
	meant("segments", "segment", "tags", "customer_segments").
	meant("id", "customer_id", "user_id", "member_id", "ids", "name").
	of("did you mean completed_orders, such as completed_orders = 0 for the first order?",
		"orders", "order_count", "first_order", "nth_order", "completed", "new_customer", "is_new")

var shippingHints = keyHints{}.
	meant("amount", "fee", "price", "cost", "total", "rate", "unit_price").
	meant("method", "type", "carrier", "name", "option", "methods", "shipping_method")

var expectHints = keyHints{}.
	of("did you mean payable, goods and shipping after all discounts, or subtotal, the goods before them?", "total", "sum", "totals", "cart_total", "order_total").
	meant("payable", "grand_total", "final", "final_price", "final_total", "to_pay", "pay", "amount_due", "due", "price", "net", "net_total", "total_payable").
	meant("subtotal", "before", "original", "original_price", "original_total", "gross", "goods", "list_total").
	meant("discount", "discounts", "discount_amount", "discount_total", "total_discount", "savings", "saved", "saves", "off", "reduction", "amount", "amount_off").
	meant("shipping_discount", "shipping", "delivery", "shipping_fee", "shipping_off", "delivery_discount", "free_shipping", "free_delivery", "shipping_amount").
	meant("applied", "rules", "rule", "apply", "applies", "applied_rules", "matched", "matches", "hits", "triggered").
	meant("not_applied", "skipped", "unapplied", "ignored", "not_applicable", "absent").
	of("did you mean rejected, such as rejected = { late-night = \"time_window\" }?", "reason", "reasons", "why", "rejects", "refused", "rejection", "rejections").
	meant("gifts", "gift", "free", "free_items", "bonus", "freebies", "presents").
	meant("lines", "items", "line", "line_discounts", "per_line", "line_discount")
