package ruletest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Report has the results of a run of tests for one environment.
type Report struct {
	// Results are the results of the tests that were run, in the order of the text.
	Results []Result
	// Skipped is how many tests are for other environments.
	Skipped int
	// Unread are the tests that were skipped because no reading could read their bodies. Only a
	// suite with [Orders.Lenient] skips them.
	Unread []Result

	touched map[string]bool // ids of rules that applied
}

// Result is the result of one test.
type Result struct {
	Name     string
	Position document.Position
	Failures []Failure       // none if the test passed
	Warnings []Warning       // a warning does not fail the test
	Unread   bool            // the test was skipped: no reading could read its body
	Cart     *cart.Cart      // nil if it could not be read
	Quote    *strategy.Quote // nil if the cart could not be priced
	// Explanation has the reasons why rules did not apply, for a test that failed or that needed
	// them; nil otherwise.
	Explanation *strategy.Explanation

	now time.Time // when the cart was priced
}

// Failure is one expectation that was not met.
type Failure struct {
	// Key is the path within the test, such as expect.discount.
	Key      string
	Position document.Position
	// Got is the result and Want the expectation, with amounts in major units. Want is empty if
	// Got is a whole sentence, such as that a rule does not exist.
	Got, Want string
	// Hint is what was probably meant, or the reason for the result; "" without one.
	Hint string
}

func (f Failure) String() string {
	text := f.Key + ": " + f.Got
	if f.Want != "" {
		text = f.Key + ": got " + f.Got + ", want " + f.Want
	}
	if f.Hint != "" {
		text += " (" + f.Hint + ")"
	}
	return text
}

func (r *Report) add(result Result, st *strategy.Strategy) {
	r.Results = append(r.Results, result)
	if result.Quote == nil {
		return
	}
	if r.touched == nil {
		r.touched = make(map[string]bool)
	}
	for _, a := range result.Quote.Applied {
		r.touched[st.Rules()[a.Rule]] = true
	}
}

// Failed returns the results of the tests that failed.
func (r Report) Failed() []Result {
	var list []Result
	for _, result := range r.Results {
		if len(result.Failures) > 0 {
			list = append(list, result)
		}
	}
	return list
}

// Untouched returns the ids of the rules that applied in no test, in the order of the strategy. It
// leaves out disabled rules.
func (r Report) Untouched(st *strategy.Strategy) []string {
	var list []string
	for _, id := range st.Rules() {
		if !r.touched[id] {
			list = append(list, id)
		}
	}
	return list
}

// UntouchedSteps returns the steps of ladders that gave nothing in any test, in their order. A
// step that was reached while a higher one applied gave nothing. Nor did a step of a rule that
// lost to another rule. UntouchedSteps prices each cart in which a rule with steps applied again.
func (r Report) UntouchedSteps(st *strategy.Strategy) []strategy.StepRef {
	steps := st.Steps()
	for _, result := range r.Results {
		if !result.climbed(st, steps) {
			continue
		}
		given, err := st.ContributingSteps(result.Cart, result.now)
		if err != nil {
			continue // not expected: the cart was priced before
		}
		steps = slices.DeleteFunc(steps, func(s strategy.StepRef) bool { return slices.Contains(given, s) })
	}
	return steps
}

// climbed reports whether a rule with one of the steps applied.
func (r *Result) climbed(st *strategy.Strategy, steps []strategy.StepRef) bool {
	return r.Quote != nil && slices.ContainsFunc(r.Quote.Applied, func(a strategy.Applied) bool {
		id := st.Rules()[a.Rule]
		return slices.ContainsFunc(steps, func(s strategy.StepRef) bool { return s.Rule == id })
	})
}

// How many failed tests an error lists, and how many failures of each.
const (
	maxListed   = 20
	maxFailures = 20
)

// Err returns nil if no test failed. Otherwise the error lists the first 20 failed tests, each
// with the results and the expectations of its first 20 failures.
func (r Report) Err() error {
	failed := r.Failed()
	if len(failed) == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d of %s failed", len(failed), count(len(r.Results), "rule test"))
	for i, result := range failed {
		if i == maxListed {
			fmt.Fprintf(&text, "\nand %d more", len(failed)-maxListed)
			break
		}
		fmt.Fprintf(&text, "\n%s:%d: %q", result.Position.File, result.Position.Line, brief.Text(result.Name, maxKey))
		for _, f := range result.Failures[:min(len(result.Failures), maxFailures)] {
			text.WriteString("\n\t" + f.String())
		}
		if more := len(result.Failures) - maxFailures; more > 0 {
			text.WriteString("\n\t" + document.MoreText(more, "failure"))
		}
	}
	return errors.New(text.String())
}
