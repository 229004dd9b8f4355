package telemetry

import (
	"fmt"
	"sync"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

func TestRulesBeyondTheBoundShareASeries(t *testing.T) {
	t.Parallel()
	c := newRuleCollector(2)
	l := &Strategy{}
	serve := func(now *RuleCounters) { c.serve(l, now) }
	want := func(totals map[string]uint64, other uint64) {
		t.Helper()
		c.fold()
		if fmt.Sprint(c.totals) != fmt.Sprint(totals) || c.other != other {
			t.Errorf("%v and %d others, want %v and %d", c.totals, c.other, totals, other)
		}
	}
	first := NewRuleCounters("CNY", []string{"_other", "a", "b", "c"})
	serve(first)
	for i := range first.rules {
		first.Count(&Shard{number: i}, applied(i))
	}
	want(map[string]uint64{"a": 1, "b": 1}, 2)
	second := NewRuleCounters("CNY", []string{"c", "b"})
	serve(second)
	first.Count(new(Shard), applied(2)) // by a request that came before
	second.Count(new(Shard), applied(0))
	want(map[string]uint64{"b": 2, "c": 1}, 2)
	for i := range 1000 {
		serve(NewRuleCounters("CNY", []string{fmt.Sprint("r", i), fmt.Sprint("s", i), fmt.Sprint("t", i)}))
	}
	want(map[string]uint64{"r999": 0, "s999": 0}, 2)
	if len(c.retired) > 1 || len(c.serving) != 1 {
		t.Errorf("%d retired, %d serving", len(c.retired), len(c.serving))
	}
}

func TestHitsAreCountedWhileTheyAreCollected(t *testing.T) {
	t.Parallel()
	c := newRuleCollector(2)
	l := &Strategy{}
	now := NewRuleCounters("CNY", []string{"a"})
	c.serve(l, now)
	const workers, each = 4, 10_000
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for range each {
				now.Count(&Shard{number: worker}, applied(0))
			}
		})
	}
	for range 100 {
		c.mu.Lock()
		c.fold()
		c.mu.Unlock()
	}
	all.Wait()
	c.fold()
	if c.totals["a"] != workers*each || c.given["CNY"] != 7*workers*each {
		t.Errorf("%d hits and %d given, want %d and %d", c.totals["a"], c.given["CNY"], workers*each, 7*workers*each)
	}
}

// applied is a quote of one rule, which took seven off.
func applied(rule int) *strategy.Quote {
	return &strategy.Quote{Applied: []strategy.Applied{{Rule: rule, Amount: 7}}, Discount: 7}
}
