package discount

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
)

// receiver is an OTLP endpoint that keeps the spans it is sent.
type receiver struct {
	mu    sync.Mutex
	spans []*traces.Span
}

func startReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var export collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &export)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range export.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
}

// activation finds the span of a version's activation and those below it.
func (r *receiver) activation(version string) (whole *traces.Span, parts []*traces.Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		if s.Name == "discount.activation" && attributeOf(s, "discount.version") == version {
			whole = s
		}
	}
	if whole == nil {
		return nil, nil
	}
	for _, s := range r.spans {
		if slices.Equal(s.ParentSpanId, whole.SpanId) {
			parts = append(parts, s)
		}
	}
	return whole, parts
}

func attributeOf(s *traces.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value.GetStringValue()
		}
	}
	return ""
}

func TestActivationIsASpanWithAChildForEachPhase(t *testing.T) {
	r := startReceiver(t)
	s := open(t, half, "tracing\n"+proxied)
	s.order(tenYuan) // the activation at the start is told with the first traced request
	s.save(takes("v2", "0.6"))
	for version, want := range map[string]struct{ phases, kind string }{
		"v1": {phases: "discount.read discount.build discount.swap", kind: "start"},
		"v2": {phases: "discount.notice discount.read discount.build discount.swap", kind: "rename"},
	} {
		var whole *traces.Span
		var parts []*traces.Span
		eventually(t, "spans of "+version, func() bool {
			whole, parts = r.activation(version)
			return len(parts) == len(strings.Fields(want.phases))
		})
		slices.SortFunc(parts, func(a, b *traces.Span) int { return int(a.StartTimeUnixNano) - int(b.StartTimeUnixNano) })
		var names []string
		for i, p := range parts {
			names = append(names, p.Name)
			if i > 0 && p.StartTimeUnixNano != parts[i-1].EndTimeUnixNano {
				t.Errorf("%s: %s does not begin where %s ends", version, p.Name, parts[i-1].Name)
			}
		}
		if got := strings.Join(names, " "); got != want.phases {
			t.Errorf("%s: phases = %s, want %s", version, got, want.phases)
		}
		if got := attributeOf(whole, "discount.kind"); got != want.kind {
			t.Errorf("%s: kind = %s, want %s", version, got, want.kind)
		}
		if took := time.Duration(whole.EndTimeUnixNano - whole.StartTimeUnixNano); took <= 0 {
			t.Errorf("%s: the span lasts %v", version, took)
		}
	}
}

func TestOutcomeIsOnTheSpanOfTheRequest(t *testing.T) {
	r := startReceiver(t)
	s := open(t, takes("v1", "0.5"), "tracing\n"+proxied)
	for _, c := range []struct{ name, cart, status, version string }{
		{name: "priced", cart: tenYuan, status: "applied", version: "v1"},
		{name: "not a cart", cart: `{"hello": "world"}`, status: "bypass", version: ""},
	} {
		s.order(c.cart)
		var span *traces.Span
		eventually(t, c.name, func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			i := slices.IndexFunc(r.spans, func(s *traces.Span) bool { return attributeOf(s, "discount.status") == c.status })
			if i >= 0 {
				span = r.spans[i]
			}
			return i >= 0
		})
		amount := slices.IndexFunc(span.Attributes, func(a *common.KeyValue) bool { return a.Key == "discount.amount" })
		if priced := c.version != ""; priced != (amount >= 0) || attributeOf(span, "discount.version") != c.version {
			t.Errorf("%s: %v", c.name, span.Attributes)
		} else if priced && span.Attributes[amount].Value.GetIntValue() != 500 {
			t.Errorf("%s: amount = %v", c.name, span.Attributes[amount].Value)
		}
	}
}

func TestNothingIsAllocatedWithoutASpan(t *testing.T) {
	o := &decision{Values: fields.Values{Status: fields.StatusApplied, Strategy: &engine.Compiled{}}}
	r := httptest.NewRequest(http.MethodPost, "/orders", http.NoBody)
	if n := testing.AllocsPerRun(100, func() { o.setSpanAttributes(trace.SpanFromContext(r.Context())) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
