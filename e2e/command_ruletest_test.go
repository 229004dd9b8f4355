package e2e

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const shopTests = `[[test]]
name = "one in ten off"
now = 2026-11-11T12:00:00Z
cart = { items = [{ quantity = 1, unit_price = 10 }] }
expect = { discount = 1, applied = ["a"] }

[[test]]
name = "far too much"
now = 2026-11-11T12:00:00Z
cart = { items = [{ quantity = 1, unit_price = 10 }] }
expect = { discount = 9 }
`

// shopWithTests is a strategy of which one rule is never tested.
func shopWithTests(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "shop.toml"), "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n[rule.b]\nskus = [\"x\"]\ndiscount_rate = 0.1\n")
	write(t, filepath.Join(dir, "shop.test.toml"), shopTests)
	return dir
}

func TestRuleTestsByCommand(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := shopWithTests(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{name: "all of them", args: []string{"shop.toml"}, code: 2, want: `shop.test.toml:7: failed "far too much"
    expect.discount: got 1.00 CNY, want 9.00 CNY (b: target (seen nothing of it in the cart, needed goods or shipping the rule is about))

shop.toml: 2 tests, 1 failed
`},
		{name: "by the file of tests", args: []string{"shop.test.toml", "--run", "^one"}, code: 0, want: "shop.toml: 1 test, 0 failed\n"},
		{name: "with coverage", args: []string{"shop.toml", "--run", "one", "--coverage"}, code: 0, want: "shop.toml: 1 test, 0 failed\n1 of 2 rules applied in a test\n  never: b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if r := caddy(t, dir, append([]string{"discount", "test"}, c.args...)...); r.code != c.code || r.out != c.want {
				t.Errorf("exit %d, want %d:\n%s", r.code, c.code, r.out)
			}
		})
	}
	caddy(t, dir, "discount", "test", "shop.toml", "--run", "nothing at all").says(t, `--run is "nothing at all", and no test has a name that matches it`)
	caddy(t, dir, "discount", "test", "shop.toml", "--run", "(").says(t, "--run is no regular expression")
	write(t, filepath.Join(dir, "env", "shop.toml"), "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n[[env]]\nname = \"prod\"\n")
	write(t, filepath.Join(dir, "env", "shop.test.toml"), strings.SplitAfter(shopTests, "\n\n")[0]+"[[test]]\nname=\"dear\"\nenv=\"prod\"\nnow=2026-11-11T12:00:00Z\ncart={items=[]}\nexpect={discount=0}\n")
	caddy(t, dir, "discount", "test", "env/shop.toml", "--run", "dear").says(t, "nothing was run: no test is for the strategy without an environment, --env chooses one")
	caddy(t, dir, "discount", "test", "env/shop.toml", "--run", "dear", "--env", "prod").good(t)
	if r := caddy(t, dir, "discount", "check", "env/shop.toml").good(t); !strings.Contains(r.out, "fine") || !strings.HasSuffix(r.out, "\nnot checked: the strategy with --env prod\n") {
		t.Errorf("check said\n%s", r.out)
	}
	write(t, filepath.Join(dir, "bare", "shop.toml"), "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n")
	caddy(t, dir, "discount", "test", "bare/shop.toml").says(t, "there is no *.test.toml beside bare/shop.toml")
}

// ladderShop has a ladder by amount, of which one environment makes another.
const ladderShop = `version = "v"

[rule.spend-more]
ladder = [{ threshold = 100, amount = 10 }, { threshold = 300, amount = 40 }]

[rule.team]
categories = ["desk"]
ladder_by  = "quantity"
ladder     = [{ threshold = 2, rate = 0.1 }, { threshold = 5, rate = 0.2 }]

[[env]]
name = "sale"

[env.rule.spend-more]
ladder = [{ threshold = 50, amount = 10 }, { threshold = 100, amount = 25 }, { threshold = 150, amount = 50 }]
`

const ladderTests = `[[test]]
name = "a hundred"
now = 2026-11-11T12:00:00Z
cart = { items = [{ quantity = 1, unit_price = 100 }] }
expect = { applied = ["spend-more"] }

[[test]]
name = "two desks"
now = 2026-11-11T12:00:00Z
cart = { items = [{ category = "desk", quantity = 2, unit_price = 20 }] }
expect = { applied = ["team"] }
`

func TestCoverageOfSteps(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop.toml"), ladderShop)
	write(t, filepath.Join(dir, "shop.test.toml"), ladderTests)
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{name: "by amount and by quantity", args: nil, want: `shop.toml: 2 tests, 0 failed
2 of 2 rules applied in a test
2 of 4 ladder steps applied in a test
  never: spend-more, step 2 (from 300.00 CNY)
  never: team, step 2 (from 5 units)
`},
		{name: "of an environment", args: []string{"--env", "sale"}, want: `shop.toml: 2 tests, 0 failed
2 of 2 rules applied in a test
2 of 5 ladder steps applied in a test
  never: spend-more, step 1 (from 50.00 CNY)
  never: spend-more, step 3 (from 150.00 CNY)
  never: team, step 2 (from 5 units)
`},
		{name: "of some of the tests", args: []string{"--run", "desks"}, want: `shop.toml: 1 test, 0 failed
1 of 2 rules applied in a test
  never: spend-more
1 of 4 ladder steps applied in a test
  never: spend-more, step 1 (from 100.00 CNY)
  never: spend-more, step 2 (from 300.00 CNY)
  never: team, step 2 (from 5 units)
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if r := caddy(t, dir, append([]string{"discount", "test", "shop.toml", "--coverage"}, c.args...)...); r.code != 0 || r.out != c.want {
				t.Errorf("exit %d:\n%s", r.code, r.out)
			}
		})
	}
	t.Run("for programs", func(t *testing.T) {
		t.Parallel()
		r := caddy(t, dir, "discount", "test", "shop.toml", "--coverage", "--json")
		var got []struct {
			Rules  int
			Unseen []string
			Steps  int
			Never  []map[string]any `json:"unseen_steps"`
		}
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || len(got) != 1 {
			t.Fatalf("%v:\n%s", err, r.out)
		}
		const never = "[map[from:300.00 CNY rule:spend-more step:2] map[from:5 units rule:team step:2]]"
		if s := got[0]; s.Rules != 2 || len(s.Unseen) != 0 || s.Steps != 4 || fmt.Sprint(s.Never) != never {
			t.Errorf("printed %+v", s)
		}
	})
}

func TestReportForBuildServers(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := shopWithTests(t)
	if r := caddy(t, dir, "discount", "test", "shop.toml", "--junit", "report.xml"); r.code != 2 {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	var report struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(read(t, filepath.Join(dir, "report.xml"))), &report); err != nil {
		t.Fatal(err)
	}
	s := report.Suites[0]
	if s.Tests != 2 || s.Failures != 1 || s.Cases[0].Failure != "" || !strings.Contains(s.Cases[1].Failure, "got 1.00 CNY, want 9.00 CNY") {
		t.Errorf("report = %+v", report)
	}
}

// What is not valid has no tests to run. It is found all the same: for a person
// among the errors, for programs among the results, and in the report.
func TestRuleTestsOfFilesThatAreNotValid(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := shopWithTests(t)
	write(t, filepath.Join(dir, "wrong.toml"), "version = \"v\"\n[rule.a]\ndiscount_rate = 10\n")
	write(t, filepath.Join(dir, "wrong.test.toml"), "[[test]]\nname = \"x\"\n")
	r := caddy(t, dir, "discount", "test", "shop.toml", "wrong.toml", "--json", "--junit", "report.xml", "--run", "one|x")
	var all []struct {
		Path   string
		Errors []struct{ File, Reason string }
		Tests  []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(r.out), &all); err != nil || r.code != 2 {
		t.Fatalf("exit %d, %v:\n%s", r.code, err, r.out)
	}
	if len(all) != 2 || len(all[0].Tests) != 1 || len(all[0].Errors) != 0 || len(all[1].Tests) != 0 || len(all[1].Errors) < 2 ||
		all[1].Errors[0].File != "wrong.toml" || all[1].Errors[1].File != "wrong.test.toml" {
		t.Errorf("%+v", all)
	}
	if report := read(t, filepath.Join(dir, "report.xml")); !strings.Contains(report, `<testsuite name="wrong.toml"`) || !strings.Contains(report, "<error message=\"10 is out of range") {
		t.Errorf("the report is\n%s", report)
	}
	r = caddy(t, dir, "discount", "test", "wrong.toml")
	if r.code != 2 || r.out != "" {
		t.Errorf("exit %d and %q", r.code, r.out)
	}
	r.says(t, "wrong.toml:3:17: rule.\"a\".discount_rate: 10 is out of range", "    discount_rate = 10\n                    ^\n", "errors in wrong.toml and wrong.test.toml: no test was run")
}

// What the catalogue knows otherwise is warned of in every form of the report, and fails
// nothing.
func TestWarningsOfRuleTests(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop.toml"), "version = \"v\"\n[[products]]\nsku = \"latte\"\nprice = 18\n[rule.a]\ndiscount_rate = 0.5\n")
	write(t, filepath.Join(dir, "shop.test.toml"), `[[test]]
name = "both"
now = 2026-11-11T12:00:00Z
cart = { items = [{ sku = "late", quantity = 1, unit_price = 10 }, { sku = "latte", quantity = 1, unit_price = 20 }] }
expect = { discount = 14 }

[[test]]
name = "neither"
now = 2026-11-11T12:00:00Z
cart = { items = [{ sku = "latte", quantity = 1 }] }
expect = { discount = 9 }
`)
	const unknown = `cart.items[0].sku: the catalogue does not know the article "late" (did you mean "latte"?)`
	const priced = "cart.items[1].unit_price: the catalogue has it at 18.00 CNY, which counts, and not 20.00 CNY"
	r := caddy(t, dir, "discount", "test", "shop.toml", "--junit", "report.xml").good(t)
	if want := "shop.test.toml:1: warning \"both\"\n    " + unknown + "\n    " + priced + "\n\nshop.toml: 2 tests, 0 failed, 2 warnings\n"; r.out != want {
		t.Errorf("said is\n%s\nwant\n%s", r.out, want)
	}
	var report struct {
		Cases []struct {
			Name   string `xml:"name,attr"`
			Output string `xml:"system-out"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal([]byte(read(t, filepath.Join(dir, "report.xml"))), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Cases) != 2 || report.Cases[0].Output != "warning: "+unknown+"\nwarning: "+priced || report.Cases[1].Output != "" {
		t.Errorf("the report is %+v", report)
	}
	var all []struct {
		Failed, Warnings int
		Tests            []struct{ Warnings []string }
	}
	r = caddy(t, dir, "discount", "test", "shop.toml", "--json").good(t)
	if err := json.Unmarshal([]byte(r.out), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Failed != 0 || all[0].Warnings != 2 || !slices.Equal(all[0].Tests[0].Warnings, []string{unknown, priced}) || len(all[0].Tests[1].Warnings) != 0 {
		t.Errorf("the JSON is %s", r.out)
	}
}

// A discount that the limits lowered fails a test with that reason.
func TestAFailedTestSaysWhatTheLimitsLowered(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop.toml"), "version = \"v\"\nlimits = { max_amount = 5 }\n[rule.a]\ndiscount_amount = 8\n[rule.b]\ndiscount_amount = 1\n")
	write(t, filepath.Join(dir, "shop.test.toml"), `[[test]]
name = "both"
now = 2026-11-11T12:00:00Z
cart = { items = [{ quantity = 1, unit_price = 100 }] }
expect = { discount = 9, subtotal = 99, applied = { a = 8, b = 1 } }
`)
	const want = `shop.test.toml:1: failed "both"
    expect.discount: got 5.00 CNY, want 9.00 CNY (a lowered from 8.00 CNY by limits.max_amount; b: limits (seen 0 left of limits.max_amount, needed 1.00 CNY))
    expect.subtotal: got 100.00 CNY, want 99.00 CNY
    expect.applied.a: got 5.00 CNY, want 8.00 CNY (lowered from 8.00 CNY by limits.max_amount)
    expect.applied.b: got not applied: limits (seen 0 left of limits.max_amount, needed 1.00 CNY), want applied with 1

shop.toml: 1 test, 1 failed
`
	if r := caddy(t, dir, "discount", "test", "shop.toml"); r.code != 2 || r.out != want {
		t.Errorf("exit %d:\n%s", r.code, r.out)
	}
}
