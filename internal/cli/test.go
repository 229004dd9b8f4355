package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

func testCommand() *cobra.Command {
	c := command("test PATH...", "Runs the tests of rules beside strategies", `
Runs the tests in the *.test.toml files beside each strategy, as the gateway does
before it puts an edit into service, and says of each that fails what came out
and what was expected. docs/testing-rules.md shows how they are written.

The body of a test is read as --config, --map or --preset says: with --config by every
handler of PATH, as in the gateway, unless --handler names one.

PATH is a strategy file, its file of tests, or a directory of *.toml files. With --coverage it also
lists the rules that no test saw applied, and the steps of ladders that gave nothing in any test.
Exits with 2 if a test failed or a file is not valid, and with 1 if there was nothing to run.`,
		`  caddy discount test config/discount.toml
  caddy discount test config --run 'coffee|tea' --coverage
  caddy discount test config/discount.toml --junit report.xml
  caddy discount test config/discount.toml --config Caddyfile`, somePaths, runTests)
	addEnvFlag(c)
	addShapeFlags(c)
	c.Flags().String("run", "", "Only the tests whose names match this regular expression")
	c.Flags().Bool("coverage", false, "List the rules and the steps of ladders that no test saw applied")
	c.Flags().String("junit", "", "Write a report in the format of JUnit to this file, too")
	return c
}

// testedStrategy is the result of the tests of one strategy.
type testedStrategy struct {
	Path   string                `json:"path"`
	Errors []document.Diagnostic `json:"errors"` // of the strategy or its tests; then none is run
	More   int                   `json:"more_errors,omitempty"`
	Tests  []testResult          `json:"tests"`
	Failed int                   `json:"failed"`
	// Warnings is how many warnings all tests have. A warning fails no test.
	Warnings int      `json:"warnings"`
	Skipped  int      `json:"skipped"` // for other environments
	Rules    int      `json:"rules"`
	Unseen   []string `json:"unseen"` // rules that no test saw applied
	// Steps is how many steps the ladders have. UnseenSteps are those that gave nothing in any
	// test.
	Steps       int             `json:"steps"`
	UnseenSteps []uncoveredStep `json:"unseen_steps"`
}

// uncoveredStep is a step of the ladder of a rule.
type uncoveredStep struct {
	Rule string `json:"rule"`
	Step int    `json:"step"` // 1 for the first
	From string `json:"from"` // an amount in major units, or a number of units
}

type testResult struct {
	Name     string   `json:"name"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Failures []string `json:"failures,omitempty"`
	// Warnings are about goods that the catalogue does not have, or has at another price.
	Warnings []string `json:"warnings,omitempty"`

	// The numbers of those that are not listed.
	MoreFailures int `json:"more_failures,omitempty"`
	MoreWarnings int `json:"more_warnings,omitempty"`
}

func (t *testResult) failed() bool { return len(t.Failures)+t.MoreFailures > 0 }

// limit shortens the lists to what one output shows.
func (t *testedStrategy) limit(errors, failures, warnings *outputLimit) {
	var more int
	t.Errors, more = limited(errors, t.Errors)
	t.More += more
	for i := range t.Tests {
		test := &t.Tests[i]
		test.Failures, test.MoreFailures = limited(failures, test.Failures)
		test.Warnings, test.MoreWarnings = limited(warnings, test.Warnings)
	}
}

func runTests(cmd *cobra.Command, paths []string) (int, error) {
	only, err := regexp.Compile(flag(cmd, "run"))
	if err != nil {
		return exitFailed, fmt.Errorf("--run is no regular expression: %w", err)
	}
	var all []testedStrategy
	code := exitFine
	for _, path := range paths {
		tested, err := testsAt(cmd, path, only)
		if err != nil {
			return exitFailed, err
		}
		if tested.Failed > 0 || len(tested.Errors) > 0 {
			code = exitFound
		}
		all = append(all, tested)
	}
	if only.String() != "" && !slices.ContainsFunc(all, testedStrategy.hasTests) {
		return exitFailed, fmt.Errorf("--run is %q, and no test has a name that matches it", only)
	}
	if !slices.ContainsFunc(all, testedStrategy.ran) {
		return exitFailed, fmt.Errorf("nothing was run: no test is for %s", environment(flag(cmd, "env")))
	}
	var errors, failures, warnings outputLimit
	for i := range all {
		all[i].limit(&errors, &failures, &warnings)
	}
	if file := flag(cmd, "junit"); file != "" {
		if err := writeJUnit(file, all); err != nil {
			return exitFailed, err
		}
	}
	if wantsJSON(cmd) {
		return code, printJSON(cmd.OutOrStdout(), all)
	}
	coverage, err := cmd.Flags().GetBool("coverage")
	if err != nil {
		return exitFailed, err
	}
	for _, tested := range all {
		if len(tested.Errors)+tested.More > 0 {
			tested.printErrors(cmd.ErrOrStderr())
			continue
		}
		if err := tested.print(cmd.OutOrStdout(), coverage); err != nil {
			return exitFailed, err
		}
	}
	return code, nil
}

// hasTests reports whether there are tests that the flag --run selects, or files that are not
// valid.
func (t testedStrategy) hasTests() bool { return len(t.Tests)+t.Skipped+len(t.Errors) > 0 }

// ran reports whether tests were run, or files are not valid.
func (t testedStrategy) ran() bool { return len(t.Tests)+len(t.Errors) > 0 }

// environment describes an environment, or the strategy without one, for an error.
func environment(name string) string {
	if name == "" {
		return "the strategy without an environment, --env chooses one"
	}
	return fmt.Sprintf("the environment %q", name)
}

func testsAt(cmd *cobra.Command, path string, only *regexp.Regexp) (testedStrategy, error) {
	if of, is := strategyfile.OfTests(path); is {
		path = of
	}
	tested := testedStrategy{Path: path, Errors: []document.Diagnostic{}, Tests: []testResult{}, Unseen: []string{}, UnseenSteps: []uncoveredStep{}}
	sources, tests, err := strategyfile.Read(path)
	if err != nil {
		return tested, err
	}
	if len(tests) == 0 {
		return tested, fmt.Errorf("there is no *%s beside %s", strategyfile.TestSuffix, path)
	}
	m, err := strategy.Parse(flag(cmd, "env"), sources...)
	if err := tested.addDiagnostics(err); err != nil {
		return tested, err
	}
	orders, err := ordersFor(cmd, path)
	if err != nil {
		return tested, err
	}
	suite, err := strategyfile.Suite(tests, orders)
	if err := tested.addDiagnostics(err); err != nil || len(tested.Errors) > 0 {
		return tested, err
	}
	s := strategy.Compile(m)
	report := suite.Matching(only.MatchString).Run(s, flag(cmd, "env"))
	tested.add(report)
	tested.Rules = s.RuleCount()
	tested.Unseen = append(tested.Unseen, report.Untouched(s)...)
	tested.Steps = len(s.Steps())
	for _, step := range report.UntouchedSteps(s) {
		tested.UnseenSteps = append(tested.UnseenSteps, uncoveredStep{Rule: step.Rule, Step: step.Number, From: step.From})
	}
	return tested, nil
}

// addDiagnostics records the diagnostics of an error. It returns any other error.
func (t *testedStrategy) addDiagnostics(err error) error {
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		return err
	}
	all, more := document.Listed(append(t.Errors, problems.List...))
	t.Errors, t.More = all, t.More+problems.More+more
	return nil
}

// add adds the result of each test.
func (t *testedStrategy) add(report ruletest.Report) {
	t.Skipped, t.Failed = report.Skipped, len(report.Failed())
	for _, result := range report.Results {
		one := testResult{Name: result.Name, File: result.Position.File, Line: result.Position.Line}
		for _, f := range result.Failures {
			one.Failures = append(one.Failures, f.String())
		}
		for _, w := range result.Warnings {
			one.Warnings = append(one.Warnings, w.String())
		}
		t.Warnings += len(result.Warnings)
		t.Tests = append(t.Tests, one)
	}
}
