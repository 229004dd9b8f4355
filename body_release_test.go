package discount

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/quicvarint"
)

// lingering is a handler that goes on after the next one has returned, as encode, templates and
// routes for errors do. The request is not over then, so that its transport is not told to stop.
type lingering struct{}

var (
	// lingered ends what lingers. The one test that uses it makes it, for each transport.
	lingered chan struct{}
	// inService are the requests that linger.
	inService sync.WaitGroup
)

func init() {
	caddy.RegisterModule(lingering{})
	httpcaddyfile.RegisterHandlerDirective("linger", func(httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		return lingering{}, nil
	})
}

func (lingering) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.linger", New: func() caddy.Module { return new(lingering) }}
}

func (lingering) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if r.Header.Get("X-Linger") == "" {
		return next.ServeHTTP(w, r)
	}
	inService.Add(1)
	defer inService.Done()
	err := next.ServeHTTP(w, r)
	<-lingered
	return err
}

// halfway is an order service over HTTP/3 that takes a part of an order of A and accepts it then. It
// goes on reading after that, once it is told to. Its streams have room for that part alone, so that
// the transport, which copies 8 KiB at a time, still reads the order then.
type halfway struct {
	accepted chan struct{} // an order of A
	resume   chan struct{}
	ended    chan []byte // what came of an order of A
}

const takenOfA = 1000 // bytes

func startHalfway(t *testing.T, certificate tls.Certificate) (*halfway, string) {
	t.Helper()
	l, err := quic.ListenAddr("127.0.0.1:0",
		&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h3"}, MinVersion: tls.VersionTLS13},
		&quic.Config{InitialStreamReceiveWindow: 2 * takenOfA, MaxStreamReceiveWindow: 2 * takenOfA})
	if err != nil {
		t.Fatal(err)
	}
	h := &halfway{accepted: make(chan struct{}), resume: make(chan struct{}), ended: make(chan []byte)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept(t.Context())
			if err != nil {
				return
			}
			running.Go(func() { h.serve(t, conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return h, l.Addr().String()
}

func (h *halfway) serve(t *testing.T, conn *quic.Conn) {
	control, err := conn.OpenUniStream()
	if err != nil {
		return
	}
	_, _ = control.Write(appendFrame(quicvarint.Append(nil, streamControl), frameSettings, nil))
	var orders sync.WaitGroup
	defer orders.Wait()
	for {
		stream, err := conn.AcceptStream(t.Context())
		if err != nil {
			return
		}
		orders.Go(func() { h.order(t, stream) })
	}
}

// order takes an order. The answer has no body and leaves the stream open for the gateway.
func (h *halfway) order(t *testing.T, stream *quic.Stream) {
	accept := func() {
		_, _ = stream.Write(appendFields(t, nil, []field{{":status", "202"}}))
		_ = stream.Close()
	}
	body := &framesBody{from: quicvarint.NewReader(stream)}
	order := make([]byte, takenOfA)
	if _, err := io.ReadFull(body, order); err != nil {
		return
	}
	ofA := order[0] == 'A'
	if ofA {
		accept()
		h.accepted <- struct{}{}
		<-h.resume
	}
	rest, _ := io.ReadAll(body) // ends where the gateway gives up
	if ofA {
		h.ended <- append(order, rest...)
		return
	}
	accept()
}

// framesBody is what the DATA frames of a request have in them.
type framesBody struct {
	from quicvarint.Reader
	left uint64 // of a frame
}

func (b *framesBody) Read(p []byte) (int, error) {
	for b.left == 0 {
		kind, err := quicvarint.Read(b.from)
		if err != nil {
			return 0, err
		}
		if b.left, err = quicvarint.Read(b.from); err != nil {
			return 0, err
		}
		if kind != frameData {
			if _, err := io.CopyN(io.Discard, b.from, int64(b.left)); err != nil {
				return 0, err
			}
			b.left = 0
		}
	}
	n, err := b.from.Read(p[:min(uint64(len(p)), b.left)])
	b.left -= uint64(n)
	return n, err
}

// An order that was accepted early is never continued with another customer's, however late the
// transport reads on. Over Caddy's transport it ends there; this project's sends what it has copied.
func TestAnOrderAcceptedEarlyIsNotContinuedWithAnother(t *testing.T) {
	for _, transport := range []struct {
		name  string
		whole bool // the order arrives to its end
	}{
		{name: "http"},
		{name: "discount", whole: true},
	} {
		t.Run("transport "+transport.name, func(t *testing.T) {
			const size = 15_000
			for _, got := range acceptedEarly(t, transport.name, size) {
				if foreign := len(got) - bytes.Count(got, []byte("A")); foreign > 0 || (len(got) == size) != transport.whole {
					t.Errorf("of %d bytes of an order %d are foreign", len(got), foreign)
				}
			}
		})
	}
}

// acceptedEarly is what arrives of orders that were accepted before their end, after others have been
// in their memory.
func acceptedEarly(t *testing.T, transport string, size int) [][]byte {
	t.Helper()
	lingered = make(chan struct{})
	directive, _ := secured(t)
	paths := strings.Fields(directive)
	certificate, err := tls.LoadX509KeyPair(paths[1], paths[2])
	if err != nil {
		t.Fatal(err)
	}
	service, address := startHalfway(t, certificate)
	s := openWith(t, "\torder linger first\n", half, "linger\ndiscount STRATEGY\nreverse_proxy https://"+address+
		" {\n\ttransport "+transport+" {\n\t\twrite_buffer 16KiB\n\t\tversions 3\n\t\ttls_insecure_skip_verify\n\t}\n}")
	const orders = 8
	post := func(fill string, headers ...string) net.Conn {
		conn := s.dial()
		if _, err := io.WriteString(conn, jsonRequest(strings.Repeat(fill, size), headers...)); err != nil {
			t.Error(err)
		}
		return conn
	}
	for range orders {
		post("A", "X-Linger: 1")
	}
	for range orders {
		<-service.accepted
	}
	var others sync.WaitGroup
	for range orders {
		others.Go(func() { // each in the memory of one before it
			for range 5 {
				conn := post("B")
				if _, err := conn.Read(make([]byte, 1)); err != nil {
					t.Error(err)
				}
				_ = conn.Close()
			}
		})
	}
	others.Wait()
	close(service.resume)
	var all [][]byte
	for range orders {
		all = append(all, <-service.ended)
	}
	close(lingered)
	inService.Wait()
	return all
}

// What a gateway keeps of an order has memory of its own: placeholders for the access log, headers,
// answers.
func TestNothingThatOutlivesARequestIsInTheMemoryOfItsBody(t *testing.T) {
	h := provisioned(t, drinks, Options{})
	quotes := &QuoteHandler{Options: Options{Strategy: h.Strategy, Explain: explainNext}}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	if err := quotes.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = quotes.Cleanup() }()
	for _, cart := range []string{
		tenYuan,
		`{"currency":"CNY","items":[{"id":"l","sku":"cola-330","category":"drinks","subgroup":"soda","quantity":9,"unit_price":900}],"coupons":["SPRING"],"channel":"app","region":"SH","shipping":[{"id":"s","method":"post","amount":600}]}`,
		`{"currency":"cny","items":[{"sku":"a","quantity":1,"unit_price":900}]}`,
		`{"currency":"USD","items":[{"sku":"a","quantity":1,"unit_price":900}]}`,
		`{"currency":"usd","items":[{"sku":"a","quantity":1,"unit_price":900}]}`,
		`{"currency":"us\u0064","items":[{"sku":"a","quantity":1,"unit_price":900}]}`,
		`{"currency":"unheard of","items":[{"quantity":1,"unit_price":900}]}`,
		`{"currency":"XQX","items":[{"quantity":1,"unit_price":900}]}`,
		`{"items":[{"sku":"mug","quantity":"many","unit_price":100}]}`,
		`{"items":[{"sku":"mug","quantity":1,"other":1,"other":2}]}`,
		`{"items":[{"sku":"mug","quantity":1,"unit_price":true}]}`,
		`{"items":[{"sku":"mug","attributes":{"size":[]},"quantity":1,"unit_price":1}]}`,
		`{"items":7}`, `{"lines":[]}`, `[1]`, `{"items":`, `no JSON`,
	} {
		t.Run(cart, func(t *testing.T) {
			outlives(t, cart, func(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
				return h.ServeHTTP(w, r, next)
			})
			outlives(t, cart, func(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
				return quotes.ServeHTTP(w, r, next)
			})
		})
	}
}

// spiedBody is a body that remembers the memory that it is read into.
type spiedBody struct {
	io.Reader
	into [][]byte
}

func (b *spiedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.into = append(b.into, p[:n])
	return n, err
}

func (b *spiedBody) Close() error { return nil }

// outlives serves a request, writes over the memory that its body was in, and compares what the
// gateway has said of it before and after that. The memory is released after a success, and after
// that alone.
func outlives(t *testing.T, cart string, serve func(http.ResponseWriter, *http.Request, caddyhttp.Handler) error) {
	t.Helper()
	r, w := orderRequest(cart), httptest.NewRecorder()
	from := &spiedBody{Reader: strings.NewReader(cart)}
	r.Body = from
	accept := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusAccepted)
		return nil
	})
	if err := serve(w, r, accept); err != nil {
		t.Fatal(err)
	}
	said := func() string {
		var text strings.Builder
		repl := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
		for _, name := range strings.Fields("status reason amount shipping subtotal payable currency rules lines gifts version sha256") {
			fmt.Fprintln(&text, name, repl.ReplaceKnown("{http.discount."+name+"}", ""))
		}
		fmt.Fprintln(&text, r.Header, w.Header(), w.Body)
		return text.String()
	}
	text, err := io.ReadAll(r.Body)
	if released := len(text) == 0 && err != nil; released != (w.Code < http.StatusMultipleChoices) {
		t.Errorf("status %d: after the end, %q is read, %v", w.Code, text, err)
	}
	before := said()
	for _, memory := range from.into {
		copy(memory, bytes.Repeat([]byte("~"), len(memory)))
	}
	if after := said(); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}
