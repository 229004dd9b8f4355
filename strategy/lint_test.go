package strategy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// lint is what is found in a text, one a line, as of 1 November 2026 in Shanghai.
func lint(t *testing.T, text string, beside ...strategy.Source) string {
	t.Helper()
	m, err := strategy.Parser{Lint: true}.Parse(append(beside, strategy.Source{Name: "discount.toml", Data: []byte(text)})...)
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, p := range m.Lint(strategy.Compile(m), time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC)) {
		lines.WriteString(p.String() + "\n")
	}
	return lines.String()
}

// Every example of the page is checked: one with a warning below it is warned
// of in just those words, every other one is not warned of.
func TestThePageOfWarningsIsTrue(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "lint.md"))
	if err != nil {
		t.Fatal(err)
	}
	warned, calm := 0, 0
	for i, section := range strings.Split(string(page), "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		if !strings.Contains(string(page), "| ["+title+"](#") {
			t.Errorf("%q is not in the table", title)
		}
		blocks := strings.Split(body, "```")
		for j := 1; j+1 < len(blocks); j += 2 {
			kind, text, _ := strings.Cut(blocks[j], "\n")
			if kind != "toml" {
				continue
			}
			var beside []strategy.Source
			if sheet, is := strings.CutPrefix(blocks[max(j-2, 0)], "csv\n"); is {
				beside = append(beside, strategy.Source{Name: "catalogue.csv", Data: []byte(sheet), Companion: true})
			}
			want := ""
			if j+2 < len(blocks) && strings.HasPrefix(blocks[j+2], "text warned\n") {
				want = strings.ReplaceAll(strings.TrimPrefix(blocks[j+2], "text warned\n"), "\\\n", "") // lines are joined
				warned++
			} else {
				calm++
			}
			t.Run(fmt.Sprintf("%d %s", i, title), func(t *testing.T) {
				if got := lint(t, text, beside...); got != want {
					t.Errorf("of\n%sit is said\n%sthe page has\n%s", text, got, want)
				}
			})
		}
	}
	if warned < 16 || calm != warned {
		t.Errorf("%d examples are warned of and %d are not", warned, calm)
	}
}

func TestLint(t *testing.T) {
	const head = "version = \"v\"\ntimezone = \"Asia/Shanghai\"\n"
	const steps = "[[discounts]]\nthreshold = 20\namount = 3\ntime_window = { start = %q, end = %q }\n"
	for _, c := range []struct {
		name, text string
		want       string // a part of the only warning; none if it is empty
	}{
		{"a rule that has ended but is switched off", "[rule.a]\nenabled = false\nvalid_until = 2026-10-01T00:00:00\ndiscount_amount = 1\n", ""},
		{"a rule in its last second", "[rule.a]\nvalid_until = 2026-11-01T00:00:00\ndiscount_amount = 1\n", ""},
		{"a rate at so many units, of a catalogue that is all there is", "unknown_skus = \"reject\"\nproducts = [{ sku = \"tea\" }, { sku = \"mug\", category = \"ware\" }]\n[rule.a]\ncategories = [\"ware\"]\nmin_quantity = 2\ndiscount_rate = 0.6\n", "1 × mug at 100.00 CNY come to 100.00 CNY, and 2 to 80.00 CNY"},
		{"a rate at so many units, by any", "[rule.a]\nany = [{ skus = [\"mug\"] }, { categories = [\"tea\"] }]\nmin_quantity = 2\ndiscount_rate = 0.6\n", "1 × mug at 100.00 CNY come to 100.00 CNY, and 2 to 80.00 CNY"},
		{"a rate at so many units, with a coupon in any case", "[rule.a]\ncoupons = [\"SPRING\"]\nmin_quantity = 2\ndiscount_rate = 0.6\n", "1 × goods at 100.00 CNY come to 100.00 CNY, and 2 to 80.00 CNY"},
		{"a rule that ended a second ago", "[rule.a]\nvalid_until = 2026-10-31T23:59:59\ndiscount_amount = 1\n", "the rule has ended"},
		{"a window that began the day before", "[rule.a]\nvalid_from = 2026-11-14T00:00:00\nvalid_until = 2026-11-14T01:00:00\ntime_window = { start = \"22:00\", end = \"02:00\", days = [\"fri\"] }\ndiscount_amount = 1\n", ""},
		{"a window that ends as the rule begins", "[rule.a]\nvalid_from = 2026-11-14T02:00:00\nvalid_until = 2026-11-14T21:59:59\ntime_window = { start = \"22:00\", end = \"02:00\" }\ndiscount_amount = 1\n", "never is between"},
		{"a long validity and one day a week", "[rule.a]\nvalid_from = 2026-11-14T00:00:00\nvalid_until = 2027-11-14T00:00:00\ntime_window = { start = \"22:00\", end = \"23:00\", days = [\"mon\"] }\ndiscount_amount = 1\n", ""},
		{"steps whose windows touch", fmt.Sprintf(steps+steps, "08:00", "10:00", "10:00", "12:00"), ""},
		{"steps that overlap past midnight", fmt.Sprintf(steps+steps, "22:00", "02:00", "01:00", "03:00"), "from sun 01:00:00 to 02:00:00 discounts[0] is open"},
		{"a step that is open within another's window", fmt.Sprintf(steps+steps, "08:00", "12:00", "09:00", "10:00"), "whenever it is open discounts[0] is"},
		{"a happy hour within a step that is always open", "[[discounts]]\nthreshold = 20\namount = 3\n" + strings.Replace(fmt.Sprintf(steps, "08:00", "10:00"), "= 3", "= 5", 1), ""},
		{"a happy hour within another's window", fmt.Sprintf(strings.Replace(steps, "= 3", "= 2", 1)+steps, "08:00", "12:00", "09:00", "10:00"), ""},
		{"a step that is always open and worth more", "[[discounts]]\nthreshold = 20\namount = 6\n" + fmt.Sprintf(steps, "08:00", "10:00"), "never applies"},
		{"a member of a group that lasts longer", "[rule.a]\ngroup = \"g\"\nvalid_until = 2027-01-01T00:00:00\ndiscount_rate = 0.2\n[rule.b]\ngroup = \"g\"\ndiscount_rate = 0.1\n", ""},
		{"a member of a group for others", "[rule.a]\ngroup = \"g\"\ncoupons = [\"A\"]\ndiscount_rate = 0.2\n[rule.b]\ngroup = \"g\"\ncoupons = [\"B\"]\ndiscount_rate = 0.1\n", ""},
		{"a member of a group that wants more", "[rule.a]\ngroup = \"g\"\nmin_quantity = 2\ndiscount_rate = 0.2\n[rule.b]\ngroup = \"g\"\nmin_quantity = 3\ndiscount_rate = 0.1\n", `rule."b".group`},
		{"a member of a group that is capped", "[rule.a]\ngroup = \"g\"\nmax_discount = 5\ndiscount_rate = 0.2\n[rule.b]\ngroup = \"g\"\ndiscount_rate = 0.1\n", ""},
		{"two alike in a group", "[rule.a]\ngroup = \"g\"\ndiscount_rate = 0.2\n[rule.b]\ngroup = \"g\"\ndiscount_rate = 0.2\n", `rule."b".group`},
		{"a rate from three units on", "[rule.a]\nmin_quantity = 3\ndiscount_rate = 0.15\n", ""},
		{"a bundle at no known price", "[rule.a]\nbundle = { units = 3, price = 99 }\n", ""},
		{"a coupon that makes the payable fall", "[rule.a]\ncoupons = [\"X\"]\nmin_quantity = 4\ndiscount_rate = 0.5\n", "3 × goods at 100.00 CNY come to 300.00 CNY, and 4 to 200.00 CNY"},
		{"a rate above the limits", "limits = { max_rate = 0.2 }\n[rule.a]\ndiscount_rate = 0.3\n", `rule."a".discount_rate: limits.max_rate lets all rules together take 0.2 of the goods off, so the 0.3 here`},
		{"a rate above the limits, off some goods", "limits = { max_rate = 0.2 }\n[rule.a]\ncategories = [\"茶\"]\ndiscount_rate = 0.3\n", ""},
		{"a rate above the limits, off the shipping", "limits = { max_rate = 0.2 }\n[rule.a]\napplies_to = \"shipping\"\ndiscount_rate = 0.3\n", ""},
		{"a most that is above the limits", "limits = { max_amount = 20 }\n[rule.a]\nmax_discount = 25\ndiscount_rate = 0.3\n", `rule."a".max_discount: limits.max_amount`},
		{"an amount above the limits that is held below them", "limits = { max_amount = 20 }\n[rule.a]\nmax_discount = 15\ndiscount_amount = 30\n", ""},
		{"a step of a ladder above the limits", "limits = { max_amount = 20 }\n[rule.a]\nladder = [{ threshold = 50, amount = 5 }, { threshold = 200, amount = 25 }]\n", `rule."a".ladder[1]: limits.max_amount`},
		{"a step of the order ladder above the limits", "limits = { max_amount = 20 }\n[[discounts]]\nthreshold = 200\namount = 25\n", "discounts[0]: limits.max_amount"},
		{"an amount above the limits, switched off", "limits = { max_amount = 20 }\n[rule.a]\nenabled = false\ndiscount_amount = 25\n", ""},
		{"fewer units than the first rate", "[rule.a]\nmax_units = 1\nunit_rates = [0, 0.5]\n", "max_units lets 1 unit in, and unit_rates wants 2 units, so the rule never gives anything"},
		{"as many units as the first rate", "[rule.a]\nmax_units = 2\nunit_rates = [0, 0.5, 1]\n", ""},
		{"fewer units than a gift is for", "[rule.a]\nmax_units = 9\ngift = { sku = \"tote\", per = { units = 10 } }\n", "max_units lets 9 units in, and gift wants 10 units"},
		{"an amount off what is got above the limits", "limits = { max_amount = 20 }\n[rule.a]\nbuy = { quantity = 1 }\nget = { amount = 25 }\n", `rule."a".get: limits.max_amount`},
		{"a price of what is got above the limits", "limits = { max_amount = 20 }\n[rule.a]\nbuy = { quantity = 1 }\nget = { unit_price = 25 }\n", ""},
		{"a set by value from which the payable falls", "unknown_skus = \"reject\"\n[[products]]\nsku = \"tea\"\nprice = 10\n[rule.a]\ngroups_of = { value = 50, rate = 0.5 }\n", "4 × tea at 10.00 CNY come to 40.00 CNY, and 5 to 25.00 CNY: the payable falls when one is added"},
		{"a set by value of goods of any price", "[rule.a]\ngroups_of = { value = 50, rate = 0.1 }\n", ""},
		{"rates of units", "[rule.a]\nunit_rates = [0, 0.5, 1]\n", ""},
		{"thousands of steps", "[rule.a]\nladder = [" + manySteps(2000) + "]\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lint(t, head+c.text)
			if c.want == "" && got != "" || strings.Count(got, "\n") > 1 || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func manySteps(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "{ threshold = %d, amount = %d },", 100*(i+1), i+1)
	}
	return text.String()
}

func TestLintNeedsAModelReadForIt(t *testing.T) {
	m := mustParse(t, "", "version = \"v\"\n[rule.a]\ndiscount_rate = 0.8\nvalid_until = 2020-01-01T00:00:00Z\n")
	if got := m.Lint(strategy.Compile(m), time.Now()); len(got) != 1 {
		t.Errorf("without its text, %v was found", got)
	}
}

func TestWarningsComeWithTheErrors(t *testing.T) {
	_, err := strategy.Parse("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n[rule.a]\ndiscount_rate = 0.8\nnope = 1\n")})
	problems := problemsOf(t, err)
	if len(problems.List) != 1 || len(problems.Warnings) != 1 {
		t.Errorf("%d errors and %d warnings", len(problems.List), len(problems.Warnings))
	}
}

func problemsOf(t *testing.T, err error) *document.Diagnostics {
	t.Helper()
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		t.Fatalf("the error is %v", err)
	}
	return problems
}
