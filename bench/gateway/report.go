package main

import (
	"fmt"
	"slices"
	"time"
)

// report prints the middle of the rounds, and each figure's ratio to that of the
// proxy alone in the same round: the middle one, and from which to which.
func report(k kind, s *testbed, figures map[string][]figure) {
	fmt.Printf("\n%s\n%-30s %9s %-24s %9s %-24s %9s %9s %8s\n", k.name, "",
		"req/s", "  of the proxy alone", "CPU s", "  of the proxy alone", "p50", "p99", "memory")
	alone := figures[s.gateways[0].name]
	for _, g := range s.gateways {
		own := figures[g.name]
		if len(own) == 0 {
			continue
		}
		fmt.Printf("%-30s %9.0f %-24s %9.2f %-24s %9v %9v %5d MB\n", g.name,
			median(own, func(f figure) float64 { return f.throughput }), ratios(own, alone, func(f figure) float64 { return f.throughput }),
			median(own, func(f figure) float64 { return f.cpu }), ratios(own, alone, func(f figure) float64 { return f.cpu }),
			middle(own, func(f figure) time.Duration { return f.p50 }), middle(own, func(f figure) time.Duration { return f.p99 }),
			g.memoryPeak()>>20)
	}
}

func median(all []figure, of func(figure) float64) float64 {
	values := make([]float64, len(all))
	for i, f := range all {
		values[i] = of(f)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

func middle(all []figure, of func(figure) time.Duration) time.Duration {
	return time.Duration(median(all, func(f figure) float64 { return float64(of(f)) })).Round(10 * time.Microsecond)
}

func ratios(own, alone []figure, of func(figure) float64) string {
	each := make([]figure, len(own))
	for i := range own {
		each[i].throughput = of(own[i]) / of(alone[i])
	}
	ratio := func(f figure) float64 { return f.throughput }
	low := slices.MinFunc(each, func(a, b figure) int { return compare(ratio(a), ratio(b)) })
	high := slices.MaxFunc(each, func(a, b figure) int { return compare(ratio(a), ratio(b)) })
	return fmt.Sprintf("  %.3f (%.2f to %.2f)", median(each, ratio), ratio(low), ratio(high))
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
