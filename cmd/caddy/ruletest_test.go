package main

import (
	"encoding/xml"
	"path/filepath"
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
	t.Parallel()
	dir := shopWithTests(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"all of them", []string{"shop.toml"}, 2, `shop.test.toml:7: failed "far too much"
    expect.discount: got 1.00, want 9.00

shop.toml: 2 tests, 1 failed
`},
		{"by the file of tests", []string{"shop.test.toml", "--run", "^one"}, 0, "shop.toml: 1 test, 0 failed\n"},
		{"with coverage", []string{"shop.toml", "--run", "one", "--coverage"}, 0, "shop.toml: 1 test, 0 failed\n1 of 2 rules applied in a test\n  never: b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if r := caddy(t, dir, append([]string{"discount", "test"}, c.args...)...); r.code != c.code || r.out != c.want {
				t.Errorf("exit %d, want %d:\n%s", r.code, c.code, r.out)
			}
		})
	}
	caddy(t, dir, "discount", "test", "shop.toml", "--run", "(").says(t, "--run is no regular expression")
	write(t, filepath.Join(dir, "bare", "shop.toml"), "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n")
	caddy(t, dir, "discount", "test", "bare/shop.toml").says(t, "there is no *.test.toml beside bare/shop.toml")
}

func TestReportForBuildServers(t *testing.T) {
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
	if s.Tests != 2 || s.Failures != 1 || s.Cases[0].Failure != "" || !strings.Contains(s.Cases[1].Failure, "got 1.00, want 9.00") {
		t.Errorf("report = %+v", report)
	}
}
