package ruletest_test

import (
	"fmt"
	"strings"
	"testing"
)

// A list of rules that is not the one a test wants is as long as the strategy, and a test
// may want much: neither is told whole.
func TestWhatATestTellsIsBounded(t *testing.T) {
	t.Parallel()
	var rules, wanted, tests strings.Builder
	for i := range 500 {
		fmt.Fprintf(&rules, "[rule.a-rule-with-a-long-name-%d]\ndiscount_rate = 0.001\n", i)
		fmt.Fprintf(&wanted, "a-rule-with-a-long-name-%d = 7, ", i)
	}
	fmt.Fprintf(&tests, "[[test]]\nname = \"amounts\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ quantity = 1, unit_price = 1000 }] }\nexpect = { applied = { %s } }\n", strings.TrimSuffix(wanted.String(), ", "))
	for i := range 100 {
		fmt.Fprintf(&tests, "[[test]]\nname = \"none %d\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ quantity = 1, unit_price = 1000 }] }\nexpect = { applied = [] }\n", i)
	}
	report := parse(t, tests.String()).Run(load(t, "", "version = \"v\"\n"+rules.String()), "")
	failed := report.Failed()
	if len(failed) != 101 || len(failed[0].Failures) != 500 {
		t.Fatalf("%d tests failed, the first in %d ways", len(failed), len(failed[0].Failures))
	}
	for _, result := range failed {
		for _, f := range result.Failures {
			if n := len(f.String()); n > 3*600+300+50 {
				t.Fatalf("%s: %d bytes: %s", result.Name, n, f)
			}
		}
	}
	said := report.Err().Error()
	if len(said) > 60_000 || !strings.Contains(said, "\n\tand 480 more failures\n") || !strings.Contains(said, "…") || !strings.HasSuffix(said, "\nand 81 more") {
		t.Errorf("%d bytes: %.2000s", len(said), said)
	}
}
