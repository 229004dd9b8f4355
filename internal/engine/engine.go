// Package engine keeps one strategy running: it loads an edit, tests it, checks it against the
// guardrails, compiles it and puts it into service. It reports what happens in the log, the
// metrics, the traces and Caddy's events.
//
// The handlers of one strategy share an engine, across sites and configurations. The engine
// outlives the configuration that opened it. It depends neither on Caddy nor on HTTP.
package engine

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// An Engine keeps a strategy up to date with its file. It keeps no context, logger or registry
// of a configuration. All methods are safe for concurrent use.
type Engine struct {
	key      Key
	host     Host
	source   *reload.Source[*Compiled]
	options  atomic.Pointer[Options] // of the configuration that started last; before that, those of Open
	shows    *telemetry.Strategy
	pacer    pace.Pacer
	handlers handlers
	ledgers  *ledgerReader
	sample   guardrail.Sample // of the carts that it priced, to check the next edit on
}

// A Host is what an engine needs from the program around it.
type Host struct {
	// Log returns the present log. It may be a later one than when the engine was opened.
	Log func() *zap.Logger

	// Header formats the values of headers that all quotes of a strategy share. It calls
	// pause often.
	Header func(s *strategy.Strategy, pause document.Pause) (Header, error)
}

// A Header has the values of headers that all quotes of a compiled strategy share.
type Header struct {
	Strategy string   // its version and fingerprint
	Rules    []string // the ids of the rules, by index
}

// Compiled is a strategy that is ready to price carts. Only its counters change.
type Compiled struct {
	*strategy.Strategy
	Header        Header
	SHA256        string // its fingerprint in hexadecimal
	Counters      *telemetry.RuleCounters
	QuotaCounters *telemetry.QuotaCounters // nil if it has no quotas
	Companions    []strategy.Source        // the files that the strategy names, for drafts of it; no codes

	texts string // the digest of its texts in hexadecimal; "" if it has none
}

// Open opens the engine of a strategy for its first handler, and returns once the strategy is
// in service. The rule tests use the handler's cart reader. The engine must be closed with
// [Engine.Destruct].
func Open(key Key, options Options, first *Handler, host Host) (*Engine, error) {
	e := &Engine{key: key, host: host, ledgers: newLedgerReader()}
	e.shows = telemetry.NewStrategy(telemetry.Key{ID: key.ID(), Path: key.Path, Env: key.Env}, e.log)
	e.options.Store(&options)
	e.handlers.join(first)
	o := strategyfile.ReloadOptions().With(options.settings(key))
	o.Language, o.OnEvent = strategy.Language, e.onEvent
	source, err := reload.Open(key.Path, e.load, o)
	if err != nil {
		e.shows.Close()
		return nil, fmt.Errorf("strategy:\n%w", err)
	}
	e.source = source
	e.shows.Opened(source.Status)
	return e, nil
}

// Configure sets the options of a configuration that has started.
func (e *Engine) Configure(o Options) {
	if *e.options.Load() == o {
		return
	}
	e.options.Store(&o)
	by := o.settings(e.key)
	e.log().Info("strategy options changed", zap.Duration("settle", by.Settle), zap.Duration("poll", by.Poll),
		zap.String("guard", by.Policy), zap.String("state", by.State))
	e.source.Reconfigure(by)
}

// StartJournal begins to write to the state directory. Nothing is written before, so that a
// configuration that is only validated changes nothing there.
func (e *Engine) StartJournal() { e.source.StartJournal() }

// Destruct stops the engine. It is called once no handler uses the engine any more.
func (e *Engine) Destruct() error {
	e.ledgers.close()
	err := e.source.Close()
	e.shows.Close()
	return err
}

// Key returns the key of the strategy.
func (e *Engine) Key() Key { return e.key }

// Live returns the strategy in service. It is one atomic load: a request that needs one
// strategy throughout calls it once.
func (e *Engine) Live() *reload.Revision[*Compiled] { return e.source.Live() }

// OnRequest counts a request that is about to be priced, so that the loading of an edit yields
// to it. ctx is the request's.
func (e *Engine) OnRequest(ctx context.Context) {
	e.shows.OnRequest(ctx)
	e.pacer.OnRequest()
}

// Offer offers the cart of an order to the sample for the guardrails; see
// [guardrail.Sample.Offer].
func (e *Engine) Offer(c *cart.Cart, client string, now time.Time) { e.sample.Offer(c, client, now) }

// SampleSize returns how many carts the guardrails would check an edit on, and how many clients
// they come from.
func (e *Engine) SampleSize() (carts, clients int) {
	all, clients := e.sample.Carts()
	return len(all), clients
}

// Subscribe sends Caddy's events of the strategy to a configuration that has started. of
// identifies it for [Engine.Unsubscribe]. Of several configurations the last one gets the
// events.
func (e *Engine) Subscribe(of any, emit telemetry.Emitter) { e.shows.Subscribe(of, emit) }

// Unsubscribe ends what Subscribe began.
func (e *Engine) Unsubscribe(of any) { e.shows.Unsubscribe(of) }

// onEvent reports an event of the strategy in the log, the metrics, the traces and Caddy's
// events. Only the log gets errors that are not redacted.
func (e *Engine) onEvent(event reload.Event) {
	logged := event
	switch logged.Err = wholeError(event.Err); event.Kind {
	case reload.EventStateFailed, reload.EventTampered:
		logged.Err = e.stateError(logged.Err)
	}
	telemetry.LogEvent(e.log(), logged)
	var rules *telemetry.RuleCounters
	var quotas *telemetry.QuotaCounters
	if activated, ok := event.Value.(*Compiled); ok {
		rules, quotas = activated.Counters, activated.QuotaCounters
	}
	e.shows.OnEvent(event, rules, quotas)
	if quotas != nil {
		e.ledgers.readNow()
	}
}

// compiled makes the part of a Compiled that all quotes share. It does not set Companions.
func (e *Engine) compiled(s *strategy.Strategy) (*Compiled, error) {
	header, err := e.host.Header(s, e.pacer.Yield)
	if err != nil {
		return nil, err
	}
	sum := s.Fingerprint()
	c := &Compiled{
		Strategy: s, Header: header, SHA256: hex.EncodeToString(sum[:]),
		Counters:      telemetry.NewRuleCounters(s.Currency().Code(), s.Rules()),
		QuotaCounters: telemetry.NewQuotaCounters(s.Quotas(), s.CodeSets()),
	}
	if digest, ok := s.TextsDigest(); ok {
		c.texts = hex.EncodeToString(digest[:])
	}
	return c, nil
}
