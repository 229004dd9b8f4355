//go:build unix

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/freeport"
)

// gateway is a running caddy, with an order service in the test process.
type gateway struct {
	t                            testing.TB
	dir                          string // its working directory
	admin, site, other, upstream string // addresses
	log                          *logLines
	cmd                          *exec.Cmd
	client                       *http.Client
	reloaded                     bool // its configuration: Caddy may cut the odd connection then
	killed                       bool // by the test
	exited                       chan struct{}
}

// A Caddyfile of one site: what is before and after its handlers.
const (
	siteBegins = `{
	admin ADMIN
	auto_https off
}
http://SITE {
`
	siteEnds = `	reverse_proxy UPSTREAM
}
`
)

// start runs a gateway. The Caddyfile has ADMIN, SITE and UPSTREAM where their
// addresses go.
func start(t testing.TB, dir, caddyfile string) *gateway {
	t.Helper()
	g := &gateway{
		t: t, dir: dir, admin: freeport.Address(t), site: freeport.Address(t), upstream: orderService(t), log: newLogLines(),
		client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		exited: make(chan struct{}),
	}
	config := strings.NewReplacer("ADMIN", g.admin, "SITE", g.site, "UPSTREAM", g.upstream).Replace(caddyfile)
	write(t, filepath.Join(dir, "Caddyfile"), config)
	g.cmd = caddyCommand(context.Background(), t, dir, "run", "--config", "Caddyfile")
	g.cmd.Stderr = g.log
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = g.cmd.Wait() // its exit code is asked for in stop
		close(g.exited)
	}()
	if !g.ready() {
		g.kill()
		t.Fatalf("caddy run does not answer:\n%s", g.log.all())
	}
	t.Cleanup(g.stop)
	return g
}

// in is the gateway for a subtest.
func (g *gateway) in(t testing.TB) *gateway {
	sub := *g
	sub.t = t
	return &sub
}

// ready waits until the site answers, and reports whether it ever does.
func (g *gateway) ready() bool {
	return poll(patience, func() bool {
		select {
		case <-g.exited:
			return true
		default:
		}
		return g.answers()
	}) && g.answers()
}

func (g *gateway) answers() bool {
	res, err := g.client.Get("http://" + g.site + "/ready")
	if err != nil {
		return false
	}
	drain(res)
	return res.StatusCode == http.StatusOK
}

// stop ends the program the way an operator does, and checks how it went.
func (g *gateway) stop() {
	g.t.Helper()
	g.client.CloseIdleConnections()
	if g.killed {
		return
	}
	_ = g.cmd.Process.Signal(os.Interrupt)
	select {
	case <-g.exited:
		if !g.cmd.ProcessState.Success() {
			g.t.Errorf("caddy run ended with %v", g.cmd.ProcessState)
		}
	case <-time.After(patience):
		g.t.Errorf("caddy run does not end when interrupted")
		_ = g.cmd.Process.Signal(syscall.SIGABRT) // it writes its goroutines
		<-g.exited
	}
	for _, never := range []string{"DATA RACE", "panic"} {
		if strings.Contains(g.log.all(), never) {
			g.t.Errorf("%s in the log", never)
		}
	}
	if g.t.Failed() {
		g.t.Logf("the log of caddy:\n%s", g.log.tail(400))
	}
}

func (g *gateway) kill() {
	g.killed = true
	_ = g.cmd.Process.Kill()
	<-g.exited
}

// poll asks until yes, and reports whether that came in time.
func poll(within time.Duration, yes func() bool) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); <-tick.C {
		if yes() {
			return true
		}
	}
	return false
}

// orderService answers with the body and the discount headers it received, these
// under names of its own, since the gateway keeps its names to itself.
func orderService(t testing.TB) string {
	t.Helper()
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for name, values := range r.Header {
			if last, ok := strings.CutPrefix(name, "X-Discount-"); ok {
				w.Header()["Seen-"+last] = values
			}
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(up.Close)
	return up.Listener.Addr().String()
}

func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
}

const order = `{"items":[{"id":"l1","sku":"tea","quantity":1,"unit_price":100000}]}`

// strategyOf is a strategy whose version tells what it takes off every order:
// n fen. No beginning of it gives the same discount under the same version.
func strategyOf(n int) string {
	return fmt.Sprintf("version = \"v-%04d\"\ncurrency = \"CNY\"\n\n# %s\n\n[rule.\"off\"]\ndiscount_amount = %s\n",
		n, strings.Repeat("a shop with much to say ", 40), yuan(n))
}

// yuan is n fen as a strategy has it.
func yuan(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// order sends a cart and returns the n of the strategy that priced it. It is an
// error if the order did not arrive as it was sent, or with another discount
// than that strategy's.
func (g *gateway) order() (int, error) {
	return g.orderAt("http://" + g.site + "/orders")
}

func (g *gateway) orderAt(url string) (int, error) {
	res, err := g.client.Post(url, "application/json", strings.NewReader(order))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	if res.StatusCode != http.StatusOK || string(body) != order {
		return 0, fmt.Errorf("status %d, body %q", res.StatusCode, body)
	}
	return consistent(res.Header)
}

// consistent returns the n of an answer that says the same everywhere.
func consistent(h http.Header) (int, error) {
	version, _, _ := strings.Cut(strings.TrimPrefix(h.Get("Seen-Strategy"), `"v-`), `"`)
	n, err := strconv.Atoi(version)
	if err != nil || h.Get("Seen-Status") != "applied" {
		return 0, fmt.Errorf("no discount in %v", h)
	}
	amount := strconv.Itoa(n)
	if h.Get("Seen-Amount") != amount || h.Get("Seen-Payable") != strconv.Itoa(100000-n) ||
		h.Get("Seen-Lines") != "("+amount+")" || h.Get("Seen-Rules") != `"off";amount=`+amount {
		return 0, fmt.Errorf("strategy v-%04d did not compute %v", n, h)
	}
	return n, nil
}

// goesLive waits until orders are priced by strategyOf(n). After a reload of the
// configuration, which closes the connections of the old one, an order may find
// its connection closed; an edit alone never does that.
func (g *gateway) goesLive(n int) {
	g.t.Helper()
	last, since := 0, time.Now()
	if !poll(3*time.Second, func() bool {
		got, err := g.order()
		if g.cut(err) {
			return false
		}
		if err != nil {
			g.t.Fatal(err)
		}
		last = got
		return got == n
	}) {
		g.t.Fatalf("after %v orders are priced by v-%04d, want v-%04d", time.Since(since), last, n)
	}
}

// stays fails unless orders are priced by strategyOf(n) now.
func (g *gateway) stays(n int) {
	g.t.Helper()
	got, err := g.order()
	for g.cut(err) {
		got, err = g.order() // on a connection of the new configuration, or the next
	}
	if err != nil || got != n {
		g.t.Fatalf("orders are priced by v-%04d (%v), want v-%04d", got, err, n)
	}
}

// get asks the admin endpoint.
func (g *gateway) get(path string) string {
	g.t.Helper()
	res, err := g.client.Get("http://" + g.admin + path)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		g.t.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
	}
	return string(body)
}

// cut reports whether an order met a connection that Caddy closed with the
// configuration it belonged to.
func (g *gateway) cut(err error) bool {
	return g.reloaded && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET))
}

// logLines are what a program wrote to its log.
type logLines struct {
	mu      sync.Mutex
	lines   []string
	partial []byte // a line that has not ended
}

func newLogLines() *logLines { return &logLines{} }

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		line, tail, found := bytes.Cut(l.partial, []byte("\n"))
		if !found {
			return len(p), nil
		}
		l.lines, l.partial = append(l.lines, string(line)), tail
	}
}

func (l *logLines) all() string { return l.tail(1 << 30) }

func (l *logLines) tail(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines[max(0, len(l.lines)-n):], "\n")
}

// count is how many lines there are.
func (l *logLines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.lines)
}

// await waits for a line after the first `seen` ones that has all parts.
func (l *logLines) await(t testing.TB, seen int, parts ...string) {
	t.Helper()
	if !poll(patience, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, line := range l.lines[seen:] {
			if hasAll(line, parts) {
				return true
			}
		}
		return false
	}) {
		t.Fatalf("no line with %q in the log:\n%s", parts, l.tail(40))
	}
}

func hasAll(line string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(line, part) {
			return false
		}
	}
	return true
}
