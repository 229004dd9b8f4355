//go:build unix

package quota_test

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// TestCodesAreGoodOnce has a thousand customers try one code at the same time, at two gateways where the
// ledger is Redis, and one code after the other.
func TestCodesAreGoodOnce(t *testing.T) {
	const tries, codes = 1000, 5
	withGateway(t, func(bin string) {
		for _, s := range []setting{{name: "embedded"}, {name: "Redis", fsync: "everysec"}} {
			t.Run(s.name, func(t *testing.T) {
				service := &couponDesk{accepted: make(map[string]int)}
				upstream := httptest.NewServer(service)
				defer upstream.Close()
				sales := []sale{{phones: 1, teas: 1, sharers: 1}}
				gateways := 1
				if s.fsync != "" {
					gateways = 2
				}
				ledgers := newLedgers(t, s, gateways)
				var all []*gateway
				for i := range gateways {
					all = append(all, newGateway(t, bin, strategyOf(sales), codesOf(sales), ledgers.options(i), upstream.Listener.Addr().String()))
				}
				began := time.Now()
				for n := range codes {
					request := wish{order: n, customer: "c", goods: goods{hasCup: true, card: card(0, n)}}.bytes("shop", 0)
					together(tries, func(try int) { orderAlone(t, all[try%len(all)].address, request) })
					// Where the ledger did not answer in time, no one has the code yet.
					for try := 0; service.of(card(0, n)) == 0 && try < 20; try++ {
						time.Sleep(100 * time.Millisecond)
						orderAlone(t, all[0].address, request)
					}
					if got := service.of(card(0, n)); got != 1 {
						t.Errorf("the code %s was accepted %d times, want once", card(0, n), got)
					}
				}
				t.Logf("%d codes, each tried by %d at once, in %v", codes, tries, time.Since(began).Round(time.Millisecond))
			})
		}
	})
}

// together does something so many times at once: all wait for the last.
func together(times int, do func(n int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for n := range times {
		wg.Go(func() {
			<-start
			do(n)
		})
	}
	close(start)
	wg.Wait()
}

// orderAlone sends a request over a connection of its own and waits for the answer.
func orderAlone(t *testing.T, address string, request []byte) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(request); err != nil {
		t.Error(err)
		return
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Errorf("answered %s", res.Status)
	}
}

// couponDesk is an order service that accepts everything and counts with which codes.
type couponDesk struct {
	mu       sync.Mutex
	accepted map[string]int
}

func (d *couponDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/orders" {
		rules, err := rulesOf(r.Header)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		d.accept(rules)
	}
	w.WriteHeader(http.StatusCreated)
}

func (d *couponDesk) accept(rules map[string]applied) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, by := range rules {
		if by.code != "" {
			d.accepted[by.code]++
		}
	}
}

func (d *couponDesk) of(code string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accepted[code]
}
