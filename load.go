package discount

import (
	"fmt"
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

// load makes an edition of a content and proves that it may replace the one in
// service. Its error shows no text that is not the strategy's own.
func (l *live) load(c reload.Content, inService *reload.Revision[*edition]) (reload.Candidate[*edition], error) {
	candidate, err := l.prove(c, inService)
	return candidate, withhold(c, err)
}

func (l *live) prove(c reload.Content, inService *reload.Revision[*edition]) (reload.Candidate[*edition], error) {
	sources, tests := strategyfile.Split(c)
	if len(sources) == 0 {
		return reload.Candidate[*edition]{}, fmt.Errorf("%s: there is no *%s file in the directory", c.Path, strategyfile.Suffix)
	}
	m, e, err := l.build(sources)
	if err != nil {
		return reload.Candidate[*edition]{}, err
	}
	candidate := reload.Candidate[*edition]{Value: e, Fingerprint: e.fingerprint, Texts: e.texts, Version: e.Version(), Due: m.ActivateAt()}
	if c.Restored {
		return candidate, nil
	}
	err = l.test(tests, e.Strategy, inService == nil)
	if err == nil && inService != nil && e.fingerprint != inService.Value.fingerprint {
		candidate.Note, err = l.compare(inService.Value.Strategy, e.Strategy, m.ActivateAt())
	}
	return candidate, err
}

// build makes an edition, giving way to orders.
func (l *live) build(sources []strategy.Source) (m *strategy.Model, e *edition, err error) {
	l.pacer.Run(func() {
		m, err = strategy.Parser{Env: l.key.env, Pause: l.pacer.Yield}.Parse(sources...)
		if err != nil {
			return
		}
		logWarnings(l.key, m)
		if e, err = newEdition(strategy.Compile(m), l.pacer.Yield); err == nil {
			e.beside = strategyfile.Beside(sources)
		}
	})
	return m, e, err
}

// compare replays the last carts with both strategies, as of now or of the
// instant at which the candidate is to replace the other.
func (l *live) compare(before, after *strategy.Strategy, due time.Time) (note string, err error) {
	at := time.Now()
	if due.After(at) {
		at = due
	}
	limits := l.shared().guard.limits()
	carts, clients := l.sample.Carts()
	figures := guardrail.Replay(before, after, carts, at, limits.Evaluation, time.Now)
	figures.Clients = clients
	report, err := limits.Check(figures)
	if err != nil {
		return "", &reload.GuardrailError{Policy: limits.String(), Err: err}
	}
	if why := report.Abstained; len(why) > 0 {
		l.key.logger().Warn("guard rails did not judge an edit", zap.String("version", after.Version()), zap.Strings("why", why))
	}
	return strings.Join(slices.Concat([]string{figures.String()}, report.Abstained, report.Partly), "; "), nil
}

// test runs the tests of rules beside the strategy. Those with a body are run with how
// the handlers read carts. At the start not all of these are known yet.
func (l *live) test(tests []strategy.Source, s *strategy.Strategy, starting bool) error {
	if len(tests) == 0 {
		return nil
	}
	suite, err := strategyfile.Suite(tests, ruletest.Orders{Readings: l.handlers.readings(), Lenient: starting})
	if err != nil {
		return err
	}
	report := suite.Run(s, l.key.env)
	logUnread(l.key, report.Unread)
	return report.Err()
}
