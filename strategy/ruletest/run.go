package ruletest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Report is what became of the tests of a suite.
type Report struct {
	Results []Result // in the order of the files; those of other environments are not there
}

// Result is what became of one test.
type Result struct {
	Name     string
	Place    document.Place // of the test
	Failures []Failure      // none if it passed
	Applied  []string       // the rules that did
}

// Run holds a strategy, compiled for an environment, against the tests for that
// environment or for any. A test on which the strategy panics has failed.
func (s *Suite) Run(st *strategy.Strategy, env string) Report {
	var r Report
	for i := range s.tests {
		if t := &s.tests[i]; t.env == "" || t.env == env {
			r.Results = append(r.Results, s.run(t, st))
		}
	}
	return r
}

func (s *Suite) run(t *test, st *strategy.Strategy) (result Result) {
	result = Result{Name: t.name, Place: s.doc.Locate(t.pos)}
	defer func() {
		if p := recover(); p != nil {
			result.Failures = append(result.Failures, Failure{Place: result.Place, Key: "cart", Want: "a quote", Got: fmt.Sprintf("a panic: %v", p)})
		}
	}()
	c, err := readCart(t.cart, st.Currency())
	if err != nil {
		at, key, reason := place(t.cart, err)
		result.Failures = []Failure{{Place: s.doc.Locate(at), Key: key, Want: "a cart", Got: "none: " + reason}}
		return result
	}
	got, err := st.Explain(c, t.now)
	if err != nil {
		result.Failures = []Failure{{Place: s.doc.Locate(t.cart.Pos), Key: "cart", Want: "a quote", Got: err.Error()}}
		return result
	}
	compared := comparison{doc: s.doc, expect: t.expect, strategy: st, got: got}
	result.Applied, _ = compared.took()
	result.Failures = compared.run()
	return result
}

// Failed are the results of tests that did not pass.
func (r Report) Failed() []Result {
	return slices.DeleteFunc(slices.Clone(r.Results), func(t Result) bool { return len(t.Failures) == 0 })
}

// mostFailures bounds the text of an error.
const mostFailures = 20

// Err is nil if all tests passed, and otherwise tells what did not, a line each.
func (r Report) Err() error {
	failed := r.Failed()
	if len(failed) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("%d of %d tests of rules failed", len(failed), len(r.Results))}
	for _, t := range failed {
		for _, f := range t.Failures {
			if len(lines) > mostFailures {
				return fmt.Errorf("%s\nand more", strings.Join(lines, "\n"))
			}
			lines = append(lines, fmt.Sprintf("%s: test %q: %s: %s is expected, it is %s", f.Place, t.Name, f.Key, f.Want, f.Got))
		}
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

// Untouched are the rules that applied in no test, in their order.
func (r Report) Untouched(st *strategy.Strategy) []string {
	return slices.DeleteFunc(slices.Clone(st.Rules()), func(id string) bool {
		return slices.ContainsFunc(r.Results, func(t Result) bool { return slices.Contains(t.Applied, id) })
	})
}
