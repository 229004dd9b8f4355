package discount

import (
	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// maxWarnings bounds what is logged of one strategy.
const maxWarnings = 20

// logWarnings writes what is probably not meant in a strategy that is right.
func logWarnings(key liveKey, m *strategy.Model) {
	warnings := m.Warnings()
	for _, c := range warnings[:min(len(warnings), maxWarnings)] {
		key.logger().Warn("strategy: probably not meant", zap.String("problem", c.String()))
	}
	if more := len(warnings) + m.MoreWarnings() - maxWarnings; more > 0 {
		key.logger().Warn("strategy: more that is probably not meant", zap.Int("problems", more))
	}
}

// logUnread writes which tests were not run at the start, since no handler that was known
// then reads their bodies.
func logUnread(key liveKey, unread []ruletest.Result) {
	if len(unread) == 0 {
		return
	}
	names := make([]string, 0, maxWarnings)
	for _, r := range unread[:min(len(unread), maxWarnings)] {
		names = append(names, r.Name)
	}
	key.logger().Warn("rule tests skipped at start: no handler known so far reads their bodies",
		zap.Int("tests", len(unread)), zap.Strings("names", names))
}

// logger writes to the log that Caddy uses now, which may be a later one than when the
// strategy was first read.
func (k liveKey) logger() *zap.Logger {
	log := caddy.Log().Named("http.handlers.discount").With(zap.String("path", k.path))
	if k.env != "" {
		log = log.With(zap.String("env", k.env))
	}
	return log
}
