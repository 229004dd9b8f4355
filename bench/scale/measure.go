package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/benchmark/parse"
)

// result is the median of one benchmark's runs.
type result struct {
	n      int // how much there was of what grows
	ns     float64
	bytes  uint64
	allocs uint64
}

// measure runs the benchmarks of a study and sorts their results, by series.
func measure(s study, count int, length time.Duration) (map[string][]result, error) {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", s.benchmark, "-benchmem",
		"-count", strconv.Itoa(count), "-benchtime", length.String(), "-timeout", "30m", s.pack)
	cmd.Dir, cmd.Stderr = "..", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	// The log of what is loaded stands between a name and its figures.
	out = regexp.MustCompile(`(?m)^(Benchmark\S+\s*)?\{.*\}\n`).ReplaceAll(out, []byte("$1"))
	set, err := parse.ParseSet(bytes.NewReader(out))
	if err != nil {
		return nil, err
	}
	all := make(map[string][]result)
	for _, line := range s.series {
		for name, runs := range set {
			if n, is := line.of(name); is {
				all[line.name] = append(all[line.name], median(n, runs))
			}
		}
		slices.SortFunc(all[line.name], func(a, b result) int { return cmp.Compare(a.n, b.n) })
		if len(all[line.name]) == 0 {
			return nil, fmt.Errorf("nothing was measured of %s in\n%s", line.name, out)
		}
	}
	return all, nil
}

// processors end the name of a benchmark.
var processors = regexp.MustCompile(`-\d+$`)

// of is the number in the name of a benchmark of the series.
func (s series) of(name string) (int, bool) {
	name = processors.ReplaceAllString(name, "")
	rest, begins := strings.CutPrefix(name, s.before)
	number, ends := strings.CutSuffix(rest, s.after)
	n, err := strconv.Atoi(number)
	return n, begins && ends && err == nil
}

func median(n int, runs []*parse.Benchmark) result {
	slices.SortFunc(runs, func(a, b *parse.Benchmark) int { return cmp.Compare(a.NsPerOp, b.NsPerOp) })
	r := runs[len(runs)/2]
	return result{n, r.NsPerOp, r.AllocedBytesPerOp, r.AllocsPerOp}
}

// table prints results for docs/performance.md.
func table(w io.Writer, s study, all map[string][]result) {
	fmt.Fprintf(w, "\n%s\n\n| %s | | time | allocations | bytes |\n| ---: | --- | ---: | ---: | ---: |\n", s.title, s.grows)
	for _, line := range s.series {
		for _, r := range all[line.name] {
			fmt.Fprintf(w, "| %d | %s | %s | %d | %d |\n", r.n, line.name, duration(r.ns), r.allocs, r.bytes)
		}
	}
}

// duration has three digits that mean something.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.3g ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	}
	return fmt.Sprintf("%.3g ms", ns/1e6)
}
