package discount

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// A quote says what is left, and takes nothing of it.
func TestQuotesShowWhatIsLeft(t *testing.T) {
	const text = "version = \"v1\"\n[quota.budget]\nbudget = 100\n[rule.flash]\ndiscount_rate = 0.5\nquota = { units = 5, units_per_customer = 2 }\nquotas = [\"budget\"]\n" +
		"[rule.all]\ndiscount_amount = 1\n"
	type left struct {
		Rule, Quota, Kind string
		Limit, Left       *int64
		CustomerLeft      *int64    `json:"customer_left"`
		AsOf              time.Time `json:"as_of"`
	}
	s, ledger := openLimited(t, text, "handle /quote {\n\tdiscount_quote STRATEGY {\n\tLEDGER\n\texplain on\n}\n}\nhandle {\n\tdiscount STRATEGY {\n\tLEDGER\n}\nreverse_proxy UPSTREAM\n}")
	cart := func(customer string) string {
		return `{"items":[{"quantity":2,"unit_price":1000}],"customer":{"id":"` + customer + `"}}`
	}
	quote := func(customer string) (list []left, rejected string) {
		t.Helper()
		var answer struct {
			Quotas   []left
			Rejected []struct{ Rule, Reason string }
		}
		body := s.send(strings.Replace(jsonRequest(cart(customer), "Connection: close"), "/orders", "/quote", 1)).body
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		for _, r := range answer.Rejected {
			rejected += r.Rule + " " + r.Reason
		}
		return answer.Quotas, rejected
	}
	check := func(name string, list []left, at int, quota, kind string, limit, remains, customer int64) {
		t.Helper()
		if len(list) <= at {
			t.Fatalf("%s: %d elements", name, len(list))
		}
		l := list[at]
		number := func(n *int64) int64 {
			if n == nil {
				return -1
			}
			return *n
		}
		if l.Rule != "flash" || l.Quota != quota || l.Kind != kind || number(l.Limit) != limit || number(l.Left) != remains || number(l.CustomerLeft) != customer || l.AsOf.IsZero() {
			t.Errorf("%s: %+v, want flash %s %s with limit %d, %d and %d left", name, l, quota, kind, limit, remains, customer)
		}
	}
	list, _ := quote("ada")
	check("before any order", list, 0, "budget", "budget", 10_000, 10_000, -1)
	check("before any order", list, 1, "flash", "units", 5, 5, 2)
	if got := ledger.reserves.Load(); got != 0 {
		t.Errorf("%d reservations by quotes, want none", got)
	}
	s.order(cart("ada"))
	eventually(t, "the order is settled", func() bool { return ledger.count(t, "units", "flash").Committed == 2 })
	list, rejected := quote("ada")
	check("after an order of ada", list, 1, "flash", "units", 5, 3, 0)
	if rejected != "flash quota" {
		t.Errorf("rejected is %q, want flash quota", rejected)
	}
	list, _ = quote("bob")
	check("bob", list, 1, "flash", "units", 5, 3, 2)
	ledger.down.Store(true)
	list, _ = quote("bob")
	if len(list) > 0 {
		check("without the ledger", list, 1, "flash", "units", 5, -1, -1)
	}
}
