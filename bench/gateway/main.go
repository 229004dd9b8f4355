// Command gateway measures what computing discounts inside the proxy costs, beside
// what people would use instead: the proxy alone, handlers written in a day, a
// service beside the proxy, and nginx with Lua. All stand in front of the same
// order service, in rounds in which they take turns. Everything is on the loopback,
// bounded, and ended.
//
//	go run ./gateway          in bench/; some 20 minutes
//	go run ./gateway -aims    the proxy and the module alone; some seven minutes
//	go run ./gateway -quick   a look, about two minutes
//
// With -rounds N each is measured N times instead of 10.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/promogate/caddy-discount/bench/shop"
)

// plan says how much is measured.
type plan struct {
	rounds int
	each   time.Duration // of each of the two loads on each gateway
	rate   int           // of the load at a fixed rate, a second
	aims   bool          // what people would use instead is left out
}

func main() {
	quick := flag.Bool("quick", false, "two short rounds: the figures mean little")
	aims := flag.Bool("aims", false, "the proxy and the module alone")
	rounds := flag.Int("rounds", 10, "how often each is measured")
	flag.Parse()
	debug.SetGCPercent(1000) // its own collections would take the processors it shares with the gateways
	p := plan{rounds: *rounds, each: 800 * time.Millisecond, rate: 5000, aims: *aims}
	if *quick {
		p.rounds, p.each = 2, 500*time.Millisecond
	}
	if err := shop.With(func(dir, bin string) error { return run(dir, bin, p) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(dir, bin string, p plan) (err error) {
	testbed, err := open(dir, bin, p.aims)
	defer func() { testbed.close() }()
	if err != nil {
		return err
	}
	if err := testbed.agree(); err != nil {
		return err
	}
	figures := make(map[string]map[string][]figure) // by kind of request and gateway, a figure a round
	for _, k := range p.kinds() {
		figures[k.name] = make(map[string][]figure)
	}
	for round := range p.rounds {
		for _, k := range p.kinds() {
			for i := range testbed.gateways {
				// Another one begins in each round.
				g := testbed.gateways[(i+round)%len(testbed.gateways)]
				if !k.measures(g) {
					continue
				}
				f, err := measure(g, k, p)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", g.name, k.name, err)
				}
				figures[k.name][g.name] = append(figures[k.name][g.name], f)
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, p.rounds)
	}
	for _, k := range p.kinds() {
		report(k, testbed, figures[k.name])
	}
	verdict(figures)
	return nil
}
