package strategy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

func TestCategoriesOfTheCatalogue(t *testing.T) {
	t.Parallel()
	const (
		list  = "[[products]]\nsku = \"tea\"\ncategory = [\"drinks\", \"summer\", \"sale\"]\n"
		other = "[[products]]\nsku = \"tea\"\ncategories = [\"drinks\", \"summer\", \"sale\"]\n"
		half  = "discount_rate = 0.5\n"
	)
	line := units("tea", 1, 1000)
	stated := line
	stated.Category, stated.MoreCategories = "toys", []string{"winter"}
	for name, c := range map[string]struct {
		text  string
		lines []cart.Line
		want  int64
	}{
		"the first":                  {text: list + "[rule.a]\ncategories = [\"drinks\"]\n" + half, lines: []cart.Line{line}, want: 500},
		"a further one":              {text: list + "[rule.a]\ncategories = [\"sale\"]\n" + half, lines: []cart.Line{line}, want: 500},
		"two of them are one line":   {text: list + "[rule.a]\ncategories = [\"summer\", \"sale\"]\n" + half, lines: []cart.Line{line}, want: 500},
		"none of them":               {text: list + "[rule.a]\ncategories = [\"winter\"]\n" + half, lines: []cart.Line{line}},
		"the other key":              {text: other + "[rule.a]\ncategories = [\"sale\"]\n" + half, lines: []cart.Line{line}, want: 500},
		"the other key, one text":    {text: "products = [{ sku = \"tea\", categories = \"sale\" }]\n[rule.a]\ncategories = [\"sale\"]\n" + half, lines: []cart.Line{line}, want: 500},
		"a list of one":              {text: "products = [{ sku = \"tea\", category = [\"sale\"] }]\n[rule.a]\ncategories = [\"sale\"]\n" + half, lines: []cart.Line{line}, want: 500},
		"exclude by a further one":   {text: list + "[rule.a]\nexclude = { categories = [\"sale\"] }\n" + half, lines: []cart.Line{line}},
		"the cart's are not read":    {text: list + "[rule.a]\ncategories = [\"toys\", \"winter\"]\n" + half, lines: []cart.Line{stated}},
		"counted once":               {text: list + "[rule.a]\ncategories = [\"summer\", \"sale\"]\nmin_quantity = 2\n" + half, lines: []cart.Line{line}},
		"two rules, one for each":    {text: list + "[rule.a]\ncategories = [\"summer\"]\ndiscount_amount = 1\n[rule.b]\ncategories = [\"sale\"]\ndiscount_amount = 2\n", lines: []cart.Line{line}, want: 300},
		"in any":                     {text: list + "[rule.a]\nany = [{ categories = [\"sale\"] }]\n" + half, lines: []cart.Line{line}, want: 500},
		"beside the cart's own ones": {text: list + "[rule.a]\ncategories = [\"winter\", \"sale\"]\n" + half, lines: []cart.Line{line, {SKU: "hat", Category: "x", MoreCategories: []string{"winter"}, Quantity: 1, UnitPrice: 1000, Subtotal: 1000}}, want: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loaded(t, "version = \"v\"\n"+c.text)
			if got := discountOf(t, s, &cart.Cart{Lines: c.lines}); got != c.want {
				t.Errorf("%d off, want %d", got, c.want)
			}
			// Among so many lines they are looked up by their words.
			many := &cart.Cart{Lines: c.lines}
			for i := range 2 * fewWords {
				many.Lines = append(many.Lines, units(fmt.Sprint("none", i), 1, 0))
			}
			if strings.Contains(c.text, "exclude") {
				return // the rule is about the others, too
			}
			if got := discountOf(t, s, many); got != c.want {
				t.Errorf("among many lines %d off, want %d", got, c.want)
			}
		})
	}
}

func TestMessagesOfCategories(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ product, want string }{
		"both keys":  {product: "category = \"a\"\ncategories = [\"b\"]", want: `t.toml:5:1: products[0].categories: categories is another name of category, and both are here (write all into one list)`},
		"empty":      {product: "category = []", want: `t.toml:4:1: products[0].category: the list is empty, so nothing could ever match (leave the key out to match everything)`},
		"twice":      {product: "categories = [\"a\", \"a\"]", want: `t.toml:4:20: products[0].categories[1]: "a" is listed twice`},
		"blank text": {product: "category = \"\"", want: `t.toml:4:12: products[0].category: the string is empty`},
		"a number":   {product: "category = 1", want: `t.toml:4:12: products[0].category: this is an integer ("1"), want a list of strings`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := refusal(t, "version = \"v\"\n[[products]]\nsku = \"x\"\n"+c.product+"\n[rule.a]\ndiscount_rate = 0.1\n"); got != c.want {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// Either key and any order mean the same, and a further category is a known word.
func TestMeaningOfCategories(t *testing.T) {
	t.Parallel()
	parsed := func(product string) *Model {
		m, err := Parse("", Source{Name: "t.toml", Data: []byte("version = \"v\"\n[[products]]\nsku = \"x\"\n" + product + "\n[rule.a]\ncategories = [\"b\"]\ndiscount_rate = 0.1\n")})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	one, other := parsed(`category = ["b", "a"]`), parsed(`categories = ["a", "b"]`)
	if string(one.Canonical()) != string(other.Canonical()) || !strings.Contains(string(one.Canonical()), `"products":[{"category":["a","b"],"sku":"x"}]`) {
		t.Errorf("the forms are\n%s\n%s", one.Canonical(), other.Canonical())
	}
	if n := len(one.Warnings()); n > 0 {
		t.Errorf("warnings %v", one.Warnings())
	}
	if got := string(parsed(`category = ["b"]`).Canonical()); !strings.Contains(got, `"category":"b"`) {
		t.Errorf("a list of one is %s", got)
	}
}

func TestCategoriesCostNoAllocation(t *testing.T) {
	var b strings.Builder
	b.WriteString("version = \"v\"\n")
	for i := range 20 {
		fmt.Fprintf(&b, "[[products]]\nsku = \"sku-%d\"\ncategory = [\"x\", \"c%d\", \"sale\"]\n", i, i)
	}
	b.WriteString("[rule.a]\ncategories = [\"sale\"]\ndiscount_rate = 0.1\n[rule.b]\ncategories = [\"c7\"]\ndiscount_rate = 0.1\n")
	s, c := loaded(t, b.String()), benchmarkCart(20)
	var q Quote
	quote := func() {
		if err := s.QuoteInto(&q, c, time.Unix(0, 0)); err != nil || len(q.Applied) != 2 {
			t.Fatal(err, q.Applied)
		}
	}
	quote()
	if n := testing.AllocsPerRun(100, quote); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
