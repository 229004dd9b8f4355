// Command reload measures how fast an edit of a strategy reaches the orders, and
// what reloading costs them, on the real program: it builds the gateway, runs it
// in front of an order service of its own, and saves strategies while orders
// flow at a fixed rate. Everything is on the loopback, bounded, and ended.
//
//	go run ./reload           in bench/; about two minutes
//	go run ./reload -quick    a look at each measurement, about half a minute
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// target is what a figure is held against.
type target struct {
	what  string
	bound time.Duration
	got   time.Duration
}

func main() {
	quick := flag.Bool("quick", false, "fewer saves and shorter loads: the figures mean little")
	part := flag.String("part", "", "latency or load: only that part")
	flag.Parse()
	if err := run(*quick, *part); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// plan says how much of each is measured.
type plan struct {
	renamed, large, inPlace int
	load                    time.Duration // of each half of the load measurement
}

func run(quick bool, part string) error {
	p := plan{renamed: 300, large: 60, inPlace: 150, load: 30 * time.Second}
	if quick {
		p = plan{renamed: 30, large: 5, inPlace: 15, load: 5 * time.Second}
	}
	dir, err := os.MkdirTemp("", "bench-reload-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin, err := build(dir)
	if err != nil {
		return err
	}
	var met []target
	for _, state := range []bool{true, false} {
		if part == "load" {
			break
		}
		m, err := latencies(dir, bin, p, state)
		if err != nil {
			return err
		}
		met = append(met, m...)
	}
	if part == "latency" {
		return verdict(met)
	}
	ratio, err := underLoad(dir, bin, p.load)
	if err != nil {
		return err
	}
	defer func() {
		fmt.Printf("%-6s %-70s %10.2f, at most 2\n", word(ratio <= 2), "p99 of orders with reloads to p99 without", ratio)
	}()
	return verdict(met)
}

// latencies measures from the end of a save to the first order priced by it.
func latencies(dir, bin string, p plan, state bool) ([]target, error) {
	remembered := "with its state directory"
	if !state {
		remembered = "with state off"
	}
	fmt.Printf("\nfrom the end of a save to the answer of the first order priced by it, at 2,000 orders/s, %s\n", remembered)
	fmt.Printf("%-34s %6s %10s %10s %10s\n", "", "saves", "p50", "p99", "max")
	var targets []target
	for _, c := range []struct {
		name  string
		rules int
		saves int
		save  saver
		p50   time.Duration
		p99   time.Duration
	}{
		{"100 rules, renamed in", 100, p.renamed, renameIn, 2 * time.Millisecond, 5 * time.Millisecond},
		{"10,000 rules, renamed in", 10_000, p.large, renameIn, 0, 40 * time.Millisecond},
		{"100 rules, written in place", 100, p.inPlace, writeInPlace, 0, 30 * time.Millisecond},
	} {
		g, err := start(dir, bin, c.rules, state)
		if err != nil {
			return nil, err
		}
		took, err := g.edits(c.rules, c.saves, c.save)
		if err := joined(err, g.stop()); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("%-34s %6d %10v %10v %10v\n", c.name, len(took), quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1))
		name := c.name + ", " + remembered
		if c.p50 > 0 {
			targets = append(targets, target{name + ", p50", c.p50, quantile(took, 0.5)})
		}
		targets = append(targets, target{name + ", p99", c.p99, quantile(took, 0.99)})
	}
	return targets, nil
}

// underLoad measures the p99 of orders with and without a strategy of 100,000
// lines that is saved every second, in four turns: without, with, without, with.
func underLoad(dir, bin string, each time.Duration) (ratio float64, err error) {
	const rate = 5000
	fmt.Printf("\norders at %d/s, a strategy of 100,000 lines in service, %v each\n", rate, each)
	fmt.Printf("%-34s %9s %9s %9s %9s %8s\n", "", "orders", "p50", "p99", "max", "errors")
	g, err := start(dir, bin, linesOf100k, true)
	if err != nil {
		return 0, err
	}
	defer func() { err = joined(err, g.stop()) }()
	if _, err := g.attack(rate, each/5, nil); err != nil { // warm up
		return 0, err
	}
	var sums [2]time.Duration
	for turn := range 4 {
		reloads := turn % 2
		name, during := "no reload", func(<-chan struct{}) error { return nil }
		if reloads == 1 {
			name, during = "a reload every second", g.saveEverySecond(g.next(linesOf100k, int(each/2/time.Second)))
		}
		m, err := g.attack(rate, each/2, during)
		if err != nil {
			return 0, err
		}
		fmt.Printf("%-34s %9d %9v %9v %9v %8d\n", name, m.Requests, round(m.Latencies.P50), round(m.Latencies.P99), round(m.Latencies.Max), len(m.Errors))
		if len(m.Errors) > 0 {
			return 0, fmt.Errorf("orders failed: %v", m.Errors)
		}
		sums[reloads] += m.Latencies.P99
	}
	return float64(sums[1]) / float64(sums[0]), nil
}

// verdict compares with the targets; a missed one is said, not hidden, and is
// no failure: the machine may be busy.
func verdict(met []target) error {
	fmt.Println()
	for _, t := range met {
		fmt.Printf("%-6s %-70s %10v, at most %v\n", word(t.got <= t.bound), t.what, t.got, t.bound)
	}
	return nil
}

func word(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}
