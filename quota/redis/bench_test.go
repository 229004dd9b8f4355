package redisledger_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
	redisledger "github.com/promogate/caddy-discount/quota/redis"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// hot are the takes of one order of a sale: two quotas that all share, and a limit of its customer.
func hot(customer int64) []quota.Take {
	var digest quota.Digest
	copy(digest[:], strconv.FormatInt(customer, 10))
	return []quota.Take{
		{Key: quota.Counter{Kind: quota.Uses, Name: "double-eleven"}.Key(), Amount: 1, Limit: quota.MostAmount},
		{Key: quota.Counter{Kind: quota.Budget, Name: "double-eleven"}.Key(), Amount: 2000, Limit: quota.MostAmount},
		{Key: quota.Counter{Kind: quota.Units, Name: "flash", Customer: digest}.Key(), Amount: 1, Limit: 1},
	}
}

// bench opens a ledger in a server of its own.
func bench(b *testing.B, fsync string) *redisledger.Ledger {
	s := redistest.Start(b, redistest.Options{Config: []string{"appendfsync " + fsync}})
	l, err := redisledger.Open(options(s.URL(), "bench"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

var customers atomic.Int64

// sell reserves for one order of another customer.
func sell(b *testing.B, l *redisledger.Ledger) {
	q := quota.Request{Order: quota.NewID(), Attempt: quota.NewID(), Takes: hot(customers.Add(1)), Terms: terms}
	if _, denials, err := l.Reserve(context.Background(), q); err != nil || len(denials) > 0 {
		b.Error(denials, err)
	}
}

// One operation is one order. So many orders wait at the same time.
func BenchmarkReserve(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		for _, waiting := range []int{1, 64, 256, 1024} {
			b.Run(fmt.Sprintf("appendfsync=%s/waiting=%d", fsync, waiting), func(b *testing.B) {
				l := bench(b, fsync)
				var next atomic.Int64
				var wg sync.WaitGroup
				b.ReportAllocs()
				b.ResetTimer()
				for range waiting {
					wg.Go(func() {
						for next.Add(1) <= int64(b.N) {
							sell(b, l)
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
			})
		}
	}
}

// What a reservation adds to an order, at 1,000 orders a second. The time of an operation is that of
// the rate.
func BenchmarkAdded(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		b.Run("appendfsync="+fsync, func(b *testing.B) {
			l := bench(b, fsync)
			took := make([]time.Duration, b.N)
			var wg sync.WaitGroup
			b.ResetTimer()
			begin := time.Now()
			for n := range took {
				time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Millisecond)))
				wg.Go(func() {
					asked := time.Now()
					sell(b, l)
					took[n] = time.Since(asked)
				})
			}
			wg.Wait()
			slices.Sort(took)
			for _, share := range []int{50, 99} {
				b.ReportMetric(float64(took[len(took)*share/100].Microseconds()), fmt.Sprintf("p%d-µs", share))
			}
		})
	}
}

// Settling, so many orders in a call.
func BenchmarkSettle(b *testing.B) {
	for _, together := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("together=%d", together), func(b *testing.B) {
			l := bench(b, "everysec")
			all := make([]quota.Settlement, 0, b.N)
			var wg sync.WaitGroup
			for n := range b.N {
				order := quota.NewID()
				all = append(all, quota.Settlement{Order: order, Attempt: order, Outcome: quota.Commit})
				q := quota.Request{Order: order, Attempt: order, Takes: hot(customers.Add(1)), Terms: terms}
				wg.Go(func() { _, _, _ = l.Reserve(context.Background(), q) })
				if n%256 == 255 {
					wg.Wait()
				}
			}
			wg.Wait()
			b.ResetTimer()
			for part := range slices.Chunk(all, together) {
				if _, err := l.Settle(context.Background(), part); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What an order waits for a ledger that is down.
func BenchmarkDown(b *testing.B) {
	s := redistest.Start(b, redistest.Options{})
	network := redistest.NewProxy(b, s.Addr())
	network.Refuse(true)
	l, err := redisledger.Open(options(s.URLOf(network.Addr()), "bench"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	q := quota.Request{Order: quota.NewID(), Attempt: quota.NewID(), Takes: hot(1), Terms: terms}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := l.Reserve(context.Background(), q); err == nil {
			b.Fatal("reserved")
		}
	}
}
