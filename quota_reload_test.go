package discount

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/quota"
)

// The outcome of an order is told to the ledger that granted it, also if the configuration has another
// ledger meanwhile.
func TestAnOrderOnItsWayWhileTheLedgerIsReconfigured(t *testing.T) {
	for _, c := range []struct {
		name, ledger string
	}{
		{name: "another option", ledger: "ledger memory \"%s\" another"},
		{name: "another ledger", ledger: "ledger memory \"%s of another name\""},
		{name: "none", ledger: "ledger off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			arrived, accept := make(chan struct{}), make(chan struct{})
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				arrived <- struct{}{}
				<-accept
				w.WriteHeader(http.StatusCreated)
			}))
			defer service.Close()
			site := func(ledger string) string {
				return "discount STRATEGY {\n\t" + ledger + "\n}\nreverse_proxy " + service.Listener.Addr().String()
			}
			s, ledger := openLimited(t, limited, site("LEDGER"))
			answered := make(chan int)
			go func() { answered <- s.send(jsonRequest(`{"items":[{"quantity":2,"unit_price":1000}]}`)).StatusCode }()
			<-arrived
			if c.ledger != "ledger off" {
				c.ledger = fmt.Sprintf(c.ledger, t.Name())
			}
			s.reconfigure(site(c.ledger))
			close(accept)
			if status := <-answered; status != http.StatusCreated {
				t.Errorf("status %d", status)
			}
			eventually(t, "the order is committed", func() bool {
				count := ledger.count(t, quota.Units, "flash")
				return count.Held == 0 && count.Committed == 2
			})
		})
	}
}

// A ledger that is off leaves each rule with a quota to its on_outage, which is in the log.
func TestALedgerThatIsOffIsInTheLog(t *testing.T) {
	const without, with = "version = \"v1\"\n[rule.welcome]\ndiscount_amount = 1\n", "quota = { uses = 1 }\n"
	for _, c := range []struct {
		name, strategy, ledger string
		warned                 int
	}{
		{name: "off", strategy: without + with, ledger: "ledger off", warned: 1},
		{name: "off and nothing to count", strategy: without, ledger: "ledger off"},
		{name: "a ledger", strategy: without + with, ledger: "LEDGER"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := openLimited(t, c.strategy, "discount STRATEGY {\n\t"+c.ledger+"\n}\nreverse_proxy UPSTREAM")
			s.order(tenYuan)
			if warned := strings.Count(s.logged(), "no order is counted, the ledger is off"); warned != c.warned {
				t.Errorf("the log has the warning %d times, want %d", warned, c.warned)
			}
		})
	}
}

// Who the customer is only the gateway can say. Where it does not, that is in the log.
func TestLimitsPerCustomerWithoutACustomer(t *testing.T) {
	const text = "version = \"v1\"\n[rule.welcome]\ndiscount_amount = 1\nquota = { uses_per_customer = 1 }\n"
	for _, c := range []struct {
		name, option string
		warned       bool
	}{
		{name: "what the cart says", warned: true},
		{name: "what a header says", option: "customer {http.request.header.X-Customer}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := openLimited(t, text, "discount STRATEGY {\n\tLEDGER\n\t"+c.option+"\n}\nreverse_proxy UPSTREAM")
			s.order(tenYuan)
			if warned := strings.Contains(s.logged(), "limits per customer go by what carts say"); warned != c.warned {
				t.Errorf("the log has the warning: %v, want %v", warned, c.warned)
			}
		})
	}
}
