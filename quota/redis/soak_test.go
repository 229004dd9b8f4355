package redisledger_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// soakOrders is how many orders the gate has. SOAK_ORDERS has others.
const soakOrders = 1000

// Orders of two gateways race for a limit over bad networks, while the server is killed. An order
// service accepts some of them. With appendfsync always none is accepted beyond the limit, and the
// ledger has exactly those that were accepted.
func TestFaults(t *testing.T) {
	t.Parallel()
	orders := soakOrders
	if text := os.Getenv("SOAK_ORDERS"); text != "" {
		var err error
		if orders, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	limit := int64(orders / 4)
	server := redistest.Start(t, redistest.Options{Config: []string{"appendfsync always"}})
	r := &rig{T: t, server: server, limit: limit}
	for range 2 {
		network := redistest.NewProxy(t, server.Addr())
		r.networks = append(r.networks, network)
		s := openShop(t, options(server.URLOf(network.Addr()), "shop"))
		s.Ledger.Notify(r.notice)
		r.shops = append(r.shops, s)
	}
	stop := make(chan struct{})
	var faults sync.WaitGroup
	faults.Go(func() { r.disturb(stop) })
	var next atomic.Int64
	var workers sync.WaitGroup
	for i := range 16 {
		workers.Go(func() {
			for n := next.Add(1); n <= int64(orders); n = next.Add(1) {
				r.order(r.shops[i%len(r.shops)], int(n))
			}
		})
	}
	workers.Wait()
	close(stop)
	faults.Wait()
	for n := orders + 1; n%8 == 0 || r.order(r.shops[n%2], n); n++ { // what the last refused orders gave back
	}
	t.Logf("%d orders, %d kills, %d cuts, %d lost answers, sent again %d times; %d accepted of %d", orders, r.kills, r.cuts, r.drops, r.forgot.Load(), r.accepted.Load(), limit)
	if r.accepted.Load() != limit || r.over.Load() != 0 {
		t.Errorf("%d accepted, %d over, want exactly %d and none", r.accepted.Load(), r.over.Load(), limit)
	}
	r.shops[0].want(0, limit)
}

type rig struct {
	*testing.T
	server   *redistest.Server
	networks []*redistest.Proxy
	shops    []*shop
	limit    int64

	accepted, over, forgot atomic.Int64
	kills, cuts, drops     int
}

func (r *rig) notice(n quota.Notice) {
	if n.Event == quota.Forgot {
		r.forgot.Add(1)
	}
	for _, o := range n.Over {
		r.over.Add(o.By)
	}
}

// order is one order: every eighth is refused by the order service, and others may have its share.
// It reports whether the ledger granted it.
func (r *rig) order(s *shop, n int) bool {
	if !s.reserve(n, r.limit) {
		return false
	}
	if n%8 == 0 {
		s.settle(n, quota.Release)
		return true
	}
	r.accepted.Add(1)
	s.settle(n, quota.Commit)
	return true
}

// disturb makes one fault after the other. The last leaves everything in order.
func (r *rig) disturb(stop <-chan struct{}) {
	for turn := 0; ; turn++ {
		network := r.networks[turn%len(r.networks)]
		switch {
		case turn%4 == 0:
			r.server.Kill()
			r.server.Restart()
			r.kills++
		case turn%2 == 1:
			network.DropReplies(true)
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			network.DropReplies(false)
			network.Cut()
			r.drops++
		default:
			network.Cut()
			r.cuts++
		}
		for _, s := range r.shops { // a machine under load would have nothing but faults
			s.until(func(ctx context.Context) error {
				_, err := s.Read(ctx, nil)
				return err
			})
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(100))*time.Millisecond)
		select {
		case <-stop:
			cancel()
			return
		case <-ctx.Done():
			cancel()
		}
	}
}
