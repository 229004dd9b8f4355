// Command scale measures what grows, and draws it: what an order costs in the
// handler by the number of rules, the lines of a cart and the size of its body, and
// what loading costs by the lines of a strategy. It runs the benchmarks of the
// module, several times each, and takes the median. Then it has up to 2,000 clients
// send to the real gateway.
//
//	go run ./scale                     in bench/; about seven minutes
//	go run ./scale -to ../docs/performance
//	go run ./scale -only connections
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// study is one thing that grows.
type study struct {
	file      string // of the picture, without its suffix
	title     string
	grows     string // what is along the bottom
	pack      string // with the benchmark
	benchmark string
	series    []series
}

// series is one line of a picture: the benchmarks whose names have the number of
// what grows between two texts.
type series struct {
	name          string
	before, after string
}

var studies = []study{
	{"rules", "an order of three lines, by rules in service", "rules", ".", "BenchmarkScale/rules",
		[]series{{"handler", "BenchmarkScale/rules/", ""}}},
	{"lines", "an order, by lines of the cart, with 100 rules", "lines", ".", "BenchmarkScale/lines",
		[]series{{"handler", "BenchmarkScale/lines/", ""}}},
	{"bytes", "an order of three lines, by bytes of the body", "bytes", ".", "BenchmarkScale/bytes",
		[]series{{"handler", "BenchmarkScale/bytes/", ""}}},
	{"loading", "loading a strategy, by its lines", "lines", "./strategy", "BenchmarkLoad",
		[]series{{"from bytes to service", "BenchmarkLoad/", "_lines/all"}, {"go-toml, strict, in pieces of 1,000 lines", "BenchmarkLoad/", "_lines/go-toml_strict,_in_pieces"}}},
}

func main() {
	to := flag.String("to", "", "directory for the pictures; none are drawn without it")
	count := flag.Int("count", 5, "how often each benchmark runs")
	length := flag.Duration("time", 500*time.Millisecond, "how long each run is")
	only := flag.String("only", "", "one study: rules, lines, bytes, loading or connections")
	flag.Parse()
	if err := run(*to, *only, *count, *length); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(to, only string, count int, length time.Duration) error {
	for _, s := range studies {
		if only != "" && only != s.file {
			continue
		}
		results, err := measure(s, count, length)
		if err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
		table(os.Stdout, s, results)
		if err := picture(to, s, results); err != nil {
			return err
		}
	}
	if only != "" && only != clients.file {
		return nil
	}
	results, err := measureClients(os.Stdout, 8*length)
	if err != nil {
		return fmt.Errorf("%s: %w", clients.file, err)
	}
	return picture(to, clients, results)
}

// picture draws a study if -to is given.
func picture(to string, s study, results map[string][]result) error {
	if to == "" {
		return nil
	}
	if err := draw(filepath.Join(to, s.file+".svg"), s, results); err != nil {
		return fmt.Errorf("%s: %w", s.file, err)
	}
	return nil
}
