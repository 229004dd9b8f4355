package discount

import (
	"net/http"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/freeport"
	"github.com/promogate/caddy-discount/quota"
)

// What orders take and do not take, through a real Caddy.
func TestOrdersWithinQuotas(t *testing.T) {
	const site = "discount STRATEGY {\n\tLEDGER\nOPTIONS}\nreverse_proxy UPSTREAM"
	cartOf := func(units string) string {
		return `{"items":[{"quantity":` + units + `,"unit_price":1000}],"order":"o-1","customer":{"id":"ada"}}`
	}
	inHeaders := func(method string) string {
		return method + " /orders HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nX-Cart-Items: \"a\";q=2;p=1000\r\n\r\n"
	}
	method := func(m string, headers ...string) string {
		return m + strings.TrimPrefix(jsonRequest(cartOf("2"), headers...), "POST")
	}
	for name, c := range map[string]struct {
		options  string
		orders   []string // requests
		amounts  string   // of the orders that arrived
		used     int64
		reserves int64
	}{
		"until nothing is left":       {orders: []string{jsonRequest(cartOf("3")), jsonRequest(cartOf("3")), jsonRequest(cartOf("2")), jsonRequest(cartOf("1"))}, amounts: "1500 0 1000 0", used: 5, reserves: 4},
		"reserve off":                 {options: "reserve off", orders: []string{jsonRequest(cartOf("5")), jsonRequest(cartOf("5"))}, amounts: "2500 2500", used: 0, reserves: 0},
		"GET":                         {orders: []string{inHeaders("GET")}, amounts: "1000", used: 0, reserves: 0},
		"HEAD":                        {orders: []string{inHeaders("HEAD")}, amounts: "1000", used: 0, reserves: 0},
		"DELETE":                      {orders: []string{inHeaders("DELETE")}, amounts: "1000", used: 0, reserves: 0},
		"POST with a cart in headers": {orders: []string{inHeaders("POST")}, amounts: "1000", used: 2, reserves: 1},
		"PUT without a name":          {orders: []string{method("PUT")}, amounts: "1000", used: 0, reserves: 0},
		"PUT with a name":             {options: "map {\n\torder_id order\n}", orders: []string{method("PUT"), method("PUT")}, amounts: "1000 1000", used: 2, reserves: 2},
		"PATCH with a key":            {options: "order_key {http.request.header.Order-Key}", orders: []string{method("PATCH", "Order-Key: k")}, amounts: "1000", used: 2, reserves: 1},
		"a key that is not sent":      {options: "order_key {http.request.header.Order-Key}", orders: []string{jsonRequest(cartOf("1")), jsonRequest(cartOf("1"))}, amounts: "500 500", used: 2, reserves: 2},
		"one order twice":             {options: "order_key {http.request.header.Order-Key}", orders: []string{jsonRequest(cartOf("2"), "Order-Key: k"), jsonRequest(cartOf("2"), "Order-Key: k")}, amounts: "1000 1000", used: 2, reserves: 2},
		"an id that nobody mapped":    {orders: []string{jsonRequest(cartOf("2")), jsonRequest(cartOf("2"))}, amounts: "1000 1000", used: 4, reserves: 2},
		"dearer than shown":           {options: "map {\n\texpected_payable shown\n}\non_price_change reject", orders: []string{jsonRequest(shown("400")), jsonRequest(shown("500"))}, amounts: "500", used: 1, reserves: 2},
	} {
		t.Run(name, func(t *testing.T) {
			s, ledger := openLimited(t, limited, strings.Replace(site, "OPTIONS", c.options+"\n", 1))
			for _, order := range c.orders {
				s.send(order)
			}
			var amounts []string
			for i := range s.upstream.count() {
				amounts = append(amounts, s.upstream.at(t, i).Get("X-Discount-Amount"))
			}
			if got := strings.Join(amounts, " "); got != c.amounts {
				t.Errorf("amounts are %s, want %s", got, c.amounts)
			}
			if got := ledger.reserves.Load(); got != c.reserves {
				t.Errorf("%d calls, want %d", got, c.reserves)
			}
			eventually(t, "all is settled", func() bool {
				count := ledger.count(t, quota.Units, "flash")
				return count.Held == 0 && count.Committed == c.used
			})
		})
	}
}

func TestCustomersAreWhoTheGatewaySays(t *testing.T) {
	const once = "version = \"v1\"\n[rule.welcome]\ndiscount_amount = 1\nquota = { uses_per_customer = 1 }\n"
	s, _ := openLimited(t, once, "discount STRATEGY {\n\tLEDGER\n\tcustomer {http.request.header.User}\n}\nreverse_proxy UPSTREAM")
	for _, c := range []struct{ name, cart, user, amount string }{
		{name: "ada", cart: asCustomer(`{"id":"x"}`), user: "User: ada", amount: "100"},
		{name: "ada, who says she is another", cart: asCustomer(`{"id":"y"}`), user: "User: ada", amount: "0"},
		{name: "bob", cart: tenYuan, user: "User: bob", amount: "100"},
		{name: "nobody, who says a name", cart: asCustomer(`{"id":"z"}`), user: "User:", amount: "0"},
	} {
		if got := s.order(c.cart, c.user).Get("X-Discount-Amount"); got != c.amount {
			t.Errorf("%s: %s, want %s", c.name, got, c.amount)
		}
	}
}

// Two pricings of one request take what the later one grants.
func TestTwoPricingsOfOneRequest(t *testing.T) {
	for name, c := range map[string]struct {
		second string
		used   int64
	}{
		"the same": {second: "discount STRATEGY {\n\tLEDGER\n}", used: 2},
		"nothing":  {second: "discount STRATEGY {\n\tLEDGER\n\treserve off\n}", used: 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, ledger := openLimited(t, limited, "discount STRATEGY {\n\tLEDGER\n}\n"+c.second+"\nreverse_proxy UPSTREAM")
			if got := s.order(`{"items":[{"quantity":2,"unit_price":1000}]}`).Get("X-Discount-Amount"); got != "1000" {
				t.Errorf("amount is %s", got)
			}
			eventually(t, "all is settled", func() bool {
				count := ledger.count(t, quota.Units, "flash")
				return count.Held == 0 && count.Committed == c.used
			})
		})
	}
}

func TestOrdersWithoutALedger(t *testing.T) {
	const both = limited + "[rule.kept]\ndiscount_amount = 1\nquota = { uses = 9, on_outage = \"allow\" }\n"
	s, ledger := openLimited(t, both, "discount STRATEGY {\n\tLEDGER\n}\nreverse_proxy UPSTREAM")
	ledger.down.Store(true)
	if got := s.order(tenYuan).Get("X-Discount-Amount"); got != "100" {
		t.Errorf("amount is %s, want that of the rule that is allowed", got)
	}
	ledger.down.Store(false)
	eventually(t, "it is counted", func() bool { return ledger.count(t, quota.Uses, "kept").Committed == 1 })
	if got := ledger.count(t, quota.Units, "flash").Used(); got != 0 {
		t.Errorf("%d are counted of what was not given", got)
	}
	s.reconfigure("discount STRATEGY {\n\tledger off\n}\nreverse_proxy UPSTREAM")
	if got := s.order(tenYuan).Get("X-Discount-Amount"); got != "100" {
		t.Errorf("with ledger off the amount is %s", got)
	}
}

// countingIn is a site with the embedded ledger in a state directory. It waits for a disk that is slow.
func countingIn(dir string) string {
	return "discount STRATEGY {\n\tstate " + dir + "\n\tledger embedded {\n\t\ttimeout 30s\n\t}\n}\nreverse_proxy UPSTREAM"
}

// The default needs no option. A slow disk may keep the first orders from being counted in its time.
func TestTheEmbeddedLedgerIsTheDefault(t *testing.T) {
	s := open(t, strings.Replace(limited, "units = 5", "units = 1_000_000", 1), "discount STRATEGY {\n\tstate "+t.TempDir()+"\n}\nreverse_proxy UPSTREAM")
	eventually(t, "an order is counted", func() bool { return s.order(tenYuan).Get("X-Discount-Amount") == "500" })
}

// What was granted is known to the next configuration, and to the next process.
func TestTheEmbeddedLedgerRemembers(t *testing.T) {
	site := countingIn(t.TempDir())
	s := open(t, limited, site)
	amount := func(units string) string {
		t.Helper()
		return s.order(`{"items":[{"quantity":` + units + `,"unit_price":1000}]}`).Get("X-Discount-Amount")
	}
	if got := amount("3"); got != "1500" {
		t.Errorf("amount is %s", got)
	}
	s.reconfigure(site + "\n")
	if got := amount("3"); got != "0" {
		t.Errorf("after a reload the amount is %s", got)
	}
	s.close()
	if err := s.load(site); err != nil {
		t.Fatal(err)
	}
	if got := amount("3"); got != "0" {
		t.Errorf("after a restart the amount is %s", got)
	}
	if got := amount("2"); got != "1000" {
		t.Errorf("of what is left the amount is %s", got)
	}
}

// A quota that an edit adds is counted, too.
func TestAnEditThatAddsAQuota(t *testing.T) {
	s := open(t, half, countingIn(t.TempDir()))
	s.save(strings.Replace(limited, "0.5", "0.2", 1))
	eventually(t, "the first unit is counted", func() bool { return s.order(tenYuan).Get("X-Discount-Amount") == "200" })
	for range 4 {
		s.order(tenYuan)
	}
	if got := s.order(tenYuan).Get("X-Discount-Amount"); got != "0" {
		t.Errorf("the sixth gets %s", got)
	}
}

func TestLedgersThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ site, says string }{
		"no state":                {site: "discount STRATEGY {\n\tstate off\n}", says: "ledger: embedded is a file of the state directory, and state is off"},
		"no state, named":         {site: "discount STRATEGY {\n\tstate off\n\tledger embedded\n}", says: "ledger: embedded is a file of the state directory, and state is off"},
		"two of one strategy":     {site: "discount /a STRATEGY {\n\tledger memory a\n}\ndiscount /b STRATEGY {\n\tledger memory b\n}", says: "ledger: one handler has another one than the other"},
		"a key that is too short": {site: "discount STRATEGY {\n\tledger embedded {\n\t\tkey short\n\t}\n}", says: "ledger: key: "},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, limited, "discount STRATEGY {\n\tledger off\n}")
			if err := s.load(c.site); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %s", err, c.says)
			}
			if a := s.send(jsonRequest(tenYuan)); a.StatusCode != http.StatusOK {
				t.Errorf("the configuration before is gone: %d", a.StatusCode)
			}
		})
	}
}

// Handlers of different prefixes leave each other's headers alone: both discounts are given, and counted.
func TestOrdersOfTwoPrefixes(t *testing.T) {
	const one = "discount STRATEGY {\n\tLEDGER\n\theader_prefix X-%-\n}\n"
	s, ledger := openLimited(t, limited, "route {\n"+strings.ReplaceAll(one, "%", "Retail")+strings.ReplaceAll(one, "%", "Staff")+"reverse_proxy UPSTREAM\n}")
	got := s.order(`{"items":[{"quantity":2,"unit_price":1000}]}`)
	if a, b := got.Get("X-Retail-Amount"), got.Get("X-Staff-Amount"); a != "1000" || b != "1000" {
		t.Errorf("amounts are %s and %s, want 1000 twice", a, b)
	}
	eventually(t, "both are settled", func() bool {
		count := ledger.count(t, quota.Units, "flash")
		return count.Held == 0 && count.Committed == 4
	})
}

// What forward_auth was answered is not the answer of the order service.
func TestAnAuthorizedOrderThatReachesNoOne(t *testing.T) {
	nowhere := freeport.Address(t)
	s, ledger := openLimited(t, limited, "route {\ndiscount STRATEGY {\n\tLEDGER\n}\nforward_auth UPSTREAM {\n\turi /auth\n}\nreverse_proxy "+nowhere+"\n}")
	if got := s.send(jsonRequest(`{"items":[{"quantity":2,"unit_price":1000}]}`)).StatusCode; got != http.StatusBadGateway {
		t.Errorf("status %d, want 502", got)
	}
	eventually(t, "it is given back", func() bool {
		count := ledger.count(t, quota.Units, "flash")
		return count.Held == 0 && count.Committed == 0 && ledger.reserves.Load() == 1
	})
}
