package discount

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

const placeholderPrefix = "http.discount."

// publish makes the outcome known to placeholders and to the access log. A second one of
// the request replaces the first.
func (o *outcome) publish(r *http.Request, p *passage) {
	ctx := r.Context()
	first := p.outcome == nil
	p.outcome = o
	if repl, ok := ctx.Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok && first {
		repl.Map(func(key string) (any, bool) {
			name, mine := strings.CutPrefix(key, placeholderPrefix)
			if !mine {
				return nil, false
			}
			return p.outcome.placeholder(name)
		})
	}
	o.mark(trace.SpanFromContext(ctx))
	if server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server); ok && server.Logs == nil {
		return // without an access log, fields for it are 2 µs for nothing
	}
	if extra, ok := ctx.Value(caddyhttp.ExtraLogFieldsCtxKey).(*caddyhttp.ExtraLogFields); ok {
		extra.Set(zap.String("discount_status", o.status.String()))
		if o.edition != nil {
			extra.Set(zap.Int64("discount_amount", o.sums.goods))
			extra.Set(zap.String("discount_version", o.edition.Version()))
		}
	}
}

func (o *outcome) placeholder(name string) (any, bool) {
	if o == nil {
		return nil, false
	}
	switch name {
	case "status":
		return o.status.String(), true
	case "reason":
		return o.reason, true
	case "amount":
		return o.amount, true
	case "shipping":
		return o.shipping, true
	case "subtotal":
		return o.subtotal, true
	case "payable":
		return o.payable, true
	case "currency":
		return o.currency, true
	case "rules":
		return o.rules, true
	case "lines":
		return o.lines, true
	case "gifts":
		return o.gifts, true
	case "version":
		return o.ofEdition(func(e *edition) string { return e.Version() }), true
	case "sha256":
		return o.ofEdition(func(e *edition) string { return e.fingerprint }), true
	}
	return nil, false
}

func (o *outcome) ofEdition(read func(*edition) string) string {
	if o.edition == nil {
		return ""
	}
	return read(o.edition)
}

// mark puts the outcome on the request's own span, if it is traced.
func (o *outcome) mark(span trace.Span) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("discount.status", o.status.String()))
	if o.edition != nil {
		span.SetAttributes(
			attribute.Int64("discount.amount", o.sums.goods),
			attribute.String("discount.version", o.edition.Version()),
		)
	}
}
