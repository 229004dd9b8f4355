//go:build unix

package quota_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/bench/shop"
	"github.com/promogate/caddy-discount/internal/freeport"
)

// The secret of the ledgers, and the namespace of the counts.
const (
	secret    = "the secret of the rig, of 32 bytes and more"
	namespace = "sales"
)

// gateway is a real caddy, which is killed and started again on its port.
type gateway struct {
	t        *testing.T
	bin      string
	home     string
	strategy string
	address  string
	admin    string
	log      logged

	mu      sync.Mutex
	process *exec.Cmd // nil while it does not run
}

// logged is what a program writes, from several goroutines.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// last is the end of what was written.
func (l *logged) last() string {
	text := l.String()
	return text[max(0, len(text)-2000):]
}

const caddyfile = `{
	admin %s
	auto_https off
	persist_config off
	grace_period 10s
	log {
		level WARN
	}
}
:%s {
	bind 127.0.0.1
	route {
		discount /orders %s {
			state    %s
			customer {http.request.header.X-Customer}
			order_key {http.request.header.Idempotency-Key}
			%s
		}
		discount_reservations /reservations/* %s
		reverse_proxy %s {
			transport http {
				keepalive_idle_conns_per_host 2048
			}
		}
	}
}
`

// newGateway writes what a gateway needs and starts it. Codes are a file beside the strategy. Options are lines in the block of discount. It
// ends with the test.
func newGateway(t *testing.T, bin string, strategy, codes []byte, options, upstream string) *gateway {
	t.Helper()
	g := &gateway{t: t, bin: bin, home: t.TempDir(), address: freeport.Address(t), admin: freeport.Address(t)}
	g.strategy = filepath.Join(g.home, "shop", "sales.toml") // all of its directory is watched
	_, port, _ := net.SplitHostPort(g.address)
	text := fmt.Appendf(nil, caddyfile, g.admin, port, g.strategy, g.stateDir(), options, g.strategy, upstream)
	err := errors.Join(os.Mkdir(filepath.Dir(g.strategy), 0o700), os.WriteFile(g.strategy, strategy, 0o600), os.WriteFile(g.config(), text, 0o600))
	if codes != nil {
		err = errors.Join(err, os.WriteFile(filepath.Join(filepath.Dir(g.strategy), "card.codes"), codes, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.kill)
	g.start()
	return g
}

func (g *gateway) stateDir() string { return filepath.Join(g.home, "state") }
func (g *gateway) config() string   { return filepath.Join(g.home, "Caddyfile") }

// start starts the program and waits until it answers.
func (g *gateway) start() {
	g.t.Helper()
	cmd := exec.Command(g.bin, "run", "--config", g.config())
	cmd.Stderr = &g.log
	cmd.Env = append(shop.Environment(), "HOME="+g.home, "XDG_DATA_HOME="+g.home, "XDG_CONFIG_HOME="+g.home)
	endWithTest(cmd)
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.mu.Lock()
	g.process = cmd
	g.mu.Unlock()
	if err := g.ready(); err != nil {
		g.t.Fatalf("%v\n%s", err, g.log.String())
	}
}

// ready waits until the gateway answers anything at all.
func (g *gateway) ready() error {
	client := &http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var res *http.Response
		if res, err = client.Get("http://" + g.address + "/ready"); err == nil {
			return res.Body.Close()
		}
	}
	return fmt.Errorf("the gateway does not answer: %w", err)
}

// kill kills the program, as kill -9 does.
func (g *gateway) kill() {
	if cmd := g.forget(); cmd != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// stop ends the program, as systemd does: it waits until the ledger has heard of everything.
func (g *gateway) stop() {
	g.t.Helper()
	cmd := g.forget()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		g.t.Errorf("the gateway ended with %v\n%s", err, g.log.String())
	}
}

// stall stops the program for a while, as a machine does that has no processor for it.
func (g *gateway) stall(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.process == nil {
		return
	}
	_ = g.process.Process.Signal(syscall.SIGSTOP)
	time.Sleep(d)
	_ = g.process.Process.Signal(syscall.SIGCONT)
}

func (g *gateway) forget() *exec.Cmd {
	g.mu.Lock()
	defer g.mu.Unlock()
	cmd := g.process
	g.process = nil
	return cmd
}

// metric is the sum of a metric by the value of its label, as the gateway shows it.
func (g *gateway) metric(name, label string) (map[string]int64, error) {
	client := &http.Client{Timeout: patience}
	defer client.CloseIdleConnections()
	res, err := client.Get("http://" + g.admin + "/metrics")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	sums := make(map[string]int64)
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		labels, number, found := strings.Cut(lines.Text(), "} ")
		labels, is := strings.CutPrefix(labels, name+"{")
		if !found || !is {
			continue
		}
		_, value, _ := strings.Cut(","+labels, ","+label+`="`)
		value, _, _ = strings.Cut(value, `"`)
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", lines.Text(), err)
		}
		sums[value] += int64(n)
	}
	return sums, lines.Err()
}
