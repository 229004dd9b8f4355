package telemetry

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// quotasOf are quotas of uses with these names.
func quotasOf(names ...string) []strategy.Quota {
	var list []strategy.Quota
	for _, name := range names {
		list = append(list, strategy.Quota{Name: name, Limit: 10})
	}
	return list
}

// seriesOf are the series of a collector with a value: the name without its prefix, the values of its
// labels, and the value.
func seriesOf(t *testing.T, c prometheus.Collector) map[string]float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.Metric {
			name := f.GetName()[len("caddy_discount_"):]
			for _, l := range m.Label {
				name += " " + l.GetValue()
			}
			switch {
			case m.Histogram != nil:
				all[name] = float64(m.Histogram.GetSampleCount())
			case f.GetType() == dto.MetricType_COUNTER:
				all[name] = m.Counter.GetValue()
			default:
				all[name] = m.Gauge.GetValue()
			}
		}
	}
	maps.DeleteFunc(all, func(_ string, v float64) bool { return v == 0 })
	return all
}

func wantSeries(t *testing.T, c prometheus.Collector, want map[string]float64) {
	t.Helper()
	if got := seriesOf(t, c); !maps.Equal(got, want) {
		t.Errorf("series %v, want %v", got, want)
	}
}

func TestWithoutQuotasThereAreNoSeries(t *testing.T) {
	t.Parallel()
	c := newQuotaCollector(2)
	if n := c.newCounters(nil, nil); n != nil {
		t.Errorf("counters %v", n)
	}
	c.serve(&Strategy{}, nil)
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(c, newLedgerCollector())
	if families, err := r.Gather(); err != nil || len(families) != 0 {
		t.Errorf("%d metrics, %v", len(families), err)
	}
}

func TestQuotasGoOnFromOneRevisionToTheNext(t *testing.T) {
	t.Parallel()
	c, s := newQuotaCollector(10), &Strategy{}
	first := c.newCounters(quotasOf("a", "gone"), nil)
	c.serve(s, first)
	first.Reserved(0, QuotaGranted)
	first.Reserved(1, QuotaDenied)
	if !first.setLeft(0, 0) || first.setLeft(0, 0) {
		t.Error("a quota is exhausted once")
	}
	second := c.newCounters(quotasOf("new", "a"), nil)
	c.serve(s, second)
	first.Reserved(0, QuotaGranted) // by a request that came before
	second.Reserved(1, QuotaGranted)
	if second.setLeft(1, 0) {
		t.Error("the next revision is told again that the quota is exhausted")
	}
	second.setLeft(0, 7)
	wantSeries(t, c, map[string]float64{"quota_reservations_total a.uses granted": 3, "quota_left new.uses": 7})
	c.leave(s)
	wantSeries(t, c, nil)
}

func TestQuotasBeyondTheBoundShareASeries(t *testing.T) {
	t.Parallel()
	c, s := newQuotaCollector(2), &Strategy{}
	n := c.newCounters(quotasOf("a", "b", "c", "d"), nil)
	n.Reserved(2, QuotaJoined) // before it is in service
	c.serve(s, n)
	for i := range n.labels {
		n.Reserved(i, QuotaJoined)
		n.setLeft(i, int64(10*i))
		n.gauges[i].unresolved.Store(int64(i))
	}
	wantSeries(t, c, map[string]float64{
		"quota_reservations_total a.uses joined": 1, "quota_reservations_total b.uses joined": 1, "quota_reservations_total _other joined": 3,
		"quota_left b.uses": 10, "quota_left _other": 20,
		"quota_unresolved b.uses": 1, "quota_unresolved _other": 3,
	})
	for i := range 1000 {
		c.serve(s, c.newCounters(quotasOf(fmt.Sprint("r", i), fmt.Sprint("s", i), fmt.Sprint("t", i)), nil))
	}
	if len(c.named) != 2 || len(c.serving) != 1 {
		t.Errorf("%d quotas have series, %d strategies are in service", len(c.named), len(c.serving))
	}
	again := c.newCounters(quotasOf("t999", "s999"), nil)
	c.serve(s, again)
	again.Reserved(0, QuotaGranted)
	if got := seriesOf(t, c)["quota_reservations_total t999.uses granted"]; got != 1 {
		t.Errorf("a quota that gets its own series counts %v there", got)
	}
}

func TestOfTwoStrategiesTheOneWithTheLeastLeftIsShown(t *testing.T) {
	t.Parallel()
	c := newQuotaCollector(10)
	one, other := c.newCounters(quotasOf("a"), nil), c.newCounters(quotasOf("a"), nil)
	c.serve(&Strategy{key: Key{ID: "one"}}, one)
	c.serve(&Strategy{key: Key{ID: "other"}}, other)
	one.setLeft(0, 5)
	other.setLeft(0, 3)
	one.Reserved(0, QuotaAllowed)
	other.Reserved(0, QuotaSkipped)
	other.Reserved(0, QuotaAllowed)
	wantSeries(t, c, map[string]float64{
		"quota_left a.uses": 3, "quota_reservations_total a.uses allowed": 2, "quota_reservations_total a.uses skipped": 1,
	})
}

func TestSettlementsAreCountedByWhatTheyTake(t *testing.T) {
	t.Parallel()
	c := newQuotaCollector(10)
	n := c.newCounters([]strategy.Quota{
		{Name: "flash", Kind: strategy.QuotaUnits, Limit: 500}, {Name: "flash", Kind: strategy.QuotaUnits, PerCustomer: true, Limit: 1},
	}, []strategy.CodeSet{{Name: "welcome", Uses: 1}})
	c.serve(&Strategy{}, n)
	shared := quota.Counter{Kind: quota.Units, Name: "flash"}.Key()
	own := quota.Counter{Kind: quota.Units, Name: "flash", Customer: quota.Digest{1}, Window: "2026-11-30"}.Key()
	another := quota.Counter{Kind: quota.Uses, Name: "flash"}.Key()
	n.Settled(quota.Commit, []quota.Take{{Key: shared}, {Key: own}, {Key: another}, {Key: "no key"}})
	n.Settled(quota.Release, []quota.Take{{Key: shared}})
	code := quota.Counter{Kind: quota.Code, Name: "welcome", Code: quota.Digest{3}}.Key()
	c.addSettled(quota.Return, []quota.Take{{Key: code}})
	n.ReservedCode("welcome", QuotaDenied)
	c.addOver([]quota.Over{{Key: shared, By: 3}, {Key: another, By: 9}, {Key: "no key", By: 1}, {Key: code, By: 1}})
	wantSeries(t, c, map[string]float64{
		"quota_settlements_total commit flash.units": 1, "quota_settlements_total commit flash.units_per_customer": 1,
		"quota_settlements_total release flash.units": 1, "quota_over_total flash.units": 3, "quota_over_total _other": 9,
		"quota_over_total welcome.code": 1, "quota_settlements_total return welcome.code": 1, "quota_reservations_total welcome.code denied": 1,
	})
}

func TestReservationsAreCountedWhileTheStrategyChanges(t *testing.T) {
	t.Parallel()
	c, s := newQuotaCollector(10), &Strategy{}
	n := c.newCounters(quotasOf("a"), nil)
	c.serve(s, n)
	const workers, each = 4, 10_000
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				n.Reserved(0, QuotaGranted)
			}
		})
	}
	for range 100 {
		c.serve(s, c.newCounters(quotasOf("a", "b"), nil))
	}
	all.Wait()
	if got := seriesOf(t, c)["quota_reservations_total a.uses granted"]; got != workers*each {
		t.Errorf("%v reservations, want %d", got, workers*each)
	}
}
