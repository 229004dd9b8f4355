package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// together is a line of which only the total is known.
func together(category string, quantity, total int64) cart.Line {
	l := of(category, quantity, cart.NoPrice)
	l.HasTotal, l.Subtotal = true, total
	return l
}

// weighing is a line of thousandths at a price for one.
func weighing(category string, thousandths, price int64) cart.Line {
	l := of(category, 1, price)
	l.Weight = cart.Decimal{Digits: thousandths, Places: 3}
	return l
}

// in is a line in further categories.
func in(l cart.Line, further ...string) cart.Line {
	l.MoreCategories = further
	return l
}

// rule is a strategy of one rule, catalogue and settings before it.
func ruleOf(keys string, before ...string) string {
	return "version = \"v\"\n" + strings.Join(before, "\n") + "\n[rule.a]\n" + keys + "\n"
}

// Three boxes for 10.00 are 3.34, 3.33 and 3.33.
func TestALineOfWhichTheTotalIsKnown(t *testing.T) {
	box, bag := together("box", 3, 1000), of("bag", 1, 333)
	beside := box
	beside.UnitPrice = 333
	for name, c := range map[string]quoteCase{
		"a rate takes a share of the total":                      {strategy: ruleOf("discount_rate = 0.1"), cart: []cart.Line{box}, discount: 100},
		"a rate rounded on each unit":                            {strategy: ruleOf("discount_rate = 0.5", `arithmetic = { round_scope = "unit" }`), cart: []cart.Line{box}, discount: 501},
		"a shared amount goes by the totals":                     {strategy: ruleOf("discount_amount = 6"), cart: []cart.Line{box, of("bag", 1, 500)}, discount: 600, lines: []int64{400, 200}},
		"an amount off each unit":                                {strategy: ruleOf("discount_amount = 3.33\nper = \"unit\""), cart: []cart.Line{box}, discount: 999},
		"an amount off each unit, no more than it is worth":      {strategy: ruleOf("discount_amount = 3.34\nper = \"unit\""), cart: []cart.Line{box}, discount: 1000},
		"a unit price below one unit alone":                      {strategy: ruleOf("unit_price = 3.33"), cart: []cart.Line{box}, discount: 1},
		"a unit price that no unit is above":                     {strategy: ruleOf("unit_price = 3.34"), cart: []cart.Line{box}},
		"the first unit has the odd fen":                         {strategy: ruleOf("unit_price = 0\nmax_units = 1"), cart: []cart.Line{box}, discount: 334},
		"two units have it, too":                                 {strategy: ruleOf("unit_price = 0\nmax_units = 2"), cart: []cart.Line{box}, discount: 667},
		"more units than fen":                                    {strategy: ruleOf("unit_price = 0\nmax_units = 2"), cart: []cart.Line{together("box", 3, 2)}, discount: 2},
		"a bundle of the first units":                            {strategy: ruleOf("bundle = { units = 2, price = 5 }"), cart: []cart.Line{box}, discount: 167},
		"a group of the first units":                             {strategy: ruleOf("groups_of = { size = 2, rate = 0.5 }"), cart: []cart.Line{box}, discount: 334},
		"a unit ladder":                                          {strategy: ruleOf("unit_ladder = { first = 1, additional = 2 }"), cart: []cart.Line{box}, discount: 500},
		"the third for nothing":                                  {strategy: ruleOf("buy = { quantity = 2 }\nget = { quantity = 1 }"), cart: []cart.Line{box}, discount: 334},
		"two of six for nothing":                                 {strategy: ruleOf("buy = { quantity = 2 }\nget = { quantity = 1 }"), cart: []cart.Line{together("box", 6, 2000)}, discount: 668},
		"every so much of the total":                             {strategy: ruleOf("every = { threshold = 5, amount = 1 }"), cart: []cart.Line{box}, discount: 200},
		"a threshold that the total reaches":                     {strategy: ruleOf("min_subtotal = 10\ndiscount_amount = 1"), cart: []cart.Line{box}, discount: 100},
		"a threshold that it does not":                           {strategy: ruleOf("min_subtotal = 10.01\ndiscount_amount = 1"), cart: []cart.Line{box}},
		"its units count":                                        {strategy: ruleOf("ladder_by = \"quantity\"\nladder = [{ threshold = 3, amount = 1 }]"), cart: []cart.Line{box}, discount: 100},
		"cheaper than 3.33⅓ is 3.33":                             {strategy: ruleOf("discount_rate = 0.5\nmax_units = 1"), cart: []cart.Line{box, bag}, discount: 167, lines: []int64{0, 167}},
		"dearer than 3.33 is 3.33⅓":                              {strategy: ruleOf("discount_rate = 0.1\nmax_units = 1\npick = \"dearest\""), cart: []cart.Line{bag, box}, discount: 33, lines: []int64{0, 33}},
		"a list price of 3.33⅓ is above 3.33":                    {strategy: ruleOf("max_unit_price = 3.33\ndiscount_amount = 1"), cart: []cart.Line{box}},
		"and not above 3.34":                                     {strategy: ruleOf("max_unit_price = 3.34\ndiscount_amount = 1"), cart: []cart.Line{box}, discount: 100},
		"it is no less than 3.33":                                {strategy: ruleOf("min_unit_price = 3.33\ndiscount_amount = 1"), cart: []cart.Line{box}, discount: 100},
		"and less than 3.34":                                     {strategy: ruleOf("min_unit_price = 3.34\ndiscount_amount = 1"), cart: []cart.Line{box}},
		"it is not left out with what costs 3.33":                {strategy: ruleOf("exclude = { max_unit_price = 3.33 }\ndiscount_amount = 1"), cart: []cart.Line{box}, discount: 100},
		"a total that divides is the list price times the units": {strategy: ruleOf("max_unit_price = 3.33\ndiscount_amount = 1"), cart: []cart.Line{together("box", 3, 999)}, discount: 100},
		"the unit price beside a total is the list price":        {strategy: ruleOf("max_unit_price = 3.33\ndiscount_rate = 0.1"), cart: []cart.Line{beside}, discount: 100},
		"a floor for each unit":                                  {strategy: ruleOf("discount_rate = 0.5", "[[products]]\nsku = \"box-1\"\nfloor_price = 3"), cart: []cart.Line{box}, discount: 100},
		"a floor for the first unit":                             {strategy: ruleOf("unit_price = 0\nmax_units = 1", "[[products]]\nsku = \"box-1\"\nfloor_price = 3"), cart: []cart.Line{box}, discount: 34},
		"a floor above the total":                                {strategy: ruleOf("discount_rate = 0.5", "[[products]]\nsku = \"box-1\"\nfloor_price = 4"), cart: []cart.Line{box}},
		"the catalogue's price counts":                           {strategy: ruleOf("discount_rate = 0.1", "[[products]]\nsku = \"box-1\"\nprice = 3.50"), cart: []cart.Line{box}, discount: 105},
		"the catalogue's price counts beside both":               {strategy: ruleOf("discount_rate = 0.1", "[[products]]\nsku = \"box-1\"\nprice = 3.50"), cart: []cart.Line{beside}, discount: 105},
		"a total of nothing":                                     {strategy: ruleOf("discount_rate = 0.5"), cart: []cart.Line{together("box", 3, 0)}},
		"what one rule leaves the next one sees": {strategy: ruleOf("priority = 1\ndiscount_amount = 1", "[rule.b]\nunit_price = 2.99"), cart: []cart.Line{box},
			discount: 103, applied: "a b"},
	} {
		t.Run(name, func(t *testing.T) { c.named(t) })
	}
}

// named runs a case of one rule, which applies where there is a discount.
func (c quoteCase) named(t *testing.T) {
	t.Helper()
	if c.applied == "" && c.discount > 0 {
		c.applied = "a"
	}
	c.run(t)
}

func TestALineWithoutUnits(t *testing.T) {
	none := of("box", 0, 500)
	unpriced := of("box", 0, cart.NoPrice)
	claimed := together("box", 0, 1000)
	two := of("bag", 2, 500)
	known := "[[products]]\nsku = \"box-1\"\ncategory = \"box\"\nprice = 7\nfloor_price = 1"
	for name, c := range map[string]quoteCase{
		"keeps its place":                      {strategy: ruleOf("discount_rate = 0.1"), cart: []cart.Line{none, two}, discount: 100, lines: []int64{0, 100}},
		"needs no price":                       {strategy: ruleOf("discount_rate = 0.1"), cart: []cart.Line{unpriced, two}, discount: 100, lines: []int64{0, 100}},
		"is worth nothing, whatever it claims": {strategy: ruleOf("discount_rate = 0.1"), cart: []cart.Line{claimed, two}, discount: 100, lines: []int64{0, 100}},
		"is worth nothing at the catalogue's price": {strategy: ruleOf("discount_rate = 0.1", known), cart: []cart.Line{none, two}, discount: 100,
			lines: []int64{0, 100}},
		"alone is no target":             {strategy: ruleOf("discount_rate = 0.1"), cart: []cart.Line{none}},
		"alone brings no gift":           {strategy: ruleOf("gift = { sku = \"tote\" }"), cart: []cart.Line{none}},
		"gets no amount off each line":   {strategy: ruleOf("discount_amount = 1\nper = \"line\""), cart: []cart.Line{none, two}, discount: 100, lines: []int64{0, 100}},
		"is no unit":                     {strategy: ruleOf("min_quantity = 3\ndiscount_rate = 0.1"), cart: []cart.Line{none, two}},
		"is nothing that is required":    {strategy: ruleOf("requires = [{ categories = [\"box\"] }]\ndiscount_rate = 0.1"), cart: []cart.Line{none, two}},
		"is nothing that is forbidden":   {strategy: ruleOf("forbids = [{ categories = [\"box\"] }]\ndiscount_rate = 0.1"), cart: []cart.Line{none, two}, discount: 100, lines: []int64{0, 100}},
		"brings no rule about its goods": {strategy: ruleOf("categories = [\"box\"]\ncount = \"cart\"\nmin_subtotal = 1\ndiscount_rate = 0.1"), cart: []cart.Line{none, two}},
		"reaches no step":                {strategy: "version = \"v\"\n[[discounts]]\nthreshold = 0\namount = 1\ncategories = [\"box\"]", cart: []cart.Line{none, two}},
		"is not bundled":                 {strategy: ruleOf("bundle = { units = 3, price = 1 }"), cart: []cart.Line{none, two}},
		"is not bought":                  {strategy: ruleOf("buy = { categories = [\"box\"], quantity = 1 }\nget = { quantity = 1 }"), cart: []cart.Line{none, two}},
		"is left alone where each line has its best rule": {strategy: ruleOf("discount_rate = 0.1", `arithmetic = { select = "best_per_line" }`),
			cart: []cart.Line{none, two}, discount: 100, lines: []int64{0, 100}},
	} {
		t.Run(name, func(t *testing.T) { c.named(t) })
	}
}

// Half a kilogram of cheese at 20.00 is 10.00, three boxes are 12.00.
func TestGoodsByWeight(t *testing.T) {
	cheese, boxes := weighing("cheese", 500, 2000), of("box", 3, 400)
	both := []cart.Line{cheese, boxes}
	stated := cheese
	stated.HasTotal, stated.Subtotal = true, 999
	alone := stated
	alone.UnitPrice, alone.Subtotal, alone.Weight = cart.NoPrice, 1000, cart.Decimal{Digits: 3, Places: 1} // 33.333… a kilogram
	tiny := alone
	tiny.Weight = cart.Decimal{Digits: 1, Places: 18}
	known := "[[products]]\nsku = \"cheese-1\"\ncategory = \"cheese\"\n"
	for name, c := range map[string]quoteCase{
		"is worth its price times its weight":        {strategy: ruleOf("discount_rate = 0.1"), cart: []cart.Line{cheese}, discount: 100},
		"is worth that rounded half up":              {strategy: ruleOf("discount_rate = 0.5"), cart: []cart.Line{weighing("cheese", 125, 20)}, discount: 2},
		"is worth the total that is stated":          {strategy: ruleOf("discount_rate = 0.5"), cart: []cart.Line{stated}, discount: 500},
		"is worth the catalogue's price first":       {strategy: ruleOf("discount_rate = 0.1", known+"price = 24"), cart: []cart.Line{stated}, discount: 120},
		"has the floor of its weight":                {strategy: ruleOf("discount_rate = 0.9", known+"floor_price = 15"), cart: []cart.Line{cheese}, discount: 250},
		"has it rounded up":                          {strategy: ruleOf("discount_rate = 0.9", known+"floor_price = 15"), cart: []cart.Line{weighing("cheese", 333, 2000)}, discount: 166},
		"is one unit of a threshold":                 {strategy: ruleOf("min_quantity = 4\ndiscount_rate = 0.1"), cart: both, discount: 220, lines: []int64{100, 120}},
		"is one unit, however heavy":                 {strategy: ruleOf("min_quantity = 2\ndiscount_rate = 0.1"), cart: []cart.Line{weighing("cheese", 2500, 2000)}},
		"is a line of one unit":                      {strategy: ruleOf("min_line_quantity = 1\ndiscount_rate = 0.1"), cart: []cart.Line{cheese}, discount: 100},
		"is what is required":                        {strategy: ruleOf("requires = [{ categories = [\"cheese\"] }]\ncategories = [\"box\"]\ndiscount_rate = 0.1"), cart: both, discount: 120, lines: []int64{0, 120}},
		"is what is forbidden":                       {strategy: ruleOf("forbids = [{ categories = [\"cheese\"] }]\ndiscount_rate = 0.1"), cart: both},
		"shares an amount":                           {strategy: ruleOf("discount_amount = 11"), cart: both, discount: 1100, lines: []int64{500, 600}},
		"gets an amount off each line":               {strategy: ruleOf("discount_amount = 1\nper = \"line\""), cart: both, discount: 200, lines: []int64{100, 100}},
		"gets none off each unit":                    {strategy: ruleOf("discount_amount = 1\nper = \"unit\""), cart: both, discount: 300, lines: []int64{0, 300}},
		"keeps its price beside a unit price":        {strategy: ruleOf("unit_price = 1"), cart: both, discount: 900, lines: []int64{0, 900}},
		"is not bundled":                             {strategy: ruleOf("bundle = { units = 4, price = 1 }"), cart: both},
		"is not in the bundle of the others":         {strategy: ruleOf("bundle = { units = 3, price = 9 }"), cart: both, discount: 300, lines: []int64{0, 300}},
		"is not in a group":                          {strategy: ruleOf("groups_of = { size = 2, rate = 0.5 }"), cart: both, discount: 400, lines: []int64{0, 400}},
		"is not on a unit ladder":                    {strategy: ruleOf("unit_ladder = { first = 1, additional = 1 }"), cart: both, discount: 300, lines: []int64{0, 300}},
		"is not bought":                              {strategy: ruleOf("buy = { categories = [\"cheese\"], quantity = 1 }\nget = { quantity = 1 }"), cart: both},
		"is not got":                                 {strategy: ruleOf("buy = { quantity = 3 }\nget = { quantity = 1 }"), cart: both},
		"is not one of so many units":                {strategy: ruleOf("every = { units = 4, amount = 1 }"), cart: both},
		"gets nothing of so many units":              {strategy: ruleOf("every = { units = 3, amount = 1 }"), cart: both, discount: 100, lines: []int64{0, 100}},
		"counts for every so much":                   {strategy: ruleOf("every = { threshold = 22, amount = 11 }"), cart: both, discount: 1100, lines: []int64{500, 600}},
		"reaches no step of units":                   {strategy: ruleOf("ladder_by = \"quantity\"\nladder = [{ threshold = 4, rate = 0.1 }]"), cart: both},
		"reaches no step of units of the cart":       {strategy: ruleOf("count = \"cart\"\nladder_by = \"quantity\"\nladder = [{ threshold = 4, rate = 0.1 }]"), cart: both},
		"gets nothing of a step of units":            {strategy: ruleOf("ladder_by = \"quantity\"\nladder = [{ threshold = 3, rate = 0.1 }]"), cart: both, discount: 120, lines: []int64{0, 120}},
		"reaches a step of the subtotal":             {strategy: ruleOf("ladder = [{ threshold = 22, rate = 0.1 }]"), cart: both, discount: 220, lines: []int64{100, 120}},
		"is not among the first units":               {strategy: ruleOf("max_units = 9\ndiscount_rate = 0.1"), cart: both, discount: 120, lines: []int64{0, 120}},
		"counts for the threshold of such a rule":    {strategy: ruleOf("max_units = 9\nmin_quantity = 4\ndiscount_rate = 0.1"), cart: both, discount: 120, lines: []int64{0, 120}},
		"is rounded as one unit":                     {strategy: ruleOf("discount_rate = 0.333", `arithmetic = { round_scope = "unit" }`), cart: []cart.Line{cheese}, discount: 333},
		"has the list price of one":                  {strategy: ruleOf("min_unit_price = 20\nmax_unit_price = 20\ndiscount_rate = 0.1"), cart: []cart.Line{cheese}, discount: 100},
		"has a list price by its total":              {strategy: ruleOf("min_unit_price = 33.33\nmax_unit_price = 33.34\ndiscount_rate = 0.1"), cart: []cart.Line{alone}, discount: 100},
		"has a list price above what is rounded":     {strategy: ruleOf("max_unit_price = 33.33\ndiscount_rate = 0.1"), cart: []cart.Line{alone}},
		"has a list price below what is rounded":     {strategy: ruleOf("min_unit_price = 33.34\ndiscount_rate = 0.1"), cart: []cart.Line{alone}},
		"has a list price above every amount":        {strategy: ruleOf("max_unit_price = 9999999999999.99\ndiscount_rate = 0.1"), cart: []cart.Line{tiny}},
		"has a list price that is enough of any":     {strategy: ruleOf("min_unit_price = 9999999999999.99\ndiscount_rate = 0.1"), cart: []cart.Line{tiny}, discount: 100},
		"has a floor that is more than there can be": {strategy: ruleOf("discount_rate = 0.9", known+"floor_price = 9999999999999.99"), cart: []cart.Line{weighing("cheese", 99_999_000, 10)}},
	} {
		t.Run(name, func(t *testing.T) { c.named(t) })
	}
}

// Who has goods of a rule by weight alone has shipping for nothing, too.
func TestGoodsByWeightBringFreeShipping(t *testing.T) {
	s := mustLoad(t, "", ruleOf("categories = [\"cheese\"]\napplies_to = \"shipping\"\nunit_price = 0"))
	c := goods(t, weighing("cheese", 500, 2000))
	c.Shipping = []cart.Charge{{Amount: 700}}
	q, err := s.Quote(c, at(t, "2026-11-11T12:00:00Z"))
	if err != nil || q.ShippingDiscount != 700 || q.Discount != 0 {
		t.Fatalf("%+v, %v", q, err)
	}
}

func TestALineInSeveralCategories(t *testing.T) {
	shirt, mug := in(of("clothing", 2, 1000), "season", "", "sale", "sale", "clothing"), of("ware", 1, 500)
	both := []cart.Line{shirt, mug}
	first := in(of("", 1, 1000), "season")
	known := "[[products]]\nsku = \"clothing-1\"\n"
	for name, c := range map[string]quoteCase{
		"is in the first":                         {strategy: ruleOf("categories = [\"clothing\"]\ndiscount_rate = 0.1"), cart: both, discount: 200, lines: []int64{200, 0}},
		"is in the last":                          {strategy: ruleOf("categories = [\"sale\"]\ndiscount_rate = 0.1"), cart: both, discount: 200, lines: []int64{200, 0}},
		"is in one of a rule's":                   {strategy: ruleOf("categories = [\"tea\", \"season\"]\ndiscount_rate = 0.1"), cart: both, discount: 200, lines: []int64{200, 0}},
		"is in none of a rule's":                  {strategy: ruleOf("categories = [\"tea\", \"coffee\"]\ndiscount_rate = 0.1"), cart: both},
		"counts once, in how many it ever is":     {strategy: ruleOf("categories = [\"clothing\", \"season\", \"sale\"]\nmin_quantity = 3\ndiscount_rate = 0.1"), cart: both},
		"is reduced once":                         {strategy: ruleOf("categories = [\"clothing\", \"season\", \"sale\"]\nmin_quantity = 2\ndiscount_rate = 0.1"), cart: both, discount: 200, lines: []int64{200, 0}},
		"is left out by one":                      {strategy: ruleOf("exclude = { categories = [\"season\"] }\ndiscount_rate = 0.1"), cart: both, discount: 50, lines: []int64{0, 50}},
		"is required by one":                      {strategy: ruleOf("categories = [\"ware\"]\nrequires = [{ categories = [\"season\"], min_quantity = 2 }]\ndiscount_rate = 0.1"), cart: both, discount: 50, lines: []int64{0, 50}},
		"is forbidden by one":                     {strategy: ruleOf("categories = [\"ware\"]\nforbids = [{ categories = [\"season\"] }]\ndiscount_rate = 0.1"), cart: both},
		"is bought by one and got by another":     {strategy: ruleOf("buy = { categories = [\"season\"], quantity = 1 }\nget = { categories = [\"sale\"] }"), cart: both, discount: 1000, lines: []int64{1000, 0}},
		"is on a step of one":                     {strategy: "version = \"v\"\n[[discounts]]\nthreshold = 20\namount = 2\ncategories = [\"season\"]", cart: both, discount: 200, lines: []int64{200, 0}, applied: "discounts"},
		"has several without a first":             {strategy: ruleOf("categories = [\"season\"]\ndiscount_rate = 0.1"), cart: []cart.Line{first, mug}, discount: 100, lines: []int64{100, 0}},
		"is in the catalogue's alone":             {strategy: ruleOf("categories = [\"season\"]\ndiscount_rate = 0.1", known+"category = \"tea\""), cart: both},
		"is in none where the catalogue has none": {strategy: ruleOf("categories = [\"season\"]\ndiscount_rate = 0.1", known), cart: both},
	} {
		t.Run(name, func(t *testing.T) { c.named(t) })
		t.Run(name+", of many lines", func(t *testing.T) {
			// From nine lines on words are looked up.
			for range 9 {
				c.cart = append(c.cart, in(of("tea", 0, 1), "season"))
			}
			c.named(t)
		})
		t.Run(name+", beside many rules", func(t *testing.T) {
			// Among two hundred rules a category that one of them names is rare.
			for i := range 200 {
				c.strategy += fmt.Sprintf("[rule.z%d]\ncategories = [\"z%d\"]\ndiscount_amount = 1\n", i, i)
			}
			if c.cart = append([]cart.Line(nil), c.cart...); strings.Contains(c.strategy, "[[discounts]]") {
				c.strategy = strings.Replace(c.strategy, "[rule.", "\n[rule.", 1)
			}
			c.named(t)
		})
	}
}

func TestAQuoteOfSuchLinesNeedsNoMemory(t *testing.T) {
	s := mustLoad(t, "", ruleOf("categories = [\"season\", \"tea\"]\ndiscount_rate = 0.1", "[rule.b]\nskus = [\"x-1\"]\nmax_unit_price = 5\ndiscount_amount = 1"))
	c := goods(t)
	for range 5 {
		c.Lines = append(c.Lines, goods(t, together("x", 3, 1000), weighing("y", 500, 2000), in(of("z", 2, 100), "season", "tea"), of("x", 0, 1)).Lines...)
	}
	now := at(t, "2026-11-11T12:00:00Z")
	var q strategy.Quote
	allocations := testing.AllocsPerRun(100, func() {
		if err := s.QuoteInto(&q, c, now); err != nil || len(q.Applied) != 2 {
			t.Fatal(len(q.Applied), err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations a quote", allocations)
	}
}

func TestWhatTheQuoteSaysOfPrices(t *testing.T) {
	s := mustLoad(t, "", ruleOf("discount_rate = 0.1", "[[products]]\nsku = \"box-1\"\nprice = 3.50\n[[products]]\nsku = \"cheese-1\"\nprice = 20"))
	beside := together("box", 3, 1000)
	beside.UnitPrice = 333
	claims := weighing("cheese", 500, 2000)
	claims.HasTotal, claims.Subtotal = true, 900
	for name, c := range map[string]struct {
		line cart.Line
		json string
	}{
		"a total":                                {together("bag", 3, 1000), `"subtotal":1000,"discount":100`},
		"a weight":                               {weighing("ham", 500, 2000), `"subtotal":1000,"discount":100`},
		"nothing":                                {of("box", 0, 333), `"subtotal":0,"discount":0`},
		"nothing, of which a total is claimed":   {together("box", 0, 1000), `"subtotal":0,"discount":0`},
		"a unit price that is overruled":         {of("box", 3, 333), `"unit_price":350,"stated_unit_price":333,"subtotal":1050,"discount":105`},
		"a total that is overruled":              {together("box", 3, 1000), `"unit_price":350,"stated_line_total":1000,"subtotal":1050,"discount":105`},
		"a total that is right":                  {together("box", 3, 1050), `"subtotal":1050,"discount":105`},
		"both that are overruled":                {beside, `"unit_price":350,"stated_unit_price":333,"stated_line_total":1000,"subtotal":1050,"discount":105`},
		"a total of a weight that is overruled":  {claims, `"unit_price":2000,"stated_line_total":900,"subtotal":1000,"discount":100`},
		"a price of a weight that is overruled":  {weighing("cheese", 500, 1000), `"unit_price":2000,"stated_unit_price":1000,"subtotal":1000,"discount":100`},
		"a weight of which no price is stated":   {weighing("cheese", 500, cart.NoPrice), `"subtotal":1000,"discount":100`},
		"a quantity of which no price is stated": {of("box", 3, cart.NoPrice), `"subtotal":1050,"discount":105`},
	} {
		t.Run(name, func(t *testing.T) {
			crt := goods(t, c.line)
			q, err := s.Quote(crt, at(t, "2026-11-11T12:00:00Z"))
			if err != nil {
				t.Fatal(err)
			}
			_, after, _ := strings.Cut(string(s.AppendQuoteJSON(nil, q, crt)), `"lines":[{`)
			if got, _, _ := strings.Cut(after, `,"rules"`); got != c.json {
				t.Errorf("got %s, want %s", got, c.json)
			}
		})
	}
}

func TestALineErrorIsOfLinesWithoutAnyPrice(t *testing.T) {
	s := mustLoad(t, "", ruleOf("discount_rate = 0.1", "[[products]]\nsku = \"dear-1\"\nprice = 9999999999999.99"))
	for name, c := range map[string]struct {
		line  cart.Line
		field string // empty for no error
	}{
		"neither price nor total":            {of("box", 1, cart.NoPrice), "unit_price"},
		"a weight, neither price nor total":  {weighing("box", 500, cart.NoPrice), "unit_price"},
		"a total alone":                      {together("box", 3, 1000), ""},
		"no units, neither price nor total":  {of("box", 0, cart.NoPrice), ""},
		"a weight that comes to too much":    {weighing("dear", 1001, 1), "quantity"},
		"a weight that comes to the most":    {weighing("dear", 1000, 1), ""},
		"a quantity that comes to too much":  {of("dear", 2, 1), "quantity"},
		"no units of what would be too much": {of("dear", 0, 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Quote(goods(t, c.line), at(t, "2026-11-11T12:00:00Z"))
			field := ""
			if wrong, is := err.(*strategy.LineError); is {
				field = wrong.Field
			}
			if field != c.field {
				t.Errorf("got %v, want an error of %q", err, c.field)
			}
		})
	}
}

// A total that is the units times their price says nothing that the price does not.
func TestLawATotalIsTheUnitsTimesTheirPrice(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		without := *p.cart
		without.Lines = nil
		for _, l := range p.cart.Lines {
			if l.HasTotal {
				l.HasTotal, l.UnitPrice = false, max(l.UnitPrice, 7)
			}
			if l.Weight.IsZero() && l.UnitPrice != cart.NoPrice {
				l.Subtotal = l.Quantity * l.UnitPrice
			}
			without.Lines = append(without.Lines, l)
		}
		for _, instead := range []bool{false, true} {
			with := without
			with.Lines = nil
			for _, l := range without.Lines {
				if l.Weight.IsZero() && l.UnitPrice != cart.NoPrice && l.Quantity > 0 {
					if l.HasTotal = true; instead {
						l.UnitPrice = cart.NoPrice
					}
				}
				with.Lines = append(with.Lines, l)
			}
			want := pair{spec: p.spec, cart: &without, now: p.now}.quoted(t)
			got := pair{spec: p.spec, cart: &with, now: p.now}.quoted(t)
			want.prices, want.stated, want.statedTotals = nil, nil, nil
			got.prices, got.stated, got.statedTotals = nil, nil, nil
			if got.String() != want.String() {
				t.Fatalf("with totals, in place of prices %t\n%s\nwithout\n%s", instead, got, want)
			}
		}
	})
}

// What is close is found on such lines, too.
func TestExplainOfSuchLines(t *testing.T) {
	s := mustLoad(t, "", ruleOf("min_quantity = 6\ndiscount_rate = 0.1", "[rule.b]\nbundle = { units = 4, price = 1 }\n[rule.c]\ncategories = [\"cheese\"]\nunit_price = 1\n[rule.d]\nmin_unit_price = 20\nmin_subtotal = 30\ndiscount_amount = 3"))
	c := goods(t, together("box", 3, 1000), weighing("cheese", 500, 2000), of("bag", 0, 100))
	now := at(t, "2026-11-11T12:00:00Z")
	x, err := s.Explain(c, now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range x.Rejected {
		got = append(got, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
	}
	for _, n := range x.Next {
		got = append(got, fmt.Sprintf("%s: %d or %d units, saves %d", n.Rule, n.Amount, n.Units, n.Saves))
	}
	// b: one box more is 3.33, and 10.00 + 3.33 − 1.00 = 12.33. a: two more are 6.66,
	// a tenth of 26.66 is 2.67, of which the five boxes bear 1.67; four of them, at 3.00
	// each, make the bundle, so that 2.67 + 11.00 = 13.67. Without a the bundle takes
	// 12.33 off, so that a adds 1.34.
	const want = `a: min_quantity: 4 units, needed at least 6 units
b: bundle: 3 units, needed at least 4 units
c: target: only goods by weight, needed goods that are sold by the unit
d: min_subtotal: 10.00 CNY, needed at least 30.00 CNY
b: 0 or 1 units, saves 1233
d: 2000 or 0 units, saves 300
a: 0 or 2 units, saves 134`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}
