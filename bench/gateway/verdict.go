package main

import (
	"fmt"
	"slices"
)

// aim is how one gateway is to do beside another: the middle of the ratios of the
// same round.
type aim struct {
	kind, of, beside string
	what             string
	ratio            func(own, other figure) float64
	least, most      float64 // 0 for no bound
}

func throughput(own, other figure) float64 { return own.throughput / other.throughput }
func processor(own, other figure) float64  { return own.cpu / other.cpu }
func tail(own, other figure) float64       { return float64(own.p99) / float64(other.p99) }

// verdict compares with what was aimed at. A missed aim is said, and no failure: the
// machine may be busy.
func verdict(figures map[string]map[string][]figure) {
	fmt.Println("\nmiddle of the ratios, beside what the proxy alone makes of itself")
	for _, a := range aims(figures) {
		if len(figures[a.kind][a.of]) == 0 || len(figures[a.kind][a.beside]) == 0 {
			continue // nginx may not be installed
		}
		got := a.middle(figures)
		word, bound := "met", fmt.Sprintf("at least %.2f", a.least)
		if a.most > 0 {
			bound = fmt.Sprintf("at most %.2f", a.most)
		}
		if got < a.least || a.most > 0 && got > a.most {
			word = "MISSED"
		}
		fmt.Printf("%-6s %s: %s of %s to that of %s: %.2f, %s\n", word, a.kind, a.what, a.of, a.beside, got, bound)
	}
}

func aims(figures map[string]map[string][]figure) []aim {
	var all []aim
	for _, kind := range []string{threeLines, fiftyLines} {
		processorMost := map[string]float64{threeLines: 1.05, fiftyLines: 1.10}[kind]
		all = append(all,
			aim{kind, few, alone, "throughput", throughput, 1, 0},
			aim{kind, guided, alone, "throughput", throughput, 1, 0},
			aim{kind, few, alone, "processor time", processor, 0, processorMost},
			aim{kind, many, few, "throughput", throughput, noise(figures[kind], throughput), 0},
			aim{kind, few, alone, "p99", tail, 0, 2 - noise(figures[kind], tail)},
			aim{kind, few, byHand, "throughput", throughput, 1, 0},
			aim{kind, few, beside, "throughput", throughput, 1, 0},
		)
	}
	return append(all, aim{fiftyLines, few, lua, "throughput", throughput, 1, 0})
}

func (a aim) middle(figures map[string]map[string][]figure) float64 {
	own, other := figures[a.kind][a.of], figures[a.kind][a.beside]
	ratios := make([]float64, len(own))
	for i := range own {
		ratios[i] = a.ratio(own[i], other[i])
	}
	slices.Sort(ratios)
	return (ratios[(len(ratios)-1)/2] + ratios[len(ratios)/2]) / 2
}

// noise is how far below itself the proxy alone comes in three rounds of four, as a
// ratio: what is nearer is not told apart.
func noise(figures map[string][]figure, ratio func(own, other figure) float64) float64 {
	var apart []float64
	for i, f := range figures[alone] {
		r := ratio(figures[again][i], f)
		apart = append(apart, min(r, 1/r))
	}
	slices.Sort(apart)
	return apart[len(apart)/4]
}
