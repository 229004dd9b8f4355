package telemetry

import (
	"context"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/promogate/caddy-discount/reload"
)

// tracer writes the spans of activations. An activation belongs to no request, and Caddy does
// not expose its exporter. The tracer reaches the exporter through the span of a request that
// Caddy's tracing directive traces. Spans of activations before the first such request wait
// for it.
type tracer struct {
	provider atomic.Pointer[providerBox]

	mu      sync.Mutex
	waiting []reload.Info
}

type providerBox struct{ trace.TracerProvider }

// maxWaitingSpans bounds the activations that wait for a traced request.
const maxWaitingSpans = 16

// onRequest takes the provider from the context of a request, if it is traced.
func (t *tracer) onRequest(ctx context.Context) {
	span := trace.SpanFromContext(ctx)
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
	for _, f := range t.waiting {
		write(provider, f)
	}
	t.waiting = nil
}

// onEvent writes the spans of an activation, at once or after the first traced request.
func (t *tracer) onEvent(e reload.Event) {
	if e.Kind != reload.EventActivated {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.provider.Load(); known != nil {
		write(known.TracerProvider, e.Live)
		return
	}
	if len(t.waiting) < maxWaitingSpans {
		t.waiting = append(t.waiting, e.Live)
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
