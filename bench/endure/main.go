// Command endure sends the real gateway as many orders as it takes for ten minutes,
// up to 10,000 a second, while its strategy is reloaded every second: no order may
// fail, and its memory may not grow. Everything is on the loopback, bounded, and
// ended.
//
//	go run ./endure              in bench/; ten minutes
//	go run ./endure -time 1m     a look
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

const (
	rate    = 10_000 // orders a second
	clients = 64     // at most so many orders at once
	rules   = 100

	// mostGrowth is how much more memory the last third of the time may take than the
	// first: the collector lets it breathe.
	mostGrowth = 1.10
)

func main() {
	length := flag.Duration("time", 10*time.Minute, "how long")
	flag.Parse()
	debug.SetGCPercent(1000) // its own collections would take the processors it shares with the gateway
	if err := shop.With(func(dir, bin string) error { return endure(dir, bin, *length) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func endure(dir, bin string, length time.Duration) (err error) {
	g, err := shop.Start(dir, bin, shop.Setting{Strategy: shop.StrategyOf(rules, 1), State: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Stop()) }()
	if _, err := send(g, g.URL(), min(length, 10*time.Second)); err != nil { // warm up
		return err
	}
	alone, err := send(g, g.PlainURL(), 5*time.Second)
	if err != nil {
		return err
	}
	fmt.Printf("the proxy alone takes %.0f requests/s of the %d that are sent\n", alone.Throughput, rate)
	stop, watched := make(chan struct{}), make(chan watch, 1)
	go func() { watched <- reloadAndWatch(g, stop) }()
	m, err := send(g, g.URL(), length)
	close(stop)
	w := <-watched
	if err := errors.Join(err, w.err); err != nil {
		return err
	}
	fmt.Printf("%d orders in %v, %.0f a second, p50 %v, p99 %v, max %v, %d failed\n",
		m.Requests, m.Duration.Round(time.Second), m.Throughput, round(m.Latencies.P50), round(m.Latencies.P99), round(m.Latencies.Max), len(m.Errors))
	return w.verdict()
}

// send sends orders; one that fails is an error.
func send(g *shop.Gateway, url string, length time.Duration) (*vegeta.Metrics, error) {
	attacker := vegeta.NewAttacker(vegeta.Workers(clients), vegeta.MaxWorkers(clients), vegeta.Connections(clients), vegeta.Timeout(10*time.Second))
	orders := vegeta.NewStaticTargeter(vegeta.Target{
		Method: http.MethodPost, URL: url, Body: []byte(shop.Cart), Header: http.Header{"Content-Type": {"application/json"}},
	})
	var m vegeta.Metrics
	for r := range attacker.Attack(orders, vegeta.Rate{Freq: rate, Per: time.Second}, length, "endure") {
		m.Add(r)
		if _, err := shop.PricedBy(r.Headers); err != nil && url == g.URL() && r.Error == "" {
			attacker.Stop()
			return nil, err
		}
	}
	m.Close()
	if len(m.Errors) > 0 || m.Success < 1 {
		return nil, fmt.Errorf("orders failed: %v, %.6f of them answered 200", m.Errors, m.Success)
	}
	return &m, nil
}

// watch is what was seen of the gateway meanwhile.
type watch struct {
	reloads int
	memory  []int64 // every second, in bytes
	err     error
}

// reloadAndWatch saves another strategy every second, and makes sure that it went
// into service.
func reloadAndWatch(g *shop.Gateway, stop <-chan struct{}) (w watch) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return w
		case <-tick.C:
		}
		version := w.reloads + 2
		if w.err = g.Rename(shop.StrategyOf(rules, version)); w.err != nil {
			return w
		}
		w.reloads++
		time.Sleep(500 * time.Millisecond)
		seen, err := g.Order()
		if err == nil && seen != version {
			err = fmt.Errorf("half a second after the save version %d is in service, want %d", seen, version)
		}
		memory, memoryErr := g.Memory()
		if w.err = errors.Join(err, memoryErr); w.err != nil {
			return w
		}
		w.memory = append(w.memory, memory)
	}
}

// verdict holds the last third of the time against the first.
func (w watch) verdict() error {
	third := len(w.memory) / 3
	if third == 0 {
		return errors.New("too short to say anything of memory")
	}
	first, last := slices.Max(w.memory[:third]), slices.Max(w.memory[len(w.memory)-third:])
	growth := float64(last) / float64(first)
	word := "met"
	if growth > mostGrowth {
		word = "MISSED"
	}
	fmt.Printf("%s: %d reloads, at most %d MB held in the first third of the time and %d MB in the last: %.2f, at most %.2f\n",
		word, w.reloads, first>>20, last>>20, growth, mostGrowth)
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
