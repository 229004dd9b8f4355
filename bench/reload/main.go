// Command reload measures how fast an edit of a strategy reaches the orders, and
// what reloading costs them, on the real program: it builds the gateway and saves
// strategies while orders flow at a fixed rate. The gateway answers them by itself,
// as the programs do that it is compared with; the time from a save to its effect
// is measured in front of an order service too, which shares its processors here. Everything is on the loopback, bounded,
// and ended.
//
//	go run ./reload           in bench/; about four minutes
//	go run ./reload -quick    a look at each measurement, about a minute
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/promogate/caddy-discount/bench/shop"
)

// target is what a figure is held against.
type target struct {
	what, got, bound string
	met              bool
}

func main() {
	quick := flag.Bool("quick", false, "fewer saves and shorter loads: the figures mean little")
	part := flag.String("part", "", "latency or load: only that part")
	flag.Parse()
	debug.SetGCPercent(1000) // its own collections would take the processors it shares with the gateway
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
	return shop.With(func(dir, bin string) error { return measure(dir, bin, quick, part) })
}

func measure(dir, bin string, quick bool, part string) error {
	p := plan{renamed: 300, large: 60, inPlace: 150, load: 40 * time.Second}
	if quick {
		p = plan{renamed: 30, large: 5, inPlace: 15, load: 12 * time.Second}
	}
	var met []target
	for _, in := range []setting{{alone: true, state: true}, {alone: true}, {state: true}} {
		if part != "load" {
			m, err := latencies(dir, bin, p, in)
			if err != nil {
				return err
			}
			met = append(met, m...)
		}
		if part != "latency" && in.state && in.alone {
			m, err := underLoad(dir, bin, p.load, in)
			if err != nil {
				return err
			}
			met = append(met, m...)
		}
	}
	verdict(met)
	return nil
}

// setting is what a measurement is made in.
type setting struct {
	rules int
	state bool // it has a state directory
	alone bool // it answers by itself
}

func (in setting) String() string {
	text := "in front of an order service"
	if in.alone {
		text = "answering by itself"
	}
	if !in.state {
		text += ", state off"
	}
	return text
}

// latencies measures from the end of a save to the first order priced by it.
func latencies(dir, bin string, p plan, in setting) ([]target, error) {
	fmt.Printf("\nfrom the end of a save to the answer of the first order priced by it, at 2,000 orders/s, %v\n", in)
	fmt.Printf("%-34s %6s %10s %10s %10s %6s %6s   %s\n", "", "saves", "p50", "p99", "max", "late", "failed", wakeupHead)
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
		{"10,000 rules, renamed in", 10_000, p.large, renameIn, 60 * time.Millisecond, 0},
		{"100 rules, written in place", 100, p.inPlace, writeInPlace, 0, 30 * time.Millisecond},
	} {
		in.rules = c.rules
		g, err := start(dir, bin, in)
		if err != nil {
			return nil, err
		}
		machine := startWakeup()
		e, err := g.edits(c.rules, c.saves, c.save)
		delays := machine.end()
		if err := errors.Join(err, g.Stop()); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("%-34s %6d %10v %10v %10v %6d %6d   %s\n", c.name, len(e.took)+e.late, quantile(e.took, 0.5), quantile(e.took, 0.99), quantile(e.took, 1),
			e.late, e.failed.count, wakeupText(delays))
		if e.failed.first != nil {
			fmt.Println("  the first order that failed:", e.failed.first)
		}
		targets = append(targets,
			count(fmt.Sprintf("%s, saves not in service after %v, %v", c.name, patience, in), e.late),
			count(fmt.Sprintf("%s, orders that failed, %v", c.name, in), e.failed.count))
		for _, q := range []struct {
			name  string
			at    float64
			bound time.Duration
		}{{"p50", 0.5, c.p50}, {"p99", 0.99, c.p99}} {
			if q.bound > 0 {
				got := quantile(e.took, q.at)
				targets = append(targets, target{fmt.Sprintf("%s, %s, %v", c.name, q.name, in), got.String(), q.bound.String(), len(e.took) > 0 && got <= q.bound})
			}
		}
	}
	return targets, nil
}

// turns is how often the load measurement goes with reloads, and without.
const turns = 4

// underLoad measures the p99 of orders with and without a strategy of 100,000
// lines that is reloaded every second, in turns. Without, the same file is
// written beside it: this measures what reloading costs, and not what writing does.
func underLoad(dir, bin string, each time.Duration, in setting) (met []target, err error) {
	const rate, bound = 5000, 1.7
	fmt.Printf("\norders at %d/s, a strategy of 100,000 lines in service, %v each, %v\n", rate, each/turns, in)
	fmt.Printf("%-34s %9s %9s %9s %9s %8s %10s   %s\n", "", "orders", "p50", "p99", "max", "errors", "in 0.7 s", wakeupHead)
	in.rules = shop.LinesOf100k
	g, err := start(dir, bin, in)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Stop()) }()
	if _, err := g.attack(rate, each/8, nil); err != nil { // warm up
		return nil, err
	}
	var p99 [2][]time.Duration
	var failed, late int
	for turn := range 2 * turns {
		reloads := turn % 2
		contents := g.next(shop.LinesOf100k, int(each/turns/time.Second))
		var counts saved
		name, during := "written elsewhere every second", g.saveElsewhere(contents)
		if reloads == 1 {
			name, during = "a reload every second", g.saveEverySecond(contents, &counts)
		}
		machine := startWakeup()
		m, err := g.attack(rate, each/turns, during)
		delays := machine.end()
		if err != nil {
			return nil, err
		}
		failures := int(m.Requests) - int(m.Success*float64(m.Requests)+0.5)
		inTime := ""
		if reloads == 1 {
			inTime = fmt.Sprintf("%d of %d", counts.inTime, counts.all)
		}
		fmt.Printf("%-34s %9d %9v %9v %9v %8d %10s   %s\n", name, m.Requests, round(m.Latencies.P50), round(m.Latencies.P99), round(m.Latencies.Max), failures, inTime, wakeupText(delays))
		for _, text := range m.Errors[:min(3, len(m.Errors))] {
			fmt.Println("  an order failed:", text)
		}
		failed, late = failed+failures, late+counts.all-counts.inTime
		p99[reloads] = append(p99[reloads], m.Latencies.P99)
	}
	ratio := float64(median(p99[1])) / float64(median(p99[0]))
	return []target{
		{fmt.Sprintf("median p99 with reloads to that without, %v", in), fmt.Sprintf("%.2f", ratio), fmt.Sprint(bound), ratio <= bound},
		count("orders that failed under reloads, "+in.String(), failed),
		count("saves that were not in service after 0.7 s, "+in.String(), late),
	}, nil
}

// count is a target for what should not happen.
func count(what string, n int) target { return target{what, strconv.Itoa(n), "0", n == 0} }

// wakeupHead is the head of the column that wakeupText fills: how late the machine
// woke a thread meanwhile.
const wakeupHead = "wake-up p50, p99, max"

func wakeupText(late []time.Duration) string {
	return fmt.Sprintf("%v, %v, %v", quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1))
}

// verdict compares with the targets; a missed one is said, not hidden, and is
// no failure: the machine may be busy.
func verdict(met []target) {
	fmt.Println()
	for _, t := range met {
		word := "met"
		if !t.met {
			word = "MISSED"
		}
		fmt.Printf("%-6s %-90s %10s, at most %s\n", word, t.what, t.got, t.bound)
	}
}
