package discount

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// patterned is an order whose every part says which order it is of. The price is known from the
// number: half of the order.
func patterned(number, lines int) string {
	line := fmt.Sprintf(`{"sku":"%d-%[1]d-%[1]d","quantity":2,"unit_price":%[1]d}`, number)
	return `{"items":[` + strings.Repeat(line+",", lines-1) + line + "]}"
}

// What an order service does over HTTP/1.1 alone. After it, the transports of HTTP/2 and HTTP/3 close
// a body while they read it, which is a data race in reverse_proxy's own wrapper of bodies. For the
// same reason no customer gives up an order that goes on over these.
const (
	breaksOff = 2
	asksAgain = 3
)

// unreliable is an order service that does what order services do at their worst: it answers early,
// breaks off, asks for another try. It checks that what it gets is of the order that it is said to be.
type unreliable struct {
	t      *testing.T
	orders atomic.Int64 // taken whole
	early  atomic.Int64 // answered before their end
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.Header.Get("X-Number"))
	lines, _ := strconv.Atoi(r.Header.Get("X-Lines"))
	order := patterned(number, lines)
	switch status, amount := r.Header.Get("X-Discount-Status"), r.Header.Get("X-Discount-Amount"); {
	case status == "applied" && amount == strconv.Itoa(number*lines):
	case status != "invalid" && status != "unavailable" || amount != "": // of an order that its customer gave up
		u.t.Errorf("order %d of %d lines has the status %q and the discount %q", number, lines, status, amount)
	}
	what := rand.N(6)
	if r.ProtoMajor > 1 && (what == breaksOff || what == asksAgain) {
		what = 0
	}
	switch what {
	case 0: // an early answer, and then it reads on
		u.early.Add(1)
		w.WriteHeader(http.StatusAccepted)
		_ = http.NewResponseController(w).Flush()
		u.check(order, r.Body)
	case 1: // an early answer without a body
		u.early.Add(1)
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusAccepted)
		_ = http.NewResponseController(w).Flush()
		u.check(order, r.Body)
	case breaksOff:
		u.check(order, io.LimitReader(r.Body, int64(rand.N(len(order)))))
		panic(http.ErrAbortHandler)
	case asksAgain: // at the end of the order: before it, reverse_proxy has a data race
		u.check(order, r.Body)
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		if read := u.check(order, r.Body); read == len(order) {
			u.orders.Add(1)
		}
		_, _ = io.WriteString(w, order)
	}
}

// check reads a body that is to be the beginning of an order.
func (u *unreliable) check(order string, body io.Reader) int {
	read, _ := io.ReadAll(body)
	if !strings.HasPrefix(order, string(read)) {
		u.t.Errorf("of an order %.30q came %.200q", order, read)
	}
	return len(read)
}

// serveAll serves HTTP/1.1 and h2c, and HTTP/3 at another address.
func serveAll(t *testing.T, handler http.Handler, directive string) (plain, overUDP string) {
	t.Helper()
	paths := strings.Fields(directive)
	certificate, err := tls.LoadX509KeyPair(paths[1], paths[2])
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http3.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(conn)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = conn.Close()
		<-done
	})
	return serve(t, handler), conn.LocalAddr().String()
}

// soakClients are clients of every version of HTTP.
func soakClients(t *testing.T, trust *tls.Config) map[string]*http.Client {
	t.Helper()
	over := func(protocols func(*http.Protocols)) *http.Transport {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust.RootCAs, ServerName: trust.ServerName, MinVersion: tls.VersionTLS13}, Protocols: new(http.Protocols)}
		protocols(transport.Protocols)
		t.Cleanup(transport.CloseIdleConnections)
		return transport
	}
	third := &http3.Transport{TLSClientConfig: trust}
	t.Cleanup(func() { _ = third.Close() })
	return map[string]*http.Client{
		"HTTP/1.1": {Transport: over(func(p *http.Protocols) { p.SetHTTP1(true) })},
		"HTTP/2":   {Transport: over(func(p *http.Protocols) { p.SetHTTP2(true) })},
		"HTTP/3":   {Transport: third},
	}
}

// retriedOn503 are the options of reverse_proxy that send an order again, also after an answer.
const retriedOn503 = "\tlb_retries 2\n\tlb_retry_match {\n\t\tmethod POST\n\t}\n\tlb_retry_match {\n\t\texpression `{rp.status_code} == 503`\n\t}\n"

// However order services and customers break off, answer early and try again, no byte of an order
// gets into another one, and every order has its own discount.
func TestNoByteOfAnOrderGetsIntoAnother(t *testing.T) {
	for _, transport := range []string{"http", "discount"} {
		t.Run("transport "+transport, func(t *testing.T) { soak(t, transport) })
	}
}

func soak(t *testing.T, transport string) {
	t.Helper()
	const customers, each = 4, 40
	directive, trust := secured(t)
	service := &unreliable{t: t}
	plain, overUDP := serveAll(t, service, directive)
	route := func(path, to, options string) string {
		return fmt.Sprintf("reverse_proxy /%s %s {\n%s\ttransport %s {\n\t\twrite_buffer 16KiB\n%s\t}\n}\n", path, to, retriedOn503, transport, options)
	}
	// A connection over HTTP/3 that broke is closed by neither end at once, and Caddy would wait for it.
	s := openWith(t, "grace_period 100ms", half, directive+"discount STRATEGY\n"+
		route("h1", plain, "")+route("h2", "h2c://"+plain, "")+route("h3", "https://"+overUDP, "\t\tversions 3\n\t\ttls_insecure_skip_verify\n"))
	var number, whole atomic.Int64
	var running sync.WaitGroup
	for _, client := range soakClients(t, trust) {
		for range customers {
			running.Go(func() {
				for i := range each {
					to := "https://" + s.address + []string{"/h1", "/h2", "/h3"}[i%3]
					if sendPatterned(t, client, to, int(number.Add(1))) {
						whole.Add(1)
					}
				}
			})
		}
	}
	running.Wait()
	if whole.Load() == 0 || service.orders.Load() == 0 || service.early.Load() == 0 {
		t.Errorf("%d orders were taken, %d answered early, %d came back", service.orders.Load(), service.early.Load(), whole.Load())
	}
}

// sendPatterned sends an order, of which one in eight is given up if it goes to /h1. It reports whether the order came
// back whole.
func sendPatterned(t *testing.T, client *http.Client, to string, number int) bool {
	lines := []int{3, 50, 250}[rand.N(3)]
	order := patterned(number, lines)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if rand.N(8) == 0 && strings.HasSuffix(to, "/h1") {
		stop := time.AfterFunc(time.Duration(rand.N(3000))*time.Microsecond, cancel)
		defer stop.Stop()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(order))
	if err != nil {
		t.Error(err)
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Number", strconv.Itoa(number))
	r.Header.Set("X-Lines", strconv.Itoa(lines))
	if rand.N(2) == 0 {
		r.ContentLength = -1
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		return false
	}
	if !bytes.HasPrefix([]byte(order), text) {
		t.Errorf("of the order %.30q came back %.200q", order, text)
	}
	return err == nil && len(text) == len(order)
}
