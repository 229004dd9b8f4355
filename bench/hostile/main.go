// Command hostile measures what good orders feel of bad ones: it sends good orders
// at a fixed rate to the real gateway, alone and beside a tenth as many requests
// that are broken, huge or slow. Everything is on the loopback, bounded, and ended.
//
//	go run ./hostile          in bench/; about two minutes
//	go run ./hostile -quick   a look, about twenty seconds
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

// The load: good orders a second, and how much longer their p99 may be beside bad
// requests.
const (
	rate  = 2000
	bound = 2
)

func main() {
	quick := flag.Bool("quick", false, "shorter turns: the figures mean little")
	flag.Parse()
	debug.SetGCPercent(1000) // its own collections would take the processors it shares with the gateway
	each, rounds := 10*time.Second, 5
	if *quick {
		each, rounds = 3*time.Second, 2
	}
	if err := run(each, rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(each time.Duration, rounds int) error {
	return shop.With(func(dir, bin string) error { return measure(dir, bin, each, rounds) })
}

func measure(dir, bin string, each time.Duration, rounds int) (err error) {
	g, err := shop.Start(dir, bin, shop.Setting{Strategy: strategy(), Alone: true, Administered: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Stop()) }()
	check, err := g.CheckURL()
	if err != nil {
		return err
	}
	if _, err := good(g, each/2); err != nil { // warm up
		return err
	}
	fmt.Printf("good orders at %d/s for %v each, by themselves and beside bad requests\n", rate, each)
	fmt.Printf("%-18s %8s %9s %9s %9s %7s\n", "", "orders", "p50", "p99", "max", "errors")
	var alone, beside []time.Duration
	for range rounds {
		m, err := turn(g, "by themselves", each)
		if err != nil {
			return err
		}
		alone = append(alone, m)
		end := attack(g, check)
		m, err = turn(g, "beside bad ones", each)
		if err := errors.Join(err, end()); err != nil {
			return err
		}
		beside = append(beside, m)
	}
	return report(g, alone, beside)
}

// turn sends good orders; one that fails is an error.
func turn(g *shop.Gateway, name string, each time.Duration) (time.Duration, error) {
	m, err := good(g, each)
	if err != nil {
		return 0, err
	}
	l := m.Latencies
	fmt.Printf("%-18s %8d %9v %9v %9v %7d\n", name, m.Requests, round(l.P50), round(l.P99), round(l.Max), len(m.Errors))
	if len(m.Errors) > 0 || m.Success < 1 {
		return 0, fmt.Errorf("good orders failed: %v, %.4f of them answered 200", m.Errors, m.Success)
	}
	return l.P99, nil
}

func good(g *shop.Gateway, each time.Duration) (*vegeta.Metrics, error) {
	attacker := vegeta.NewAttacker(vegeta.Connections(128), vegeta.Timeout(5*time.Second))
	var m vegeta.Metrics
	var failed error
	for r := range attacker.Attack(post(g.URL(), []byte(shop.Cart), nil), vegeta.Rate{Freq: rate, Per: time.Second}, each, "good") {
		m.Add(r)
		if _, err := shop.PricedBy(r.Headers); err != nil && r.Error == "" {
			failed = err
		}
	}
	m.Close()
	return &m, failed
}

// report compares the medians.
func report(g *shop.Gateway, alone, beside []time.Duration) error {
	peak, err := g.MemoryPeak()
	if err != nil {
		return err
	}
	ratio := float64(median(beside)) / float64(median(alone))
	word := "met"
	if ratio > bound {
		word = "MISSED"
	}
	fmt.Printf("\nthe gateway held %d MiB at most\n%s: p99 of good orders beside bad ones %v, by themselves %v: %.2f, at most %d\n",
		peak>>20, word, round(median(beside)), round(median(alone)), ratio, bound)
	return nil
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
