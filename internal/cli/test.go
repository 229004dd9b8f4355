package cli

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

func testCommand() *cobra.Command {
	c := command("test PATH...", "Runs the tests of rules beside strategies", `
Runs the tests in the *.test.toml files beside each strategy, as the gateway does
before it puts an edit into service, and says of each that fails what came out
and what was wanted. docs/testing-rules.md shows how they are written.

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

// testedStrategy is what came of the tests of one strategy.
type testedStrategy struct {
	Path   string                `json:"path"`
	Errors []document.Diagnostic `json:"errors"` // of the strategy or its tests; then none is run
	More   int                   `json:"more_errors,omitempty"`
	Tests  []testedRule          `json:"tests"`
	Failed int                   `json:"failed"`
	// Warnings is how many there are of all tests; none of them fails one.
	Warnings int      `json:"warnings"`
	Skipped  int      `json:"skipped"` // for other environments
	Rules    int      `json:"rules"`
	Unseen   []string `json:"unseen"` // rules that no test saw applied
	// Steps is how many steps the ladders have, UnseenSteps those that gave
	// nothing in any test.
	Steps       int          `json:"steps"`
	UnseenSteps []testedStep `json:"unseen_steps"`
}

// testedStep is a step of the ladder of a rule.
type testedStep struct {
	Rule string `json:"rule"`
	Step int    `json:"step"` // 1 for the first
	From string `json:"from"` // an amount in major units, or a number of units
}

type testedRule struct {
	Name     string   `json:"name"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Failures []string `json:"failures,omitempty"`
	// Warnings are the goods that the catalogue does not know, or has at another price.
	Warnings []string `json:"warnings,omitempty"`

	// How many there are beside those listed.
	MoreFailures int `json:"more_failures,omitempty"`
	MoreWarnings int `json:"more_warnings,omitempty"`
}

func (t *testedRule) failed() bool { return len(t.Failures)+t.MoreFailures > 0 }

// bound cuts what is told of the tests to what one output tells.
func (t *testedStrategy) bound(errors, failures, warnings *outputLimit) {
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
	if only.String() != "" && !slices.ContainsFunc(all, testedStrategy.anything) {
		return exitFailed, fmt.Errorf("--run is %q, and no test has a name that matches it", only)
	}
	if !slices.ContainsFunc(all, testedStrategy.ran) {
		return exitFailed, fmt.Errorf("nothing was run: no test is for %s", environment(flag(cmd, "env")))
	}
	var errors, failures, warnings outputLimit
	for i := range all {
		all[i].bound(&errors, &failures, &warnings)
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

// anything reports whether tests were to be run, or could not be read.
func (t testedStrategy) anything() bool { return len(t.Tests)+t.Skipped+len(t.Errors) > 0 }

// ran reports whether tests were run, or could not be read.
func (t testedStrategy) ran() bool { return len(t.Tests)+len(t.Errors) > 0 }

// environment is what a person calls one.
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
	tested := testedStrategy{Path: path, Errors: []document.Diagnostic{}, Tests: []testedRule{}, Unseen: []string{}, UnseenSteps: []testedStep{}}
	sources, tests, err := strategyfile.Read(path)
	if err != nil {
		return tested, err
	}
	if len(tests) == 0 {
		return tested, fmt.Errorf("there is no *%s beside %s", strategyfile.TestSuffix, path)
	}
	m, err := strategy.Parse(flag(cmd, "env"), sources...)
	if err := tested.found(err); err != nil {
		return tested, err
	}
	orders, err := ordersFor(cmd, path)
	if err != nil {
		return tested, err
	}
	suite, err := strategyfile.Suite(tests, orders)
	if err := tested.found(err); err != nil || len(tested.Errors) > 0 {
		return tested, err
	}
	s := strategy.Compile(m)
	report := suite.Matching(only.MatchString).Run(s, flag(cmd, "env"))
	tested.take(report)
	tested.Rules = s.RuleCount()
	tested.Unseen = append(tested.Unseen, report.Untouched(s)...)
	tested.Steps = len(s.Steps())
	for _, step := range report.UntouchedSteps(s) {
		tested.UnseenSteps = append(tested.UnseenSteps, testedStep{Rule: step.Rule, Step: step.Number, From: step.From})
	}
	return tested, nil
}

// found keeps what is wrong with the files. The error is any other.
func (t *testedStrategy) found(err error) error {
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		return err
	}
	all, more := document.Tell(append(t.Errors, problems.List...))
	t.Errors, t.More = all, t.More+problems.More+more
	return nil
}

// take takes over what came of each test.
func (t *testedStrategy) take(report ruletest.Report) {
	t.Skipped, t.Failed = report.Skipped, len(report.Failed())
	for _, result := range report.Results {
		one := testedRule{Name: result.Name, File: result.Place.File, Line: result.Place.Line}
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

func (t *testedStrategy) print(w io.Writer, coverage bool) error {
	var text strings.Builder
	p := paintFor(w)
	for _, test := range t.Tests {
		test.print(&text, p.in(red, "failed"), test.Failures, test.MoreFailures)
		test.print(&text, p.in(yellow, "warning"), test.Warnings, test.MoreWarnings)
	}
	t.printMore(&text)
	text.WriteString(printablef("%s: %s, %d failed", t.Path, brief.Count(len(t.Tests), "test"), t.Failed))
	if t.Warnings > 0 {
		fmt.Fprintf(&text, ", %s", brief.Count(t.Warnings, "warning"))
	}
	if t.Skipped > 0 {
		fmt.Fprintf(&text, ", %d for other environments", t.Skipped)
	}
	text.WriteString("\n")
	if coverage {
		t.printCoverage(&text)
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// print lists what is to be told of a test, where there is something.
func (t *testedRule) print(text *strings.Builder, what string, told []string, more int) {
	if len(told) == 0 {
		return
	}
	fmt.Fprintf(text, "%s:%d: %s %q\n", printable(t.File), t.Line, what, brief.Text(t.Name, maxTextBytes))
	for _, line := range told {
		fmt.Fprintf(text, "    %s\n", printable(line))
	}
	if more > 0 {
		fmt.Fprintf(text, "    and %d more\n", more)
	}
	text.WriteString("\n")
}

// printMore says of how many tests nothing was told any more.
func (t *testedStrategy) printMore(text *strings.Builder) {
	failed, warned := 0, 0
	for i := range t.Tests {
		if test := &t.Tests[i]; len(test.Failures) == 0 && test.MoreFailures > 0 {
			failed++
		} else if len(test.Warnings) == 0 && test.MoreWarnings > 0 {
			warned++
		}
	}
	if failed > 0 {
		text.WriteString(document.MoreText(failed, "failed test") + "\n\n")
	}
	if warned > 0 {
		text.WriteString(document.MoreText(warned, "warned test") + "\n\n")
	}
}

// printErrors says why no test was run, as check would.
func (t *testedStrategy) printErrors(w io.Writer) {
	p := printer{w: w, paint: paintFor(w)}
	p.diagnostics("error", t.Errors, t.More)
	p.line("%s in %s: no test was run", brief.Count(len(t.Errors)+t.More, "error"), printable(filesWith(t.Path, t.Errors)))
}

// printCoverage says what the tests saw applied: rules, and the steps of ladders
// where there are any.
func (t *testedStrategy) printCoverage(text *strings.Builder) {
	fmt.Fprintf(text, "%d of %s applied in a test\n", t.Rules-len(t.Unseen), brief.Count(t.Rules, "rule"))
	for _, id := range t.Unseen {
		text.WriteString(printablef("  never: %s\n", id))
	}
	if t.Steps == 0 {
		return
	}
	fmt.Fprintf(text, "%d of %s applied in a test\n", t.Steps-len(t.UnseenSteps), brief.Count(t.Steps, "ladder step"))
	for _, step := range t.UnseenSteps {
		text.WriteString(printablef("  never: %s, step %d (from %s)\n", step.Rule, step.Step, step.From))
	}
}

// The report that build servers read, which JUnit began.
type (
	junitReport struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Error   *junitFailure `xml:"error,omitempty"`
		Output  string        `xml:"system-out,omitempty"` // warnings
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(path string, all []testedStrategy) error {
	var report junitReport
	for _, tested := range all {
		suite := junitSuite{Name: tested.Path, Tests: len(tested.Tests) + len(tested.Errors), Failures: tested.Failed, Errors: len(tested.Errors)}
		for i := range tested.Errors {
			e := &tested.Errors[i]
			suite.Cases = append(suite.Cases, junitCase{
				Name: e.Key, Class: tested.Path, File: e.Place.File, Line: e.Place.Line,
				Error: &junitFailure{Message: e.Reason, Text: e.String()},
			})
		}
		for _, t := range tested.Tests {
			c := junitCase{Name: t.Name, Class: tested.Path, File: t.File, Line: t.Line}
			if len(t.Warnings) > 0 {
				c.Output = "warning: " + strings.Join(t.Warnings, "\nwarning: ")
			}
			switch {
			case len(t.Failures) > 0:
				c.Failure = &junitFailure{Message: t.Failures[0], Text: strings.Join(t.Failures, "\n")}
			case t.MoreFailures > 0:
				c.Failure = &junitFailure{Message: brief.Count(t.MoreFailures, "failure")}
			}
			suite.Cases = append(suite.Cases, c)
		}
		report.Suites = append(report.Suites, suite)
	}
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := os.WriteFile(path, append([]byte(xml.Header), append(text, '\n')...), 0o644); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
