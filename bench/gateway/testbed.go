package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/promogate/caddy-discount/bench/shop"
)

// testbed is where the gateways stand, in front of one order service.
type testbed struct {
	dir, bin, guided, byHand, lean string // guided is bin, built by the profile of make pgo
	gateways                       []*gateway
	upstream                       *http.Server
	orders                         string // address of the order service
}

// gateway is one of them.
type gateway struct {
	name     string
	url      string
	prices   bool // it computes discounts
	commands []*exec.Cmd
	log      bytes.Buffer
}

const caddyfile = `{
	admin off
	auto_https off
	persist_config off
	log {
		level ERROR
	}
}
:%s {
	bind 127.0.0.1
	route {
		%s
		reverse_proxy %s {
			%s
		}
	}
}
`

// How reverse_proxy sends: with its own transport, which keeps 32 idle connections
// unless it is told to keep more; with the body in one piece with the head; and with
// the transport of bench/lean.
const (
	asItIs   = "transport http {\n keepalive_idle_conns_per_host 512\n }"
	buffered = "request_buffers 1MiB\n" + asItIs
	lean     = "transport lean"
)

// open starts the order service and every gateway. What was started is in the
// testbed, even if something failed.
func open(dir, bin string) (*testbed, error) {
	s := &testbed{
		dir: dir, bin: bin,
		guided: filepath.Join(dir, "guided"), byHand: filepath.Join(dir, "byhand"), lean: filepath.Join(dir, "lean"),
	}
	if err := s.build(); err != nil {
		return s, err
	}
	if err := s.serveOrders(); err != nil {
		return s, err
	}
	rules, err := s.writeRules(100)
	if err != nil {
		return s, err
	}
	service, err := freeAddress()
	if err != nil {
		return s, err
	}
	for _, start := range []func() error{
		func() error { return s.caddy(alone, s.bin, "", asItIs, false) },
		func() error { return s.caddy(again, s.bin, "", asItIs, false) },
		func() error { return s.discount(few, s.bin, 100, asItIs) },
		func() error { return s.caddy("the proxy alone, buffers", s.bin, "", buffered, false) },
		func() error { return s.discount("discount, buffers", s.bin, 100, buffered) },
		func() error { return s.discount(guided, s.guided, 100, asItIs) },
		func() error { return s.discount(many, s.bin, 10_000, asItIs) },
		func() error { return s.caddy(byHand, s.byHand, "byhand rules "+rules, asItIs, true) },
		func() error { return s.nginx(lua, rules) },
		func() error {
			serve := exec.Command(s.byHand, "serve", service, rules)
			return s.caddy(beside, s.byHand, "byhand service http://"+service, asItIs, true, serve)
		},
		func() error { return s.caddy("lean transport, alone", s.lean, "", lean, false) },
		func() error { return s.discount("lean transport, discount", s.lean, 100, lean) },
	} {
		if err := start(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// The names of those that are held against each other.
const (
	alone  = "the proxy alone"
	again  = "the proxy alone, again"
	few    = "discount, 100 rules"
	guided = "discount, guided build"
	many   = "discount, 10,000 rules"
	byHand = "by hand, in a day"
	lua    = "nginx with Lua"
	beside = "a service beside it"
)

// build builds what is not the gateway as it is.
func (s *testbed) build() error {
	for _, b := range []struct {
		in   string
		args []string
	}{
		{"..", []string{"-pgo=cmd/caddy/gateway.pgo", "-o", s.guided, "./cmd/caddy"}},
		{".", []string{"-o", s.byHand, "./byhand"}},
		{".", []string{"-o", s.lean, "./lean"}},
	} {
		cmd := exec.Command("go", append([]string{"build"}, b.args...)...)
		cmd.Dir = b.in
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", b.args[len(b.args)-1], err, out)
		}
	}
	return nil
}

// serveOrders is the order service: it reads the order, and says in its answer what
// the discount is, as long an answer if there is none.
func (s *testbed) serveOrders() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.orders = l.Addr().String()
	s.upstream = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Seen", cmp.Or(r.Header.Get("X-Discount-Amount"), "none"))
	})}
	go func() { _ = s.upstream.Serve(l) }()
	return nil
}

// writeRules writes the rules of shop.StrategyOf for those who do not read TOML.
func (s *testbed) writeRules(n int) (string, error) {
	text, err := json.Marshal(shop.RulesOf(n))
	if err != nil {
		return "", err
	}
	path := filepath.Join(s.dir, "rules.json")
	return path, os.WriteFile(path, text, 0o600)
}

func (s *testbed) discount(name, bin string, rules int, sending string) error {
	path := filepath.Join(s.dir, fmt.Sprintf("strategy-%d.toml", rules))
	if err := os.WriteFile(path, shop.StrategyOf(rules, 1), 0o600); err != nil {
		return err
	}
	return s.caddy(name, bin, fmt.Sprintf("discount %s {\n state off\n}", path), sending, true)
}

// caddy starts a Caddy with a directive before the proxy, which sends in one of these
// ways, and what it needs besides.
func (s *testbed) caddy(name, bin, directive, sending string, prices bool, besides ...*exec.Cmd) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(address)
	config := filepath.Join(s.dir, fmt.Sprintf("Caddyfile-%d", len(s.gateways)))
	if err := os.WriteFile(config, fmt.Appendf(nil, caddyfile, port, directive, s.orders, sending), 0o600); err != nil {
		return err
	}
	cmd := exec.Command(bin, "run", "--config", config, "--adapter", "caddyfile")
	cmd.Env = append(shop.Environment(), "HOME="+s.dir, "XDG_DATA_HOME="+s.dir, "XDG_CONFIG_HOME="+s.dir)
	return s.add(&gateway{name: name, url: "http://" + address + "/orders", prices: prices, commands: append(besides, cmd)})
}

// add starts the processes of a gateway and waits until it answers.
func (s *testbed) add(g *gateway) error {
	s.gateways = append(s.gateways, g)
	for i, cmd := range g.commands {
		cmd.Stderr = &g.log
		if err := cmd.Start(); err != nil {
			g.commands = g.commands[:i]
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := g.order(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer:\n%s", g.name, g.log.String())
}

// order sends one order and returns the discount that the order service saw.
func (g *gateway) order() (string, error) {
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	res, err := client.Post(g.url, "application/json", bytes.NewReader(shop.CartOf(50)))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", errors.New(res.Status)
	}
	return res.Header.Get("X-Seen"), nil
}

// agree makes sure that all who compute a discount compute the same.
func (s *testbed) agree() error {
	want := ""
	for _, g := range s.gateways {
		if !g.prices {
			continue
		}
		got, err := g.order()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", g.name, err)
		case got == "none" || want != "" && got != want:
			return fmt.Errorf("%s computes %q, and others %q", g.name, got, want)
		}
		want = got
	}
	return nil
}

// close ends what was started, after a while even what will not end by itself. An
// interrupt would not do: whatever a shell runs in the background ignores it.
func (s *testbed) close() {
	for _, g := range s.gateways {
		for _, cmd := range g.commands {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			timer := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
			_ = cmd.Wait()
			timer.Stop()
		}
	}
	if s.upstream != nil {
		_ = s.upstream.Close()
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
