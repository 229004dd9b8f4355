package discount

import (
	"encoding/hex"
	"fmt"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/dunglas/httpsfv"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// pool holds the strategies in use, by liveKey. Handlers with the same key
// share one, across sites and across configuration reloads.
var pool = caddy.NewUsagePool()

// liveKey is what makes one live strategy differ from another, in the admin API, in the
// state directory and in the metrics, too.
type liveKey struct{ path, env string }

// live is a strategy that is kept up to date with its file. It outlives the
// configuration that made it, so it holds nothing of one: no context, no
// logger, no registry.
type live struct {
	*reload.Source[*edition]
	key      liveKey
	options  atomic.Pointer[sharedOptions] // of the configuration that started last, or is to be the first
	sample   guardrail.Sample              // of the carts it priced, to prove the next edition with
	shows    *telemetry.Strategy
	pacer    pace.Pacer
	handlers liveHandlers
}

// edition is a compiled strategy with what every answer from it says alike,
// written out once instead of once a request.
type edition struct {
	*strategy.Strategy
	identity    string   // X-Discount-Strategy
	fingerprint string   // hexadecimal
	texts       string   // the digest of texts, hexadecimal; "" without any
	rules       []string // RFC 9651 items, by index of rule
	counters    *telemetry.RuleCounters
	beside      []strategy.Source // the files that the strategy names, for drafts of it
}

// acquire joins a live strategy with a handler, or starts one, which reads the file. The
// options are for one that is started: another one goes by those that it has until the
// configuration of the handler starts.
func acquire(key liveKey, shared sharedOptions, h *liveHandler) (*live, error) {
	value, _, err := pool.LoadOrNew(key, func() (caddy.Destructor, error) { return startLive(key, shared, h) })
	if err != nil {
		return nil, err
	}
	l := value.(*live)
	l.handlers.join(h)
	return l, nil
}

// startLive starts a live strategy for its first handler: tests are run with how that
// reads carts.
func startLive(key liveKey, shared sharedOptions, h *liveHandler) (*live, error) {
	l := &live{key: key, shows: telemetry.NewStrategy(telemetry.Key{ID: key.id(), Path: key.path, Env: key.env}, key.logger)}
	l.options.Store(&shared)
	l.handlers.join(h)
	o := strategyfile.ReloadOptions().With(shared.settings(key))
	o.Language, o.OnEvent = strategy.Language, l.onEvent
	source, err := reload.Open(key.path, l.load, o)
	if err != nil {
		l.shows.Close()
		return nil, fmt.Errorf("strategy:\n%w", err)
	}
	l.Source = source
	l.shows.Opened(source.Status)
	return l, nil
}

// shared are the options that the strategy goes by.
func (l *live) shared() *sharedOptions { return l.options.Load() }

// stateDir is where the state of the strategy is; empty for nowhere.
func (l *live) stateDir() string { return l.shared().state.dirOf(l.key) }

// adopt has the strategy go by the options of a configuration that has started.
func (l *live) adopt(s sharedOptions) {
	if l.shared().equal(&s) {
		return
	}
	l.options.Store(&s)
	by := s.settings(l.key)
	l.key.logger().Info("options of the strategy changed", zap.Duration("settle", by.Settle), zap.Duration("poll", by.Poll),
		zap.String("guard", by.Policy), zap.String("state", by.State))
	l.Reconfigure(by)
}

// onEvent puts what happens to the strategy into the log, the metrics, the traces
// and Caddy's events. The log has errors as a whole.
func (l *live) onEvent(e reload.Event) {
	logged := e
	switch logged.Err = wholeError(e.Err); e.Kind {
	case reload.EventStateFailed, reload.EventTampered:
		logged.Err = stateError(l.stateDir(), logged.Err)
	}
	telemetry.LogEvent(l.key.logger(), logged)
	var counters *telemetry.RuleCounters
	if activated, ok := e.Value.(*edition); ok {
		counters = activated.counters
	}
	l.shows.OnEvent(e, counters)
}

// Destruct stops the watcher; the pool calls it when the last handler left.
func (l *live) Destruct() error {
	err := l.Close()
	l.shows.Close()
	return err
}

func newEdition(s *strategy.Strategy, pause document.Pause) (*edition, error) {
	sum := s.Fingerprint()
	identity := httpsfv.NewItem(sfv.Bare(s.Version()))
	identity.Params.Add("sha256", sum[:])
	text, err := httpsfv.Marshal(identity)
	if err != nil {
		return nil, fmt.Errorf("writing the version as a header: %w", err)
	}
	e := &edition{
		Strategy: s, identity: text, fingerprint: hex.EncodeToString(sum[:]),
		counters: telemetry.NewRuleCounters(s.Currency().Code(), s.Rules()),
	}
	if digest, ok := s.TextsDigest(); ok {
		e.texts = hex.EncodeToString(digest[:])
	}
	if e.rules, err = sfv.Items(s.Rules(), pause.After); err != nil {
		return nil, fmt.Errorf("writing the rule ids as a header: %w", err)
	}
	return e, nil
}
