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
			continue // it was not started, or does not price such a cart
		}
		got := a.middle(figures)
		fmt.Printf("%-6s %s: %s of %s to that of %s: %.3f%s\n", a.word(got), a.kind, a.what, a.of, a.beside, got, a.bound())
	}
}

// word says how an aim was met, or nothing of a ratio that has no bound.
func (a aim) word(got float64) string {
	switch {
	case a.least == 0 && a.most == 0:
		return ""
	case got < a.least || a.most > 0 && got > a.most:
		return "MISSED"
	}
	return "met"
}

func (a aim) bound() string {
	switch {
	case a.most > 0:
		return fmt.Sprintf(", at most %.2f", a.most)
	case a.least > 0:
		return fmt.Sprintf(", at least %.2f", a.least)
	}
	return ""
}

// bounds are what the contract asks of the module in a setting, to the proxy as
// installed: the most processor time, and the least throughput, or 0.
type bounds struct{ processor, throughput float64 }

var contract = []struct {
	of          string
	three, more bounds
}{
	{few, bounds{1.12, 0}, bounds{1.30, 0}},
	{fewExample, bounds{1.07, 0.96}, bounds{1.09, 0.96}},
	{fewCompact, bounds{1.02, 0.99}, bounds{1.06, 0.99}},
}

func aims(figures map[string]map[string][]figure) []aim {
	var all []aim
	for _, kind := range []string{threeLines, fiftyLines, spreadLines} {
		for _, c := range contract {
			b := c.more
			if kind == threeLines {
				b = c.three
			}
			all = append(all, aim{kind, c.of, alone, "processor time", processor, 0, b.processor})
			if b.throughput > 0 {
				all = append(all, aim{kind, c.of, alone, "throughput", throughput, b.throughput, 0})
			}
		}
		all = append(all,
			aim{kind, many, few, "throughput", throughput, noise(figures[kind], throughput), 0},
			aim{kind, fewExample, alone, "p99", tail, 0, 2 - noise(figures[kind], tail)},
			aim{kind, few, byHand, "throughput", throughput, 1, 0},
			aim{kind, few, beside, "throughput", throughput, 1, 0},
			aim{kind, fewExample, aloneExample, "processor time", processor, 0, 0},
			aim{kind, fewExample, aloneExample, "throughput", throughput, 0, 0},
			aim{kind, fewCompact, fewTwoWrites, "processor time", processor, 0, 0},
			aim{kind, fewCompact, fewTwoWrites, "throughput", throughput, 0, 0},
			aim{kind, again, alone, "processor time", processor, 0, 0},
			aim{kind, again, alone, "throughput", throughput, 0, 0},
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
