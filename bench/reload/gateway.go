package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// build compiles the gateway as a user's build would.
func build(dir string) (string, error) {
	bin := filepath.Join(dir, "caddy")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/caddy")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the gateway: %w\n%s", err, out)
	}
	return bin, nil
}

// gateway is a running caddy with an order service behind it.
type gateway struct {
	cmd      *exec.Cmd
	log      bytes.Buffer
	upstream *http.Server
	address  string
	strategy string
	version  int // of the strategy saved last
	client   *http.Client
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
		discount /orders* %s {
			state %s
		}
		%s
	}
}
`

// setting is what a measurement is made in.
type setting struct {
	rules int
	state bool // it remembers
	alone bool // it answers by itself, so that no other program takes its processors
}

const answers = `header X-Priced-By {http.request.header.X-Discount-Strategy}
		respond 200`

const forwards = `reverse_proxy %s {
			transport http {
				keepalive_idle_conns_per_host 512
			}
		}`

// start runs a gateway with a strategy of so many rules in service.
func start(dir, bin string, in setting) (*gateway, error) {
	home, err := os.MkdirTemp(dir, "gateway-")
	if err != nil {
		return nil, err
	}
	g := &gateway{strategy: filepath.Join(home, "shop", "discount.toml"), version: 1}
	if err := os.Mkdir(filepath.Dir(g.strategy), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(g.strategy, strategyOf(in.rules, 1), 0o600); err != nil {
		return nil, err
	}
	upstream, err := g.serveOrders()
	if err != nil {
		return nil, err
	}
	if g.address, err = freeAddress(); err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(g.address, ":")
	where, answer := "off", answers
	if in.state {
		where = filepath.Join(home, "state")
	}
	if !in.alone {
		answer = fmt.Sprintf(forwards, upstream)
	}
	config := filepath.Join(home, "Caddyfile")
	if err := os.WriteFile(config, fmt.Appendf(nil, caddyfile, port, g.strategy, where, answer), 0o600); err != nil {
		return nil, err
	}
	g.cmd = exec.Command(bin, "run", "--config", config)
	g.cmd.Stderr = &g.log
	g.cmd.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	g.client = &http.Client{Timeout: 5 * time.Second}
	return g, g.ready()
}

// serveOrders is the order service: it answers with the version of the strategy
// that priced the order.
func (g *gateway) serveOrders() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	g.upstream = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header()["X-Priced-By"] = r.Header["X-Discount-Strategy"]
	})}
	go func() { _ = g.upstream.Serve(l) }()
	return l.Addr().String(), nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (g *gateway) ready() error {
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if v, err := g.order(); err == nil && v == g.version {
			return nil
		}
	}
	return fmt.Errorf("the gateway does not answer:\n%s", g.log.String())
}

// order sends one order and returns the version of the strategy that priced it.
func (g *gateway) order() (int, error) {
	res, err := g.client.Post("http://"+g.address+"/orders", "application/json", strings.NewReader(cart))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return pricedBy(res.Header)
}

// pricedBy is the version that the answer says an order was priced by.
func pricedBy(answer http.Header) (int, error) {
	var version int
	if _, err := fmt.Sscanf(answer.Get("X-Priced-By"), `"v%d"`, &version); err != nil {
		return 0, fmt.Errorf("not priced: %q", answer.Get("X-Priced-By"))
	}
	return version, nil
}

// stop ends the program and the order service.
func (g *gateway) stop() error {
	_ = g.cmd.Process.Signal(os.Interrupt)
	err := g.cmd.Wait()
	_ = g.upstream.Close()
	g.client.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("the gateway ended with %w:\n%s", err, g.log.String())
	}
	return nil
}

func joined(errs ...error) error { return errors.Join(errs...) }
