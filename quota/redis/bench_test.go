package redisledger_test

import (
	"context"
	"fmt"
	"strconv"
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

// BenchmarkReserve has as many orders as are told reserve at the same time. One operation is one order.
func BenchmarkReserve(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		for _, waiting := range []int{1, 64, 256, 1024} {
			b.Run(fmt.Sprintf("appendfsync=%s/waiting=%d", fsync, waiting), func(b *testing.B) {
				s := redistest.Start(b, redistest.Options{Config: []string{"appendfsync " + fsync}})
				l, err := redisledger.Open(redisledger.Options{URL: s.URL(), Namespace: "bench", Timeout: time.Second})
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = l.Close() }()
				var next atomic.Int64
				b.SetParallelism(waiting / 2)
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						q := quota.Request{Order: quota.NewID(), Attempt: quota.NewID(), Takes: hot(next.Add(1)), Terms: terms}
						if _, denials, err := l.Reserve(context.Background(), q); err != nil || len(denials) > 0 {
							b.Fatal(denials, err)
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
			})
		}
	}
}
