package lazylog_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newOrder is a request as reverse_proxy passes it to its logger.
func newOrder() *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:9000/orders", http.NoBody)
	if err != nil {
		panic(err)
	}
	r.RequestURI, r.RemoteAddr = "/orders", "127.0.0.1:44332"
	for _, name := range []string{
		"User-Agent", "Content-Length", "Content-Type", "Accept-Encoding", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via",
		"X-Discount-Status", "X-Discount-Amount", "X-Discount-Shipping", "X-Discount-Subtotal", "X-Discount-Payable", "X-Discount-Currency",
		"X-Discount-Rules", "X-Discount-Lines", "X-Discount-Strategy",
	} {
		r.Header.Set(name, "a value of "+name)
	}
	variables := map[string]any{caddyhttp.ClientIPVarKey: "127.0.0.1", "start_time": 1}
	return r.WithContext(context.WithValue(r.Context(), caddyhttp.VarsCtxKey, variables))
}

func proxyLogger(to io.Writer, encoder zapcore.Encoder) *zap.Logger {
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(to)), zap.InfoLevel)).Named("http.handlers.reverse_proxy")
}

// Goroutines write with one logger, and derive others from it, while the request changes.
func TestALoggerIsUsedByGoroutines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := newOrder()
	logger := proxyLogger(&out, load(t, `{"format": "lazy", "wrap": {"format": "json"}}`)).
		With(zap.String("upstream", "here"), zap.Object("request", caddyhttp.LoggableHTTPRequest{Request: r}))
	const goroutines, entries = 4, 100
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for n := range entries {
				logger.Info("one", zap.Int("n", n))
				logger.With(zap.Int("g", g), zap.Strings("texts", []string{"a"})).Info("derived")
			}
		})
	}
	for n := range entries {
		r.Header.Set("X-Later-"+strconv.Itoa(n), "1")
		r.Header["Via"][0] = "later"
		caddyhttp.SetVar(r.Context(), "later-"+strconv.Itoa(n), n)
	}
	all.Wait()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 2*goroutines*entries {
		t.Errorf("%d entries", len(lines))
	}
	for _, line := range lines {
		if !strings.Contains(line, `"Via":["a value of Via"]`) || strings.Contains(line, "ater") || !strings.Contains(line, `"client_ip":"127.0.0.1"`) {
			t.Fatalf("not the request as it was:\n%s", line)
		}
	}
}
