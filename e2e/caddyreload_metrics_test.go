//go:build linux

package e2e

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// scraped are the module's series in /metrics, as they are written there.
func (g *gateway) scraped() map[string]float64 {
	g.t.Helper()
	all := make(map[string]float64)
	for line := range strings.Lines(g.get("/metrics")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if !strings.Contains(name, "{") {
			name, value, _ = strings.Cut(strings.TrimSpace(line), " ")
		}
		if !strings.HasPrefix(name, "caddy_discount_") {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			g.t.Fatalf("%s: %v", line, err)
		}
		all[strings.TrimPrefix(name, "caddy_discount_")] = n
	}
	return all
}

// Two handlers, two sites and `caddy reload`: every series is there afterwards,
// and every counter continues.
func TestMetricsContinueThroughCaddyReload(t *testing.T) {
	t.Parallel()
	g, f := reloading(t)
	both := g.with(handlers+otherSite, "max_lines 100")
	g.accepted(both)
	g.goesLive(1)
	write(t, f, strategyOf(2))
	g.goesLive(2)
	before := g.scraped()
	for _, name := range []string{
		`decisions_total{status="applied"`, `rule_hits_total{rule="off"`, `rule_hits_total{rule="_other"`, `amount_minor_units_total{currency="CNY"`,
		`evaluation_duration_seconds_count`, `spoofed_headers_total`,
	} {
		if _, there := before[name]; !there {
			t.Errorf("no %s in %v", name, before)
		}
	}
	for i := range 3 {
		write(t, filepath.Join(g.dir, "Caddyfile"), g.with(handlers+otherSite, "max_lines "+strconv.Itoa(200+i)))
		caddy(t, g.dir, "reload", "--config", "Caddyfile", "--address", g.admin).good(t)
		g.reloaded = true
		g.goesLive(2)
		if n, err := g.orderAt("http://" + g.other + "/orders"); n != 2 || err != nil {
			t.Errorf("the other site prices by %d, %v", n, err)
		}
		after := g.scraped()
		for name, was := range before {
			if now, there := after[name]; !there || now < was {
				t.Errorf("reload %d: %s was %v and is %v, %v", i, name, was, now, there)
			}
		}
		for _, name := range []string{`decisions_total{status="applied"`, `rule_hits_total{rule="off"`, `amount_minor_units_total{currency="CNY"`} {
			if after[name] <= before[name] {
				t.Errorf("reload %d: %s stays at %v", i, name, after[name])
			}
		}
		before = after
	}
}
