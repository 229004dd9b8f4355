package lazylog_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

var formats = map[string]string{"json": `{"format": "json"}`, "lazy json": `{"format": "lazy", "wrap": {"format": "json"}}`}

// What reverse_proxy does for each order: at INFO nothing is written.
func BenchmarkProxyLogger(b *testing.B) {
	r := newOrder()
	for name, config := range formats {
		logger := proxyLogger(io.Discard, load(b, config))
		roundTrip := func() *zap.Logger {
			return logger.With(zap.String("upstream", "127.0.0.1:9000"), zap.Duration("duration", time.Millisecond),
				zap.Object("request", caddyhttp.LoggableHTTPRequest{Request: r}))
		}
		b.Run("nothing written/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roundTrip().Debug("upstream roundtrip")
			}
		})
		b.Run("one entry/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roundTrip().Warn("aborting with incomplete response", zap.Error(io.ErrUnexpectedEOF))
			}
		})
	}
}

// What Caddy's server does for each order with an access log.
func BenchmarkAccessLog(b *testing.B) {
	r, response := newOrder(), http.Header{"Content-Type": {"text/plain"}, "Date": {"Mon, 30 Nov 2026 00:00:00 GMT"}, "Server": {"Caddy"}}
	for name, config := range formats {
		logger := proxyLogger(io.Discard, load(b, config))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				logger.WithLazy(zap.Object("request", caddyhttp.LoggableHTTPRequest{Request: r.Clone(r.Context())})).Info("handled request",
					zap.Int("bytes_read", 300), zap.String("user_id", ""), zap.Duration("duration", time.Millisecond), zap.Int("size", 1000),
					zap.Int("status", http.StatusOK), zap.Object("resp_headers", caddyhttp.LoggableHTTPHeader{Header: response}))
			}
		})
	}
}
