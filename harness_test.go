package discount

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/internal/freeport"
)

func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "caddy-discount-test-")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("XDG_DATA_HOME", home); err != nil { // where state goes
		panic(err)
	}
	goleak.VerifyTestMain(m,
		goleak.Cleanup(func(code int) {
			_ = caddy.Stop()
			_ = os.RemoveAll(home)
			os.Exit(code)
		}),
		// Caddy starts these once for the process, with its TLS app, and never
		// ends them.
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.(*Cache).maintainAssets"),
		// It sleeps up to five seconds after its lock file is gone.
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.keepLockfileFresh"),
	)
}

// shop is a real Caddy with the handler, in front of a real order service.
type shop struct {
	t        *testing.T
	strategy string // path of its file
	address  string
	log      string // path of the log
	global   string // options of Caddy beside those of every test
	site     string // as it was opened
	upstream *upstream
}

// open starts Caddy with the site's directives; STRATEGY and UPSTREAM in them
// stand for the path of the strategy and the address of the order service.
func open(t *testing.T, strategy, site string) *shop {
	t.Helper()
	return openWith(t, "", strategy, site)
}

// openWith is open with global options of Caddy.
func openWith(t *testing.T, global, strategy, site string) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{
		t:        t,
		strategy: filepath.Join(dir, "strategy.toml"),
		address:  freeport.Address(t),
		log:      filepath.Join(dir, "caddy.log"),
		upstream: startUpstream(t),
		global:   global,
		site:     site,
	}
	s.save(strategy)
	if err := caddy.Load(s.config(site), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// close stops Caddy; then nothing is on its way any more.
func (s *shop) close() {
	s.t.Helper()
	if err := caddy.Stop(); err != nil {
		s.t.Error(err)
	}
}

// config is the JSON of a Caddyfile with the site.
func (s *shop) config(site string) []byte {
	s.t.Helper()
	site = strings.NewReplacer("STRATEGY", s.strategy, "UPSTREAM", s.upstream.address).Replace(site)
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	text := fmt.Sprintf("{\n\tadmin off\n\tpersist_config off\n\tauto_https off\n%s\tlog {\n\t\toutput file %s {\n\t\t\troll_disabled\n\t\t}\n\t}\n}\n:%s {\nbind 127.0.0.1\n%s\n}\n", s.global, s.log, port, site)
	config, warnings, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), nil)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, text)
	}
	for _, w := range warnings {
		if !strings.Contains(w.Message, "not formatted") {
			s.t.Errorf("warning: %v", w)
		}
	}
	return config
}

func (s *shop) save(strategy string) {
	s.t.Helper()
	next := s.strategy + ".next"
	if err := os.WriteFile(next, []byte(strategy), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(next, s.strategy); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) logged() string {
	s.t.Helper()
	data, err := os.ReadFile(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// order posts a cart and returns what reached the order service.
func (s *shop) order(cart string, headers ...string) *received {
	s.t.Helper()
	answer := s.send(jsonRequest(cart, headers...))
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("status %d: %s", answer.StatusCode, answer.body)
	}
	return s.upstream.last(s.t)
}

// jsonRequest is an HTTP/1.1 request with a JSON body; headers are whole lines.
func jsonRequest(cart string, headers ...string) string {
	lines := append([]string{"POST /orders HTTP/1.1", "Host: shop", "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(cart))}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + cart
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body      string
	continues int // 100 Continue answers before it
}

// send writes a request as it stands to a connection of its own.
func (s *shop) send(request string) *answer {
	s.t.Helper()
	conn := s.dial()
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, request) }() // may be answered before its end
	return readAnswer(s.t, bufio.NewReader(conn))
}

// dial opens a connection to the shop that lasts for the test.
func (s *shop) dial() net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// readAnswer reads a response and those before it that say to go on.
func readAnswer(t *testing.T, from *bufio.Reader) *answer {
	t.Helper()
	a := &answer{}
	for {
		var err error
		if a.Response, err = http.ReadResponse(from, nil); err != nil {
			t.Fatalf("no answer: %v", err)
		}
		if a.StatusCode != http.StatusContinue {
			break
		}
		a.continues++
	}
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	a.body = string(body)
	return a
}

// upstream is an order service that keeps what it received.
type upstream struct {
	address string
	mu      sync.Mutex
	got     []*received
	answers http.Header // to send along
}

// received is one request as it reached the order service.
type received struct {
	http.Header
	trailer  http.Header
	body     string
	length   int64
	encoding []string
	err      error // of reading the body
}

func startUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{}
	u.address = serve(t, u)
	return u
}

// serve serves HTTP/1 and h2c on loopback until the test ends.
func serve(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return l.Addr().String()
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, err := body.ReadFrom(r.Body)
	u.mu.Lock()
	defer u.mu.Unlock()
	for name, values := range u.answers {
		w.Header()[name] = values
	}
	u.got = append(u.got, &received{
		Header: r.Header, trailer: r.Trailer, body: body.String(),
		length: r.ContentLength, encoding: r.TransferEncoding, err: err,
	})
}

func (u *upstream) last(t *testing.T) *received {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.got) == 0 {
		t.Fatal("nothing reached the order service")
	}
	return u.got[len(u.got)-1]
}

// at is the request that came as number i, from zero.
func (u *upstream) at(t *testing.T, i int) *received {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if i >= len(u.got) {
		t.Fatalf("%d requests reached the order service", len(u.got))
	}
	return u.got[i]
}

// take is the last request, which is gone from then on; nil for none.
func (u *upstream) take() *received {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.got) == 0 {
		return nil
	}
	last := u.got[len(u.got)-1]
	u.got = nil
	return last
}

func (u *upstream) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.got)
}

// expect compares the discount headers with lines "Name: value", all of them.
func (r *received) expect(t *testing.T, want string) {
	t.Helper()
	if got := owned(r.Header); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

// owned lists the discount headers but the strategy's, whose fingerprint says
// nothing to a reader.
func owned(h http.Header) string {
	var text bytes.Buffer
	own := http.Header{}
	for name, values := range h {
		if strings.HasPrefix(name, "X-Discount-") && name != "X-Discount-Strategy" {
			own[name] = values
		}
	}
	_ = own.Write(&text)
	return strings.TrimSpace(strings.ReplaceAll(text.String(), "\r\n", "\n"))
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// makeDirectory renames files into a directory.
func (s *shop) makeDirectory(dir string, files map[string]string) {
	s.t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	for name, content := range files {
		next := filepath.Join(s.t.TempDir(), "next")
		if err := os.WriteFile(next, []byte(content), 0o600); err != nil {
			s.t.Fatal(err)
		}
		if err := os.Rename(next, filepath.Join(dir, name)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// load loads the configuration of another site at the same address.
func (s *shop) load(site string) error {
	s.t.Helper()
	return caddy.Load(s.config(site), true)
}

// reconfigure loads another site, and waits until the one before listens no more: Linux drops what
// was not accepted yet of a socket that is closed.
func (s *shop) reconfigure(site string) {
	s.t.Helper()
	if err := s.load(site); err != nil {
		s.t.Fatal(err)
	}
	eventually(s.t, "one server listens", func() bool { return listeners(s.address) <= 1 })
}

// listeners is how many sockets listen at an address of IPv4; 0 where the system does not say so.
func listeners(address string) (n int) {
	table, _ := os.ReadFile("/proc/net/tcp")
	_, port, _ := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	at := fmt.Sprintf(":%04X", number)
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) > 3 && strings.HasSuffix(fields[1], at) && fields[3] == "0A" {
			n++
		}
	}
	return n
}
