package discount

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/freeport"
)

func TestTheBodyArrivesByteForByteInItsFraming(t *testing.T) {
	s := open(t, half, proxied)
	odd := "\n {\"items\" : [ {\"quantity\":1 ,\"unit_price\":1000, \"note\":\"\\u4e2d 文 \\\" \" } ] }\t\r\n"
	const start = "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json; charset=utf-8\r\n"
	for _, c := range []struct {
		name, request, body string
		length              int64
		chunked             bool
	}{
		{name: "in chunks of odd sizes", request: start + "Transfer-Encoding: chunked\r\n\r\n" + oddChunks(odd) + "0\r\n\r\n", body: odd, length: -1, chunked: true},
		{name: "in chunks with extensions", request: start + "Transfer-Encoding: chunked\r\n\r\n" + strings.ReplaceAll(chunks(odd, 9), "9\r\n", "9;a=1;b=\"2\"\r\n") + "0;last\r\n\r\n", body: odd, length: -1, chunked: true},
		{name: "with its length", request: start + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(odd)) + odd, body: odd, length: int64(len(odd)), chunked: false},
		{name: "in one chunk", request: start + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(odd), odd), body: odd, length: -1, chunked: true},
		{name: "in many chunks", request: start + "Transfer-Encoding: chunked\r\n\r\n" + chunks(odd, 7) + "0\r\n\r\n", body: odd, length: -1, chunked: true},
		{name: "in HTTP/1.0", request: strings.Replace(start, "1.1", "1.0", 1) + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(odd)) + odd, body: odd, length: int64(len(odd)), chunked: false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send(c.request); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			got := s.upstream.last(t)
			if got.body != c.body || got.length != c.length || (len(got.encoding) > 0) != c.chunked {
				t.Errorf("length %d, encoding %v, body %q", got.length, got.encoding, got.body)
			}
			if got.Get("X-Discount-Amount") != "500" {
				t.Errorf("%s", owned(got.Header))
			}
		})
	}
}

// oddChunks are chunks of 1, 3, 5, … bytes, with sizes in both cases and with
// zeros before them.
func oddChunks(body string) string {
	var b strings.Builder
	for size := 1; len(body) > 0; size += 2 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%0*X\r\n%s\r\n", 1+size%4, n, body[:n])
		body = body[n:]
	}
	return b.String()
}

func chunks(body string, size int) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String()
}

func TestBodiesAroundTheLargestThatIsRead(t *testing.T) {
	const most = 2000
	pass := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tmax_body %d\n}\nreverse_proxy UPSTREAM", most))
	padded := func(size int) string { return tenYuan + strings.Repeat(" ", size-len(tenYuan)) }
	for _, c := range []struct {
		size   int
		status string
	}{{size: most - 1, status: "applied"}, {size: most, status: "applied"}, {size: most + 1, status: "oversize"}, {size: 100 * most, status: "oversize"}} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d bytes, chunked %v", c.size, chunked), func(t *testing.T) {
				body := padded(c.size)
				request := jsonRequest(body)
				if chunked {
					request = "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 1500) + "0\r\n\r\n"
				}
				if a := pass.send(request); a.StatusCode != http.StatusOK {
					t.Fatalf("status %d", a.StatusCode)
				}
				got := pass.upstream.last(t)
				if got.Get("X-Discount-Status") != c.status || got.body != body || (got.length < 0) != chunked {
					t.Errorf("%s: %d bytes of %d", got.Get("X-Discount-Status"), len(got.body), len(body))
				}
			})
		}
	}
}

func TestExpectIsContinuedOnce(t *testing.T) {
	s := open(t, half, proxied)
	if a := s.send(jsonRequest(tenYuan, "Expect: 100-continue")); a.continues != 1 || a.StatusCode != http.StatusOK {
		t.Errorf("%d times, then %d", a.continues, a.StatusCode)
	}
	if got := s.upstream.last(t); got.body != tenYuan {
		t.Errorf("body %q", got.body)
	}
}

func TestARefusedBodyIsNeitherAskedForNorWaitedFor(t *testing.T) {
	s := open(t, half, "log\ndiscount STRATEGY {\n\tmax_body 100B\n\ton_oversize reject\n}\nreverse_proxy UPSTREAM")
	a := s.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n")
	if a.continues != 0 || a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d times, then %d", a.continues, a.StatusCode)
	}
}

func TestABodyThatBreaksOffIsNotCompletedForTheOrderService(t *testing.T) {
	s := open(t, half, proxied)
	for name, request := range map[string]string{
		"with a length": "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n" + tenYuan,
		"chunked":       "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(tenYuan, 10),
	} {
		t.Run(name, func(t *testing.T) {
			before := s.upstream.count()
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			if text, _ := io.ReadAll(conn); strings.HasPrefix(string(text), "HTTP/1.1 200") {
				t.Errorf("the order was taken: %s", text)
			}
			if s.upstream.count() > before && s.upstream.last(t).err == nil {
				t.Errorf("the order service saw a whole request: %q", s.upstream.last(t).body)
			}
		})
	}
}

func TestARetryAfterADeadUpstreamHasTheWholeBody(t *testing.T) {
	dead := freeport.Address(t)
	s := open(t, half, "discount STRATEGY\nreverse_proxy "+dead+" UPSTREAM {\n\tlb_policy first\n\tlb_try_duration 2s\n\tfail_duration 30s\n}")
	if got := s.order(tenYuan); got.body != tenYuan || got.Get("X-Discount-Amount") != "500" {
		t.Errorf("%q, %s", got.body, owned(got.Header))
	}
}

func TestWhatHasNoBodyArrivesWithNone(t *testing.T) {
	s := open(t, half, proxied)
	const start = " /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
	for _, c := range []struct {
		name, request string
		length        int64
		status        string
	}{
		{name: "a GET", request: "GET" + start + "\r\n", length: 0, status: "bypass"},
		{name: "a POST without a length", request: "POST" + start + "\r\n", length: 0, status: "bypass"},
		{name: "a POST of length zero", request: "POST" + start + "Content-Length: 0\r\n\r\n", length: 0, status: "bypass"},
		{name: "a POST whose only chunk is the last", request: "POST" + start + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", length: -1, status: "invalid"},
		{name: "a cart in the headers", request: "POST" + start + "X-Cart-Subtotal: 1000\r\nContent-Length: 0\r\n\r\n", length: 0, status: "applied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send(c.request); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			got := s.upstream.last(t)
			if got.body != "" || got.length != c.length || (len(got.encoding) > 0) != (c.length < 0) || got.Get("X-Discount-Status") != c.status {
				t.Errorf("length %d, encoding %v, body %q, %s", got.length, got.encoding, got.body, got.Get("X-Discount-Status"))
			}
		})
	}
}

const withH2C = "\tservers {\n\t\tprotocols h1 h2c\n\t}\n"

// h2cClient is a client that speaks HTTP/2 without TLS, and only that.
func h2cClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// unsized is a body whose length a client cannot tell.
func unsized(body string) io.Reader { return struct{ io.Reader }{strings.NewReader(body)} }

func TestABodyInHTTP2ArrivesInItsFraming(t *testing.T) {
	const most = 2000
	s := openWith(t, withH2C, half, fmt.Sprintf("discount STRATEGY {\n\tmax_body %d\n}\nreverse_proxy UPSTREAM", most))
	client := h2cClient(t)
	for _, c := range []struct {
		size   int
		status string
	}{{size: len(tenYuan), status: "applied"}, {size: most - 1, status: "applied"}, {size: most, status: "applied"}, {size: most + 1, status: "oversize"}, {size: 100 * most, status: "oversize"}} {
		for _, sized := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d bytes, with a length %v", c.size, sized), func(t *testing.T) {
				body := tenYuan + strings.Repeat(" ", c.size-len(tenYuan))
				var reader io.Reader = strings.NewReader(body)
				if !sized {
					reader = unsized(body)
				}
				a, err := client.Post("http://"+s.address+"/orders", "application/json", reader)
				if err != nil {
					t.Fatal(err)
				}
				_ = a.Body.Close()
				got := s.upstream.last(t)
				if a.ProtoMajor != 2 || got.body != body || (got.length < 0) == sized || got.Get("X-Discount-Status") != c.status {
					t.Errorf("HTTP/%d, length %d, %d bytes, %s", a.ProtoMajor, got.length, len(got.body), got.Get("X-Discount-Status"))
				}
			})
		}
	}
}

func TestABodyThatComesAByteAtATimeArrivesWhole(t *testing.T) {
	s := open(t, half, proxied)
	for name, request := range map[string]string{
		"with a length": jsonRequest(tenYuan),
		"chunked":       "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(tenYuan, 5) + "0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := s.dial()
			for i := range len(request) {
				if _, err := conn.Write([]byte{request[i]}); err != nil {
					t.Fatal(err)
				}
			}
			if a := readAnswer(t, bufio.NewReader(conn)); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			if got := s.upstream.last(t); got.body != tenYuan || got.Get("X-Discount-Amount") != "500" {
				t.Errorf("%q, %s", got.body, owned(got.Header))
			}
		})
	}
}

func TestTwoOrdersInOneWriteAreTwoOrders(t *testing.T) {
	s := open(t, half, proxied)
	chunked := "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(tenYuan, 7) + "0\r\n\r\n"
	for name, requests := range map[string]string{
		"with lengths":        jsonRequest(tenYuan) + jsonRequest("  "+tenYuan),
		"a chunked one first": chunked + jsonRequest("  "+tenYuan),
	} {
		t.Run(name, func(t *testing.T) {
			before := s.upstream.count()
			conn := s.dial()
			if _, err := io.WriteString(conn, requests); err != nil {
				t.Fatal(err)
			}
			reader := bufio.NewReader(conn)
			for i, want := range []string{tenYuan, "  " + tenYuan} {
				if a := readAnswer(t, reader); a.StatusCode != http.StatusOK {
					t.Fatalf("status %d", a.StatusCode)
				}
				if got := s.upstream.at(t, before+i); got.body != want || got.Get("X-Discount-Amount") != "500" {
					t.Errorf("order %d: %q, %s", i, got.body, owned(got.Header))
				}
			}
		})
	}
}

// A handler that reads the body has to learn that it is not whole; it cannot
// tell a chunked one from a complete one otherwise.
func TestTheNextHandlerSeesThatABodyBrokeOff(t *testing.T) {
	broken := errors.New("the line went dead")
	h := provisioned(t, half, Options{MaxBody: 200})
	for name, sent := range map[string]string{
		"before it began":         "",
		"in a complete cart":      tenYuan,
		"past the largest length": tenYuan + strings.Repeat(" ", 500),
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/orders", io.MultiReader(strings.NewReader(sent), iotest.ErrReader(broken)))
			r.Header.Set("Content-Type", "application/json")
			var got []byte
			var err error
			next := caddyhttp.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
				got, err = io.ReadAll(r.Body)
				return nil
			})
			if e := h.ServeHTTP(httptest.NewRecorder(), r, next); e != nil {
				t.Fatal(e)
			}
			if string(got) != sent || !errors.Is(err, broken) {
				t.Errorf("%q, then %v", got, err)
			}
		})
	}
}

func TestAnHTTP2ClientThatGivesUpLeavesNoOrder(t *testing.T) {
	for name, directives := range map[string]string{
		"while the cart is read":     proxied,
		"while it is sent on unread": "discount STRATEGY {\n\tmax_body 10B\n}\nreverse_proxy UPSTREAM",
	} {
		t.Run(name, func(t *testing.T) {
			s := openWith(t, withH2C, half, directives)
			body := io.MultiReader(strings.NewReader(tenYuan), iotest.ErrReader(errors.New("gone")))
			if a, err := h2cClient(t).Post("http://"+s.address+"/orders", "application/json", body); err == nil {
				_ = a.Body.Close()
				t.Errorf("the order was answered %d", a.StatusCode)
			}
			s.close()
			if s.upstream.count() > 0 && s.upstream.last(t).err == nil {
				t.Errorf("the order service saw a whole request: %q", s.upstream.last(t).body)
			}
		})
	}
}

// fullDuplex has Caddy's server answer HTTP/1 before the end of a body; it waits
// for the end without it, with this handler or none.
const fullDuplex = "\tservers {\n\t\tenable_full_duplex\n\t}\n"

func TestAnAnswerBeforeTheEndOfTheBodyGetsThrough(t *testing.T) {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
	})
	for _, c := range []struct {
		name, contentType string
		sent, length      int
	}{
		{name: "of a body that is too large", contentType: "application/json", sent: 3000, length: 1 << 20},
		{name: "of a body that is no cart", contentType: "text/plain", sent: 10, length: 1 << 20},
		{name: "of a large cart that was read", contentType: "application/json", sent: 2000, length: 2000},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openWith(t, fullDuplex, half, "discount STRATEGY {\n\tmax_body 2000B\n}\nreverse_proxy "+serve(t, refuse))
			conn := s.dial()
			request := fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", c.contentType, c.length)
			if _, err := io.WriteString(conn, request+tenYuan+strings.Repeat(" ", max(0, c.sent-len(tenYuan)))); err != nil {
				t.Fatal(err)
			}
			if a := readAnswer(t, bufio.NewReader(conn)); a.StatusCode != http.StatusConflict {
				t.Errorf("status %d", a.StatusCode)
			}
		})
	}
}

func TestExpectIsContinuedOnceWhereTheBodyIsNotRead(t *testing.T) {
	s := open(t, half, "discount STRATEGY {\n\tmax_body 100B\n}\nreverse_proxy UPSTREAM")
	for _, c := range []struct{ name, body, header, status string }{
		{name: "no cart", body: "a=1", header: "Content-Type: text/plain", status: "bypass"},
		{name: "an encoded cart", body: "xx", header: "Content-Type: application/json\r\nContent-Encoding: gzip", status: "bypass"},
		{name: "a large body", body: strings.Repeat(" ", 200), header: "Content-Type: application/json", status: "oversize"},
		{name: "a large body that is long on its way", body: strings.Repeat(" ", 5<<20), header: "Content-Type: application/json", status: "oversize"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := s.send(fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\n%s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n%s", c.header, len(c.body), c.body))
			if a.continues != 1 || a.StatusCode != http.StatusOK {
				t.Errorf("%d times, then %d", a.continues, a.StatusCode)
			}
			if got := s.upstream.last(t); got.body != c.body || got.Get("X-Discount-Status") != c.status {
				t.Errorf("%d bytes, %s", len(got.body), owned(got.Header))
			}
		})
	}
}

// With expect_continue_timeout the proxy lets the order service decide whether
// the body is to be sent, and the handler must not take that from it.
func TestAnOrderServiceMayRefuseABodyBeforeItIsSent(t *testing.T) {
	refuse := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") != "100-continue" {
			t.Errorf("Expect %q arrived", r.Header.Get("Expect"))
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	const wait = " {\n\ttransport http {\n\t\texpect_continue_timeout 1m\n\t}\n}"
	const head = "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n"
	s := openWith(t, fullDuplex, half, "discount STRATEGY\nreverse_proxy "+refuse+wait)
	if a := s.send(head); a.continues != 0 || a.StatusCode != http.StatusForbidden {
		t.Errorf("%d times, then %d", a.continues, a.StatusCode)
	}
}
