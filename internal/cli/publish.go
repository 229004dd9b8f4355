package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/publish"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

func publishCommand() *cobra.Command {
	c := command("publish SRC DST", "Puts a strategy where a gateway watches it, once it is proved", `
Checks the strategy SRC as "caddy discount check" does, runs its tests
(*.test.toml) as "caddy discount test" does, and if all is well puts it into the
place of DST: written beside it, flushed to the disk and renamed, so that a
gateway that watches DST never sees half of it. Prints the fingerprint. If DST has
the same bytes already, nothing is written.

A file in the place of DST that is not TOML is not replaced: it may be another one.

DST keeps its permissions, its owner where the system allows it, and the links
that lead to it. Publishers of one directory wait for each other, and for a process that
holds a lock (flock) on a file that is to be replaced.

SRC and DST are two files
    The tests go along, to DST's own (discount.test.toml for discount.toml), and
    go first: new rules never meet old tests. Orders that they name as bodies go
    with them, under their own names. If SRC has no tests, those beside DST stay,
    and are run instead.

SRC is a file, DST a directory that is watched as one strategy
    SRC replaces the file of its name, or is added, with the spreadsheet that it
    names. What is checked and tested is the directory as it will be.

SRC is a directory, DST a symbolic link to one
    The *.toml of SRC, and the spreadsheets and bodies that they name, are written
    into a new directory beside the link, DST.published-*, and the link is led
    there, which replaces them all at once. The directory before stays; older ones
    of that name are removed. Several files of a directory that is no link cannot
    be replaced at once, and are not. Where DST is not there yet, the link is made.

Bodies are read as --config, --map or --preset says, as by "caddy discount test".

Then it asks the admin API of the running Caddy (--address) what became of it, and
waits for that: in service, staged, refused, by a guardrail for instance, or kept
out of service by a rollback. A gateway that does not take it has it put back. All
strategies of the gateway that read one of the files are asked, one for each
environment, and have to take it; one that was refused before may be refused again.
Where no gateway that serves the file answers, it is put in place, and says so: a
gateway may still refuse it.

What a rollback has taken out of service stays out when it is published again
with the same meaning; "caddy discount rollback" brings it back.

Exits with 2 if SRC is not valid, a test fails, or the gateway does not take it, and
with 1 if it could not be published, or no verdict came in time (--wait). In all
these cases, and when it is interrupted, DST is as it was, or is put back.`,
		`  caddy discount publish discount.toml /etc/caddy/config/discount.toml
  caddy discount publish 20-rules.toml /etc/caddy/config/strategy --env prod
  caddy discount publish strategy/ /etc/caddy/config/strategy --json`, sourceAndTarget, runPublish)
	addEnvFlag(c)
	addShapeFlags(c)
	addAddressFlag(c)
	addWaitFlag(c)
	return c
}

// sourceAndTarget requires the two arguments of publish.
func sourceAndTarget(_ *cobra.Command, args []string) error {
	const wanted = "the strategy, and the file or directory that a gateway watches"
	if len(args) == 0 {
		return errors.New("SRC and DST are missing: " + wanted)
	}
	if len(args) != 2 || args[0] == "" || args[1] == "" {
		return fmt.Errorf("the arguments are %q, want SRC and DST: %s", args, wanted)
	}
	return nil
}

// published is the result of publish.
type published struct {
	Path     string                `json:"path"` // of the target
	Source   string                `json:"source"`
	Env      string                `json:"env,omitempty"`
	Version  string                `json:"version,omitempty"`
	SHA256   string                `json:"sha256,omitempty"`
	Rules    int                   `json:"rules"`
	Due      string                `json:"activate_at,omitempty"` // RFC 3339; "" if not in future
	Changed  bool                  `json:"changed"`
	Errors   []document.Diagnostic `json:"errors"`
	Warnings []document.Diagnostic `json:"warnings"`

	// The numbers of those that are not listed.
	MoreErrors   int `json:"more_errors,omitempty"`
	MoreWarnings int `json:"more_warnings,omitempty"`

	Tests  int          `json:"tests"`  // that were run
	Failed []testResult `json:"failed"` // of them
	Notes  []string     `json:"notes,omitempty"`

	Gateway gatewayVerdict `json:"gateway,omitzero"`   // on the new content
	PutBack bool           `json:"put_back,omitempty"` // the target was changed and put back
}

// publisherTimeout bounds the wait for another publisher. The other one keeps its lock while it
// waits for a gateway.
const publisherTimeout = 2 * defaultWait

// isRefused reports whether a check or a test kept the strategy from being published.
func (p *published) isRefused() bool { return len(p.Errors)+len(p.Failed) > 0 }

func runPublish(cmd *cobra.Command, args []string) (int, error) {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	to, err := publish.TargetOf(args[0], args[1])
	if err != nil {
		return exitFailed, fmt.Errorf("publishing %s: %w", args[0], err)
	}
	result := published{Path: to.Path(), Source: args[0], Env: flag(cmd, "env"), Failed: []testResult{}}
	report, err := result.publish(ctx, cmd, to)
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		result.Gateway.limit()
		err = printJSON(cmd.OutOrStdout(), result)
	} else if _, err = io.WriteString(cmd.OutOrStdout(), report+result.summary()); err != nil {
		err = fmt.Errorf("writing the result: %w", err)
	}
	switch {
	case err != nil:
		return exitFailed, err
	case result.isRefused() || result.Gateway.isDeclined():
		return exitFound, nil
	case !result.Gateway.isGood():
		return exitFailed, fmt.Errorf("publishing %s: no verdict from the gateway at %s", args[0], result.Gateway.Address)
	}
	return exitFine, nil
}

// publish checks and tests the strategy and writes it to the target. The report lists the
// diagnostics and the failed tests.
//
// It locks out other publishers before it reads the target, so that no other publisher changes
// the files between the check and the replacement.
func (p *published) publish(ctx context.Context, cmd *cobra.Command, to publish.Target) (report string, err error) {
	unlock, err := publish.LockDirectories(ctx, to.Directories(), publisherTimeout)
	if err != nil {
		return "", fmt.Errorf("publishing %s: %w", p.Source, err)
	}
	defer unlock()
	sources, tests, err := strategyfile.Read(p.Source)
	if err != nil {
		return "", err
	}
	allSources, allTests, err := to.With(sources, tests)
	if err != nil {
		return "", err
	}
	report, err = p.check(cmd, allSources, allTests)
	if err != nil {
		return "", err
	}
	p.noteDirectory(to)
	if p.isRefused() {
		return report, nil
	}
	again := p.noteChange(to, allTests)
	if err := p.replace(ctx, cmd, to, sources, tests); err != nil {
		return "", fmt.Errorf("publishing %s: %w", p.Source, err)
	}
	if again && p.Gateway.Verdict == verdictNone {
		p.Notes = append(p.Notes, fmt.Sprintf("if a rollback keeps it out of service, it comes back with: caddy discount rollback %.12s", p.SHA256))
	}
	return report, nil
}

// replace writes the files to the target and asks the gateway for its verdict. Unless the gateway
// takes them, it puts the previous files back.
func (p *published) replace(ctx context.Context, cmd *cobra.Command, to publish.Target, sources, tests []strategy.Source) error {
	gateway := gatewayOf(cmd, to)
	gateway.recordRefused(ctx)
	change, err := to.Apply(ctx, sources, tests)
	if err != nil {
		return err
	}
	p.Gateway = gateway.verdict(ctx, change)
	p.Changed = change != nil
	switch {
	case change == nil:
	case p.Gateway.Verdict != verdictNone && !change.Intact():
		return errors.Join(fmt.Errorf("%s was changed by another program meanwhile, and is left as that has it", to.Path()), change.Keep())
	case p.Gateway.isGood():
		return change.Keep()
	default:
		// An interruption ends the wait, but not this: files put back in part would be worse.
		if err := change.Revert(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("putting back %s, which %s: %w", to.Path(), p.Gateway.why(), err)
		}
		p.Changed, p.PutBack = false, true
		gateway.awaitReverted(ctx, &p.Gateway)
	}
	if ctx.Err() != nil {
		return publish.ErrInterrupted
	}
	return nil
}

// check checks and tests the content that the target will have.
func (p *published) check(cmd *cobra.Command, sources, tests []strategy.Source) (report string, err error) {
	var text strings.Builder
	c := checked{Path: p.Source, Env: p.Env, Errors: []document.Diagnostic{}, Warnings: []document.Diagnostic{}}
	if err := c.check(cmd, sources, tests); err != nil {
		return "", err
	}
	p.Version, p.SHA256, p.Rules, p.Due, p.Errors, p.Warnings = c.Version, c.SHA256, c.Rules, c.Due, c.Errors, c.Warnings
	p.MoreErrors, p.MoreWarnings = c.MoreErrors, c.MoreWarnings
	if note := c.unchecked(); note != "" {
		p.Notes = append(p.Notes, note)
	}
	c.Unchecked = nil // the note has them
	paint := paintFor(cmd.OutOrStdout())
	if len(p.Errors) > 0 || len(p.Warnings) > 0 {
		found := printer{w: &text, paint: paint}
		found.diagnostics("error", p.Errors, p.MoreErrors)
		found.diagnostics("warning", p.Warnings, p.MoreWarnings)
		found.line("%s", c.summary(paint, ""))
	}
	if len(p.Errors) > 0 || len(tests) == 0 {
		return text.String(), nil
	}
	tested, err := p.test(cmd, sources, tests)
	if err == nil && tested.Failed > 0 {
		err = tested.print(&text, false)
	}
	return text.String(), err
}

// test runs the tests of rules.
func (p *published) test(cmd *cobra.Command, sources, tests []strategy.Source) (testedStrategy, error) {
	tested := testedStrategy{Path: p.Source}
	s, err := strategy.Load(p.Env, sources...)
	if err != nil {
		return tested, err
	}
	orders, err := ordersFor(cmd, p.Path)
	if err != nil {
		return tested, err
	}
	suite, err := strategyfile.Suite(tests, orders)
	if err != nil {
		return tested, err
	}
	tested.add(suite.Run(s, p.Env))
	tested.limit(new(outputLimit), new(outputLimit), new(outputLimit))
	for _, t := range tested.Tests {
		if t.failed() {
			p.Failed = append(p.Failed, t)
		}
	}
	p.Tests = len(tested.Tests)
	return tested, nil
}

// summary describes the content of the target, and the verdict of the gateway.
func (p *published) summary() string {
	notes := ""
	for _, note := range p.Notes {
		notes += printable(note) + "\n"
	}
	if p.isRefused() {
		return printable(p.Path) + ": not published\n" + notes
	}
	if !p.Gateway.isGood() {
		return p.Gateway.text() + printable(p.Path) + ": not published" + p.whatRemains() + "\n" + notes
	}
	tests := "no tests"
	if p.Tests > 0 {
		tests = brief.Count(p.Tests, "test") + " passed"
	}
	text := printablef("%s: %s version %s (%s, %s)\nsha256 %s\n", p.Path, p.done(), p.Version, brief.Count(p.Rules, "rule"), tests, p.SHA256)
	text += p.Gateway.text()
	if p.Due != "" {
		text += "goes into service at " + p.Due + "\n"
	}
	return text + notes
}

// done describes what was done, as far as that is known.
func (p *published) done() string {
	switch {
	case !p.Changed:
		return "unchanged,"
	case p.Gateway.Verdict == verdictNone:
		return "put in place; a gateway may still refuse it;"
	}
	return "published,"
}

// whatRemains describes the content of the target after a verdict that is not good.
func (p *published) whatRemains() string {
	if p.PutBack {
		return ", put back as it was"
	}
	return ", it was in its place before and is left there"
}
