package compare_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/compare"
)

func meaning(t *testing.T, text string) []byte {
	t.Helper()
	m, err := strategy.Parse("", strategy.Source{Name: "strategy.toml", Data: []byte("version = \"1\"\n" + text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return m.Canonical()
}

const base = `currency = "CNY"
timezone = "Asia/Shanghai"

[rule.night]
discount_rate = 0.1
[[rule.night.time_windows]]
start = 21:00:00
end = 02:00:00

[rule.tea]
categories = ["tea", "milk tea"]
discount_amount = 5.00

[[products]]
sku = "latte"
price = 18.00

[[products]]
sku = "mocha"
price = 20.00
`

func TestMeanings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after string
		want  []string
	}{
		"the same in other words": {`# a comment
timezone = "Asia/Shanghai"
currency = "CNY"
rule.tea = { discount_amount = 5, categories = ["milk tea", "tea"], enabled = true }
rule.night = { discount_rate = 0.10, time_windows = [{ start = 21:00:00, end = 02:00:00 }] }
products = [{ sku = "latte", price = 18.0 }, { sku = "mocha", price = 20 }]
`, nil},
		"a rule is added, one removed, one changed": {`currency = "CNY"
timezone = "Asia/Shanghai"
[rule.dawn]
discount_rate = 0.2
[rule.night]
discount_rate = 0.15
[[rule.night.time_windows]]
start = 21:00:00
end = 03:00:00
[[products]]
sku = "latte"
price = 18.00
[[products]]
sku = "mocha"
price = 20.00
`, []string{
			`/rule/dawn: "" to {"discount_rate":"0.2"}`,
			`/rule/night/discount_rate: "0.1" to "0.15"`,
			`/rule/night/time_windows/0/end: "02:00:00" to "03:00:00"`,
			`/rule/tea: {"categories":["milk tea","tea"],"discount_amount":"5.00"} to ""`,
		}},
		"products by their SKU": {`currency = "CNY"
timezone = "Asia/Shanghai"
[rule.night]
discount_rate = 0.1
time_windows = [{ start = 21:00:00, end = 02:00:00 }, { start = 12:00:00, end = 13:00:00 }]
[rule.tea]
categories = ["milk tea", "green tea"]
discount_amount = 5.00
[[products]]
sku = "mocha"
price = 21.00
[[products]]
sku = "latte"
price = 18.00
[[products]]
sku = "flat/white"
`, []string{
			`/products/flat~1white: "" to {"sku":"flat/white"}`,
			`/products/mocha/price: "20.00" to "21.00"`,
			`/products/(order): ["latte","mocha"] to ["mocha","latte"]`,
			`/rule/night/time_windows/1: "" to {"end":"13:00:00","start":"12:00:00"}`,
			`/rule/tea/categories: ["milk tea","tea"] to ["green tea","milk tea"]`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes, err := compare.Canonical(meaning(t, base), meaning(t, c.after))
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(changes); !slices.Equal(got, c.want) {
				t.Errorf("changes\n%q, want\n%q", got, c.want)
			}
		})
	}
}

func texts(changes []compare.Change) (list []string) {
	text := func(v []byte) string {
		if v == nil {
			return `""`
		}
		return string(v)
	}
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s: %s to %s", c.Pointer(), text(c.Old), text(c.New)))
	}
	return list
}

// Nothing differs from itself; what was added one way is removed the other.
func TestMeaningsLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.SampledFrom([]string{`{"a":1}`, `{"a":2}`, `{"b":[{"sku":"x"}]}`, `{"sku":"x"}`, `{"sku":"y","a":"1"}`}))
		draw := func(name string) []byte {
			text := `{"list":[`
			for i, value := range list.Draw(t, name) {
				if i > 0 {
					text += ","
				}
				text += value
			}
			return []byte(text + `]}`)
		}
		old, next := draw("old"), draw("new")
		forth, err := compare.Canonical(old, next)
		if err != nil {
			t.Fatal(err)
		}
		back, err := compare.Canonical(next, old)
		if err != nil {
			t.Fatal(err)
		}
		if (len(forth) == 0) != (string(old) == string(next)) {
			t.Fatalf("%s and %s: %q", old, next, texts(forth))
		}
		for i := range forth {
			forth[i].Old, forth[i].New = forth[i].New, forth[i].Old
		}
		if got, want := texts(back), texts(forth); !slices.Equal(got, want) {
			t.Fatalf("back %q, want %q", got, want)
		}
	})
}

func FuzzMeanings(f *testing.F) {
	f.Add([]byte(`{"a":[{"sku":"x"}]}`), []byte(`{"a":[{"sku":1}]}`))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		changes, err := compare.Canonical(before, after)
		if err == nil && len(changes) > 0 && string(before) == string(after) {
			t.Fatal("a text differs from itself")
		}
	})
}
