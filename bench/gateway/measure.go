package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

// kind is a kind of request.
type kind struct {
	name   string
	method string
	body   []byte
	header http.Header
	module bool // only the module has rules for it
}

// The kinds that are measured.
const (
	threeLines  = "a cart of three lines"
	fiftyLines  = "a cart of fifty lines, each with a rule of its own"
	spreadLines = "a cart of fifty lines that share a discount and reach the limit"
)

// kinds are the kinds of requests that a plan has. Aims are about carts in bodies.
func (p plan) kinds() []kind {
	json := http.Header{"Content-Type": {"application/json"}}
	carts := []kind{
		{name: threeLines, method: http.MethodPost, body: []byte(shop.Cart), header: json},
		{name: fiftyLines, method: http.MethodPost, body: shop.CartOf(50), header: json},
		{name: spreadLines, method: http.MethodPost, body: shop.AssortedCartOf(50), header: json, module: true},
	}
	if p.aims {
		return carts
	}
	return append(carts,
		kind{name: "a cart in headers", method: http.MethodPost, header: http.Header{"X-Cart-Items": {`"sku-1";q=2;p=1800, "sku-2";q=1;p=1500, "sku-3";q=3;p=990`}}},
		kind{name: "no cart", method: http.MethodGet},
	)
}

// measures is whether a kind says something of a gateway.
func (k kind) measures(g *gateway) bool { return !k.module || g.module || !g.prices }

// figure is what one gateway did in one round.
type figure struct {
	throughput float64 // requests a second, as fast as 32 clients can
	cpu        float64 // seconds of its processors for 100,000 of them
	p50, p99   time.Duration
}

// measure has clients send as fast as they can, and then at a fixed rate.
func measure(g *gateway, k kind, p plan) (figure, error) {
	const clients = 32
	// Clients that may wait at once at the fixed rate. Connections beyond those that
	// are kept are opened anew for each request, and what a gateway that falls behind
	// leaves closed uses up the system's ports.
	const waiting = 256
	before, err := g.processorTime()
	if err != nil {
		return figure{}, err
	}
	fast, err := attack(g, k, vegeta.Rate{}, p.each, clients, vegeta.Workers(clients))
	if err != nil {
		return figure{}, err
	}
	after, err := g.processorTime()
	if err != nil {
		return figure{}, err
	}
	steady, err := attack(g, k, vegeta.Rate{Freq: p.rate, Per: time.Second}, p.each, waiting)
	if err != nil {
		return figure{}, err
	}
	return figure{
		throughput: fast.Throughput,
		cpu:        (after - before).Seconds() / float64(fast.Requests) * 100_000,
		p50:        steady.Latencies.P50,
		p99:        steady.Latencies.P99,
	}, nil
}

// attack has at most so many clients send requests; one that fails is an error. Their
// connections are closed afterwards, of which there would be thousands in the end.
func attack(g *gateway, k kind, rate vegeta.Rate, each time.Duration, clients uint64, options ...func(*vegeta.Attacker)) (*vegeta.Metrics, error) {
	connections := &http.Transport{MaxIdleConns: int(clients), MaxIdleConnsPerHost: int(clients)}
	defer connections.CloseIdleConnections()
	client := &http.Client{Transport: connections, Timeout: 10 * time.Second}
	attacker := vegeta.NewAttacker(append(options, vegeta.MaxWorkers(clients), vegeta.Client(client))...)
	target := vegeta.NewStaticTargeter(vegeta.Target{Method: k.method, URL: g.url, Body: k.body, Header: k.header})
	var m vegeta.Metrics
	for r := range attacker.Attack(target, rate, each, g.name) {
		m.Add(r)
	}
	m.Close()
	if m.Success < 1 {
		return nil, fmt.Errorf("%.4f of the requests were answered 200: %v", m.Success, m.Errors)
	}
	return &m, nil
}

// ticks are what Linux counts the time of processors in.
const ticks = 10 * time.Millisecond

// processorTime is what the processes of a gateway have used.
func (g *gateway) processorTime() (sum time.Duration, err error) {
	for _, pid := range g.processes() {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, err
		}
		_, rest, found := strings.Cut(string(text), ") ") // a name may have spaces
		fields := strings.Fields(rest)
		if !found || len(fields) < 13 {
			return 0, errors.New("the system does not say what processors did")
		}
		for _, field := range fields[11:13] { // in user mode and in the kernel
			n, err := strconv.Atoi(field)
			if err != nil {
				return 0, err
			}
			sum += time.Duration(n) * ticks
		}
	}
	return sum, nil
}

// memoryPeak is the most that the processes of a gateway held, in bytes.
func (g *gateway) memoryPeak() (sum int64) {
	for _, pid := range g.processes() {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		for line := range strings.Lines(string(text)) {
			var kib int64
			if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
				sum += kib << 10
			}
		}
	}
	return sum
}

// processes are those of a gateway, with those they started.
func (g *gateway) processes() []int {
	var all []int
	for _, cmd := range g.commands {
		pid := cmd.Process.Pid
		all = append(all, pid)
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		for _, child := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}
