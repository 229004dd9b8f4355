package discount

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/dunglas/httpsfv"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
)

// pool holds the strategies in use, by liveKey. Handlers with the same key
// share one, across sites and across configuration reloads.
var pool = caddy.NewUsagePool()

// liveKey is all that makes one live strategy differ from another.
type liveKey struct {
	path, env    string
	settle, poll caddy.Duration
}

// live is a strategy that is kept up to date with its file. It outlives the
// configuration that made it, so it holds nothing of one: no context, no
// logger, no registry.
type live struct {
	*reload.Source[*edition]
}

// edition is a compiled strategy with what every answer from it says alike,
// written out once instead of once a request.
type edition struct {
	*strategy.Strategy
	identity    string   // X-Discount-Strategy
	fingerprint string   // hexadecimal
	rules       []string // RFC 9651 items, by index of rule
}

// acquire joins a live strategy, or starts one, which reads the file.
func acquire(key liveKey) (*live, error) {
	value, _, err := pool.LoadOrNew(key, func() (caddy.Destructor, error) { return startLive(key) })
	if err != nil {
		return nil, err
	}
	return value.(*live), nil
}

func startLive(key liveKey) (*live, error) {
	load := func(path string, data []byte) (reload.Candidate[*edition], error) {
		m, err := strategy.Parse(key.env, strategy.Source{Name: path, Data: data})
		if err != nil {
			return reload.Candidate[*edition]{}, err
		}
		logCautions(key, m)
		s := strategy.Compile(m)
		e, err := newEdition(s)
		if err != nil {
			return reload.Candidate[*edition]{}, err
		}
		return reload.Candidate[*edition]{Value: e, Fingerprint: e.fingerprint, Version: s.Version()}, nil
	}
	source, err := reload.Open(key.path, load, reload.Options{
		Settle:  time.Duration(key.settle),
		Poll:    time.Duration(key.poll),
		OnEvent: func(e reload.Event) { logEvent(key, e) },
	})
	if err != nil {
		return nil, fmt.Errorf("strategy:\n%w", err)
	}
	return &live{Source: source}, nil
}

// Destruct stops the watcher; the pool calls it when the last handler left.
func (l *live) Destruct() error { return l.Close() }

func newEdition(s *strategy.Strategy) (*edition, error) {
	sum := s.Fingerprint()
	identity := httpsfv.NewItem(fieldText(s.Version()))
	identity.Params.Add("sha256", sum[:])
	text, err := httpsfv.Marshal(identity)
	if err != nil {
		return nil, fmt.Errorf("writing the version as a header: %w", err)
	}
	e := &edition{Strategy: s, identity: text, fingerprint: hex.EncodeToString(sum[:])}
	for _, id := range s.Rules() {
		item, err := httpsfv.Marshal(httpsfv.NewItem(fieldText(id)))
		if err != nil {
			return nil, fmt.Errorf("writing the rule id %q as a header: %w", id, err)
		}
		e.rules = append(e.rules, item)
	}
	return e, nil
}

// fieldText is text as RFC 9651 has it: a String where it is ASCII, a Display
// String where it is not.
func fieldText(text string) any {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return httpsfv.DisplayString(text)
		}
	}
	return text
}

// maxCautions bounds what is logged of one strategy.
const maxCautions = 20

// logCautions writes what is probably not meant in a strategy that is right.
func logCautions(key liveKey, m *strategy.Model) {
	cautions := m.Cautions()
	for _, c := range cautions[:min(len(cautions), maxCautions)] {
		key.logger().Warn("strategy: probably not meant", zap.String("problem", c.String()))
	}
	if more := len(cautions) - maxCautions; more > 0 {
		key.logger().Warn("strategy: more that is probably not meant", zap.Int("problems", more))
	}
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

// logEvent writes what happens to a strategy.
func logEvent(key liveKey, e reload.Event) {
	log := key.logger()
	switch e.Kind {
	case reload.EventActivated:
		log.Info("strategy activated", activation(e.Live)...)
	case reload.EventRefused:
		log.Error("strategy refused, the one in service stays", refusal(e)...)
	case reload.EventMissing:
		log.Warn("strategy is missing, the one in service stays", refusal(e)...)
	case reload.EventPending:
		log.Warn("strategy is being written for long, the one in service stays", refusal(e)...)
	case reload.EventPolling:
		log.Warn("strategy cannot be watched, looking at it from time to time instead", zap.Error(e.Err))
	case reload.EventWatchLost:
		log.Warn("watch of the strategy lost", zap.Error(e.Err))
	case reload.EventPendingOver:
		log.Info("strategy is written no more", zap.String("in_service", e.Live.Version))
	case reload.EventWatchRegained:
		log.Info("strategy is watched again")
	default:
		log.Info("strategy has the meaning that is in service", zap.String("version", e.Live.Version), zap.String("sha256", e.Live.Fingerprint))
	}
}

func activation(f reload.Facts) []zap.Field {
	return []zap.Field{
		zap.String("version", f.Version),
		zap.String("sha256", f.Fingerprint),
		zap.Stringer("kind", f.Kind),
		zap.Int64("size", f.Size),
		zap.Time("written", f.Stamps.Written),
		zap.Time("noticed", f.Stamps.Noticed),
		zap.Time("read", f.Stamps.Read),
		zap.Time("swapped", f.Stamps.Swapped),
	}
}

func refusal(e reload.Event) []zap.Field {
	fields := []zap.Field{zap.String("in_service", e.Live.Version), zap.Error(e.Err)}
	var panicked *reload.PanicError
	if errors.As(e.Err, &panicked) {
		fields = append(fields, zap.ByteString("stack", panicked.Stack))
	}
	return fields
}
