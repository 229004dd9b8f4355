package discount

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/recognition"
	"github.com/promogate/caddy-discount/internal/telemetry"
)

const placeholderPrefix = "http.discount."

// observe counts a decision and exposes it.
func (p *pricer) observe(r *http.Request, s *requestState, d *decision, spoofed int) {
	d.note(p.recognition)
	d.count(spoofed)
	d.expose(r, s)
}

// note tells the monitor of a handler whether a cart was read.
func (d *decision) note(m *recognition.Monitor) {
	switch {
	case d.Strategy != nil:
		m.Read()
	case d.missed:
		m.Missed(int(d.bypass))
	}
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
