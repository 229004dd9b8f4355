package engine

import (
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// maxLogged bounds the lines, or the names, that are logged for one strategy.
const maxLogged = 20

// logWarnings logs the warnings about a strategy that is valid.
func (e *Engine) logWarnings(m *strategy.Model) {
	warnings := m.Warnings()
	for _, c := range warnings[:min(len(warnings), maxLogged)] {
		e.log().Warn("strategy warning", zap.String("problem", c.String()))
	}
	if more := len(warnings) + m.MoreWarnings() - maxLogged; more > 0 {
		e.log().Warn("more strategy warnings", zap.Int("problems", more))
	}
}

// logRecounts logs the counts of quotas that start at zero with an edit.
func (e *Engine) logRecounts(before, after *strategy.Strategy) {
	recounts := after.RecountsAfter(before)
	for _, r := range recounts[:min(len(recounts), maxLogged)] {
		e.log().Warn("strategy warning", zap.String("problem", r.Text))
	}
	if more := len(recounts) - maxLogged; more > 0 {
		e.log().Warn("more strategy warnings", zap.Int("problems", more))
	}
}

// logUnread logs the tests that were not run at the start because no handler known then reads
// their bodies.
func (e *Engine) logUnread(unread []ruletest.Result) {
	if len(unread) == 0 {
		return
	}
	names := make([]string, 0, maxLogged)
	for _, r := range unread[:min(len(unread), maxLogged)] {
		names = append(names, r.Name)
	}
	e.log().Warn("rule tests skipped at start", zap.Int("tests", len(unread)), zap.Strings("names", names),
		zap.String("reason", "no handler known so far reads their bodies"))
}

// log is the host's log with the fields that identify the strategy.
func (e *Engine) log() *zap.Logger {
	log := e.host.Log().With(zap.String("path", e.key.Path))
	if e.key.Env != "" {
		log = log.With(zap.String("env", e.key.Env))
	}
	return log
}
