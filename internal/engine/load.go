package engine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// load compiles a content and checks that it may replace the one in service. Its error quotes
// no text of other files.
func (e *Engine) load(c reload.Content, inService *reload.Revision[*Compiled]) (reload.Candidate[*Compiled], error) {
	candidate, err := e.check(c, inService)
	return candidate, redact(c, err)
}

// check compiles a content, tests it and checks it against the guardrails. A content that was
// in service before is only compiled.
func (e *Engine) check(c reload.Content, inService *reload.Revision[*Compiled]) (reload.Candidate[*Compiled], error) {
	sources, tests := strategyfile.Split(c)
	if len(sources) == 0 {
		return reload.Candidate[*Compiled]{}, fmt.Errorf("%s: there is no *%s file in the directory", c.Path, strategyfile.Suffix)
	}
	m, compiled, err := e.build(sources, inService)
	if err != nil {
		return reload.Candidate[*Compiled]{}, err
	}
	candidate := reload.Candidate[*Compiled]{Value: compiled, Fingerprint: compiled.SHA256, Texts: compiled.texts, Version: compiled.Version(), Due: m.ActivateAt()}
	if c.Restored {
		return candidate, nil
	}
	err = e.test(tests, compiled.Strategy, inService == nil)
	if err == nil && inService != nil && compiled.SHA256 != inService.Value.SHA256 {
		e.logRecounts(inService.Value.Strategy, compiled.Strategy)
		candidate.Note, err = e.compare(inService.Value.Strategy, compiled.Strategy, m.ActivateAt())
	}
	return candidate, err
}

// build parses and compiles a strategy, and yields to orders meanwhile.
func (e *Engine) build(sources []strategy.Source, inService *reload.Revision[*Compiled]) (m *strategy.Model, c *Compiled, err error) {
	e.pacer.Run(func() {
		p := strategy.Parser{Env: e.key.Env, Pause: e.pacer.Yield}
		if inService != nil {
			p.InService = inService.Value.Strategy
		}
		m, err = p.Parse(sources...)
		if err != nil {
			return
		}
		e.logWarnings(m)
		if c, err = e.compiled(strategy.Compile(m)); err == nil {
			c.Companions = draftFiles(sources, c.Strategy)
		}
	})
	return m, c, err
}

// draftFiles lists the files that drafts of a strategy may name. A draft has the codes of the
// strategy in service without their files, which may be large.
func draftFiles(sources []strategy.Source, s *strategy.Strategy) []strategy.Source {
	return slices.DeleteFunc(strategyfile.Companions(sources), func(f strategy.Source) bool { return s.HasCodesOf(filepath.Base(f.Name)) })
}

// compare checks an edit against the guardrails: it replays the sampled carts with both
// strategies, as of now or of the time at which the edit is due. note has the figures and the
// limits that were not checked.
func (e *Engine) compare(before, after *strategy.Strategy, due time.Time) (note string, err error) {
	at := time.Now()
	if due.After(at) {
		at = due
	}
	limits := e.options.Load().Limits
	carts, clients := e.sample.Carts()
	figures := guardrail.Replay(before, after, carts, at, limits.Evaluation, time.Now)
	figures.Clients = clients
	report, err := limits.Check(figures)
	if err != nil {
		return "", &reload.GuardrailError{Policy: limits.String(), Err: err}
	}
	if why := report.Abstained; len(why) > 0 {
		e.log().Warn("strategy not checked by guardrails", zap.String("version", after.Version()), zap.Strings("why", why))
	}
	return strings.Join(slices.Concat([]string{figures.String()}, report.Abstained, report.Partly), "; "), nil
}

// test runs the rule tests that belong to the strategy. A test with a body is run once for each
// of the handlers' different cart options. At the start not all handlers are known yet.
func (e *Engine) test(tests []strategy.Source, s *strategy.Strategy, starting bool) error {
	if len(tests) == 0 {
		return nil
	}
	suite, err := strategyfile.Suite(tests, ruletest.Orders{Readings: e.handlers.readings(), Lenient: starting})
	if err != nil {
		return err
	}
	report := suite.Run(s, e.key.Env)
	e.logUnread(report.Unread)
	return report.Err()
}
