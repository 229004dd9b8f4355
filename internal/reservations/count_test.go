package reservations

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/reload"
)

// shown puts the strategy of a shop into service, and returns what is counted of its quotas, the
// counters that are not 0.
func shown(s *shop) func() map[string]float64 {
	s.Helper()
	of := telemetry.NewStrategy(telemetry.Key{ID: s.Name(), Path: "/t.toml"}, zap.NewNop)
	s.Cleanup(of.Close)
	s.counters = telemetry.NewQuotaCounters(s.strategy.Quotas(), s.strategy.CodeSets())
	of.OnEvent(reload.Event{Kind: reload.EventActivated}, telemetry.NewRuleCounters("CNY", s.strategy.Rules()), s.counters)
	return func() map[string]float64 {
		s.Helper()
		registry := prometheus.NewPedanticRegistry()
		if err := telemetry.Register(registry, telemetry.NewRequests(nil, nil)); err != nil {
			s.Fatal(err)
		}
		families, err := registry.Gather()
		if err != nil {
			s.Fatal(err)
		}
		all := make(map[string]float64)
		for _, f := range families {
			kind, is := strings.CutPrefix(f.GetName(), "caddy_discount_quota_")
			for _, m := range f.Metric {
				if !is || m.Counter.GetValue() == 0 {
					continue
				}
				var labels []string
				for _, l := range m.Label {
					labels = append(labels, l.GetValue())
				}
				all[strings.TrimSuffix(kind, "_total")+" "+strings.Join(labels, " ")] = m.Counter.GetValue()
			}
		}
		return all
	}
}

func wantCounted(s *shop, counted func() map[string]float64, want map[string]float64) {
	s.Helper()
	if got := counted(); !maps.Equal(got, want) {
		s.Errorf("counted %v, want %v", got, want)
	}
}

// The tests of what is counted run one after the other: the collectors are those of the program.

func TestReservationsAreCountedByResult(t *testing.T) {
	s := newShop(t, "[rule.counted]\nunit_price = 9.00\nquota = { units = 5, units_per_customer = 4 }\n")
	counted := shown(s)
	takes := Order{Takes: true, Key: "k"}
	first, _ := s.order(takes, phones(3, "c"))
	again, _ := s.order(takes, phones(3, "c"))
	s.order(Order{Takes: true}, phones(3, "d")) // of all, 2 are left
	s.order(Order{}, phones(2, "d"))            // takes nothing
	wantCounted(s, counted, map[string]float64{
		"reservations counted.units granted": 1, "reservations counted.units_per_customer granted": 1,
		"reservations counted.units joined": 1, "reservations counted.units_per_customer joined": 1,
		"reservations counted.units denied": 1,
	})
	s.settle(first, quota.Unknown)
	s.settle(again, quota.Commit)
	got := counted()
	for name, n := range map[string]float64{"unknown": 1, "commit": 1} {
		if got["settlements "+name+" counted.units"] != n || got["settlements "+name+" counted.units_per_customer"] != n {
			t.Errorf("settlements %v, want %v of %s", got, n, name)
		}
	}
}

func TestOrdersWithoutTheLedgerAreCounted(t *testing.T) {
	s := newShop(t, "[rule.skipped]\npriority = 1\nunit_price = 9.00\nquota = { units = 5 }\n[rule.allowed]\ndiscount_amount = 1\nquota = { uses = 1, on_outage = \"allow\" }\n")
	counted := shown(s)
	s.ledger.down.Store(true)
	for range 2 {
		g, applied := s.order(Order{Takes: true}, phones(1, ""))
		if applied != "allowed 100" {
			t.Fatalf("applied %s", applied)
		}
		g.Settle(quota.Commit, 0)
	}
	wantCounted(s, counted, map[string]float64{
		"reservations skipped.units skipped": 2, "reservations allowed.uses allowed": 2, "settlements commit allowed.uses": 2,
	})
	s.ledger.down.Store(false)
	s.told.Close(0, time.Minute)
	if got := counted()["over allowed.uses"]; got != 1 {
		t.Errorf("%v beyond the limit, want 1", got)
	}
}
