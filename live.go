package discount

import (
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/proof"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// pool holds the strategies in use, by liveKey. Handlers with the same key
// share one, across sites and across configuration reloads.
var pool = caddy.NewUsagePool()

// liveKey is all that makes one live strategy differ from another.
type liveKey struct {
	path, env    string
	settle, poll caddy.Duration
	rails        proof.Rails
	state        StateOptions
}

// live is a strategy that is kept up to date with its file. It outlives the
// configuration that made it, so it holds nothing of one: no context, no
// logger, no registry.
type live struct {
	*reload.Source[*edition]
	key      liveKey
	sample   proof.Sample // of the carts it priced, to prove the next edition with
	tracer   tracer
	yields   yielder
	series   *strategySeries
	heard    announcer
	handlers liveHandlers
	opened   atomic.Pointer[reload.Source[*edition]] // Source, for whom events find before there is one
}

// edition is a compiled strategy with what every answer from it says alike,
// written out once instead of once a request.
type edition struct {
	*strategy.Strategy
	identity    string   // X-Discount-Strategy
	fingerprint string   // hexadecimal
	texts       string   // the digest of texts, hexadecimal; "" without any
	rules       []string // RFC 9651 items, by index of rule
	tally       *tally
	beside      []strategy.Source // the files that the strategy names, for drafts of it
}

// acquire joins a live strategy with a handler, or starts one, which reads the file.
func acquire(key liveKey, h *liveHandler) (*live, error) {
	value, _, err := pool.LoadOrNew(key, func() (caddy.Destructor, error) { return startLive(key, h) })
	if err != nil {
		return nil, err
	}
	l := value.(*live)
	l.handlers.join(h)
	return l, nil
}

// startLive starts a live strategy for its first handler: tests are run with how that
// reads carts.
func startLive(key liveKey, h *liveHandler) (*live, error) {
	l := &live{key: key, series: strategies.join(key.id())}
	l.handlers.join(h)
	o := strategyFiles()
	o.Settle, o.Poll = time.Duration(key.settle), time.Duration(key.poll)
	o.State = key.stateDir()
	o.StateOptions = history.Options{Name: key.id(), Key: key.state.Key, Keep: key.state.Keep}
	o.Language = strategy.Language
	o.Against, o.OnEvent = key.rails.String(), l.tellOf
	source, err := reload.Open(key.path, l.load, o)
	if err != nil {
		strategies.leave(l)
		return nil, fmt.Errorf("strategy:\n%w", err)
	}
	l.Source = source
	l.opened.Store(source)
	hits.serve(l)
	strategies.show(l)
	return l, nil
}

// tellOf puts what happens to the strategy into the log, the metrics, the traces
// and Caddy's events.
func (l *live) tellOf(e reload.Event) {
	logEvent(l.key, e)
	measure(e)
	l.series.count(e)
	if e.Kind == reload.EventActivated && l.opened.Load() != nil {
		hits.serve(l)
	}
	l.tracer.tell(e)
	l.heard.tell(l.key, e)
}

// Destruct stops the watcher; the pool calls it when the last handler left.
func (l *live) Destruct() error {
	err := l.Close()
	hits.leave(l)
	strategies.leave(l)
	return err
}

func newEdition(s *strategy.Strategy, pause document.Pause) (*edition, error) {
	sum := s.Fingerprint()
	identity := httpsfv.NewItem(fieldText(s.Version()))
	identity.Params.Add("sha256", sum[:])
	text, err := httpsfv.Marshal(identity)
	if err != nil {
		return nil, fmt.Errorf("writing the version as a header: %w", err)
	}
	e := &edition{
		Strategy: s, identity: text, fingerprint: hex.EncodeToString(sum[:]),
		tally: newTally(s.Currency().Code(), s.Rules()),
	}
	if digest, ok := s.TextsDigest(); ok {
		e.texts = hex.EncodeToString(digest[:])
	}
	if e.rules, err = fieldItems(s.Rules(), pause); err != nil {
		return nil, err
	}
	return e, nil
}
