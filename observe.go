package discount

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/telemetry"
)

const placeholderPrefix = "http.discount."

// observe counts a decision and exposes it.
func (p *pricer) observe(r *http.Request, s *requestState, d *decision, spoofed int) {
	p.recognition.note(d)
	d.count(spoofed)
	d.expose(r, s)
}

// expose makes the decision known to placeholders, the access log and the span of the
// request. A second decision on the request replaces the first.
func (d *decision) expose(r *http.Request, s *requestState) {
	ctx := r.Context()
	first := s.decision == nil
	s.decision = d
	if repl, ok := ctx.Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok && first {
		repl.Map(func(key string) (any, bool) {
			name, own := strings.CutPrefix(key, placeholderPrefix)
			if !own {
				return nil, false
			}
			return s.decision.placeholder(name)
		})
	}
	d.setSpanAttributes(trace.SpanFromContext(ctx))
	if server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server); ok && server.Logs == nil {
		return // without an access log, fields for it would cost 2 µs for nothing
	}
	if extra, ok := ctx.Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields); ok {
		extra.Set(zap.String("discount_status", d.Status.String()))
		if d.Strategy != nil {
			extra.Set(zap.Int64("discount_amount", d.amounts.goods))
			extra.Set(zap.String("discount_version", d.Strategy.Version()))
			if d.granted != nil {
				extra.Set(zap.String("discount_reservation", d.granted.Order.String()))
			}
			if d.Exhausted != "" {
				extra.Set(zap.String("discount_exhausted", d.Exhausted))
			}
		}
	}
}

// placeholder is the value of the placeholder of that name behind the prefix.
func (d *decision) placeholder(name string) (any, bool) {
	if d == nil {
		return nil, false
	}
	switch name {
	case "status":
		return d.Status.String(), true
	case "reason":
		return d.Reason, true
	case "amount":
		return d.Amount, true
	case "shipping":
		return d.Shipping, true
	case "subtotal":
		return d.Subtotal, true
	case "payable":
		return d.Payable, true
	case "currency":
		return d.Currency, true
	case "rules":
		return d.Rules, true
	case "lines":
		return d.Lines, true
	case "gifts":
		return d.Gifts, true
	case "reservation":
		return d.Reservation, true
	case "exhausted":
		return d.Exhausted, true
	case "version":
		if d.Strategy == nil {
			return "", true
		}
		return d.Strategy.Version(), true
	case "sha256":
		if d.Strategy == nil {
			return "", true
		}
		return d.Strategy.SHA256, true
	}
	return nil, false
}

// requestCounters count the requests of all handlers. They are made once, and registered again with
// each configuration, since each has a metrics registry of its own.
var requestCounters = telemetry.NewRequests(fields.Statuses(), bypassNames[:])

// count counts a request and what it sent under owned names.
func (d *decision) count(spoofed int) {
	s := requestCounters.Shard()
	s.Decided(int(d.Status))
	if d.Status == fields.StatusBypass {
		s.Bypassed(int(d.bypass))
	}
	s.Spoofed(spoofed)
	requestCounters.Release(s)
}

// setSpanAttributes sets the attributes of a traced request's span.
func (d *decision) setSpanAttributes(span trace.Span) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("discount.status", d.Status.String()))
	if d.Strategy != nil {
		span.SetAttributes(
			attribute.Int64("discount.amount", d.amounts.goods),
			attribute.String("discount.version", d.Strategy.Version()),
		)
	}
}

// recognitionPeriod is how long no cart may be read before that is logged.
const recognitionPeriod = time.Minute

// recognition logs a warning if requests arrive that may hold a cart and no cart is read from any.
// The cause is mostly a map that does not fit the orders of the shop.
//
// A period begins with the first such request after the last period. A timer ends it, and logs the
// requests counted in it unless a cart was read in it. There is at most one timer, and none while
// every cart is read.
type recognition struct {
	log    *zap.Logger
	period atomic.Uint32
	missed [len(bypassNames)]atomic.Uint64 // in this period, by reason

	mu     sync.Mutex
	timer  *time.Timer // nil for none
	closed bool
}

// The values of recognition.period.
const (
	noPeriod uint32 = iota
	periodWithoutCart
	periodWithCart
)

// newRecognition logs with the strategy and where items are looked for.
func newRecognition(log *zap.Logger, key engine.Key, items string) *recognition {
	fields := []zap.Field{zap.String("strategy", key.Path)}
	if key.Env != "" {
		fields = append(fields, zap.String("env", key.Env))
	}
	return &recognition{log: log.With(append(fields, zap.String("items", items))...)}
}

// note counts the decision on a request. One whose cart was read costs an atomic load.
func (r *recognition) note(d *decision) {
	switch {
	case d.Strategy != nil:
		if r.period.Load() == periodWithoutCart {
			r.period.CompareAndSwap(periodWithoutCart, periodWithCart)
		}
	case d.missed:
		r.missed[d.bypass].Add(1)
		if r.period.Load() == noPeriod {
			r.begin()
		}
	}
}

func (r *recognition) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || !r.period.CompareAndSwap(noPeriod, periodWithoutCart) {
		return
	}
	r.timer = time.AfterFunc(recognitionPeriod, r.end)
}

// end ends the period and logs what came in it.
func (r *recognition) end() {
	if missed, warn := r.pop(); warn {
		r.warn(missed)
	}
}

// pop ends the period. It returns what was counted in it, and whether to log that.
func (r *recognition) pop() (missed [len(bypassNames)]uint64, warn bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	without := r.period.Swap(noPeriod) == periodWithoutCart
	for i := range missed {
		missed[i] = r.missed[i].Swap(0)
		warn = warn || missed[i] > 0
	}
	return missed, warn && without && !r.closed
}

func (r *recognition) warn(missed [len(bypassNames)]uint64) {
	var all uint64
	fields := make([]zap.Field, 0, len(missed)+2)
	for i, n := range missed {
		all += n
		if n > 0 {
			fields = append(fields, zap.Uint64(bypassReason(i).String(), n))
		}
	}
	fields = append(fields, zap.Uint64("requests", all), zap.Duration("within", recognitionPeriod))
	r.log.Warn("no cart found in requests", fields...)
}

// close ends the period and logs nothing.
func (r *recognition) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.timer != nil {
		r.timer.Stop()
	}
}
