package cli

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
)

// The report in the JUnit XML format, which build servers read.
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
				Name: e.Key, Class: tested.Path, File: e.Position.File, Line: e.Position.Line,
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
