package discount

import (
	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// maxCautions bounds what is logged of one strategy.
const maxCautions = 20

// logCautions writes what is probably not meant in a strategy that is right.
func logCautions(key liveKey, m *strategy.Model) {
	cautions := m.Cautions()
	for _, c := range cautions[:min(len(cautions), maxCautions)] {
		key.logger().Warn("strategy: probably not meant", zap.String("problem", c.String()))
	}
	if more := len(cautions) + m.MoreCautions() - maxCautions; more > 0 {
		key.logger().Warn("strategy: more that is probably not meant", zap.Int("problems", more))
	}
}

// logUnread writes which tests were not run at the start, since no handler that was known
// then reads their bodies.
func logUnread(key liveKey, unread []ruletest.Result) {
	if len(unread) == 0 {
		return
	}
	names := make([]string, 0, maxCautions)
	for _, r := range unread[:min(len(unread), maxCautions)] {
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
