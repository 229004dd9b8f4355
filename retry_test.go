package discount

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// retried is a site that tries UPSTREAM after first, with the options of
// reverse_proxy that say how.
func retried(first, maxBody string, how ...string) string {
	return fmt.Sprintf("discount STRATEGY {\n\tmax_body %s\n}\nreverse_proxy %s UPSTREAM {\n\tfail_duration 30s\n\t%s\n}", maxBody, first, strings.Join(how, "\n\t"))
}

// transports are the options of reverse_proxy for how an order is sent: Caddy's own transport, and
// this project's with a buffer for small orders and for all.
var transports = []string{"transport http", "transport discount {\n\t\twrite_buffer 16KiB\n\t}", "transport discount {\n\t\twrite_buffer 1MiB\n\t}"}

const (
	firstFirst = "lb_policy first"
	anyFailure = "lb_retry_match {\n\t\tmethod POST\n\t}"
)

// breakOff accepts connections, reads up to a number of bytes of each, and
// closes it without an answer.
func breakOff(t *testing.T, after int64) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.CopyN(io.Discard, conn, after)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}

func cartOf(size int) string { return tenYuan + strings.Repeat(" ", size-len(tenYuan)) }

func framed(body string, chunked bool) string {
	if chunked {
		return "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 30_000) + "0\r\n\r\n"
	}
	return jsonRequest(body)
}

// A small body is sent as a whole before the first order service breaks off, a
// large one in part; the second gets the whole in either case.
func TestTheNextOrderServiceHasTheWholeBody(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) { theNextHasTheWholeBody(t, transport) })
	}
}

func theNextHasTheWholeBody(t *testing.T, transport string) {
	t.Helper()
	for _, first := range []struct {
		name  string
		start func(*testing.T) string
	}{
		{name: "no server listens at", start: func(*testing.T) string { return "127.0.0.1:1" }},
		{name: "that closes at once", start: func(t *testing.T) string { return breakOff(t, 0) }},
		{name: "that breaks off in the header", start: func(t *testing.T) string { return breakOff(t, 30) }},
		{name: "that breaks off in the body", start: func(t *testing.T) string { return breakOff(t, 600) }},
	} {
		s := open(t, half, retried(first.start(t), "1MiB", firstFirst, "lb_try_duration 5s", anyFailure, transport))
		for _, size := range []int{500, 900_000} {
			for _, chunked := range []bool{false, true} {
				t.Run(fmt.Sprintf("after one %s, %d bytes, chunked %v", first.name, size, chunked), func(t *testing.T) {
					body := cartOf(size)
					if a := s.send(framed(body, chunked)); a.StatusCode != http.StatusOK {
						t.Fatalf("status %d", a.StatusCode)
					}
					got := s.upstream.last(t)
					if got.body != body || got.err != nil || (got.length < 0) != chunked || got.Get("X-Discount-Amount") != "500" {
						t.Errorf("length %d, %d bytes, %v, %s", got.length, len(got.body), got.err, owned(got.Header))
					}
				})
			}
		}
		s.close()
	}
}

// An order service that stands in where errors are handled gets the whole, too: memory is not
// released before.
func TestTheRoutesForErrorsHaveTheWholeBody(t *testing.T) {
	for _, transport := range transports {
		for _, after := range []int64{0, 600} {
			s := open(t, half, "discount STRATEGY {\n\tmax_body 1MiB\n}\nreverse_proxy "+breakOff(t, after)+" {\n\t"+transport+"\n}\nhandle_errors {\n\treverse_proxy UPSTREAM {\n\t"+transport+"\n\t}\n}")
			for _, size := range []int{500, 900_000} {
				t.Run(fmt.Sprintf("%s, after %d bytes of %d", transport, after, size), func(t *testing.T) {
					body := cartOf(size)
					s.send(jsonRequest(body))
					if got := s.upstream.last(t); got.body != body || got.err != nil || got.Get("X-Discount-Amount") != "500" {
						t.Errorf("%d bytes, %v, %s", len(got.body), got.err, owned(got.Header))
					}
				})
			}
			s.close()
		}
	}
}

// Routes of intercept may send an order to another service when the first one answered that it
// failed. They have the whole, since memory is released after a success alone.
func TestTheRoutesOfInterceptHaveTheWholeBody(t *testing.T) {
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer failing.Close()
	for _, transport := range transports {
		s := open(t, half, "intercept {\n\t@failed status 503\n\thandle_response @failed {\n\t\treverse_proxy UPSTREAM {\n\t"+transport+"\n\t\t}\n\t}\n}\nhandle {\n\tdiscount STRATEGY\n\treverse_proxy "+
			failing.Listener.Addr().String()+" {\n\t"+transport+"\n\t}\n}")
		for _, size := range []int{500, 9_000, 900_000} {
			body := cartOf(size)
			if a := s.send(jsonRequest(body)); a.StatusCode != http.StatusOK {
				t.Errorf("%s, %d bytes: status %d", transport, size, a.StatusCode)
			}
			if got := s.upstream.last(t); got.body != body || got.err != nil || got.Get("X-Discount-Amount") != "500" {
				t.Errorf("%s, %d bytes of %d, %v, %s", transport, len(got.body), size, got.err, owned(got.Header))
			}
		}
		s.close()
	}
}

// What was only partly read cannot be sent again; then the order is refused,
// never cut.
func TestTheNextOrderServiceHasNoRemainder(t *testing.T) {
	for _, transport := range transports {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, chunked %v", transport, chunked), func(t *testing.T) {
				s := open(t, half, retried(breakOff(t, 600), "1000", firstFirst, "lb_retries 2", anyFailure, transport))
				if a := s.send(framed(cartOf(2000), chunked)); a.StatusCode < 500 {
					t.Errorf("status %d", a.StatusCode)
				}
				s.close()
				if s.upstream.count() > 0 && s.upstream.last(t).err == nil {
					t.Errorf("%d bytes came as the whole", len(s.upstream.last(t).body))
				}
			})
		}
	}
}

// With lb_retry_match on a response the next order service may be sent to while
// the body is still on its way to the one that answered early: two read it at
// once. It is tested without reverse_proxy, which itself has a data race there.
func TestAnotherTryAfterAnEarlyAnswerMixesNothingUp(t *testing.T) {
	h := provisioned(t, half, Options{})
	next := caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		if _, err := io.CopyN(io.Discard, r.Body, 10); err != nil { // for the first
			return err
		}
		r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer).Set("http.reverse_proxy.status_code", 503)
		if _, err := io.CopyN(io.Discard, r.Body, 10); err != nil { // for the second
			return err
		}
		if err := r.Body.Close(); err != nil { // by the first
			return err
		}
		if rest, err := io.ReadAll(r.Body); err == nil || len(rest) > 0 {
			t.Errorf("the second goes on with %q, %v", rest, err)
		}
		return nil
	})
	if err := h.ServeHTTP(httptest.NewRecorder(), orderRequest(tenYuan), next); err != nil {
		t.Fatal(err)
	}
}

func TestABodyIsReadAgainFromItsBeginning(t *testing.T) {
	h := provisioned(t, half, Options{})
	r := orderRequest(tenYuan)
	next := caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		for _, part := range []int64{5, 0, 1000} {
			if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, part)); err != nil {
				return err
			}
			if err := r.Body.Close(); err != nil {
				return err
			}
		}
		again, err := r.GetBody()
		if err != nil {
			return err
		}
		for _, body := range []io.Reader{r.Body, again} {
			if text, err := io.ReadAll(body); err != nil || string(text) != tenYuan {
				t.Errorf("%q, %v", text, err)
			}
		}
		r.Body = http.NoBody
		if _, err := r.GetBody(); err == nil {
			t.Error("a body that another handler has put aside is sent again")
		}
		return nil
	})
	if err := h.ServeHTTP(httptest.NewRecorder(), r, next); err != nil {
		t.Fatal(err)
	}
}

// orderRequest is a request with a cart for a handler that is called directly;
// Caddy's replacer is in its context, as in every request that Caddy serves.
func orderRequest(cart string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(cart))
	r.Header.Set("Content-Type", "application/json")
	return r.WithContext(context.WithValue(r.Context(), caddy.ReplacerCtxKey, caddy.NewReplacer()))
}
