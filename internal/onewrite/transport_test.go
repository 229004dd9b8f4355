package onewrite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/promogate/caddy-discount/internal/httpbody"
)

// tapped is a connection that counts its writes. The first of them may fail.
type tapped struct {
	net.Conn
	writes *atomic.Int64
	broken *atomic.Bool // the next write fails, once
}

func (c tapped) Write(p []byte) (int, error) {
	if c.broken.CompareAndSwap(true, false) {
		_ = c.Close()
		return 0, errors.New("the connection was closed while it was idle")
	}
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// rig is a transport in front of an order service, as reverse_proxy uses it.
type rig struct {
	*Transport
	to     string // URL of the order service
	writes atomic.Int64
	broken atomic.Bool
}

func newRig(t testing.TB, transport *Transport, service http.HandlerFunc) *rig {
	t.Helper()
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	t.Cleanup(cancel)
	if err := transport.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = transport.Cleanup() })
	rig := &rig{Transport: transport, to: server.URL}
	dial := transport.Transport.DialContext
	transport.Transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return tapped{Conn: conn, writes: &rig.writes, broken: &rig.broken}, err
	}
	return rig
}

// proxied hides a body as reverse_proxy does.
type proxied struct{ io.ReadCloser }

// order is a request as it comes to the transport: discount has read its body, if that is to be.
func (g *rig) order(t testing.TB, body string, read bool) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(body))
	r = r.WithContext(context.WithValue(r.Context(), caddyhttp.VarsCtxKey, map[string]any{}))
	if read {
		limit := httpbody.Limit{Bytes: 1 << 20, Answered: func(*http.Request) bool { return false }}
		if _, err := limit.Take(r); err != nil {
			t.Fatal(err)
		}
	}
	return g.proxy(t, r)
}

// proxy is what reverse_proxy makes of a request: a copy with another body.
func (g *rig) proxy(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	to, err := http.NewRequest(http.MethodPost, g.to, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := *r
	out.URL, out.Host, out.RequestURI = to.URL, "", ""
	out.Body = proxied{r.Body}
	return &out
}

// send sends a request and reads the answer, which is the body that arrived.
func (g *rig) send(t *testing.T, r *http.Request) string {
	t.Helper()
	answer, err := g.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// echo answers with the body, once it has all of it.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = w.Write(body)
}

func TestHeadAndBodyOfAnOrderTakeOneWrite(t *testing.T) {
	for _, test := range []struct {
		name   string
		buffer int
		size   int
		read   bool
		change func(*http.Request)
		writes int64 // 0 for more than one
	}{
		{name: "an order", buffer: 16 << 10, size: 5000, read: true, writes: 1},
		{name: "the default buffer", buffer: 0, size: 3000, read: true, writes: 1},
		{name: "longer than the default buffer", buffer: 0, size: 5000, read: true},
		{name: "longer than the buffer", buffer: 16 << 10, size: 16<<10 + 1, read: true},
		{name: "not read by discount", buffer: 16 << 10, size: 5000},
		{name: "of unknown length", buffer: 16 << 10, size: 5000, read: true, change: func(r *http.Request) { r.ContentLength = -1 }},
		{name: "the order service is to agree first", buffer: 16 << 10, size: 5000, read: true, change: func(r *http.Request) {
			r.Header.Set("Expect", "100-continue")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newRig(t, &Transport{HTTPTransport: reverseproxy.HTTPTransport{WriteBufferSize: test.buffer}}, echo)
			body := strings.Repeat("x", test.size)
			r := g.order(t, body, test.read)
			if test.change != nil {
				test.change(r)
			}
			if got := g.send(t, r); got != body {
				t.Errorf("%d bytes of %d arrived", len(got), len(body))
			}
			if writes := g.writes.Load(); test.writes > 0 && writes != test.writes || test.writes == 0 && writes < 2 {
				t.Errorf("%d writes", writes)
			}
		})
	}
}

// A trailer is sent as before, behind a body in chunks.
func TestATrailerIsSent(t *testing.T) {
	var trailer http.Header
	g := newRig(t, new(Transport), func(w http.ResponseWriter, r *http.Request) {
		echo(w, r)
		trailer = r.Trailer
	})
	r := g.order(t, "an order", true)
	r.ContentLength, r.Trailer = -1, http.Header{"X-Sum": {"7"}}
	if got := g.send(t, r); got != "an order" || trailer.Get("X-Sum") != "7" {
		t.Errorf("%q, trailer %v", got, trailer)
	}
}

// What another handler has put in the place of the order is sent, and nothing of the order.
func TestABodyOfAnotherHandlerIsSentAsItIs(t *testing.T) {
	for _, test := range []struct {
		name    string
		replace func(*http.Request) *http.Request
	}{
		{name: "in the same request", replace: func(r *http.Request) *http.Request {
			r.Body = io.NopCloser(strings.NewReader("REPLACED"))
			return r
		}},
		{name: "in a copy of the request", replace: func(r *http.Request) *http.Request {
			r = r.Clone(r.Context())
			r.Body = io.NopCloser(strings.NewReader("REPLACED"))
			return r
		}},
		{name: "read through the body", replace: func(r *http.Request) *http.Request {
			r.Body = io.NopCloser(upper{r.Body})
			return r
		}},
		{name: "read through the body in a copy", replace: func(r *http.Request) *http.Request {
			r = r.Clone(r.Context())
			r.Body = io.NopCloser(upper{r.Body})
			return r
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newRig(t, new(Transport), echo)
			r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader("replaced"))
			r = r.WithContext(context.WithValue(r.Context(), caddyhttp.VarsCtxKey, map[string]any{}))
			limit := httpbody.Limit{Bytes: 1 << 20, Answered: func(*http.Request) bool { return false }}
			if _, err := limit.Take(r); err != nil {
				t.Fatal(err)
			}
			if got := g.send(t, g.proxy(t, test.replace(r))); got != "REPLACED" {
				t.Errorf("%q", got)
			}
		})
	}
}

// upper reads a body in capitals.
type upper struct{ of io.Reader }

func (u upper) Read(p []byte) (int, error) {
	n, err := u.of.Read(p)
	copy(p, bytes.ToUpper(p[:n]))
	return n, err
}

// A body that is not read by discount is sent while it comes: as soon as it fills the write buffer.
func TestAStreamIsSentAsItComes(t *testing.T) {
	const part = 2 * defaultWriteBuffer
	arrived := make(chan struct{})
	g := newRig(t, new(Transport), func(w http.ResponseWriter, r *http.Request) {
		first := make([]byte, 100)
		_, _ = io.ReadFull(r.Body, first)
		close(arrived)
		rest, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append(first, rest...))
	})
	body, client := io.Pipe()
	r := g.order(t, "", false)
	r.Body, r.ContentLength = proxied{body}, 2*part
	go func() {
		_, _ = io.WriteString(client, strings.Repeat("x", part))
		<-arrived
		_, _ = io.WriteString(client, strings.Repeat("x", part))
		_ = client.Close()
	}()
	if got := g.send(t, r); len(got) != 2*part {
		t.Errorf("%d bytes", len(got))
	}
}

// Of a body that is not what its length says nothing is sent.
func TestABodyOfAnotherLengthIsNotSent(t *testing.T) {
	cut := errors.New("the client is gone")
	for _, test := range []struct {
		name string
		body io.Reader
		want error
	}{
		{name: "shorter", body: strings.NewReader("an ord"), want: io.ErrUnexpectedEOF},
		{name: "empty", body: strings.NewReader(""), want: io.EOF},
		{name: "longer", body: strings.NewReader("an order and more")},
		{name: "cut", body: io.MultiReader(strings.NewReader("an"), iotest.ErrReader(cut)), want: cut},
		{name: "cut at its end", body: io.MultiReader(strings.NewReader("an order"), iotest.ErrReader(cut)), want: cut},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newRig(t, new(Transport), func(http.ResponseWriter, *http.Request) { t.Error("it arrived") })
			r := g.order(t, "an order", true)
			closed := false
			r.Body = onClose{Reader: test.body, closed: &closed}
			answer, err := g.RoundTrip(r)
			if err == nil {
				_ = answer.Body.Close()
			}
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !closed {
				t.Errorf("%v, closed %v", err, closed)
			}
			if writes := g.writes.Load(); writes > 0 {
				t.Errorf("%d writes", writes)
			}
		})
	}
}

type onClose struct {
	io.Reader
	closed *bool
}

func (c onClose) Close() error {
	*c.closed = true
	return nil
}

// Go's transport sends an order once more if the order service has closed the idle connection that
// the order was to go over.
func TestAnOrderIsSentOnceMoreAfterAnIdleConnectionBroke(t *testing.T) {
	g := newRig(t, new(Transport), echo)
	g.send(t, g.order(t, "the first", true))
	g.broken.Store(true)
	if got := g.send(t, g.order(t, "the second", true)); got != "the second" || g.broken.Load() {
		t.Errorf("%q arrived, broken %v", got, !g.broken.Load())
	}
}

// After a failure the next order service has the whole order, and the request is as it was.
func TestTheNextTryHasTheWholeOrder(t *testing.T) {
	g := newRig(t, new(Transport), echo)
	r := g.order(t, "an order", true)
	body, to := r.Body, r.URL
	nowhere := *to
	nowhere.Host = "127.0.0.1:1"
	r.URL = &nowhere
	if answer, err := g.RoundTrip(r); err == nil {
		_ = answer.Body.Close()
		t.Fatal("there was an answer")
	}
	if r.Body != body || r.ContentLength != 8 {
		t.Errorf("the request has another body, of %d bytes", r.ContentLength)
	}
	r.URL = to
	if got := g.send(t, r); got != "an order" {
		t.Errorf("%q", got)
	}
}

// What is sent is a copy: the memory of the body may have another order in it before it has left.
func TestWhatIsSentIsACopy(t *testing.T) {
	const size = 1 << 20
	accepted, resume, rest := make(chan struct{}), make(chan struct{}), make(chan []byte, 1)
	transport := &Transport{HTTPTransport: reverseproxy.HTTPTransport{WriteBufferSize: 8 * size}}
	g := newRig(t, transport, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		_ = http.NewResponseController(w).EnableFullDuplex()
		_ = http.NewResponseController(w).Flush()
		close(accepted)
		<-resume
		read, _ := io.ReadAll(r.Body)
		rest <- read
	})
	memory := bytes.Repeat([]byte("A"), 8*size)
	r := g.order(t, "", false)
	r.Body, r.ContentLength = io.NopCloser(proxied{io.NopCloser(bytes.NewReader(memory))}), 8*size
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(memory)), nil }
	answer, err := g.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	<-accepted
	copy(memory, bytes.Repeat([]byte("B"), len(memory)))
	close(resume)
	if got := <-rest; len(got) == 0 || bytes.Count(got, []byte("A")) != len(got) {
		t.Errorf("of %d bytes %d are of the order", len(got), bytes.Count(got, []byte("A")))
	}
	_ = answer.Body.Close()
}

// The Caddyfile has the options of `transport http`, and so has the JSON.
func TestOptionsAreThoseOfHTTP(t *testing.T) {
	const options = ` {
		read_buffer 1KiB
		write_buffer 16KiB
		max_response_header 2KiB
		dial_timeout 1s
		dial_fallback_delay 2s
		response_header_timeout 3s
		expect_continue_timeout 4s
		resolvers 192.0.2.1
		tls
		tls_insecure_skip_verify
		tls_timeout 5s
		tls_server_name orders
		tls_renegotiation never
		tls_except_ports 8080
		keepalive 6s
		keepalive_interval 7s
		keepalive_idle_conns 8
		keepalive_idle_conns_per_host 9
		proxy_protocol v2
		local_address 127.0.0.1
		versions 1.1 2
		compression off
		max_conns_per_host 10
		network_proxy none
	}`
	own, http := new(Transport), new(reverseproxy.HTTPTransport)
	for _, module := range []caddyfile.Unmarshaler{own, http} {
		if err := module.UnmarshalCaddyfile(caddyfile.NewTestDispenser("discount" + options)); err != nil {
			t.Fatal(err)
		}
	}
	ownText, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(http)
	if err != nil {
		t.Fatal(err)
	}
	if string(ownText) != string(text) {
		t.Errorf("%s\nof http %s", ownText, text)
	}
	again := new(Transport)
	if err := caddy.StrictUnmarshalJSON(ownText, again); err != nil || again.WriteBufferSize != 16384 {
		t.Errorf("write buffer %d, %v", again.WriteBufferSize, err)
	}
	wrong := caddyfile.NewTestDispenser("discount {\n\tunheard_of\n}")
	if err := new(Transport).UnmarshalCaddyfile(wrong); err == nil {
		t.Error("an unknown option is accepted")
	}
}

// BenchmarkOrder sends an order over loopback, as reverse_proxy does with either transport. What
// matters is the processor time, which the benchmark does not show: run each with -benchtime 50000x
// under time(1).
func BenchmarkOrder(b *testing.B) {
	for _, size := range []int{300, 5000} {
		for _, read := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d bytes, in one write %v", size, read), func(b *testing.B) {
				g := newRig(b, &Transport{HTTPTransport: reverseproxy.HTTPTransport{WriteBufferSize: 16 << 10}}, func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
				})
				r := g.order(b, strings.Repeat("x", size), true)
				if !read {
					r.GetBody = nil
				}
				b.ReportAllocs()
				for b.Loop() {
					answer, err := g.RoundTrip(r)
					if err != nil {
						b.Fatal(err)
					}
					_ = answer.Body.Close()
				}
				b.ReportMetric(float64(g.writes.Load())/float64(b.N), "writes/op")
			})
		}
	}
}
