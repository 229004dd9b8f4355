package strategy_test

import (
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

func sold(sku string, quantity, price int64) cart.Line {
	return cart.Line{SKU: sku, Quantity: quantity, UnitPrice: price}
}

// byWeight is as many kilograms as there are units.
func byWeight(l cart.Line) cart.Line {
	l.Weight, l.Quantity = cart.Decimal{Digits: l.Quantity}, 1
	return l
}

func inCategory(category string, l cart.Line) cart.Line {
	l.Category = category
	return l
}

func withAttribute(l cart.Line, name, value string) cart.Line {
	l.Attributes = append(l.Attributes, cart.Attribute{Name: name, Kind: cart.Text, Text: value})
	return l
}

func TestArticlesAndUnits(t *testing.T) {
	t.Parallel()
	const flash = "[rule.flash]\npriority = 1\nmax_units = 2\nunit_price = 9.90\n[rule.member]\nunit_price = 22\n"
	for name, g := range map[string]given{
		"lines alike count together": {
			strategy: ruleOf("min_line_quantity = 3\ndiscount_amount = 1"),
			lines:    []cart.Line{sold("tea", 2, 1000), sold("tea", 1, 1000)},
			rejected: "a: min_line_quantity: 2 units, needed at least 3 units",
		},
		"what an article gets is dealt to its lines": {
			strategy: ruleOf("discount_amount = 1"),
			lines:    []cart.Line{sold("tea", 1, 1000), sold("cup", 1, 1000), sold("tea", 2, 1000)},
			discount: 100, offs: []int64{25, 25, 50},
		},
		"another price is another article": {
			strategy: ruleOf("min_articles = 2\ndiscount_amount = 1"),
			lines:    []cart.Line{sold("tea", 1, 1000), sold("tea", 1, 999)},
			discount: 100, offs: []int64{50, 50},
		},
		"another attribute is another article": {
			strategy: ruleOf("min_articles = 2\ndiscount_amount = 1"),
			lines:    []cart.Line{withAttribute(sold("tea", 1, 1000), "size", "l"), withAttribute(sold("tea", 1, 1000), "size", "m")},
			discount: 100, offs: []int64{50, 50},
		},
		"the order of attributes does not matter": {
			strategy: ruleOf("min_articles = 2\ndiscount_amount = 1"),
			lines: []cart.Line{
				withAttribute(withAttribute(sold("tea", 1, 1000), "size", "l"), "milk", "oat"),
				withAttribute(withAttribute(sold("tea", 1, 1000), "milk", "oat"), "size", "l"),
			},
			rejected: "a: min_articles: 1 article, needed at least 2 articles",
		},
		"of many articles of a SKU a line finds its own": {
			strategy: ruleOf("min_articles = 4\ndiscount_amount = 1"),
			lines: []cart.Line{
				sold("tea", 1, 1000), inCategory("hot", sold("tea", 1, 1000)),
				withAttribute(sold("tea", 1, 1000), "size", "l"), withAttribute(sold("tea", 1, 1000), "size", "m"),
				inCategory("hot", sold("tea", 1, 1000)), withAttribute(sold("tea", 1, 1000), "size", "l"), sold("tea", 1, 1000),
				withAttribute(sold("tea", 1, 1000), "size", "m"),
			},
			discount: 100, offs: []int64{13, 13, 13, 13, 12, 12, 12, 12},
		},
		"and by weight, they are the same again": {
			strategy: ruleOf("min_articles = 3\ndiscount_amount = 1"),
			lines: []cart.Line{
				sold("tea", 1, 1000), withAttribute(byWeight(sold("tea", 1, 1000)), "size", "l"), withAttribute(sold("tea", 1, 1000), "size", "l"),
				byWeight(sold("tea", 1, 1000)), withAttribute(byWeight(sold("tea", 1, 1000)), "size", "l"),
			},
			rejected: "a: min_articles: 2 articles, needed at least 3 articles",
		},
		"a cancelled line is no part of the list of the line before": {
			strategy: ruleOf("min_articles = 2\ndiscount_amount = 1"),
			lines:    []cart.Line{sold("tea", 1, 1000), sold("tea", 0, 1000), sold("tea", 1, 1000)},
			rejected: "a: min_articles: 1 article, needed at least 2 articles",
		},
		"lines without a SKU are each by themselves": {
			strategy: ruleOf("min_articles = 2\ndiscount_amount = 1"),
			lines:    []cart.Line{sold("", 1, 1000), sold("", 1, 1000)},
			discount: 100, offs: []int64{50, 50},
		},
		"the next rule sees units at different prices": {
			strategy: "version = \"v\"\n" + flash,
			lines:    []cart.Line{sold("mango", 3, 2500)},
			discount: 3320,
		},
		"and so on two lines": {
			strategy: "version = \"v\"\n" + flash,
			lines:    []cart.Line{sold("mango", 1, 2500), sold("mango", 2, 2500)},
			discount: 3320, offs: []int64{1510, 1810},
		},
		"a trio and a duo of five": {
			strategy: "version = \"v\"\n[rule.a]\nbundle = { units = 3, price = 126 }\n[rule.b]\nstage = 2\npick = \"dearest\"\nbundle = { units = 2, price = 90 }\n",
			lines:    []cart.Line{sold("a", 5, 5000)},
			discount: 3400,
		},
		"a rule that ends a line leaves the others of its article": {
			strategy: "version = \"v\"\n[rule.a]\npriority = 1\nstop = \"line\"\nmax_units = 1\ndiscount_amount = 1\n[rule.b]\ndiscount_rate = 0.5\n",
			lines:    []cart.Line{sold("a", 2, 1000), sold("a", 1, 1000)},
			discount: 600, offs: []int64{100, 500},
		},
		"what is odd goes to a line that can bear it": {
			strategy: "version = \"v\"\n[rule.a]\npriority = 1\ndiscount_amount = 0.01\n[rule.b]\ndiscount_rate = 1\n[limits]\nmax_rate = 1\n",
			lines:    []cart.Line{sold("a", 1, 100), sold("a", 1, 100)},
			discount: 200, offs: []int64{100, 100},
		},
	} {
		t.Run(name, g.run)
	}
}

func TestArticlesAtNothing(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]given{
		"the cheapest is one that costs something": {
			strategy: ruleOf("max_units = 1\ndiscount_rate = 0.5"),
			lines:    []cart.Line{sold("combo", 1, 0), sold("burger", 1, 800), sold("fries", 1, 300)},
			discount: 150, offs: []int64{0, 0, 150},
		},
		"they do not count": {
			strategy: ruleOf("min_quantity = 2\ndiscount_amount = 1"),
			lines:    []cart.Line{sold("combo", 1, 0), sold("burger", 1, 800)},
			rejected: "a: min_quantity: 1 unit, needed at least 2 units",
		},
		"unless they are to": {
			strategy: "version = \"v\"\nzero_priced = \"count\"\n[rule.a]\nmin_quantity = 2\ndiscount_amount = 1\n",
			lines:    []cart.Line{sold("combo", 1, 0), sold("burger", 1, 800)},
			discount: 100,
		},
		"they are not bought": {
			strategy: ruleOf("buy = { quantity = 1 }\nget = { quantity = 1 }"),
			lines:    []cart.Line{sold("combo", 1, 0), sold("burger", 1, 800)},
			rejected: "a: get: 1 unit, needed at least 2 units",
		},
		"they are required": {
			strategy: ruleOf("requires = [{ skus = [\"combo\"] }]\ndiscount_amount = 1"),
			lines:    []cart.Line{sold("combo", 1, 0), sold("burger", 1, 800)},
			discount: 100,
		},
		"they bring a gift": {
			strategy: ruleOf("skus = [\"combo\"]\ngift = { sku = \"toy\" }"),
			lines:    []cart.Line{sold("combo", 1, 0)},
			gifts:    "1 toy",
		},
		"of them alone no units are picked": {
			strategy: ruleOf("max_units = 1\ndiscount_rate = 0.5"),
			lines:    []cart.Line{sold("combo", 1, 0)},
			rejected: "a: target: only articles at 0.00, needed articles that have a price",
		},
	} {
		t.Run(name, g.run)
	}
}

func TestBuyAndGetThatShareArticles(t *testing.T) {
	t.Parallel()
	coffee := func(sku string, quantity, price int64) cart.Line {
		return inCategory("coffee", sold(sku, quantity, price))
	}
	const latte = "buy = { categories = [\"coffee\"], quantity = 1 }\nget = { skus = [\"latte\"], rate = 0.5 }\n"
	for name, g := range map[string]given{
		"the dear latte is got, since nothing else can be": {
			strategy: ruleOf(latte),
			lines:    []cart.Line{coffee("latte", 1, 3000), coffee("americano", 1, 2000)},
			discount: 1500,
		},
		"by reserve's default the dearest is set aside": {
			strategy: ruleOf(latte + "pick = \"dearest\""),
			lines:    []cart.Line{coffee("latte", 1, 3000), coffee("latte", 1, 1000), coffee("americano", 1, 2000)},
			discount: 500,
		},
		"the cheap one is spared for get": {
			strategy: ruleOf(latte + "reserve = \"cheapest\""),
			lines:    []cart.Line{coffee("latte", 1, 1000), coffee("americano", 1, 2000)},
			discount: 500,
		},
		"a million units are dealt at once": {
			strategy: ruleOf("buy = { quantity = 2 }\nget = { quantity = 1 }"),
			lines:    []cart.Line{sold("a", 3_000_000, 100), sold("b", 1, 300)},
			discount: 100_000_000,
		},
		"the last round gets fewer": {
			strategy: ruleOf("buy = { quantity = 2 }\nget = { quantity = 2 }"),
			lines:    []cart.Line{sold("a", 7, 100)},
			discount: 300,
		},
		"or none, if whole gets are asked for": {
			strategy: ruleOf("buy = { quantity = 2 }\nget = { quantity = 2 }\npartial = false"),
			lines:    []cart.Line{sold("a", 7, 100)},
			discount: 200,
		},
	} {
		t.Run(name, g.run)
	}
}

func TestEachPart(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]given{
		"each SKU reaches the threshold by itself": {
			strategy: ruleOf("each = \"sku\"\nmin_quantity = 3\ndiscount_rate = 0.1"),
			lines:    []cart.Line{sold("a", 2, 1000), sold("b", 2, 1000), sold("a", 1, 1000)},
			discount: 300, offs: []int64{200, 0, 100},
		},
		"a SKU at two prices is one": {
			strategy: ruleOf("each = \"sku\"\nmin_quantity = 3\ndiscount_rate = 0.1"),
			lines:    []cart.Line{sold("a", 2, 1000), sold("a", 1, 2000)},
			discount: 400, offs: []int64{200, 200},
		},
		"lines without a SKU are each alone": {
			strategy: ruleOf("each = \"sku\"\nmin_quantity = 3\ndiscount_rate = 0.1"),
			lines:    []cart.Line{sold("", 2, 1000), sold("", 2, 1000)},
			rejected: "a: min_quantity: 2 units, needed at least 3 units",
		},
		"each line": {
			strategy: ruleOf("each = \"line\"\nmin_quantity = 21\nunit_price = 20"),
			lines:    []cart.Line{sold("x", 10, 2500), sold("x", 20, 2500), sold("x", 36, 2500)},
			discount: 180_00, offs: []int64{0, 0, 180_00},
		},
		"the most of a rule is for all parts": {
			strategy: ruleOf("each = \"sku\"\ndiscount_amount = 2\nmax_discount = 3"),
			lines:    []cart.Line{sold("a", 1, 1000), sold("b", 1, 1000)},
			discount: 300, offs: []int64{150, 150},
		},
		"gifts add up": {
			strategy: ruleOf("each = \"sku\"\nmin_quantity = 2\ngift = { sku = \"toy\" }"),
			lines:    []cart.Line{sold("a", 2, 1000), sold("b", 3, 1000), sold("c", 1, 1000)},
			gifts:    "2 toy",
		},
		"units that a rule reduced are not fresh": {
			strategy: "version = \"v\"\n[rule.a]\nfresh_units = true\nmax_units = 1\nunit_price = 0\n[rule.b]\nfresh_units = true\nmax_units = 1\nunit_price = 0\n",
			lines:    []cart.Line{sold("x", 1, 1080), sold("y", 1, 1428), sold("z", 1, 3000)},
			discount: 2508,
		},
		"two units of one article are two": {
			strategy: "version = \"v\"\n[rule.a]\nfresh_units = true\nmax_units = 1\nunit_price = 0\n[rule.b]\nfresh_units = true\nmax_units = 1\nunit_price = 0\n",
			lines:    []cart.Line{sold("x", 2, 1080), sold("z", 1, 3000)},
			discount: 2160,
		},
	} {
		t.Run(name, g.run)
	}
}

func TestKeysOfPartsAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rule, want string }{
		"each with shipping":   {"applies_to = \"all\"\neach = \"sku\"", `t.toml:4:8: rule."a".each: shipping has no parts to look at (use applies_to = "items", or leave each out)`},
		"each and the cart":    {"each = \"line\"\ncount = \"cart\"", `t.toml:3:8: rule."a".each: each part counts by itself, and count = "cart" counts the whole cart (leave one of them out)`},
		"each of what is none": {"each = \"article\"", `t.toml:3:8: rule."a".each: this is a string ("article"), want one of sku, line`},
		"fresh shipping":       {"applies_to = \"shipping\"\nfresh_units = true", `t.toml:4:15: rule."a".fresh_units: shipping has no units (use applies_to = "items")`},
		"no articles":          {"min_articles = 0", `t.toml:3:16: rule."a".min_articles: 0 is out of range, want 1 to 999999999999999`},
	} {
		t.Run(name, func(t *testing.T) {
			text := "version = \"v\"\n[rule.a]\n" + c.rule + "\ndiscount_rate = 0.1\n"
			if _, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(text)}); err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
