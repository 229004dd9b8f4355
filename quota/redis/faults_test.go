package redisledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/quota"
	redisledger "github.com/promogate/caddy-discount/quota/redis"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// shop is a gateway with a ledger.
type shop struct {
	*testing.T
	*redisledger.Ledger
	notices chan quota.Notice
}

func openShop(t *testing.T, o redisledger.Options) *shop {
	t.Helper()
	l, err := redisledger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, Ledger: l, notices: make(chan quota.Notice, 100)}
	stop := l.Notify(func(n quota.Notice) { s.notices <- n })
	t.Cleanup(func() {
		stop()
		_ = l.Close()
	})
	return s
}

// awaits waits for a notice.
func (s *shop) awaits(e quota.Event) quota.Notice {
	s.Helper()
	timeout := time.After(patience)
	for {
		select {
		case n := <-s.notices:
			if n.Event == e {
				return n
			}
		case <-timeout:
			s.Fatalf("the ledger was never %s", e)
		}
	}
}

func order(n int) quota.ID { return quota.ID{0: 'o', 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)} }

func key(name string) quota.Key { return quota.Counter{Kind: quota.Units, Name: name}.Key() }

func request(n int, limit int64) quota.Request {
	return quota.Request{Order: order(n), Attempt: order(n), Takes: []quota.Take{{Key: key("a"), Amount: 1, Limit: limit}}, Terms: terms}
}

// until does a call until the ledger is up to it.
func (s *shop) until(call func(context.Context) error) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		err := call(ctx)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			s.Errorf("the ledger stays down: %v", err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// reserve reports whether an order is granted one of a limit.
func (s *shop) reserve(n int, limit int64) (granted bool) {
	s.Helper()
	s.until(func(ctx context.Context) error {
		_, denials, err := s.Reserve(ctx, request(n, limit))
		granted = err == nil && len(denials) == 0
		return err
	})
	return granted
}

func (s *shop) settle(n int, o quota.Outcome) {
	s.Helper()
	s.until(func(ctx context.Context) error {
		_, err := s.Settle(ctx, []quota.Settlement{{Order: order(n), Attempt: order(n), Outcome: o}})
		return err
	})
}

func (s *shop) want(held, committed int64) {
	s.Helper()
	s.until(func(ctx context.Context) error {
		counts, err := s.Read(ctx, []quota.Key{key("a")})
		if err == nil && (counts[0].Held != held || counts[0].Committed != committed) {
			s.Errorf("held %d and committed %d, want %d and %d", counts[0].Held, counts[0].Committed, held, committed)
		}
		return err
	})
}

// failsAtOnce has calls fail without a deadline of their own: they wait for nothing.
func (s *shop) failsAtOnce() {
	s.Helper()
	if _, _, err := s.Reserve(context.Background(), request(1000, 9)); err == nil {
		s.Fatal("reserved in a ledger that is down")
	}
}

func TestUnreachableAtStart(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	network := redistest.NewProxy(t, server.Addr())
	network.Refuse(true)
	s := openShop(t, options(server.URLOf(network.Addr()), "shop"))
	if n := s.awaits(quota.Down); n.Err == nil {
		t.Error("it does not say why")
	}
	s.failsAtOnce()
	network.Refuse(false)
	s.awaits(quota.Up)
	if !s.reserve(1, 1) || s.reserve(2, 1) {
		t.Error("one of two is granted")
	}
}

// A server that does not answer makes the first orders wait, and no others.
func TestDeadServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	network := redistest.NewProxy(t, server.Addr())
	s := openShop(t, options(server.URLOf(network.Addr()), "shop"))
	s.reserve(1, 9)
	network.DropReplies(true)
	waited := 0
	for ; waited < 100; waited++ {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		_, _, err := s.Reserve(ctx, request(2+waited, 9))
		cancel()
		if err == nil {
			t.Fatal("reserved without an answer")
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	if waited > 3 {
		t.Errorf("%d orders waited, one after the other, want 3 at most", waited)
	}
	s.awaits(quota.Down)
	s.failsAtOnce()
	network.DropReplies(false)
	s.awaits(quota.Up)
	if !s.reserve(1, 9) {
		t.Error("the order was denied what it has")
	}
}

// A server that answers too late for orders is down, though it answers.
func TestSlowServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	network := redistest.NewProxy(t, server.Addr())
	network.Delay(100 * time.Millisecond)
	o := options(server.URLOf(network.Addr()), "shop")
	o.Timeout = 50 * time.Millisecond
	s := openShop(t, o)
	s.awaits(quota.Down)
	s.failsAtOnce()
	network.Delay(0)
	s.awaits(quota.Up)
}

// The answer is lost, the connection too: the order is sent again, and counted once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	network := redistest.NewProxy(t, server.Addr())
	s := openShop(t, options(server.URLOf(network.Addr()), "shop"))
	for n := range 20 {
		network.DropReplies(true)
		before := network.Dropped()
		answered := make(chan error)
		go func() {
			_, denials, err := s.Reserve(context.Background(), request(n, 20))
			if len(denials) > 0 {
				err = fmt.Errorf("denied: %v", denials)
			}
			answered <- err
		}()
		for network.Dropped() == before { // the server has carried it out
			time.Sleep(time.Millisecond)
		}
		network.DropReplies(false)
		network.Cut()
		if err := <-answered; err != nil {
			t.Fatal(err)
		}
		s.settle(n, quota.Commit)
	}
	s.want(0, 20)
}

// With appendfsync always, a server that is killed forgets nothing that it acknowledged.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Config: []string{"appendfsync always"}})
	const limit, orders = 60, 400
	var granted, over atomic.Int64
	var shops []*shop
	for range 2 {
		s := openShop(t, options(server.URL(), "shop"))
		s.Ledger.Notify(func(n quota.Notice) {
			for _, o := range n.Over {
				over.Add(o.By)
			}
		})
		shops = append(shops, s)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		s := shops[i%len(shops)]
		wg.Go(func() {
			for n := next.Add(1); n <= orders; n = next.Add(1) {
				if s.reserve(int(n), limit) {
					granted.Add(1)
					s.settle(int(n), quota.Commit)
				}
			}
		})
	}
	for next.Load() < orders/4 {
		time.Sleep(time.Millisecond)
	}
	server.Kill()
	server.Restart()
	wg.Wait()
	if granted.Load() != limit || over.Load() != 0 {
		t.Errorf("%d granted and %d over, want %d and 0", granted.Load(), over.Load(), limit)
	}
	shops[0].want(0, limit)
}

// What a server forgot is sent again before anything else is granted.
func TestFlushedServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	a, b := openShop(t, options(server.URL(), "shop")), openShop(t, options(server.URL(), "shop"))
	for n := range 5 {
		a.reserve(n, 10)
		b.reserve(100+n, 10)
	}
	a.settle(0, quota.Commit)
	a.settle(1, quota.Release)
	server.Do("FLUSHALL")

	// The server knows of none of the orders of b then.
	for n := 5; n < 12; n++ {
		if got, want := a.reserve(n, 10), n < 11; got != want {
			t.Errorf("order %d granted: %v, want %v", n, got, want)
		}
	}
	if n := a.awaits(quota.Forgot); n.Sent != 4 || n.Over != nil || n.Unknown != 0 {
		t.Errorf("the first gateway says %+v", n)
	}
	if b.reserve(200, 10) {
		t.Error("granted beyond the limit")
	}
	n := b.awaits(quota.Forgot)
	if want := []quota.Over{{Key: key("a"), By: 5}}; n.Sent != 5 || !slices.Equal(n.Over, want) {
		t.Errorf("the second gateway says %+v, want 5 sent and %v over", n, want)
	}
	b.want(14, 1)
}

// A commit that the order service has said to one gateway is sent again by it, although another gateway
// was granted the order.
func TestFlushedServerAfterTheWordOfTheOrderService(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	granted, told := openShop(t, options(server.URL(), "shop")), openShop(t, options(server.URL(), "shop"))
	granted.reserve(1, 9)
	told.says(1, quota.Commit)
	if err := granted.Close(); err != nil { // it ends, and sends nothing again
		t.Fatal(err)
	}
	server.Do("FLUSHALL")
	told.reserve(2, 9)
	if n := told.awaits(quota.Forgot); n.Sent != 1 {
		t.Errorf("notice %+v", n)
	}
	told.want(1, 1)
}

// says says what became of an order, as the order service does.
func (s *shop) says(n int, o quota.Outcome) {
	s.Helper()
	s.until(func(ctx context.Context) error {
		_, err := s.Settle(ctx, []quota.Settlement{{Order: order(n), Outcome: o}})
		return err
	})
}

// What was released through one gateway is not held again by the one that was granted it.
func TestRestartedServerAfterTheWordOfTheOrderService(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Config: []string{"appendfsync always"}})
	granted, told := openShop(t, options(server.URL(), "shop")), openShop(t, options(server.URL(), "shop"))
	granted.reserve(1, 9)
	told.says(1, quota.Release)
	server.Kill()
	server.Restart()
	granted.reserve(2, 9)
	if n := granted.awaits(quota.Forgot); n.Sent != 1 {
		t.Errorf("notice %+v", n)
	}
	granted.want(1, 0)
}

// A restart that forgot nothing changes nothing, although everything is sent again.
func TestRestartedServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Config: []string{"appendfsync always"}})
	s := openShop(t, options(server.URL(), "shop"))
	for n := range 6 {
		s.reserve(n, 6)
	}
	s.settle(0, quota.Commit)
	s.settle(1, quota.Unknown)
	server.Kill()
	server.Restart()
	if s.reserve(6, 6) {
		t.Error("granted beyond the limit")
	}
	if n := s.awaits(quota.Forgot); n.Sent != 7 || n.Over != nil {
		t.Errorf("notice %+v", n)
	}
	s.want(5, 1)
	all, err := s.Unresolved(context.Background(), 9)
	if err != nil || len(all) != 1 || all[0].Order != order(1) {
		t.Errorf("unresolved %+v, %v", all, err)
	}
}

// A replica that becomes the primary has not all that was acknowledged.
func TestPromotedReplica(t *testing.T) {
	t.Parallel()
	primary, replica := redistest.Start(t, redistest.Options{}), redistest.Start(t, redistest.Options{})
	network := redistest.NewProxy(t, primary.Addr())
	s := openShop(t, options(primary.URLOf(network.Addr()), "shop"))
	s.reserve(1, 3)
	replica.Follow(primary)
	replica.Promote() // and gets no more
	s.reserve(2, 3)
	s.reserve(3, 3)
	s.settle(3, quota.Commit)
	network.To(replica.Addr())
	network.Cut()
	if s.reserve(4, 3) {
		t.Error("granted beyond the limit")
	}
	if n := s.awaits(quota.Forgot); n.Sent != 3 || n.Over != nil {
		t.Errorf("notice %+v", n)
	}
	s.want(2, 1)
}

// A server that becomes a replica is not used.
func TestDemotedServer(t *testing.T) {
	t.Parallel()
	server, other := redistest.Start(t, redistest.Options{}), redistest.Start(t, redistest.Options{})
	s := openShop(t, options(server.URL(), "shop"))
	s.reserve(1, 9)
	server.Follow(other)
	if _, _, err := s.Reserve(context.Background(), request(2, 9)); err == nil {
		t.Fatal("reserved in a replica")
	}
	if n := s.awaits(quota.Down); !strings.Contains(n.Err.Error(), "replica") {
		t.Errorf("down: %v", n.Err)
	}
	server.Promote()
	s.awaits(quota.Up)
	if !s.reserve(2, 9) {
		t.Error("denied")
	}
}

// Close waits for what is under way, and leaves nothing behind.
func TestClose(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	network := redistest.NewProxy(t, server.Addr())
	before := goleak.IgnoreCurrent()
	l, err := redisledger.Open(options(server.URLOf(network.Addr()), "shop"))
	if err != nil {
		t.Fatal(err)
	}
	network.Delay(50 * time.Millisecond)
	asked := make(chan struct{})
	answered := make(chan error)
	go func() {
		close(asked)
		_, _, err := l.Reserve(context.Background(), request(1, 1))
		answered <- err
	}()
	<-asked
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil && !errors.Is(err, quota.ErrClosed) {
		t.Errorf("a call under way: %v", err)
	}
	network.Cut()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/promogate/caddy-discount/quota/redis/redistest.(*Proxy).copy"))
}

// A server without memory refuses to write, and nothing is written by halves. It is down until it has.
func TestFullServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Config: []string{"maxmemory-policy noeviction"}})
	s := openShop(t, options(server.URL(), "shop"))
	if !s.reserve(1, 2) {
		t.Fatal("denied")
	}
	server.Do("CONFIG", "SET", "maxmemory", "1")
	for n := 2; ; n++ {
		if _, _, err := s.Reserve(context.Background(), request(n, 2)); err == nil {
			t.Fatal("reserved in a server without memory")
		} else if errors.Is(err, redisledger.ErrDown) {
			break
		}
	}
	if n := s.awaits(quota.Down); n.Err == nil {
		t.Error("it does not say why")
	}
	server.Do("CONFIG", "SET", "maxmemory", "0")
	s.awaits(quota.Up)
	if s.want(1, 0); !s.reserve(1000, 2) || s.reserve(1001, 2) {
		t.Error("one of two more is granted")
	}
}
