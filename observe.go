package discount

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

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
	d.mark(trace.SpanFromContext(ctx))
	if server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server); ok && server.Logs == nil {
		return // without an access log, fields for it would cost 2 µs for nothing
	}
	if extra, ok := ctx.Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields); ok {
		extra.Set(zap.String("discount_status", d.status.String()))
		if d.edition != nil {
			extra.Set(zap.Int64("discount_amount", d.amounts.goods))
			extra.Set(zap.String("discount_version", d.edition.Version()))
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
		return d.status.String(), true
	case "reason":
		return d.reason, true
	case "amount":
		return d.amount, true
	case "shipping":
		return d.shipping, true
	case "subtotal":
		return d.subtotal, true
	case "payable":
		return d.payable, true
	case "currency":
		return d.currency, true
	case "rules":
		return d.rules, true
	case "lines":
		return d.lines, true
	case "gifts":
		return d.gifts, true
	case "version":
		if d.edition == nil {
			return "", true
		}
		return d.edition.Version(), true
	case "sha256":
		if d.edition == nil {
			return "", true
		}
		return d.edition.fingerprint, true
	}
	return nil, false
}

// requestCounters count the requests of all handlers. They are made once, while the
// registry of metrics is another one with every configuration.
var requestCounters = telemetry.NewRequests(statusNames[:], bypassNames[:])

// count counts a request and what it sent under owned names.
func (d *decision) count(spoofed int) {
	s := requestCounters.Shard()
	s.Decided(int(d.status))
	if d.status == statusBypass {
		s.Bypassed(int(d.bypass))
	}
	s.Spoofed(spoofed)
	requestCounters.Release(s)
}

// mark sets the attributes of a traced request's span.
func (d *decision) mark(span trace.Span) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("discount.status", d.status.String()))
	if d.edition != nil {
		span.SetAttributes(
			attribute.Int64("discount.amount", d.amounts.goods),
			attribute.String("discount.version", d.edition.Version()),
		)
	}
}
