//go:build linux

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/freeport"
)

// caddyfile is the configuration of a gateway with some handlers.
func (g *gateway) caddyfile(sites string) string {
	return "{\n\tadmin " + g.admin + "\n\tauto_https off\n}\n" +
		strings.NewReplacer("SITE", g.site, "OTHER", g.other).Replace(sites)
}

// post gives a configuration to the running program and returns the answer. The
// program stops the endpoint it answers from, so an answer may be lost: then it is
// given once more.
func (g *gateway) post(caddyfile string) (int, string) {
	g.t.Helper()
	post := func() (*http.Response, error) {
		return g.client.Post("http://"+g.admin+"/load", "text/caddyfile", strings.NewReader(caddyfile))
	}
	res, err := post()
	if err != nil {
		g.t.Logf("the answer was lost: %v", err)
		res, err = post()
	}
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// accepted gives the running program a configuration that it must take.
func (g *gateway) accepted(caddyfile string) {
	g.t.Helper()
	if status, body := g.post(caddyfile); status != http.StatusOK {
		g.t.Fatalf("the configuration was not accepted: %d %s", status, body)
	}
	g.reloaded = true
}

// resources are what a process holds: goroutines, descriptors, watches.
type resources struct {
	goroutines  int // all of them
	ours        int // those in this module
	descriptors int
	inotify     int // descriptors that watch
	watches     int // what they watch
}

func (h resources) String() string {
	return fmt.Sprintf("%d goroutines (%d of the module), %d descriptors (%d of inotify), %d watches",
		h.goroutines, h.ours, h.descriptors, h.inotify, h.watches)
}

// within reports whether nothing is more than in the other, but for the
// connections that happen to be open.
func (h resources) within(most resources) bool {
	return h.goroutines <= most.goroutines+slack && h.descriptors <= most.descriptors+slack && h.watching() == most.watching()
}

const slack = 3

// watching is what must be equal, not only at most as much.
func (h resources) watching() [3]int { return [3]int{h.ours, h.inotify, h.watches} }

var (
	goroutineTotal = regexp.MustCompile(`^goroutine profile: total (\d+)`)
	goroutineGroup = regexp.MustCompile(`^(\d+) @ `)
)

// resources counts what the program holds on to. Idle connections of the client are
// not its fault.
func (g *gateway) resources() resources {
	g.t.Helper()
	var h resources
	h.goroutines, h.ours = goroutines(g.t, g.get("/debug/pprof/goroutine?debug=1"))
	g.client.CloseIdleConnections()
	proc := filepath.Join("/proc", strconv.Itoa(g.cmd.Process.Pid))
	fds, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		g.t.Fatal(err)
	}
	h.descriptors = len(fds)
	for _, fd := range fds {
		info, err := os.ReadFile(filepath.Join(proc, "fdinfo", fd.Name()))
		if err != nil {
			continue // closed since
		}
		if target, _ := os.Readlink(filepath.Join(proc, "fd", fd.Name())); target == "anon_inode:inotify" {
			h.inotify++
		}
		h.watches += strings.Count("\n"+string(info), "\ninotify ")
	}
	return h
}

// goroutines counts those in a profile, and those that run code of reload/.
func goroutines(t testing.TB, profile string) (all, ours int) {
	t.Helper()
	group := 0
	mine := false
	for s := bufio.NewScanner(strings.NewReader(profile)); s.Scan(); {
		switch line := s.Text(); {
		case goroutineTotal.MatchString(line):
			all, _ = strconv.Atoi(goroutineTotal.FindStringSubmatch(line)[1])
		case goroutineGroup.MatchString(line):
			group, _ = strconv.Atoi(goroutineGroup.FindStringSubmatch(line)[1])
			mine = false
		case !mine && strings.Contains(line, "promogate/caddy-discount/reload."):
			mine = true
			ours += group
		}
	}
	if all == 0 {
		t.Fatalf("no count of goroutines in %.200q", profile)
	}
	return all, ours
}

// steady waits until the same is held three times in a row.
func (g *gateway) steady() resources {
	g.t.Helper()
	var last resources
	same := 0
	if !poll(patience, func() bool {
		now := g.resources()
		if now == last {
			same++
		} else {
			same = 0
		}
		last = now
		return same >= 2
	}) {
		g.t.Fatalf("what the program holds does not settle: %v", last)
	}
	return last
}

// fallsTo waits until the gateway holds at most that.
func (g *gateway) fallsTo(most resources) {
	g.t.Helper()
	var now resources
	if !poll(patience, func() bool { now = g.resources(); return now.within(most) }) {
		g.t.Errorf("the program holds %v\nbefore it was    %v", now, most)
	}
}

// decided is how many orders the metrics count with a discount.
func (g *gateway) decided() float64 {
	g.t.Helper()
	for line := range strings.Lines(g.get("/metrics")) {
		if value, ok := strings.CutPrefix(line, `caddy_discount_decisions_total{status="applied"} `); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				g.t.Fatal(err)
			}
			return n
		}
	}
	g.t.Fatal("caddy_discount_decisions_total is not in /metrics")
	return 0
}

// Idle connections to the upstream outlive the configuration that opened them,
// in Caddy itself, for the two minutes of its keepalive. They would hide what
// these tests look for.
const handlers = `http://SITE {
	discount /orders* shop/discount.toml {
		OPTIONS
	}
	discount_quote /quote shop/discount.toml
	reverse_proxy UPSTREAM {
		transport http {
			keepalive off
		}
	}
}
`

const otherSite = `http://OTHER {
	discount /orders* shop/discount.toml
	discount_quote /quote shop/discount.toml
	reverse_proxy UPSTREAM {
		transport http {
			keepalive off
		}
	}
}
`

// reloading starts a gateway for configuration reloads.
func reloading(t testing.TB) (g *gateway, f string) {
	t.Helper()
	dir := t.TempDir()
	f = filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g = start(t, dir, oneSite)
	g.other = freeport.Address(t)
	g.goesLive(1)
	g.remembers(1)
	return g, f
}

// with is a configuration of these sites, and options for the first handler.
func (g *gateway) with(sites, options string) string {
	return g.caddyfile(strings.NewReplacer("OPTIONS", options, "UPSTREAM", g.upstream).Replace(sites))
}

func TestFiftyReloadsLeakNothing(t *testing.T) {
	t.Parallel()
	g, f := reloading(t)
	usual := g.with(handlers, "max_lines 100")
	for range 3 { // what a program makes once is no leak
		g.accepted(usual)
		g.accepted(g.with(handlers+otherSite, "max_lines 99"))
	}
	g.accepted(usual)
	g.goesLive(1)
	before := g.steady()
	t.Logf("before: %v", before)

	last := g.decided()
	for i := range 50 {
		n := 2 + i
		options := "max_lines " + strconv.Itoa(200+i)
		sites := handlers
		switch i % 5 {
		case 1:
			sites += otherSite
		case 2:
			options += "\nheader_prefix X-Discount-\nrespond on"
		case 3: // another key: a second watcher beside the one of discount_quote
			options += "\nreload {\nsettle " + strconv.Itoa(21+i) + "ms\n}"
		}
		if config := g.with(sites, options); i%10 == 9 {
			write(t, filepath.Join(g.dir, "Caddyfile"), config)
			caddy(t, g.dir, "reload", "--config", "Caddyfile", "--address", g.admin).good(t)
		} else {
			g.accepted(config)
		}
		write(t, f, strategyOf(n))
		g.goesLive(n)
		now := g.decided()
		if now <= last {
			t.Fatalf("reload %d: orders counted went from %v to %v", i, last, now)
		}
		last = now
	}
	g.accepted(usual)
	g.fallsTo(before)
	t.Logf("after:  %v", g.resources())
}

func TestRejectedReloadLeavesTheStrategyRunning(t *testing.T) {
	t.Parallel()
	g, f := reloading(t)
	usual := g.with(handlers, "max_lines 100")
	g.accepted(usual)
	write(t, filepath.Join(g.dir, "broken.toml"), "version = \"v\"\nrule = 1\n")
	before := g.steady()
	n := 1
	for _, c := range []struct{ name, sites, options, says string }{
		{name: "strategy missing", sites: strings.Replace(handlers, "shop/discount.toml", "nowhere.toml", 1), options: "lines on", says: "nowhere.toml"},
		{name: "strategy missing in the second handler", sites: strings.Replace(handlers, "quote shop/discount.toml", "quote nowhere.toml", 1), options: "lines on", says: "nowhere.toml"},
		{name: "option unknown", sites: handlers, options: "colour red", says: `unknown option \"colour\"`},
		{name: "option impossible", sites: handlers, options: "header_prefix Content-", says: "header_prefix"},
		{name: "environment missing", sites: handlers, options: "env nowhere", says: "nowhere"},
		{name: "broken strategy in the second handler", sites: strings.Replace(handlers, "quote shop/discount.toml", "quote broken.toml", 1), options: "lines on", says: "broken.toml:2:"},
		{name: "broken strategy in another site", sites: handlers + strings.Replace(otherSite, "quote shop/discount.toml", "quote broken.toml", 1), options: "lines on", says: "broken.toml:2:"},
		{name: "address of another site taken", sites: handlers + strings.Replace(otherSite, "OTHER", g.upstream, 1), options: "lines on", says: "address already in use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := g.in(t)
			config := g.with(c.sites, c.options)
			for range 3 { // one release too many might only show in the end
				if status, body := g.post(config); status == http.StatusOK || !strings.Contains(body, c.says) {
					t.Errorf("got %d %s, want an error that says %s", status, body, c.says)
				}
			}
			g.stays(n)
			n++
			write(t, f, strategyOf(n))
			g.goesLive(n)
			g.fallsTo(before)
		})
	}
	write(t, filepath.Join(g.dir, "Caddyfile"), g.with(handlers, "colour red"))
	caddy(t, g.dir, "reload", "--config", "Caddyfile", "--address", g.admin).says(t, `unknown option "colour"`, "Caddyfile:7")
	g.stays(n)
}

func TestHandlersShareOneWatcher(t *testing.T) {
	t.Parallel()
	g, f := reloading(t)
	one := g.steady() // one handler
	if one.inotify == 0 || one.watches == 0 || one.ours == 0 {
		t.Fatalf("nothing is watched: %v", one)
	}
	g.accepted(g.with(handlers+otherSite, "max_lines 7"))
	if four := g.steady(); four.watching() != one.watching() {
		t.Errorf("four handlers of one strategy hold %v\nand one alone %v", four, one)
	}
	write(t, f, strategyOf(2))
	g.goesLive(2)
	if n, err := g.orderAt("http://" + g.other + "/orders"); n != 2 || err != nil {
		t.Errorf("the other site prices by v-%04d (%v) when the first does by v-0002", n, err)
	}

	// Other options of reloading, given by one of them, are those of the watcher there is.
	g.accepted(g.with(handlers, "reload {\npoll 3s\n}"))
	if same := g.steady(); same.watching() != one.watching() {
		t.Errorf("another way of reloading holds %v\nand one alone %v", same, one)
	}
	g.log.await(t, 0, "strategy options changed", `"poll":3`)
	write(t, f, strategyOf(3))
	g.goesLive(3)
	g.accepted(g.with(handlers, "max_lines 8"))
	g.fallsTo(one)
}
