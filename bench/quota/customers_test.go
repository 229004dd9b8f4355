//go:build unix

package quota_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// mostTries is how often a customer tries an order with a key.
	mostTries = 4

	// numbersOfOrder is how many numbers of tries an order has.
	numbersOfOrder = 16

	// one of so many requests is given up by the customer before it is answered.
	hangUpOneOf = 8
)

// customers order at gateways.
type customers struct {
	seed     uint64
	gateways []*gateway
	sales    []sale
	orders   int // in all sales
	pool     int // of customers, in each sale

	// late says that one order in ten is for a sale that is over.
	late bool

	next     atomic.Int64
	accepted atomic.Int64
	requests atomic.Int64 // answered or not
	hungUp   atomic.Int64
	retries  atomic.Int64
	noOrder  atomic.Int64 // was ever answered

	mu     sync.Mutex
	faults []error
}

// buy has so many customers order until all orders are ordered, or the context is done.
func (c *customers) buy(ctx context.Context, atOnce int) {
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			shopper := &shopper{customers: c, conns: make([]conn, len(c.gateways))}
			defer shopper.close()
			for n := c.next.Add(1); n <= int64(c.orders) && ctx.Err() == nil; n = c.next.Add(1) {
				shopper.order(ctx, int(n))
			}
		})
	}
	wg.Wait()
}

// now is the sale that is on when an order comes: one comes after the other.
func (c *customers) now(order int) int { return min((order-1)*len(c.sales)/c.orders, len(c.sales)-1) }

// saleOf is the sale that an order is of.
func (c *customers) saleOf(order int, r *rand.Rand) int {
	now := c.now(order)
	if c.late && r.IntN(10) == 0 {
		return r.IntN(now + 1)
	}
	return now
}

func (c *customers) fault(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, err)
}

type conn = net.Conn

// shopper is one customer after the other, each with the connections of the last.
type shopper struct {
	*customers
	conns []conn // by gateway; nil for none
}

func (s *shopper) close() {
	for i := range s.conns {
		s.drop(i)
	}
}

func (s *shopper) drop(gateway int) {
	if s.conns[gateway] != nil {
		_ = s.conns[gateway].Close()
		s.conns[gateway] = nil
	}
}

// errHungUp says that the customer hung up.
var errHungUp = errors.New("hung up")

// order orders once, and with a key again until there is an answer that says what became of it.
func (s *shopper) order(ctx context.Context, n int) {
	r := rand.New(rand.NewPCG(s.seed+1, uint64(n)))
	sale := s.saleOf(n, r)
	w := wish{order: n, goods: randomGoods(r, sale), customer: fmt.Sprintf("c%d-%d", sale, r.IntN(s.pool)), keyed: r.IntN(2) == 0}
	for try := range mostTries {
		status, err := s.request(ctx, w, try, r)
		switch {
		case err == nil && status < http.StatusInternalServerError && status != http.StatusConflict:
			if status < http.StatusBadRequest {
				s.accepted.Add(1)
			}
			return
		case !w.keyed || ctx.Err() != nil:
			s.noOrder.Add(1)
			return
		}
		s.retries.Add(1)
	}
	s.noOrder.Add(1)
}

// wish is what a customer wants to order.
type wish struct {
	order    int
	goods    goods
	customer string
	keyed    bool
}

// bytes is the request.
func (w wish) bytes(address string, try int) []byte {
	body := w.goods.cart()
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /orders HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s: %d\r\n%s: %d\r\n%s: %s\r\n", address,
		headerOrder, w.order, headerTry, w.order*numbersOfOrder+try, headerCustomer, w.customer)
	if w.keyed {
		fmt.Fprintf(&b, "%s: order-%d\r\n", headerKey, w.order)
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return b.Bytes()
}

// request sends one request to one of the gateways, or a part of it.
func (s *shopper) request(ctx context.Context, w wish, try int, r *rand.Rand) (int, error) {
	gateway := r.IntN(len(s.gateways))
	if _, err := s.connect(ctx, gateway); err != nil {
		return 0, err
	}
	s.requests.Add(1)
	request := w.bytes(s.gateways[gateway].address, try)
	if r.IntN(hangUpOneOf) == 0 {
		s.hungUp.Add(1)
		return 0, s.hangUp(gateway, request, r)
	}
	return s.send(gateway, request)
}

// send sends a request to a gateway that it is connected to, and returns the status of the answer.
func (s *shopper) send(gateway int, request []byte) (int, error) {
	_ = s.conns[gateway].SetDeadline(time.Now().Add(patience))
	status, last, err := s.exchange(s.conns[gateway], request)
	if last || err != nil {
		s.drop(gateway)
	}
	return status, err
}

// connect is the connection to a gateway. If the gateway does not run, the customer tries again: no
// order was sent.
func (s *shopper) connect(ctx context.Context, gateway int) (net.Conn, error) {
	for s.conns[gateway] == nil {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", s.gateways[gateway].address)
		if err == nil {
			s.conns[gateway] = conn
			break
		}
		if ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return s.conns[gateway], nil
}

// hangUp sends a request up to any byte, or all of it, waits a little and hangs up.
func (s *shopper) hangUp(gateway int, request []byte, r *rand.Rand) error {
	length := len(request)
	if r.IntN(2) == 0 {
		length = r.IntN(len(request) + 1)
	}
	_, _ = s.conns[gateway].Write(request[:length])
	time.Sleep(time.Duration(r.IntN(15_000)) * time.Microsecond)
	s.drop(gateway)
	return errHungUp
}

// exchange sends a request and reads its answer, which may be the last on its connection.
func (s *shopper) exchange(conn net.Conn, request []byte) (status int, last bool, err error) {
	if _, err := conn.Write(request); err != nil {
		return 0, true, err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, true, err
	}
	defer res.Body.Close()
	s.check(res)
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Close, err
}

// ofGateways are the answers that a gateway gives by itself: there was none of the order service. 499 it
// gives to a customer who did not hang up, too, if the connection to the order service was ended for one
// who did.
var ofGateways = []int{http.StatusBadGateway, http.StatusGatewayTimeout, 499}

// check checks what no client sees, and that no gateway refuses an order by itself.
func (s *shopper) check(res *http.Response) {
	if word := res.Header.Get("X-Discount-Reservation"); word != "" {
		s.fault(fmt.Errorf("a client sees X-Discount-Reservation: %s", word))
	}
	if res.Header.Get(headerAnswer) == "" && !slices.Contains(ofGateways, res.StatusCode) {
		s.fault(fmt.Errorf("a gateway answered %s by itself", res.Status))
	}
}
