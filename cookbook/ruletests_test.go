package cookbook_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// Every campaign has tests of its rules beside it: they pass, at least one of
// them sees a rule kept from applying, and no rule is left untouched.
func TestCampaignsPassTheirTests(t *testing.T) {
	for _, file := range campaigns(t) {
		t.Run(file, func(t *testing.T) {
			r, st := runTests(t, file, "")
			if len(r.Results) < 2 {
				t.Errorf("%d tests are too few", len(r.Results))
			}
			if untouched := r.Untouched(st); len(untouched) > 0 {
				t.Errorf("no test applies %q", untouched)
			}
			kept := false
			for _, result := range r.Results {
				kept = kept || result.Quote != nil && len(result.Quote.Applied) < len(st.Rules())
			}
			if !kept {
				t.Error("no test sees a rule kept from applying")
			}
		})
	}
}

func TestTheExampleStrategyPassesItsTests(t *testing.T) {
	for _, env := range []string{"", "dev", "staging"} {
		t.Run(env, func(t *testing.T) {
			r, st := runTests(t, filepath.Join("..", "config", "discount.toml"), env)
			ended := []string{"group-buy-2024-spring"}
			if got := r.Untouched(st); env == "" && !slices.Equal(got, ended) {
				t.Errorf("no test applies %q", got)
			}
		})
	}
}

// The README changes the rate of a rule in the running gateway: the tests of
// the example do not hang on it.
func TestTheEditOfTheReadmePassesTheTests(t *testing.T) {
	file := filepath.Join("..", "config", "discount.toml")
	const rate = "min_quantity  = 3\ndiscount_rate = 0.15\ncategories"
	before := mustRead(t, file)
	after := strings.Replace(before, rate, strings.Replace(rate, "0.15", "0.20", 1), 1)
	if after == before {
		t.Fatal("the rule is not there")
	}
	st, err := strategy.Load("", strategy.Source{Name: file, Data: []byte(after)})
	if err != nil {
		t.Fatal(err)
	}
	if err := testsBeside(t, file).Run(st, "").Err(); err != nil {
		t.Error(err)
	}
}

// runTests runs the tests beside a strategy.
func runTests(t *testing.T, file, env string) (ruletest.Report, *strategy.Strategy) {
	t.Helper()
	st, err := strategy.Load(env, sourcesOf(t, file, mustRead(t, file), beside(t))...)
	if err != nil {
		t.Fatal(err)
	}
	r := testsBeside(t, file).Run(st, env)
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	return r, st
}

func testsBeside(t *testing.T, file string) *ruletest.Suite {
	t.Helper()
	suite, err := ruletest.Parse(source(t, strings.TrimSuffix(file, ".toml")+".test.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

func source(t *testing.T, file string) strategy.Source {
	t.Helper()
	return strategy.Source{Name: file, Data: []byte(mustRead(t, file))}
}

// ordersOnThePage is the body that the page shows, read as it is written.
func ordersOnThePage(t *testing.T, body block) ruletest.Orders {
	t.Helper()
	if body.kind != "json body" {
		t.Fatalf("after a test with a body there is %q, want the body", body.kind)
	}
	reader, err := cart.NewReader(cart.Options{Prices: cart.Major, Map: cart.Mapping{
		Items: cart.Paths{"order.lines"}, Quantity: cart.Paths{"qty"}, UnitPrice: cart.Paths{"price"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return ruletest.Orders{
		Files:    []strategy.Source{{Name: "order.json", Data: []byte(body.text)}},
		Readings: []ruletest.Reading{{Reader: reader}},
	}
}

// The page on tests shows one strategy. Every block of tests after it passes
// against it, fails as the block that follows says, or is refused so.
func TestThePageOnTestsIsTrue(t *testing.T) {
	blocks := blocksOf(t, mustRead(t, filepath.Join("..", "docs", "testing-rules.md")))
	st, err := strategy.Load("", strategy.Source{Name: reference, Data: []byte(blocks[0].text)})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for i, b := range blocks[1:] {
		against := st
		switch b.kind {
		case "toml", "toml body":
		case "toml left":
			if against, err = strategy.Load("", strategy.Source{Name: reference, Data: []byte(blocks[i].text)}); err != nil {
				t.Fatal(err)
			}
		default:
			continue
		}
		next := block{}
		if i+2 < len(blocks) && strings.HasPrefix(blocks[i+2].kind, "text ") {
			next = blocks[i+2]
		}
		kinds[b.kind[len("toml"):]+next.kind]++
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) {
			suite, err := ruletest.Parse(strategy.Source{Name: "discount.test.toml", Data: []byte(b.text)})
			if refused := next.kind == "text refused"; refused != (err != nil) {
				t.Fatalf("refused: %v", err)
			}
			if err == nil && b.kind == "toml body" {
				suite, err = suite.With(ordersOnThePage(t, blocks[i+2]))
			}
			if err == nil {
				err = suite.Run(against, "").Err()
			}
			if got := fmt.Sprintln(err); err != nil && got != next.text || err == nil && next.kind != "" {
				t.Errorf("the page shows\n%sthe message is\n%s", next.text, got)
			}
		})
	}
	if kinds[""] < 2 || kinds[" body"] == 0 || kinds[" left"] == 0 || kinds["text failed"] == 0 || kinds["text refused"] == 0 {
		t.Errorf("the page shows %v", kinds)
	}
}
