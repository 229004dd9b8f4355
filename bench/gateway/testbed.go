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
	"strings"
	"syscall"
	"time"

	"github.com/promogate/caddy-discount/bench/shop"
	"github.com/promogate/caddy-discount/internal/freeport"
)

// testbed is where the gateways stand, in front of one order service.
type testbed struct {
	dir, bin, byHand string
	gateways         []*gateway
	upstream         *http.Server
	orders           string // address of the order service
}

// gateway is one of them.
type gateway struct {
	name     string
	url      string
	prices   bool // it computes discounts
	module   bool // it does so with the module
	commands []*exec.Cmd
	log      bytes.Buffer
}

const caddyfile = `{
	admin off
	auto_https off
	persist_config off
	log {
		level ERROR
		%s
	}
}
:%s {
	bind 127.0.0.1
	route {
		%s
		reverse_proxy %s {
			transport %s {
				keepalive_idle_conns_per_host 512
				%s
			}
		}
	}
}
`

// settings are what a Caddyfile and the environment say beside the handler. Only the
// connections that are kept are as in the example everywhere: with Caddy's 32, what is
// measured would be connecting.
type settings struct {
	log       string // lines in the global log
	transport string // of reverse_proxy: "http" or "discount"
	options   string // lines in the transport
	gogc      string // empty for Go's default
}

var (
	asInstalled = settings{transport: "http"}
	twoWrites   = settings{log: "format lazy", transport: "http"}
	example     = settings{log: twoWrites.log, transport: "discount", options: "write_buffer 16KiB"} // of Caddyfile.example
	lessGarbage = settings{log: example.log, transport: example.transport, options: example.options, gogc: "400"}
)

// The names of those that are held against each other.
const (
	alone        = "the proxy alone"
	again        = "the proxy alone, again"
	aloneExample = "alone, example's settings"
	few          = "discount, 100 rules"
	fewExample   = "discount, example's settings"
	fewCompact   = "the same, headers compact"
	fewTwoWrites = "compact, in two writes"
	fewGOGC      = "compact, GOGC=400"
	many         = "discount, 10,000 rules"
	byHand       = "by hand, in a day"
	lua          = "nginx with Lua"
	beside       = "a service beside it"
)

// open starts the order service and every gateway. What was started is in the
// testbed, even if something failed.
func open(dir, bin string, aimsOnly bool) (*testbed, error) {
	s := &testbed{dir: dir, bin: bin, byHand: filepath.Join(dir, "byhand")}
	if err := s.serveOrders(); err != nil {
		return s, err
	}
	starts := s.own()
	if !aimsOnly {
		others, err := s.others()
		if err != nil {
			return s, err
		}
		starts = append(starts, others...)
	}
	for _, start := range starts {
		if err := start(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// own are the proxy and the module, in the settings that aims are about.
func (s *testbed) own() []func() error {
	return []func() error{
		func() error { return s.proxy(alone, asInstalled) },
		func() error { return s.proxy(again, asInstalled) },
		func() error { return s.proxy(aloneExample, example) },
		func() error { return s.discount(few, 100, "fields", asInstalled) },
		func() error { return s.discount(fewExample, 100, "fields", example) },
		func() error { return s.discount(fewCompact, 100, "compact", example) },
		func() error { return s.discount(fewTwoWrites, 100, "compact", twoWrites) },
		func() error { return s.discount(many, 10_000, "fields", asInstalled) },
	}
}

// others are what people would use instead, and the module with more memory.
func (s *testbed) others() ([]func() error, error) {
	cmd := exec.Command("go", "build", "-o", s.byHand, "./byhand")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building byhand: %w\n%s", err, out)
	}
	rules, err := s.writeRules(100)
	if err != nil {
		return nil, err
	}
	service, err := freeport.Take()
	if err != nil {
		return nil, err
	}
	return []func() error{
		func() error { return s.discount(fewGOGC, 100, "compact", lessGarbage) },
		func() error {
			return s.caddy(&gateway{name: byHand, prices: true}, s.byHand, "byhand rules "+rules, asInstalled)
		},
		func() error { return s.nginx(lua, rules) },
		func() error {
			serve := exec.Command(s.byHand, "serve", service, rules)
			return s.caddy(&gateway{name: beside, prices: true, commands: []*exec.Cmd{serve}}, s.byHand, "byhand service http://"+service, asInstalled)
		},
	}, nil
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
		w.Header().Set("X-Seen", cmp.Or(r.Header.Get("X-Discount-Amount"), compactAmount(r.Header.Get("X-Discount")), "none"))
	})}
	go func() { _ = s.upstream.Serve(l) }()
	return nil
}

// compactAmount is the amount of the one field that has all.
func compactAmount(field string) string {
	_, after, _ := strings.Cut(field, "amount=")
	amount, _, _ := strings.Cut(after, ",")
	return amount
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

func (s *testbed) proxy(name string, with settings) error {
	return s.caddy(&gateway{name: name}, s.bin, "", with)
}

// discount starts the module with a strategy of so many rules, which sends its
// results as fields or compact.
func (s *testbed) discount(name string, rules int, headers string, with settings) error {
	path := filepath.Join(s.dir, fmt.Sprintf("strategy-%d.toml", rules))
	if err := os.WriteFile(path, shop.StrategyOf(rules, 1), 0o600); err != nil {
		return err
	}
	directive := fmt.Sprintf("discount %s {\n state off\n headers %s\n}", path, headers)
	return s.caddy(&gateway{name: name, prices: true, module: true}, s.bin, directive, with)
}

// caddy starts a Caddy with a directive before the proxy.
func (s *testbed) caddy(g *gateway, bin, directive string, with settings) error {
	address, err := freeport.Take()
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(address)
	config := filepath.Join(s.dir, fmt.Sprintf("Caddyfile-%d", len(s.gateways)))
	text := fmt.Appendf(nil, caddyfile, with.log, port, directive, s.orders, with.transport, with.options)
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(bin, "run", "--config", config, "--adapter", "caddyfile")
	cmd.Env = append(os.Environ(), "GOGC="+with.gogc, "HOME="+s.dir, "XDG_DATA_HOME="+s.dir, "XDG_CONFIG_HOME="+s.dir)
	g.url = "http://" + address + "/orders"
	g.commands = append(g.commands, cmd)
	return s.add(g)
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
