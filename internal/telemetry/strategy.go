// Package telemetry is how the gateway and its strategies show what they do: metrics of
// requests, rules and strategies, the log, spans of activations and Caddy's events.
//
// It knows neither Caddy nor HTTP. What a strategy shows outlives the configurations that
// use it, so it keeps nothing of one but the subscribers of those that run.
package telemetry

import (
	"context"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/reload"
)

// A Key names a strategy.
type Key struct {
	ID   string // in metrics
	Path string // of its file or directory
	Env  string // "" for none
}

// A Strategy is what one running strategy shows.
type Strategy struct {
	key    Key
	status func() reload.Status // set by Opened
	series *strategySeries
	tracer tracer
	events eventQueue
}

// NewStrategy returns what a strategy shows that is about to be opened. log is the log as
// it is at the moment. The strategy must be closed.
func NewStrategy(key Key, log func() *zap.Logger) *Strategy {
	return &Strategy{key: key, series: strategies.join(key.ID), events: eventQueue{log: log}}
}

// Opened adds the series of a strategy that is open: status is how it is doing.
func (s *Strategy) Opened(status func() reload.Status) {
	s.status = status
	strategies.show(s)
}

// Close ends the series of the strategy.
func (s *Strategy) Close() {
	ruleSeries.leave(s)
	strategies.leave(s)
}

// OnEvent puts what happens to the strategy into its metrics, spans and events. Rules are
// the counters of what was activated; nil for other events.
func (s *Strategy) OnEvent(e reload.Event, rules *RuleCounters) {
	measure(e)
	s.series.count(e)
	if rules != nil {
		ruleSeries.serve(s, rules)
	}
	s.tracer.onEvent(e)
	s.events.add(s.key, e)
}

// OnRequest notes the context of a request, by which spans of activations find their way if
// it is traced. It costs an untraced request one look at its context.
func (s *Strategy) OnRequest(ctx context.Context) { s.tracer.onRequest(ctx) }

// Subscribe sends Caddy's events of the strategy to a configuration that has started; of is
// for [Strategy.Unsubscribe]. Of several configurations the last one gets the events.
func (s *Strategy) Subscribe(of any, emit Emitter) { s.events.subscribe(of, emit) }

// Unsubscribe ends what Subscribe began.
func (s *Strategy) Unsubscribe(of any) { s.events.unsubscribe(of) }
