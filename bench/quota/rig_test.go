//go:build unix

package quota_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/bench/shop"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// patience is how long the rig waits for what must happen.
const patience = 30 * time.Second

var (
	seedFlag   = flag.Uint64("seed", 0, "of everything random; 0 for another one each time")
	ordersFlag = flag.Int("orders", 90_000, "of all scenarios together, at most")
	atMostFlag = flag.Duration("at-most", 9*time.Second, "how long orders come in each scenario")
	atOnceFlag = flag.Int("at-once", 64, "how many customers order at the same time")
)

// ordersOfSale is how many orders come in each sale, at most.
const ordersOfSale = 250

type proxy = *redistest.Proxy

// rig is one scenario.
type rig struct {
	t         *testing.T
	seed      uint64
	ledgers   *ledgers
	gateways  []*gateway
	orders    *orders
	customers *customers
	sales     limits
	cards     map[quota.Key]int // the sales of codes, by their counts
	chaos     *chaos

	// forgotten is the last sale that began before the server forgot something; -1 for none.
	forgotten int

	mu    sync.Mutex
	shown map[string]int64 // what gateways and ledger said was beyond limits, by the name of the count
	named map[string]bool  // the names that have a series of their own in the gateways
}

func newRig(t *testing.T, bin string, s setting, orders int, seed uint64) *rig {
	t.Helper()
	digester, err := quota.NewDigester([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	gateways := 1
	if s.fsync != "" {
		gateways = 2
	}
	r := &rig{t: t, seed: seed, orders: newOrders(t, seed, digester), ledgers: newLedgers(t, s, gateways), forgotten: -1, shown: make(map[string]int64), named: make(map[string]bool)}
	random := rand.New(rand.NewPCG(seed, 0))
	for n := range max(1, orders/ordersOfSale) {
		r.sales = append(r.sales, sale{
			number: n, phones: ordersOfSale/3 + random.Int64N(20), teas: ordersOfSale/5 + random.Int64N(20), sharers: ordersOfSale/5 + random.Int64N(20),
		})
	}
	r.cards = salesOfCards(r.sales, digester)
	for i := range gateways {
		r.gateways = append(r.gateways, newGateway(t, bin, strategyOf(r.sales), codesOf(r.sales), r.ledgers.options(i), r.orders.address))
	}
	r.orders.gateways = r.gateways
	r.customers = &customers{seed: seed, gateways: r.gateways, sales: r.sales, orders: orders, pool: ordersOfSale * 4 / 5, late: !s.forgets}
	r.chaos = &chaos{rig: r, random: random, done: make(map[string]int)}
	return r
}

// say tells a ledger that no gateway uses now what became of an order, and notes what that shows to be beyond a limit.
func (r *rig) say(ctx context.Context, l quota.Ledger, id quota.ID, outcomes ...quota.Outcome) error {
	var all []quota.Settlement
	for _, o := range outcomes {
		all = append(all, quota.Settlement{Order: id, Outcome: o})
	}
	settled, err := l.Settle(ctx, all)
	for _, s := range settled {
		for _, o := range s.Over {
			r.showed(o)
		}
	}
	return err
}

// showed notes what was shown as beyond a limit.
func (r *rig) showed(o quota.Over) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown[metricName(o.Key)] += o.By
}

// sell has customers order while there are faults.
func (r *rig) sell() {
	ctx, cancel := context.WithTimeout(context.Background(), *atMostFlag)
	defer cancel()
	sold := make(chan struct{})
	go func() {
		defer close(sold)
		defer cancel()
		r.customers.buy(ctx, *atOnceFlag)
	}()
	r.chaos.run(ctx)
	<-sold
	r.orders.work.Wait()
}

// end ends the gateways, after they were asked what went beyond limits.
func (r *rig) end() {
	r.t.Helper()
	for _, g := range r.gateways {
		over, err := g.metric("caddy_discount_quota_over_total", "quota")
		if err != nil {
			r.t.Error(err)
		}
		for name, by := range over {
			r.named[name] = true
			r.shown[name] += by
		}
		g.stop()
	}
}

// sellTheRest has orders, without faults, until everything has run out.
func (r *rig) sellTheRest() {
	for _, g := range r.gateways {
		g.start()
	}
	r.orders.mu.Lock()
	r.orders.calm = true
	r.orders.mu.Unlock()
	sales := make(chan sale)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for s := range sales {
				r.sellOut(s)
			}
		})
	}
	for _, s := range r.sales[r.forgotten+1 : r.begun()+1] {
		sales <- s
	}
	close(sales)
	wg.Wait()
}

// begun is the last sale that has begun.
func (r *rig) begun() int { return r.customers.now(int(r.customers.next.Load())) }

// sellOut orders until nothing is taken off several times in a row: the ledger may not have answered.
func (r *rig) sellOut(s sale) {
	c := &shopper{customers: r.customers, conns: make([]conn, len(r.gateways))}
	defer c.close()
	most := int(s.phones + s.teas + s.sharers)
	for n, nothing := 0, 0; nothing < 4; n++ {
		if n > most {
			r.customers.fault(fmt.Errorf("sale %d is not sold out after %d orders more", s.number, n))
			return
		}
		order := 1 + r.customers.orders + s.number*4*ordersOfSale + n
		w := wish{order: order, goods: goods{sale: s.number, phones: 2, tea: true, book: true}, customer: fmt.Sprintf("last%d-%d", s.number, n)}
		gateway := n % len(r.gateways)
		if _, err := c.connect(context.Background(), gateway); err == nil {
			_, _ = c.send(gateway, w.bytes(r.gateways[gateway].address, 0))
		}
		if nothing++; len(r.orders.sold(order)) > 0 {
			nothing = 0
		} else {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// TestFaults is what the gate runs, and with more orders and time the soak.
func TestFaults(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	settings := []setting{
		{name: "embedded, keep", keep: true, exact: true},
		{name: "Redis with appendfsync always, keep", fsync: "always", keep: true, exact: true},
		{name: "Redis with appendfsync everysec, expire", fsync: "everysec", forgets: true},
	}
	withGateway(t, func(bin string) {
		for _, s := range settings {
			t.Run(s.name, func(t *testing.T) { scenario(t, bin, s, *ordersFlag/len(settings), seed) })
		}
	})
}

// withGateway does something with the program that CADDY names, or else with one that it builds.
func withGateway(t *testing.T, do func(bin string)) {
	t.Helper()
	if bin := os.Getenv("CADDY"); bin != "" {
		do(bin)
		return
	}
	t.Chdir("..") // where shop builds from
	err := shop.With(func(_, bin string) error {
		do(bin)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func scenario(t *testing.T, bin string, s setting, orders int, seed uint64) {
	t.Logf("-seed %d", seed)
	began := time.Now()
	r := newRig(t, bin, s, orders, seed)
	r.sell()
	r.end()
	sold := time.Since(began)
	r.audit(false)
	r.sellTheRest()
	r.end()
	r.audit(true)
	r.report(sold, time.Since(began))
}
