package embedded_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/embedded"
)

// BenchmarkReserve is the time of one reservation of an order with two shared counts, without and
// with one of its customer, while 256 callers wait. Each is on the disk when it is answered.
func BenchmarkReserve(b *testing.B) {
	for _, counts := range []int{2, 3} {
		b.Run(fmt.Sprintf("counts=%d", counts), func(b *testing.B) {
			l := benchLedger(b)
			waiting(b, func(n int64) {
				q := benchRequest(n)
				q.Takes = q.Takes[:counts]
				if _, denials, err := l.Reserve(context.Background(), q); err != nil || len(denials) > 0 {
					b.Fatal(err, denials)
				}
			})
		})
	}
}

// BenchmarkOrder is a reservation and its commit, as an order has them.
func BenchmarkOrder(b *testing.B) {
	l := benchLedger(b)
	waiting(b, func(n int64) {
		q := benchRequest(n)
		if _, denials, err := l.Reserve(context.Background(), q); err != nil || len(denials) > 0 {
			b.Fatal(err, denials)
		}
		if _, err := l.Settle(context.Background(), []quota.Settlement{{Order: q.Order, Attempt: q.Attempt, Outcome: quota.Commit}}); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkSoldOut is a reservation that is denied: nothing is written.
func BenchmarkSoldOut(b *testing.B) {
	l := benchLedger(b)
	waiting(b, func(n int64) {
		q := benchRequest(n)
		q.Takes[0].Limit = 0
		if _, denials, err := l.Reserve(context.Background(), q); err != nil || len(denials) != 1 {
			b.Fatal(err, denials)
		}
	})
}

func benchLedger(b *testing.B) *embedded.Ledger {
	b.Helper()
	l, err := embedded.OpenAt(filepath.Join(b.TempDir(), "ledger.db"), digester(b, "k"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

func benchRequest(n int64) quota.Request {
	customer := quota.Digest{0: byte(n), 1: byte(n >> 8), 2: byte(n >> 16), 15: 1}
	return quota.Request{Order: quota.NewOrderID(time.Now()), Attempt: quota.NewID(), Terms: quota.Terms{Hold: 10 * time.Minute, Remember: 24 * time.Hour}, Takes: []quota.Take{
		{Key: quota.Counter{Kind: quota.Units, Name: "flash"}.Key(), Amount: 1, Limit: quota.MostAmount},
		{Key: quota.Counter{Kind: quota.Budget, Name: "double-eleven"}.Key(), Amount: 1999, Limit: quota.MostAmount},
		{Key: quota.Counter{Kind: quota.Units, Name: "flash", Customer: customer}.Key(), Amount: 1, Limit: quota.MostAmount},
	}}
}

// waiting runs do b.N times, by 256 callers at the same time.
func waiting(b *testing.B, do func(n int64)) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 256 {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				do(n)
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}
