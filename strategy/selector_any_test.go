package strategy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// goods is a line of some article for 10.00.
func goods(sku, category, subgroup string) cart.Line {
	l := units(sku, 1, 1000)
	l.Category, l.Subgroup = category, subgroup
	return l
}

func TestAny(t *testing.T) {
	t.Parallel()
	const (
		either = "any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }]\n"
		half   = "discount_rate = 0.5\n"
	)
	mug, tea, cake := goods("mug", "ware", "blue"), goods("oolong", "tea", "hot"), goods("pie", "cake", "hot")
	teaMug := goods("mug", "tea", "hot")
	for name, c := range map[string]struct {
		rule  string
		lines []cart.Line
		want  int64
	}{
		"the first alternative":            {rule: either + half, lines: []cart.Line{mug}, want: 500},
		"the second alternative":           {rule: either + half, lines: []cart.Line{tea}, want: 500},
		"no alternative":                   {rule: either + half, lines: []cart.Line{cake}},
		"a line that matches two is one":   {rule: either + half, lines: []cart.Line{teaMug}, want: 500},
		"lines of both":                    {rule: either + half, lines: []cart.Line{mug, tea, cake}, want: 1000},
		"one table for a list":             {rule: "any = { skus = \"mug\" }\n" + half, lines: []cart.Line{mug, tea}, want: 500},
		"a selector beside it":             {rule: either + "subgroups = [\"hot\"]\n" + half, lines: []cart.Line{mug, tea, cake}, want: 500},
		"exclude beside it":                {rule: either + "exclude = { skus = [\"mug\"] }\n" + half, lines: []cart.Line{mug, tea, teaMug}, want: 500},
		"exclude in an alternative":        {rule: "any = [{ skus = [\"mug\"], exclude = { categories = [\"tea\"] } }, { skus = [\"pie\"] }]\n" + half, lines: []cart.Line{mug, teaMug, cake}, want: 1000},
		"any within exclude":               {rule: "exclude = { any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }] }\n" + half, lines: []cart.Line{mug, tea, cake}, want: 500},
		"any in exclude in an alternative": {rule: "any = [{ exclude = { any = [{ skus = [\"mug\"] }, { skus = [\"pie\"] }] } }]\n" + half, lines: []cart.Line{mug, tea, cake}, want: 500},
		"all of an alternative":            {rule: "any = [{ categories = [\"tea\"], subgroups = [\"cold\"] }, { categories = [\"cake\"], subgroups = [\"hot\"] }]\n" + half, lines: []cart.Line{tea, cake}, want: 500},
		"alternatives by attribute, price": {rule: "any = [{ where = { x = 1 } }, { min_unit_price = 10.01 }, { max_unit_price = 9.99 }]\n" + half, lines: []cart.Line{mug, units("pen", 1, 999), units("pot", 1, 1001)}, want: 999/2 + 1 + 1001/2 + 0},
		"what counts for min_quantity":     {rule: either + "min_quantity = 2\n" + half, lines: []cart.Line{mug, cake}},
		"what counts, reached":             {rule: either + "min_quantity = 2\n" + half, lines: []cart.Line{mug, tea}, want: 1000},
		"in requires":                      {rule: "requires = [{ any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }], min_quantity = 2 }]\n" + half, lines: []cart.Line{mug, tea}, want: 1000},
		"in requires, too few":             {rule: "requires = [{ any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }], min_quantity = 2 }]\n" + half, lines: []cart.Line{mug, cake}},
		"in forbids":                       {rule: "forbids = [{ any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }] }]\n" + half, lines: []cart.Line{cake, tea}},
		"in buy and get": {rule: "buy = { any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }], quantity = 2 }\nget = { any = [{ skus = [\"pie\"] }, { skus = [\"bun\"] }] }\n",
			lines: []cart.Line{mug, tea, cake}, want: 1000},
		"in buy and get, too few": {rule: "buy = { any = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }], quantity = 2 }\nget = { any = [{ skus = [\"pie\"] }, { skus = [\"bun\"] }] }\n",
			lines: []cart.Line{mug, cake}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loaded(t, "version = \"v\"\n[rule.any]\n"+c.rule) // a rule may be called so
			if got := discountOf(t, s, &cart.Cart{Lines: c.lines}); got != c.want {
				t.Errorf("%d off, want %d", got, c.want)
			}
		})
	}
}

func TestAnyInSteps(t *testing.T) {
	t.Parallel()
	s := loaded(t, "[[discounts]]\nthreshold = 20\namount = 3\nany = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }]\n")
	mug, tea, cake := goods("mug", "ware", ""), goods("oolong", "tea", ""), goods("pie", "cake", "")
	if got := discountOf(t, s, &cart.Cart{Lines: []cart.Line{mug, tea, cake}}); got != 300 {
		t.Errorf("%d off, want 300", got)
	}
	if got := discountOf(t, s, &cart.Cart{Lines: []cart.Line{mug, cake}}); got != 0 {
		t.Errorf("%d off, want 0", got)
	}
}

func TestMessagesOfAny(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rule, want string }{
		"an empty list":           {rule: "any = []\n", want: `t.toml:4:1: rule."a".any: the list is empty, so nothing could ever match (leave the key out to match everything)`},
		"an empty table":          {rule: "any = [{ skus = [\"a\"] }, {}]\n", want: `t.toml:4:26: rule."a".any[1]: the table is empty, so every line would match (leave any out to match everything)`},
		"a list of texts":         {rule: "any = [\"a\"]\n", want: `t.toml:4:8: rule."a".any[0]: this is a string ("a"), a table such as { skus = ["latte"] } is wanted`},
		"a text":                  {rule: "any = \"a\"\n", want: `t.toml:4:7: rule."a".any: this is a string ("a"), a table such as { skus = ["latte"] }, or a list of them, is wanted`},
		"any within any":          {rule: "any = [{ any = [{ skus = [\"a\"] }] }]\n", want: `t.toml:4:10: rule."a".any[0].any: any cannot be within any (write its alternatives into the list around it)`},
		"a key of a rule":         {rule: "any = [{ skus = [\"a\"], min_quantity = 2 }]\n", want: `t.toml:4:24: rule."a".any[0].min_quantity: unknown key "min_quantity" (known here are categories, exclude, max_unit_price, min_unit_price, skip_reduced, skus, subgroups, where)`},
		"another name":            {rule: "any_of = [{ skus = [\"a\"] }]\n", want: `t.toml:4:1: rule."a".any_of: unknown key "any_of" (did you mean any?)`},
		"within, another name":    {rule: "any = [{ sku = [\"a\"] }]\n", want: `t.toml:4:10: rule."a".any[0].sku: unknown key "sku" (did you mean skus?)`},
		"too many excludes":       {rule: "exclude = " + strings.Repeat("{ any = [{ exclude = ", maxExcludes) + "{ skus = \"a\" }" + strings.Repeat(" }] }", maxExcludes) + "\n", want: fmt.Sprintf("more than %d excludes are within each other", maxExcludes)},
		"as many as there may be": {rule: "exclude = " + strings.Repeat("{ any = [{ exclude = ", maxExcludes-1) + "{ skus = \"a\" }" + strings.Repeat(" }] }", maxExcludes-1) + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n" + c.rule
			if c.want == "" {
				loaded(t, text)
				return
			}
			if got := refusal(t, text); got != c.want && !(strings.HasPrefix(c.want, "more than") && strings.Contains(got, c.want)) {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestWarningsOfAny(t *testing.T) {
	t.Parallel()
	const (
		catalogue = "products = [{ sku = \"latte\", category = \"coffee\" }, { sku = \"mug\", category = [\"ware\", \"gifts\"] }]\n"
		every     = "it names no skus, categories or subgroups, so the rule is tried on every cart (where the goods have them in common, name them in it or beside any)"
	)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                     {text: "[rule.a]\nany = [{ skus = [\"a\"] }, { categories = [\"c\"] }]\ndiscount_rate = 0.1\n"},
		"the same twice":              {text: "[rule.a]\nany = [{ skus = [\"a\", \"b\"] }, { skus = \"c\" }, { skus = [\"b\", \"a\"] }]\ndiscount_rate = 0.1\n", want: `t.toml:3:49: rule."a".any[2]: the alternative is the same as any[0]`},
		"an alternative of anything":  {text: "[rule.a]\nany = [{ skus = [\"a\"] }, { min_unit_price = 5 }]\ndiscount_rate = 0.1\n", want: `t.toml:3:28: rule."a".any[1]: ` + every},
		"by attribute":                {text: "[rule.a]\nany = [{ where = { x = 1 } }]\ndiscount_rate = 0.1\n", want: `t.toml:3:10: rule."a".any[0]: ` + every},
		"found by a category beside":  {text: "[rule.a]\ncategories = [\"c\"]\nany = [{ skus = [\"a\"] }, { min_unit_price = 5 }]\ndiscount_rate = 0.1\n"},
		"found by a coupon":           {text: "[rule.a]\ncoupons = [\"C\"]\nany = [{ skus = [\"a\"] }, { min_unit_price = 5 }]\ndiscount_rate = 0.1\n"},
		"found by a customer":         {text: "[rule.a]\ncustomer = { ids = [\"u\"] }\nany = [{ min_unit_price = 5 }]\ndiscount_rate = 0.1\n"},
		"not found by a tier":         {text: "[rule.a]\ncustomer = { tiers = [\"gold\"] }\nany = [{ min_unit_price = 5 }]\ndiscount_rate = 0.1\n", want: `t.toml:4:10: rule."a".any[0]: ` + every},
		"switched off":                {text: "[rule.a]\nenabled = false\nany = [{ min_unit_price = 5 }]\ndiscount_rate = 0.1\n[rule.b]\ndiscount_rate = 0.1\n"},
		"an unknown word":             {text: catalogue + "[rule.a]\nany = [{ skus = [\"late\"] }, { categories = [\"gifts\"] }]\ndiscount_rate = 0.1\n", want: `t.toml:4:18: rule."a".any[0].skus[0]: the catalogue does not know "late" (did you mean "latte"?)`},
		"an alternative of nothing":   {text: catalogue + "[rule.a]\nany = [{ skus = [\"mug\"], categories = [\"coffee\"] }, { skus = [\"latte\"] }]\ndiscount_rate = 0.1\n", want: `t.toml:4:10: rule."a".any[0]: the catalogue has "mug" in the categories "ware" and "gifts", so no line matches it (a line has to match all of an alternative, and the selectors beside any)`},
		"in a further category":       {text: catalogue + "[rule.a]\nany = [{ skus = [\"mug\"], categories = [\"gifts\"] }, { skus = [\"latte\"] }]\ndiscount_rate = 0.1\n"},
		"nothing of what is beside":   {text: catalogue + "[rule.a]\ncategories = [\"coffee\"]\nany = [{ skus = [\"mug\"] }]\ndiscount_rate = 0.1\n", want: `t.toml:5:1: rule."a".any: the catalogue has "mug" in the categories "ware" and "gifts", and no line matches another alternative, so the rule never applies (a line has to match any and the selectors beside it)`},
		"SKUs that have none alike":   {text: "[rule.a]\nskus = [\"a\"]\nany = [{ skus = [\"b\"] }, { skus = [\"a\"] }]\ndiscount_rate = 0.1\n", want: `t.toml:4:10: rule."a".any[0]: none of its skus is one of the rule's, so no line matches it (a line has to match all of an alternative, and the selectors beside any)`},
		"excluded, each alternative":  {text: "unknown_skus = \"pass\"\n[rule.a]\nany = [{ skus = [\"a\"] }, { categories = [\"c\"] }]\nexclude = { any = [{ categories = [\"c\", \"d\"] }, { skus = [\"a\", \"b\"] }] }\ndiscount_rate = 0.1\n", want: `t.toml:5:13: rule."a".exclude: exclude takes out every line that the rule is about, so the rule never applies (name fewer goods in exclude, or leave it out)`},
		"excluded, one alternative":   {text: "unknown_skus = \"pass\"\n[rule.a]\nany = [{ skus = [\"a\"] }, { categories = [\"c\"] }]\nexclude = { skus = [\"a\"] }\ndiscount_rate = 0.1\n"},
		"a stop behind a part of all": {text: "[rule.a]\nany = [{ skus = [\"a\"] }]\nstop = \"cart\"\ndiscount_rate = 0.1\n[rule.b]\ndiscount_rate = 0.1\n"},
		"outdone in its group":        {text: "[rule.a]\nany = [{ skus = [\"a\"] }, { skus = [\"b\"] }]\ngroup = \"g\"\ndiscount_rate = 0.1\n[rule.b]\nany = [{ skus = [\"a\"] }, { skus = [\"b\"] }]\ngroup = \"g\"\ndiscount_rate = 0.2\n", want: `t.toml:4:9: rule."a".group: wherever it applies rule."b" of the same group does, too, and takes as much off or more (of a group only the best applies: leave the rule out, or take more off)`},
		"of another any in its group": {text: "[rule.a]\nany = [{ skus = [\"a\"] }, { skus = [\"b\"] }]\ngroup = \"g\"\ndiscount_rate = 0.1\n[rule.b]\nany = [{ skus = [\"a\"] }, { skus = [\"c\"] }]\ngroup = \"g\"\ndiscount_rate = 0.2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := Parser{Lint: true}.Parse(Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + c.text)})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range m.Lint(Compile(m), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) {
				got = append(got, w.String())
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("the warnings are\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

// The order of alternatives has no meaning, what is in them has.
func TestCanonicalFormOfAny(t *testing.T) {
	t.Parallel()
	canonical := func(rule string) string {
		m, err := Parse("", Source{Name: "t.toml", Data: []byte("version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n" + rule)})
		if err != nil {
			t.Fatal(err)
		}
		return string(m.Canonical())
	}
	one := canonical("any = [{ skus = [\"b\", \"a\"] }, { categories = [\"c\"], min_unit_price = 5.0 }]\n")
	other := canonical("any = [{ min_unit_price = 5, categories = \"c\" }, { skus = [\"a\", \"b\"] }]\n")
	if want := `"rule":{"a":{"any":[{"categories":["c"],"min_unit_price":"5.00"},{"skus":["a","b"]}],"discount_rate":"0.1"}}`; one != other || !strings.Contains(one, want) {
		t.Errorf("the forms are\n%s\n%s\nwant in both\n%s", one, other, want)
	}
	if third := canonical("any = [{ skus = [\"b\"] }, { categories = [\"c\"], min_unit_price = 5 }]\n"); third == one {
		t.Error("an article less is the same form")
	}
}

// A cart is tried with the rules of whose alternatives it has a word, and with no others.
func TestIndexFindsRulesWithAny(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("version = \"v\"\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "[rule.r%04d]\nany = [{ skus = [\"s%d\"] }, { categories = [\"c%d\"] }, { subgroups = [\"g%d\"] }]\ndiscount_amount = 0.01\n", i, i, i, i)
	}
	// A category that many rules name has bits, beside the list of a rare SKU.
	for i := range 500 {
		fmt.Fprintf(&b, "[rule.t%04d]\nany = [{ skus = [\"t%d\"] }, { categories = [\"common%d\"] }]\ndiscount_amount = 0.01\n", i, i, i%2)
	}
	s := loaded(t, b.String())
	for name, c := range map[string]struct {
		line  cart.Line
		found int
	}{
		"by SKU":                {line: goods("s7", "", ""), found: 1},
		"by category":           {line: goods("", "c7", ""), found: 1},
		"by subgroup":           {line: goods("", "", "g7"), found: 1},
		"by two words":          {line: goods("s7", "c7", ""), found: 1},
		"of two rules":          {line: goods("s7", "c8", ""), found: 2},
		"by a common category":  {line: goods("", "common1", ""), found: 250},
		"by SKU beside one":     {line: goods("t4", "", ""), found: 1},
		"by a further category": {line: cart.Line{SKU: "x", Category: "y", MoreCategories: []string{"c9", "z"}, Quantity: 1, UnitPrice: 100, Subtotal: 100}, found: 1},
		"not at all":            {line: goods("x", "y", "z")},
	} {
		var q Quote
		if err := s.QuoteInto(&q, &cart.Cart{Lines: []cart.Line{c.line}}, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		if got := len(q.work.lookup.candidates); got != c.found || len(q.Applied) != c.found {
			t.Errorf("%s: %d rules are tried and %d apply, want %d", name, got, len(q.Applied), c.found)
		}
	}
}

// Rules with any find their goods among many without going through all of them.
func TestNarrowedGoodsOfAny(t *testing.T) {
	t.Parallel()
	e := &evaluation{order: order{goods: 12}}
	for i := range 12 {
		e.items = append(e.items, item{sku: symbol(i%5 + 1), category: symbol(i%3 + 1), subgroup: symbol(i % 2)})
	}
	of := func(skus, categories, subgroups []symbol) matcher {
		return matcher{skus: skus, categories: categories, subgroups: subgroups}
	}
	for name, c := range map[string]struct {
		any      []matcher
		want     []int32
		narrowed bool
	}{
		"two kinds":         {any: []matcher{of([]symbol{5}, nil, nil), of(nil, []symbol{1}, nil)}, want: []int32{0, 3, 4, 6, 9}, narrowed: true},
		"all of a subgroup": {any: []matcher{of(nil, nil, []symbol{1}), of([]symbol{1}, []symbol{9}, nil)}, want: []int32{0, 1, 3, 5, 7, 9, 10, 11}, narrowed: true},
		"no such goods":     {any: []matcher{of([]symbol{9}, nil, nil)}, narrowed: true},
		"one without words": {any: []matcher{of([]symbol{5}, nil, nil), {}}},
		"too many words":    {any: []matcher{of([]symbol{1, 2, 3, 4, 5}, nil, nil), of(nil, []symbol{1, 2, 3, 4}, nil)}},
		"no alternatives":   {},
	} {
		m := &matcher{extra: &extraTests{any: c.any}}
		m.extra.anyOfFew = m.namesFew()
		got, narrowed := e.narrowed(m)
		if narrowed != c.narrowed || narrowed && !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v and %t, want %v", name, got, narrowed, c.want)
		}
	}
}

func TestAnyCostsNoAllocation(t *testing.T) {
	s := loaded(t, "version = \"v\"\n[rule.a]\nany = [{ skus = [\"s1\"] }, { categories = [\"c2\"] }, { subgroups = [\"g\"] }]\ndiscount_rate = 0.1\n")
	c := benchmarkCart(20)
	var q Quote
	quote := func() {
		if err := s.QuoteInto(&q, c, time.Unix(0, 0)); err != nil || len(q.Applied) != 1 {
			t.Fatal(err, q.Applied)
		}
	}
	quote()
	if n := testing.AllocsPerRun(100, quote); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
