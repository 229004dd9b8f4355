package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy/document"
)

func (t *testedStrategy) print(w io.Writer, coverage bool) error {
	var text strings.Builder
	p := paintFor(w)
	for _, test := range t.Tests {
		test.print(&text, p.in(red, "failed"), test.Failures, test.MoreFailures)
		test.print(&text, p.in(yellow, "warning"), test.Warnings, test.MoreWarnings)
	}
	t.printUnshown(&text)
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

// print lists the failures or the warnings of a test, if there are any.
func (t *testResult) print(text *strings.Builder, what string, shown []string, more int) {
	if len(shown) == 0 {
		return
	}
	fmt.Fprintf(text, "%s:%d: %s %q\n", printable(t.File), t.Line, what, brief.Text(t.Name, maxTextBytes))
	for _, line := range shown {
		fmt.Fprintf(text, "    %s\n", printable(line))
	}
	if more > 0 {
		fmt.Fprintf(text, "    and %d more\n", more)
	}
	text.WriteString("\n")
}

// printUnshown counts the tests with failures or warnings of which none is shown.
func (t *testedStrategy) printUnshown(text *strings.Builder) {
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

// printErrors prints why no test was run, as the command check prints errors.
func (t *testedStrategy) printErrors(w io.Writer) {
	p := printer{w: w, paint: paintFor(w)}
	p.diagnostics("error", t.Errors, t.More)
	p.line("%s in %s: no test was run", brief.Count(len(t.Errors)+t.More, "error"), printable(filesWith(t.Path, t.Errors)))
}

// printCoverage lists the rules, and the steps of ladders, that no test saw applied.
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
