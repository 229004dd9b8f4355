package strategy

import (
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// loaded compiles a text that must be right.
func loaded(t testing.TB, text string) *Strategy {
	t.Helper()
	s, err := Load("", Source{Name: "t.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refusal is the message of a text that must be wrong.
func refusal(t *testing.T, text string) string {
	t.Helper()
	_, err := Load("", Source{Name: "t.toml", Data: []byte(text)})
	if err == nil {
		t.Fatal("it is not refused")
	}
	return err.Error()
}

// discountOf is what a strategy takes off a cart, in minor units.
func discountOf(t testing.TB, s *Strategy, c *cart.Cart) int64 {
	t.Helper()
	q, err := s.Quote(c, time.Date(2026, 11, 11, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return q.Discount
}

func units(sku string, quantity, price int64) cart.Line {
	return cart.Line{SKU: sku, Quantity: quantity, UnitPrice: price, Subtotal: quantity * price}
}

func TestCouponCase(t *testing.T) {
	t.Parallel()
	const rule = "\n[rule.a]\ncoupons = [\"SPRING\", \"满减券\", \"\u00c9T\u00c9\", \"MASSE\"]\ndiscount_amount = 1\n"
	for name, c := range map[string]struct {
		head    string
		coupons []string
		want    int64
	}{
		"as it is written":                    {coupons: []string{"SPRING"}, want: 100},
		"in small letters":                    {coupons: []string{"spring"}, want: 100},
		"with space around it":                {coupons: []string{" Spring\t"}, want: 100},
		"with space within":                   {coupons: []string{"SPR ING"}},
		"in Chinese":                          {coupons: []string{"满减券"}, want: 100},
		"an accent in two characters":         {coupons: []string{"e\u0301te\u0301"}, want: 100},
		"a sharp s":                           {coupons: []string{"maße"}, want: 100},
		"another code":                        {coupons: []string{"SPRING2"}},
		"no code":                             {},
		"among others":                        {coupons: []string{"x", "spring", "y"}, want: 100},
		"twice, by two spellings":             {coupons: []string{"SPRING", "spring"}, want: 100},
		"fold, written out":                   {head: `coupon_case = "fold"`, coupons: []string{"spring"}, want: 100},
		"exact: as it is written":             {head: `coupon_case = "exact"`, coupons: []string{"SPRING"}, want: 100},
		"exact: in small letters":             {head: `coupon_case = "exact"`, coupons: []string{"spring"}},
		"exact: with space around it":         {head: `coupon_case = "exact"`, coupons: []string{"SPRING "}},
		"exact: an accent in two characters":  {head: `coupon_case = "exact"`, coupons: []string{"E\u0301TE\u0301"}},
		"exact: as it is written, in Chinese": {head: `coupon_case = "exact"`, coupons: []string{"满减券"}, want: 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loaded(t, "version = \"v\"\n"+c.head+rule)
			bought := &cart.Cart{Coupons: c.coupons, Lines: []cart.Line{units("x", 1, 1000)}}
			if got := discountOf(t, s, bought); got != c.want {
				t.Errorf("%d off, want %d", got, c.want)
			}
		})
	}
}

func TestSpellingsOfCoupons(t *testing.T) {
	t.Parallel()
	const rule = "discount_amount = 1\n"
	for name, c := range map[string]struct{ text, want string }{
		"the same spelling in several rules": {text: "[rule.a]\ncoupons = [\"SPRING\"]\n" + rule + "[rule.b]\ncoupons = [\"SPRING\"]\n" + rule},
		"two spellings": {
			text: "[rule.a]\ncoupons = [\"SPRING\"]\n" + rule + "[rule.b]\ncoupons = [\"AUTUMN\", \"spring\"]\n" + rule,
			want: `t.toml:6:22: rule."b".coupons[1]: "spring" is the same code as "SPRING" on line 3, since codes are compared without case ` +
				`(write both alike, or coupon_case = "exact" at the top to tell them apart)`},
		"two spellings, told apart": {
			text: "coupon_case = \"exact\"\n[rule.a]\ncoupons = [\"SPRING\"]\n" + rule + "[rule.b]\ncoupons = [\"AUTUMN\", \"spring\"]\n" + rule},
		"two spellings in a list": {
			text: "[rule.a]\ncoupons = [\"SPRING\", \"Spring \"]\n" + rule,
			want: `t.toml:3:22: rule."a".coupons[1]: "Spring " is listed twice, before as "SPRING" (coupon_case = "exact" at the top tells them apart)`},
		"twice in a list": {
			text: "[rule.a]\ncoupons = [\"SPRING\", \"SPRING\"]\n" + rule,
			want: `t.toml:3:22: rule."a".coupons[1]: "SPRING" is listed twice`},
		"three spellings in three rules": {
			text: "[rule.a]\ncoupons = \"A\"\n" + rule + "[rule.b]\ncoupons = \"a\"\n" + rule + "[rule.c]\ncoupons = \"a \"\n" + rule,
			want: `t.toml:6:11: rule."b".coupons: "a" is the same code as "A" on line 3, since codes are compared without case ` +
				`(write both alike, or coupon_case = "exact" at the top to tell them apart)` + "\n" +
				`t.toml:9:11: rule."c".coupons: "a " is the same code as "A" on line 3, since codes are compared without case ` +
				`(write both alike, or coupon_case = "exact" at the top to tell them apart)`},
		"a blank code": {
			text: "[rule.a]\ncoupons = [\" \"]\n" + rule,
			want: `t.toml:3:12: rule."a".coupons[0]: " " is blank`},
		"another word": {
			text: "coupon_case = \"ignore\"\n[rule.a]\n" + rule,
			want: `t.toml:2:15: coupon_case: this is a string ("ignore"), want one of fold, exact`},
		"another name": {
			text: "case_sensitive = false\n[rule.a]\n" + rule,
			want: `t.toml:2:1: case_sensitive: unknown key "case_sensitive" (did you mean coupon_case?)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n" + c.text
			if c.want == "" {
				loaded(t, text)
				return
			}
			if got := refusal(t, text); got != c.want {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// A second spelling in another file names that file.
func TestSpellingsOfCouponsInTwoFiles(t *testing.T) {
	t.Parallel()
	_, err := Load("",
		Source{Name: "a.toml", Data: []byte("version = \"v\"\n[rule.a]\ncoupons = \"A\"\ndiscount_amount = 1\n")},
		Source{Name: "b.toml", Data: []byte("[rule.b]\ncoupons = \"a\"\ndiscount_amount = 1\n")})
	const want = `b.toml:2:11: rule."b".coupons: "a" is the same code as "A" on line 3 of a.toml, since codes are compared without case ` +
		`(write both alike, or coupon_case = "exact" at the top to tell them apart)`
	if err == nil || err.Error() != want {
		t.Errorf("the message is\n%v\nwant\n%s", err, want)
	}
}

// A person sees the codes as the cart has them.
func TestExplanationsShowCouponsAsTheyAreSent(t *testing.T) {
	t.Parallel()
	s := loaded(t, "version = \"v\"\n[rule.a]\ncoupons = [\"SPRING\"]\ndiscount_amount = 1\n")
	x, err := s.Explain(&cart.Cart{Coupons: []string{" Sprung", "sprung"}, Lines: []cart.Line{units("x", 1, 1000)}}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Rejected) != 1 || x.Rejected[0].Seen.Words != " Sprung, sprung" || x.Rejected[0].Reason != "coupons" {
		t.Errorf("rejected %+v", x.Rejected)
	}
}

func TestSKUCompare(t *testing.T) {
	t.Parallel()
	const (
		fold      = "sku_compare = \"fold\"\n"
		catalogue = "products = [{ sku = \"AB-1\", price = 20, category = \"tea\" }, { sku = \"AB-2\", price = 1, category = \"tea\" }]\n"
		bySKU     = "[rule.a]\nskus = [\"ab-1\", \"É\"]\ndiscount_rate = 0.5\n"
		byWord    = "[rule.a]\ncategories = [\"tea\"]\ndiscount_rate = 0.5\n"
	)
	for name, c := range map[string]struct {
		text, sku string
		want      int64
	}{
		"exact: as it is written":                     {text: bySKU, sku: "ab-1", want: 500},
		"exact: in capitals":                          {text: bySKU, sku: "AB-1"},
		"exact: space":                                {text: bySKU, sku: "ab-1 "},
		"fold: as it is written":                      {text: fold + bySKU, sku: "ab-1", want: 500},
		"fold: in capitals":                           {text: fold + bySKU, sku: "AB-1", want: 500},
		"fold: with space around it":                  {text: fold + bySKU, sku: "\tAB-1 ", want: 500},
		"fold: with a zero-width space":               {text: fold + bySKU, sku: "AB\u200b-1", want: 500},
		"fold: an accent in two characters":           {text: fold + bySKU, sku: "e\u0301", want: 500},
		"fold: another article":                       {text: fold + bySKU, sku: "AB-12"},
		"fold: no SKU":                                {text: fold + bySKU, sku: ""},
		"fold: what shows nothing":                    {text: fold + bySKU, sku: "\u200b"},
		"fold: the catalogue knows it":                {text: fold + catalogue + byWord, sku: "ab-1", want: 1000},
		"exact: the catalogue does not know it":       {text: catalogue + byWord, sku: "ab-1"},
		"fold: rules and catalogue are spelled apart": {text: fold + catalogue + bySKU, sku: "aB-1", want: 1000},
		"fold: in exclude":                            {text: fold + "[rule.a]\nexclude = { skus = [\"ab-1\"] }\ndiscount_rate = 0.5\n", sku: "AB-1"},
		"fold: in requires":                           {text: fold + "[rule.a]\nrequires = [{ skus = [\"ab-1\"] }]\ndiscount_rate = 0.5\n", sku: "AB-1", want: 500},
		"fold: in any":                                {text: fold + "[rule.a]\nany = [{ skus = [\"ab-1\"] }]\ndiscount_rate = 0.5\n", sku: "AB-1", want: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loaded(t, "version = \"v\"\n"+c.text)
			if got := discountOf(t, s, &cart.Cart{Lines: []cart.Line{units(c.sku, 1, 1000)}}); got != c.want {
				t.Errorf("%d off, want %d", got, c.want)
			}
		})
	}
}

func TestSpellingsOfSKUs(t *testing.T) {
	t.Parallel()
	const (
		fold = "sku_compare = \"fold\"\n"
		rule = "[rule.a]\ndiscount_rate = 0.5\n"
	)
	for name, c := range map[string]struct{ text, want string }{
		"exact: two in the catalogue": {text: "products = [{ sku = \"a\" }, { sku = \"A\" }]\n" + rule},
		"exact: two in a list":        {text: rule + "skus = [\"a\", \"A\"]\n"},
		"fold: two rules":             {text: fold + rule + "skus = [\"a\"]\n[rule.b]\nskus = [\"A\"]\ndiscount_rate = 0.1\n"},
		"fold: two in the catalogue": {
			text: fold + "[[products]]\nsku = \"a\"\n[[products]]\nsku = \"A\u200b\"\n" + rule,
			want: `t.toml:5:3: products[1]: "A\u200b" is in the catalogue twice, first on line 3 as "a" (sku_compare = "exact" at the top tells them apart)`},
		"fold: one twice in the catalogue": {
			text: fold + "[[products]]\nsku = \"a\"\n[[products]]\nsku = \"a\"\n" + rule,
			want: `t.toml:5:3: products[1]: "a" is in the catalogue twice, first on line 3`},
		"fold: two in a list": {
			text: fold + rule + "skus = [\"a\", \"b\", \"A\"]\n",
			want: `t.toml:5:19: rule."a".skus[2]: "A" is listed twice, before as "a" (sku_compare = "exact" at the top tells them apart)`},
		"fold: one that shows nothing": {
			text: fold + "products = [{ sku = \"\u200b\" }]\n" + rule,
			want: `t.toml:3:15: products[0]: "\u200b" is no SKU, since no character of it shows`},
		"another name": {
			text: "sku_case = \"fold\"\n" + rule,
			want: `t.toml:2:1: sku_case: unknown key "sku_case" (did you mean sku_compare?)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n" + c.text
			if c.want == "" {
				loaded(t, text)
				return
			}
			if got := refusal(t, text); got != c.want {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// The catalogue knows what rules spell otherwise, and a hint shows its own spelling.
func TestHintsByFoldedSKUs(t *testing.T) {
	t.Parallel()
	m, err := Parse("", Source{Name: "t.toml", Data: []byte("version = \"v\"\nsku_compare = \"fold\"\nproducts = [{ sku = \"Latte\" }]\n" +
		"[rule.a]\nskus = [\"LATTE\", \"LATE\"]\ndiscount_rate = 0.1\n[rule.b]\ngift = { sku = \"latte\" }\n")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range m.Warnings() {
		got = append(got, c.String())
	}
	if want := `t.toml:5:18: rule."a".skus[1]: the catalogue does not know "LATE" (did you mean "Latte"?)`; strings.Join(got, "\n") != want {
		t.Errorf("warnings\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// What means the same has the same canonical form.
func TestCanonicalFormOfSpellings(t *testing.T) {
	t.Parallel()
	const head = "version = \"v\"\nactivate_at = 2026-11-11T00:00:00Z\n"
	for name, c := range map[string]struct {
		one, other string
		differ     bool
	}{
		"codes": {one: "[rule.a]\ncoupons = [\"SPRING\"]\ndiscount_rate = 0.1\n", other: "[rule.a]\ncoupons = [\"spring \"]\ndiscount_rate = 0.1\n"},
		"fold, written out": {one: "coupon_case = \"fold\"\nsku_compare = \"exact\"\nunknown_skus = \"pass\"\n[rule.a]\ndiscount_rate = 0.1\n",
			other: "[rule.a]\ndiscount_rate = 0.1\n"},
		"exact codes": {one: "coupon_case = \"exact\"\n[rule.a]\ncoupons = [\"SPRING\"]\ndiscount_rate = 0.1\n",
			other: "coupon_case = \"exact\"\n[rule.a]\ncoupons = [\"spring\"]\ndiscount_rate = 0.1\n", differ: true},
		"one code, folded and exact": {one: "[rule.a]\ncoupons = [\"spring\"]\ndiscount_rate = 0.1\n",
			other: "coupon_case = \"exact\"\n[rule.a]\ncoupons = [\"spring\"]\ndiscount_rate = 0.1\n", differ: true},
		"folded SKUs": {one: "sku_compare = \"fold\"\nproducts = [{ sku = \"A\" }]\n[rule.a]\nskus = [\"A\"]\ndiscount_rate = 0.1\n",
			other: "sku_compare = \"fold\"\nproducts = [{ sku = \"a\" }]\n[rule.a]\nskus = [\"a \"]\ndiscount_rate = 0.1\n"},
		"exact SKUs": {one: "[rule.a]\nskus = [\"A\"]\ndiscount_rate = 0.1\n", other: "[rule.a]\nskus = [\"a\"]\ndiscount_rate = 0.1\n", differ: true},
		"the SKU of a gift, which is announced as it is written": {one: "sku_compare = \"fold\"\n[rule.a]\ngift = { sku = \"A\" }\n",
			other: "sku_compare = \"fold\"\n[rule.a]\ngift = { sku = \"a\" }\n", differ: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, other := loaded(t, head+c.one), loaded(t, head+c.other)
			if differ := one.Fingerprint() != other.Fingerprint(); differ != c.differ {
				t.Errorf("they differ: %t, want %t", differ, c.differ)
			}
		})
	}
}

// Codes and SKUs are looked up in memory that is there, capitals or not.
func TestFoldingInQuotesCostsNoAllocation(t *testing.T) {
	s := loaded(t, "version = \"v\"\nsku_compare = \"fold\"\n[rule.a]\ncoupons = [\"SPRING\", \"满减券\"]\nskus = [\"LATTE\"]\ndiscount_rate = 0.1\n")
	for name, coupons := range map[string][]string{"capitals": {"SPRING", "NONE"}, "small letters": {"spring", "spring"}, "Chinese": {"满减券", "没有"}} {
		c := &cart.Cart{Coupons: coupons, Lines: []cart.Line{units("Latte", 1, 500), units("TEA", 1, 1000), units("LATTE", 1, 500), units("tea", 1, 1000)}}
		var q Quote
		quote := func() {
			if err := s.QuoteInto(&q, c, time.Unix(0, 0)); err != nil || q.Discount != 100 {
				t.Fatalf("%d off, %v", q.Discount, err)
			}
		}
		quote()
		if n := testing.AllocsPerRun(100, quote); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
