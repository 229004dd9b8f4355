package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

// clients is the study of the real gateway, with an order service behind it, by how
// many clients send one order after the other, each on its own connection.
var clients = study{
	file: "connections", title: "time between two answers, by connections", grows: "connections",
	series: []series{{name: "with discounts"}, {name: "the proxy alone"}},
}

var connections = []int{1, 10, 100, 500, 1000, 2000}

// measureClients prints what clients see, and returns the time between two answers.
func measureClients(w io.Writer, each time.Duration) (all map[string][]result, err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(1000)) // the clients share the processors with the gateway
	all = make(map[string][]result)
	err = shop.With(func(dir, bin string) (err error) {
		g, err := shop.Start(dir, bin, shop.Setting{Strategy: shop.StrategyOf(100, 1)})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, g.Stop()) }()
		fmt.Fprintf(w, "\n%s\n\n| %s | | req/s | p50 | p99 | held at most |\n| ---: | --- | ---: | ---: | ---: | ---: |\n", clients.title, clients.grows)
		for _, n := range connections {
			for i, url := range []string{g.URL(), g.PlainURL()} {
				m, err := orders(url, n, each)
				if err != nil {
					return fmt.Errorf("%d connections, %s: %w", n, clients.series[i].name, err)
				}
				peak, err := g.MemoryPeak()
				if err != nil {
					return err
				}
				name := clients.series[i].name
				fmt.Fprintf(w, "| %d | %s | %.0f | %s | %s | %d MB |\n", n, name, m.Throughput,
					duration(float64(m.Latencies.P50)), duration(float64(m.Latencies.P99)), peak>>20)
				all[name] = append(all[name], result{n: n, ns: float64(time.Second) / m.Throughput})
			}
		}
		return nil
	})
	return all, err
}

// orders has so many clients send; an order that fails is an error.
func orders(url string, clients int, each time.Duration) (*vegeta.Metrics, error) {
	attacker := vegeta.NewAttacker(vegeta.Workers(uint64(clients)), vegeta.MaxWorkers(uint64(clients)),
		vegeta.Connections(clients), vegeta.Timeout(20*time.Second))
	target := vegeta.NewStaticTargeter(vegeta.Target{
		Method: http.MethodPost, URL: url, Body: []byte(shop.Cart), Header: http.Header{"Content-Type": {"application/json"}},
	})
	var m vegeta.Metrics
	for r := range attacker.Attack(target, vegeta.Rate{}, each, "orders") {
		m.Add(r)
	}
	m.Close()
	if len(m.Errors) > 0 || m.Success < 1 {
		return nil, fmt.Errorf("%.4f were answered 200: %v", m.Success, m.Errors)
	}
	return &m, nil
}
