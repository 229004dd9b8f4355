package discount

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/promogate/caddy-discount/reload"
)

// tracer writes the spans of activations. An activation belongs to no request,
// and Caddy keeps its exporter to itself: it is reached through the span of a
// request that Caddy's tracing directive traces. What happens before the first
// of those is told when it comes.
type tracer struct {
	provider atomic.Pointer[providerBox]

	mu     sync.Mutex
	untold []reload.Info
}

type providerBox struct{ trace.TracerProvider }

// maxUntold bounds the activations that wait for a traced request.
const maxUntold = 16

// meet takes the provider from a request, if it is traced.
func (t *tracer) meet(r *http.Request) {
	span := trace.SpanFromContext(r.Context())
	if !span.IsRecording() {
		return
	}
	provider := span.TracerProvider()
	if known := t.provider.Load(); known != nil && known.TracerProvider == provider {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.provider.Store(&providerBox{provider})
	for _, f := range t.untold {
		write(provider, f)
	}
	t.untold = nil
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

// tell writes the spans of an activation, now or when they can be.
func (t *tracer) tell(e reload.Event) {
	if e.Kind != reload.EventActivated {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.provider.Load(); known != nil {
		write(known.TracerProvider, e.Live)
		return
	}
	if len(t.untold) < maxUntold {
		t.untold = append(t.untold, e.Live)
	}
}

// write makes one span of an activation with a child for each of its phases.
func write(provider trace.TracerProvider, f reload.Info) {
	all := phases(f)
	if len(all) == 0 {
		return
	}
	tracer := provider.Tracer("github.com/promogate/caddy-discount")
	ctx, whole := tracer.Start(context.Background(), "discount.activation",
		trace.WithTimestamp(all[0].begin), trace.WithAttributes(
			attribute.String("discount.version", f.Version),
			attribute.String("discount.sha256", f.Fingerprint),
			attribute.String("discount.kind", f.Kind.String()),
			attribute.Int64("discount.size", f.Size),
		))
	for _, p := range all {
		_, part := tracer.Start(ctx, "discount."+p.name, trace.WithTimestamp(p.begin))
		part.End(trace.WithTimestamp(p.end))
	}
	whole.End(trace.WithTimestamp(f.Timestamps.Swapped))
}
