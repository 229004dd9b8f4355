package telemetry

import (
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"golang.org/x/sys/cpu"
)

// What one processor counts is never in a line of the cache with what another
// does, wherever the memory begins.
func TestCountersOfTwoProcessorsAreApart(t *testing.T) {
	const apart = unsafe.Sizeof([2]cpu.CacheLinePad{})
	var l Shard
	if end := unsafe.Offsetof(l.nanos) + unsafe.Sizeof(l.nanos); unsafe.Sizeof(l)-end < apart-unsafe.Offsetof(l.decisions) {
		t.Errorf("a shard ends %d bytes after its last counter and begins %d before its first", unsafe.Sizeof(l)-end, unsafe.Offsetof(l.decisions))
	}
	var tl counterShard
	if end := unsafe.Offsetof(tl.given) + unsafe.Sizeof(tl.given); unsafe.Sizeof(tl)-end < apart-unsafe.Offsetof(tl.given) {
		t.Errorf("a shard of rule counters ends %d bytes after its counter", unsafe.Sizeof(tl)-end)
	}
	shards := NewRuleCounters("CNY", []string{"a", "b"}).shards
	for i := range shards {
		if hits := shards[i].hits; uintptr(cap(hits)-len(hits))*unsafe.Sizeof(hits[0]) < apart {
			t.Errorf("%d counters fit behind the hits of a shard", cap(hits)-len(hits))
		}
	}
}

// The labels of requests.
var (
	statuses = []string{"applied", "none", "bypass"}
	bypasses = []string{"no_items", "method"}
)

func TestShardsAddUp(t *testing.T) {
	c := newRequests(statuses, bypasses, 4)
	const workers, each = 8, 1000
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := range each {
				l := c.Shard()
				l.Decided(i % len(statuses))
				if statuses[i%len(statuses)] == "bypass" {
					l.Bypassed(i % len(bypasses))
				}
				l.Spoofed(i % 2)
				l.Evaluated(time.Duration(1+worker) * time.Microsecond)
				c.Release(l)
			}
		})
	}
	all.Wait()
	out := make(chan prometheus.Metric, 100)
	c.Collect(out)
	close(out)
	var requests, passed, bypasses, spoofed float64
	var took *dto.Histogram
	for m := range out {
		var d dto.Metric
		if err := m.Write(&d); err != nil {
			t.Fatal(err)
		}
		switch {
		case d.Histogram != nil:
			took = d.Histogram
		case len(d.Label) > 0 && d.Label[0].GetName() == "reason":
			bypasses += d.Counter.GetValue()
		case len(d.Label) > 0:
			requests += d.Counter.GetValue()
			if d.Label[0].GetValue() == "bypass" {
				passed = d.Counter.GetValue()
			}
		case m.Desc() == spoofedDesc:
			spoofed = d.Counter.GetValue()
		}
	}
	if requests != workers*each || spoofed != workers*each/2 || took.GetSampleCount() != workers*each {
		t.Errorf("%v requests, %v spoofed, %d evaluations, want %d, %d, %d",
			requests, spoofed, took.GetSampleCount(), workers*each, workers*each/2, workers*each)
	}
	if bypasses != passed || bypasses == 0 {
		t.Errorf("%v bypasses by their reasons, want %v", bypasses, passed)
	}
	if got, want := took.GetSampleSum(), (time.Duration(each) * 36 * time.Microsecond).Seconds(); got != want {
		t.Errorf("they took %v s together, want %v", got, want)
	}
	for _, b := range took.Bucket { // those of 1 µs are in the first, those of 2 in the second, 3 to 5 in the third
		if want, known := map[float64]uint64{1e-6: 1, 2.5e-6: 2, 5e-6: 5, 1e-5: 8, 1e-2: 8}[b.GetUpperBound()]; known && b.GetCumulativeCount() != want*each {
			t.Errorf("%d up to %v s, want %d", b.GetCumulativeCount(), b.GetUpperBound(), want*each)
		}
	}
}

func BenchmarkCounting(b *testing.B) {
	for name, shards := range map[string]int{"in one shard": 1, "in a shard each": shardCount} {
		b.Run(name, func(b *testing.B) {
			c := newRequests(statuses, bypasses, shards)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					l := c.Shard()
					l.Decided(0)
					l.Evaluated(4 * time.Microsecond)
					c.Release(l)
				}
			})
		})
	}
}
