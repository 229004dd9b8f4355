package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

func checkCommand() *cobra.Command {
	c := command("check PATH", "Finds what is wrong with a strategy, and what is probably not meant", `
Checks a strategy as the gateway would before it put it into service, and says
everything that is wrong with it at once: where, on which line, what was seen
and what is allowed. Tests beside it (*.test.toml) are read, too; they are run by
"caddy discount test".

Then come warnings: what is right but probably not meant, such as a rule that has
ended, or a rate that looks like the share to pay. They let the exit code be 0,
unless --strict is given. docs/lint.md explains each of them. Last is the order in
which the rules apply.

PATH is a file, or a directory of *.toml files. Exits with 2 if something was
found, and with 1 if there was nothing to read.`,
		`  caddy discount check config/discount.toml
  caddy discount check config --env prod --strict
  caddy discount check config/discount.toml --now 2026-11-11T00:00:00+08:00`, onePath, runCheck)
	addEnvFlag(c)
	c.Flags().Bool("strict", false, "Exit with 2 for warnings, too")
	addNowFlag(c)
	return c
}

// checked is the result of check.
type checked struct {
	Path     string                `json:"path"`
	Env      string                `json:"env,omitempty"`
	Fine     bool                  `json:"fine"` // the exit code is 0
	Version  string                `json:"version,omitempty"`
	SHA256   string                `json:"sha256,omitempty"`
	Rules    int                   `json:"rules"`
	Order    []strategy.OrderEntry `json:"order,omitempty"`
	Quotas   []countedQuota        `json:"quotas,omitempty"`
	Due      string                `json:"activate_at,omitempty"` // RFC 3339; "" if not in future
	Errors   []document.Diagnostic `json:"errors"`
	Warnings []document.Diagnostic `json:"warnings"`

	breaksTies bool // the order of the rules only breaks ties

	// The numbers of those that are not listed.
	MoreErrors   int `json:"more_errors,omitempty"`
	MoreWarnings int `json:"more_warnings,omitempty"`

	// Unchecked are the environments of the strategy, if none was chosen. Each of them is a
	// strategy of its own.
	Unchecked []string `json:"unchecked,omitempty"`
}

func runCheck(cmd *cobra.Command, args []string) (int, error) {
	strict, err := cmd.Flags().GetBool("strict")
	if err != nil {
		return exitFailed, err
	}
	result := checked{Path: args[0], Env: flag(cmd, "env"), Errors: []document.Diagnostic{}, Warnings: []document.Diagnostic{}}
	sources, tests, err := strategyfile.Read(args[0])
	if err != nil {
		return exitFailed, err
	}
	if err := result.check(cmd, sources, tests); err != nil {
		return exitFailed, err
	}
	result.Fine = len(result.Errors) == 0 && !(strict && len(result.Warnings) > 0)
	if wantsJSON(cmd) {
		err = printJSON(cmd.OutOrStdout(), result)
	} else {
		err = result.print(cmd.OutOrStdout())
	}
	switch {
	case err != nil:
		return exitFailed, err
	case !result.Fine:
		return exitFound, nil
	}
	return exitFine, nil
}

// check reads the strategy and the tests. It records what is wrong with them in c. Its error means
// that the check could not be done.
func (c *checked) check(cmd *cobra.Command, sources, tests []strategy.Source) error {
	err := c.read(cmd, sources, tests)
	var more int
	c.Errors, more = document.Listed(c.Errors)
	c.MoreErrors += more
	c.Warnings, more = document.Listed(c.Warnings)
	c.MoreWarnings += more
	return err
}

func (c *checked) read(cmd *cobra.Command, sources, tests []strategy.Source) error {
	m, err := strategy.Parser{Env: c.Env, Lint: true}.Parse(sources...)
	if err := c.addDiagnostics(err); err != nil {
		return err
	}
	if m != nil {
		now, err := instantOf(cmd, m.Location())
		if err != nil {
			return err
		}
		c.inspect(m, now)
	}
	if len(tests) == 0 {
		return nil
	}
	_, err = strategyfile.Suite(tests, ruletest.Orders{})
	return c.addDiagnostics(err)
}

// inspect adds the facts and the warnings of a valid strategy.
func (c *checked) inspect(m *strategy.Model, now time.Time) {
	s := strategy.Compile(m)
	sum := s.Fingerprint()
	c.Version, c.SHA256, c.Rules = s.Version(), hex.EncodeToString(sum[:]), s.RuleCount()
	c.Order, c.breaksTies = m.Order(), m.ChoosesBest()
	c.Quotas = quotasOf(s)
	c.Due = dueAfter(now, m)
	c.Warnings = append(c.Warnings, m.Lint(s, now)...)
	c.MoreWarnings += m.MoreWarnings()
	if c.Env == "" {
		c.Unchecked = m.Environments()
	}
}

// addDiagnostics records the diagnostics of an error. It returns any other error.
func (c *checked) addDiagnostics(err error) error {
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		return err
	}
	c.Errors, c.MoreErrors = append(c.Errors, problems.List...), c.MoreErrors+problems.More
	c.Warnings, c.MoreWarnings = append(c.Warnings, problems.Warnings...), c.MoreWarnings+problems.MoreWarnings
	return nil
}

func (c *checked) print(w io.Writer) error {
	var text strings.Builder
	p := printer{w: &text, paint: paintFor(w)}
	p.diagnostics("error", c.Errors, c.MoreErrors)
	p.diagnostics("warning", c.Warnings, c.MoreWarnings)
	p.line("%s", c.summary(p.paint, c.order()))
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// summary returns the closing line, followed by the order, if it is given, and by notes.
func (c *checked) summary(paint paint, order string) string {
	what := ""
	if c.SHA256 != "" {
		what = printablef(" (version %s, %s, sha256 %.12s…)", c.Version, brief.Count(c.Rules, "rule"), c.SHA256)
	}
	var parts []string
	if n := len(c.Errors) + c.MoreErrors; n > 0 {
		parts = append(parts, paint.in(red, brief.Count(n, "error")))
	}
	if n := len(c.Warnings) + c.MoreWarnings; n > 0 {
		parts = append(parts, paint.in(yellow, brief.Count(n, "warning")))
	}
	text := strings.Join(parts, ", ") + " in " + printable(filesWith(c.Path, c.Errors, c.Warnings)) + what
	if len(parts) == 0 {
		text = printable(c.Path) + ": " + paint.in(green, "fine") + what
	}
	if order != "" {
		text += "\n" + order
	}
	if counted := c.quotas(); counted != "" {
		text += "\n" + counted
	}
	if c.Due != "" {
		text += "\ngoes into service at " + c.Due
	}
	if note := c.unchecked(); note != "" {
		text += "\n" + note
	}
	return text
}

// filesWith names the files of diagnostics: the strategy by its path, and tests by their own
// paths.
func filesWith(path string, lists ...[]document.Diagnostic) string {
	var tests []string
	strategy := false
	for _, p := range slices.Concat(lists...) {
		switch {
		case !strings.HasSuffix(p.File, strategyfile.TestSuffix):
			strategy = true
		case !slices.Contains(tests, p.File):
			tests = append(tests, p.File)
		}
	}
	switch {
	case len(tests) == 0:
		return path
	case strategy:
		return path + " and " + strings.Join(tests, ", ")
	}
	return strings.Join(tests, ", ") + ", the tests of " + path
}

// unchecked names the environments that were not checked.
func (c *checked) unchecked() string {
	if len(c.Unchecked) == 0 {
		return ""
	}
	return "not checked: the strategy with --env " + printable(strings.Join(c.Unchecked, ", --env "))
}
