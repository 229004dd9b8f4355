// Package telemetry reports what the gateway and its strategies do: metrics of requests, rules,
// strategies, quotas and ledgers, the log, spans of activations and Caddy's events.
//
// It depends neither on Caddy nor on HTTP. The telemetry of a strategy outlives the
// configurations that use the strategy. Of a configuration it keeps only the subscribers, and
// only while the configuration runs.
package telemetry

import (
	"context"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/reload"
)

// A Key identifies a strategy.
type Key struct {
	ID   string // in metrics
	Path string // of its file or directory
	Env  string // "" for none
}

// A Strategy is the telemetry of one running strategy.
type Strategy struct {
	key    Key
	status func() reload.Status // set by Opened
	series *strategySeries
	tracer tracer
	events eventQueue
	log    func() *zap.Logger

	ledgerDown atomic.Bool
}

// NewStrategy returns the telemetry of a strategy that is about to be opened. log returns the
// present log. The Strategy must be closed.
func NewStrategy(key Key, log func() *zap.Logger) *Strategy {
	return &Strategy{key: key, series: strategies.join(key.ID), events: eventQueue{log: log}, log: log}
}

// Opened adds the series of a strategy that is open. status returns its present status.
func (s *Strategy) Opened(status func() reload.Status) {
	s.status = status
	strategies.show(s)
}

// Close ends the series of the strategy.
func (s *Strategy) Close() {
	ruleSeries.leave(s)
	quotaMetrics.leave(s)
	strategies.leave(s)
}

// OnEvent reports an event of the strategy in its metrics, spans and events of Caddy. rules and quotas
// are the counters of the strategy that was activated; nil for other events.
func (s *Strategy) OnEvent(e reload.Event, rules *RuleCounters, quotas *QuotaCounters) {
	measure(e)
	s.series.count(e)
	if rules != nil {
		ruleSeries.serve(s, rules)
		quotaMetrics.serve(s, quotas)
	}
	s.tracer.onEvent(e)
	s.events.add(s.key, e)
}

// OnRequest reads the context of a request. If the request is traced, spans of activations are
// exported the same way. For an untraced request it costs one lookup in the context.
func (s *Strategy) OnRequest(ctx context.Context) { s.tracer.onRequest(ctx) }

// Subscribe sends Caddy's events of the strategy to a configuration that has started. of
// identifies it for [Strategy.Unsubscribe]. Of several configurations the last one gets the
// events.
func (s *Strategy) Subscribe(of any, emit Emitter) { s.events.subscribe(of, emit) }

// Unsubscribe ends what Subscribe began.
func (s *Strategy) Unsubscribe(of any) { s.events.unsubscribe(of) }
