// Command pgo makes the profile that the gateway is built by: it sends the real
// program orders of every kind, in front of an order service, and writes where
// its time goes to cmd/caddy/gateway.pgo, for `go build -pgo`. It is not called
// default.pgo, which every build would use: that takes minutes longer, and those who
// try the gateway for the first time would wait for them.
//
//	go run ./pgo          in bench/; about a minute
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/google/pprof/profile"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

func main() {
	to := flag.String("to", "../cmd/caddy/gateway.pgo", "file of the profile")
	length := flag.Duration("time", 40*time.Second, "how long to look")
	flag.Parse()
	if err := shop.With(func(dir, bin string) error { return record(dir, bin, *to, *length) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func record(dir, bin, to string, length time.Duration) (err error) {
	g, err := shop.Start(dir, bin, shop.Setting{Strategy: shop.StrategyOf(100, 1), Administered: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Stop()) }()
	sent := make(chan error, 1)
	go func() { sent <- load(g, length+4*time.Second) }()
	time.Sleep(2 * time.Second) // warm up
	text, err := g.Profile(length)
	if err := errors.Join(err, <-sent); err != nil {
		return err
	}
	return write(to, text)
}

// write writes what the compiler reads of a profile, which are the names of
// functions and the lines in them: no path of this machine, and nothing of the
// program that was measured.
func write(to string, text []byte) (err error) {
	p, err := profile.ParseData(text)
	if err != nil {
		return err
	}
	for _, f := range p.Function {
		f.Filename = ""
	}
	for _, m := range p.Mapping {
		m.File, m.BuildID = "", ""
	}
	for _, l := range p.Location {
		l.Address = 0
	}
	for _, s := range p.Sample {
		s.Label, s.NumLabel, s.NumUnit = nil, nil, nil
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return p.Compact().Write(f)
}

// load sends each kind of order in turn, at a rate that two processors sustain with room.
func load(g *shop.Gateway, length time.Duration) error {
	json := http.Header{"Content-Type": {"application/json"}}
	orders := vegeta.NewStaticTargeter(
		vegeta.Target{Method: http.MethodPost, URL: g.URL(), Body: []byte(shop.Cart), Header: json},
		vegeta.Target{Method: http.MethodPost, URL: g.URL(), Body: []byte(shop.Cart), Header: json},
		vegeta.Target{Method: http.MethodPost, URL: g.URL(), Body: shop.CartOf(50), Header: json},
		vegeta.Target{Method: http.MethodPost, URL: g.URL(), Header: http.Header{"X-Cart-Items": {`"sku-1";q=2;p=1800, "sku-2";q=1;p=1500, "sku-3";q=3;p=990`}}},
		vegeta.Target{Method: http.MethodGet, URL: g.URL()},
	)
	attacker := vegeta.NewAttacker(vegeta.Connections(64), vegeta.Timeout(5*time.Second))
	for r := range attacker.Attack(orders, vegeta.Rate{Freq: 2000, Per: time.Second}, length, "pgo") {
		if r.Code != http.StatusOK {
			attacker.Stop()
			return fmt.Errorf("an order was answered %d %s", r.Code, r.Error)
		}
	}
	return nil
}
