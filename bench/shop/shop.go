// Package shop runs the gateway under measurement, as a user's build of it, alone
// or in front of an order service.
package shop

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

	"github.com/promogate/caddy-discount/internal/freeport"
)

// build compiles the gateway.
func build(dir string) (bin string, err error) {
	bin = filepath.Join(dir, "caddy")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/caddy")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the gateway: %w\n%s", err, out)
	}
	return bin, nil
}

// With builds the gateway into a directory of its own, which is gone when do has
// ended.
func With(do func(dir, bin string) error) error {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin, err := build(dir)
	if err != nil {
		return err
	}
	return do(dir, bin)
}

// Setting is what a gateway is measured in.
type Setting struct {
	Strategy []byte // in service at first
	Options  string // lines in the block of discount
	State    bool   // it has a state directory
	Alone    bool   // it answers by itself, so that no other program takes its processors

	// Administered has it answer on an admin endpoint.
	Administered bool
}

// Gateway is a running caddy.
type Gateway struct {
	Address  string
	Strategy string // path of its file

	admin    string // address, if there is one
	cmd      *exec.Cmd
	log      bytes.Buffer
	upstream *http.Server
}

const caddyfile = `{
	admin %s
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
			%s
		}
		%s
	}
}
`

// The answer has the version of the strategy that priced the order.
const answers = `header X-Priced-By {http.request.header.X-Discount-Strategy}
		respond 200`

const forwards = `reverse_proxy %s {
			transport http {
				keepalive_idle_conns_per_host 2048
			}
		}`

// Start runs a gateway, in a directory of its own below dir, and waits until it
// answers.
func Start(dir, bin string, in Setting) (*Gateway, error) {
	home, err := os.MkdirTemp(dir, "gateway-")
	if err != nil {
		return nil, err
	}
	g := &Gateway{Strategy: filepath.Join(home, "shop", "discount.toml")}
	if err := os.Mkdir(filepath.Dir(g.Strategy), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(g.Strategy, in.Strategy, 0o600); err != nil {
		return nil, err
	}
	if g.Address, err = freeport.Take(); err != nil {
		return nil, err
	}
	text, err := g.config(home, in)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(home, "Caddyfile")
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return nil, err
	}
	g.cmd = exec.Command(bin, "run", "--config", config)
	g.cmd.Stderr = &g.log
	g.cmd.Env = append(Environment(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	if err := g.ready(); err != nil {
		return nil, errors.Join(err, g.Stop())
	}
	return g, nil
}

// Environment is what every gateway is measured in: the setting that
// docs/performance.md recommends, unless GOGC says otherwise.
func Environment() []string {
	if os.Getenv("GOGC") != "" {
		return os.Environ()
	}
	return append(os.Environ(), "GOGC=400")
}

func (g *Gateway) config(home string, in Setting) ([]byte, error) {
	where, answer := "off", answers
	if in.State {
		where = filepath.Join(home, "state")
	}
	if !in.Alone {
		upstream, err := g.serveOrders()
		if err != nil {
			return nil, err
		}
		answer = fmt.Sprintf(forwards, upstream)
	}
	admin := "off"
	if in.Administered {
		var err error
		if g.admin, err = freeport.Take(); err != nil {
			return nil, err
		}
		admin = g.admin
	}
	_, port, err := net.SplitHostPort(g.Address)
	return fmt.Appendf(nil, caddyfile, admin, port, g.Strategy, where, in.Options, answer), err
}

// unpriced is what the order service says of a request without a discount: as much as
// of one with it, so that the two can be compared.
const unpriced = `"none";sha256=:0000000000000000000000000000000000000000000=:`

// serveOrders is the order service.
func (g *Gateway) serveOrders() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	g.upstream = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Priced-By", cmp.Or(r.Header.Get("X-Discount-Strategy"), unpriced))
	})}
	go func() { _ = g.upstream.Serve(l) }()
	return l.Addr().String(), nil
}

func (g *Gateway) ready() error {
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := g.Order(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("the gateway does not answer:\n%s", g.log.String())
}

// URL is where orders go.
func (g *Gateway) URL() string { return "http://" + g.Address + "/orders" }

// PlainURL is where requests go that no discount is computed for.
func (g *Gateway) PlainURL() string { return "http://" + g.Address + "/plain" }

// CheckURL is where the admin endpoint takes a strategy to check it.
func (g *Gateway) CheckURL() (string, error) {
	all := "http://" + g.admin + "/discount/strategies"
	res, err := http.Get(all)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var list []struct{ ID string }
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		return "", fmt.Errorf("reading the list of strategies: %w", err)
	}
	if len(list) != 1 {
		return "", fmt.Errorf("the gateway has %d strategies, want 1", len(list))
	}
	return all + "/" + list[0].ID + "/check", nil
}

// Rename puts a strategy in the place of the one in service, in one step.
func (g *Gateway) Rename(strategy []byte) error {
	next := g.Strategy + ".next"
	if err := os.WriteFile(next, strategy, 0o600); err != nil {
		return err
	}
	return os.Rename(next, g.Strategy)
}

// Cart is an order of three lines.
const Cart = `{"currency":"CNY","items":[{"id":"l1","sku":"sku-1","quantity":2,"unit_price":1800},{"id":"l2","sku":"sku-2","quantity":1,"unit_price":1500},{"id":"l3","sku":"sku-3","quantity":3,"unit_price":990}]}`

// Order sends one order and returns the version of the strategy that priced it.
func (g *Gateway) Order() (int, error) {
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	res, err := client.Post(g.URL(), "application/json", strings.NewReader(Cart))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return PricedBy(res.Header)
}

// PricedBy is the version that the answer says an order was priced by.
func PricedBy(answer http.Header) (int, error) {
	var version int
	if _, err := fmt.Sscanf(answer.Get("X-Priced-By"), `"v%d"`, &version); err != nil {
		return 0, fmt.Errorf("not priced: %q", answer.Get("X-Priced-By"))
	}
	return version, nil
}

// Stop ends the program and the order service.
func (g *Gateway) Stop() error {
	_ = g.cmd.Process.Signal(syscall.SIGTERM) // an interrupt would be ignored by what runs in the background of a shell
	err := g.cmd.Wait()
	if g.upstream != nil {
		_ = g.upstream.Close()
	}
	if err != nil {
		return fmt.Errorf("the gateway ended with %w:\n%s", err, g.log.String())
	}
	return nil
}

// MemoryPeak is the most memory that the gateway held, in bytes.
func (g *Gateway) MemoryPeak() (int64, error) { return g.status("VmHWM") }

// Memory is what the gateway holds, in bytes.
func (g *Gateway) Memory() (int64, error) { return g.status("VmRSS") }

func (g *Gateway) status(name string) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		var kib int64
		if _, err := fmt.Sscanf(line, name+": %d kB", &kib); err == nil {
			return kib << 10, nil
		}
	}
	return 0, errors.New("the system does not say")
}
