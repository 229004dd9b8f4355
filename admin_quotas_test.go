package discount

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/quota"
)

// limitedTwice is a strategy with two quotas: limited.units and limited.units_per_customer.
const limitedTwice = "version = \"limited\"\n[rule.limited]\nunit_price = 9.00\nquota = { units = 5, units_per_customer = 2 }\n"

// countedShop is the admin API of a shop whose orders are counted in a ledger.
type countedShop struct {
	*adminDescription
	ledger quota.Ledger
	engine *engine.Engine
	at     string
}

func openCounted(t *testing.T, site string) *countedShop {
	t.Helper()
	a := describedAdmin(t)
	open(t, limitedTwice, site)
	s := &countedShop{adminDescription: a, ledger: quota.NewMemory(time.Now), engine: runningEngines()[0]}
	s.at = "/discount/strategies/" + s.engine.Key().ID()
	counted(t, s.ledger)
	return s
}

// orders reserves so many units for a customer, and returns the order.
func (s *countedShop) orders(units int64, customer string) quota.ID {
	s.t.Helper()
	l, open := s.engine.Ledger()
	if !open {
		s.t.Fatal("no ledger is open")
	}
	quotas, order := s.engine.Live().Value.Strategy.Quotas(), quota.NewID()
	q := quota.Request{Order: order, Attempt: quota.NewID(), Terms: quota.Terms{Hold: time.Hour, Remember: time.Hour}}
	for i := range quotas {
		key := counts.Counter(&quotas[i], s.engine.Live().Value.WindowOf(i, time.Now()), l.Digester.Customer(customer)).Key()
		q.Takes = append(q.Takes, quota.Take{Key: key, Amount: units, Limit: quotas[i].Limit})
	}
	if _, denials, err := s.ledger.Reserve(s.t.Context(), q); err != nil || len(denials) > 0 {
		s.t.Fatalf("denials %v, %v", denials, err)
	}
	return order
}

// becomes tells the ledger what became of an order.
func (s *countedShop) becomes(order quota.ID, o quota.Outcome) {
	s.t.Helper()
	found, err := s.ledger.Find(s.t.Context(), order)
	if err != nil {
		s.t.Fatal(err)
	}
	attempt := quota.ID{}
	if o == quota.Unknown {
		attempt = order
	}
	if _, err := s.ledger.Settle(s.t.Context(), []quota.Settlement{{Order: found.Order, Attempt: attempt, Outcome: o}}); err != nil {
		s.t.Fatal(err)
	}
}

// quotas are the quotas that a call answers, as "limit: held+committed, left" by label.
func (s *countedShop) quotas(method, path, body string) map[string]string {
	s.t.Helper()
	w := s.call(method, s.at+path, body)
	var answer adminapi.Quotas
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		s.t.Fatalf("%d %s, %v", w.Code, w.Body, err)
	}
	all := make(map[string]string)
	for _, q := range answer.Quotas {
		all[q.Quota] = fmt.Sprintf("%d: not counted", q.Limit)
		if c := q.Count; c != nil {
			all[q.Quota] = fmt.Sprintf("%d: %d+%d, %d left", q.Limit, c.Held, c.Committed, c.Left)
		}
	}
	return all
}

// recorded are the actions on record, with their reasons, without those of contents.
func (s *countedShop) recorded() []string {
	var all []string
	for _, r := range s.engine.History().Records {
		if r.Action != "activated" {
			all = append(all, string(r.Action)+" "+r.Reason)
		}
	}
	return all
}

func TestTheAdminAPIShowsWhatIsCounted(t *testing.T) {
	s := openCounted(t, proxied)
	s.becomes(s.orders(1, "c-1"), quota.Commit)
	s.orders(1, "c-1")
	s.orders(2, "c-2")
	if got := s.quotas("GET", "/quotas", ""); len(got) != 2 || got["limited.units"] != "5: 3+1, 1 left" || got["limited.units_per_customer"] != "2: not counted" {
		t.Errorf("quotas %v", got)
	}
	for customer, want := range map[string]string{"c-1": "2: 1+1, 0 left", "c-2": "2: 2+0, 0 left", "c-3": "2: 0+0, 2 left"} {
		if got := s.quotas("POST", "/quotas/customer", `{"customer": "`+customer+`"}`); got["limited.units"] != "5: 3+1, 1 left" || got["limited.units_per_customer"] != want {
			t.Errorf("quotas of %s: %v", customer, got)
		}
	}
}

func TestACountIsAdjustedByItsRevision(t *testing.T) {
	s := openCounted(t, proxied)
	s.becomes(s.orders(2, "c-1"), quota.Commit)
	const ask = `{"quota": "limited.units", "by": -1, "reason": "one came back"}`
	for _, c := range []struct {
		name, body, ifMatch string
		status              int
		says                string
	}{
		{name: "no condition", body: ask, status: 428, says: "send the revision of the count, as GET " + s.at + "/quotas shows it, or * for whatever it is"},
		{name: "another revision", body: ask, ifMatch: `"7"`, status: 412, says: "the count was adjusted since it was read: its revision is 0, with 2 committed"},
		{name: "no quotes", body: ask, ifMatch: "0", status: 400, says: "in its double quotes"},
		{name: "no reason", body: `{"quota": "limited.units", "by": -1}`, ifMatch: "*", status: 400, says: "reason: it is empty"},
		{name: "a long reason", body: `{"quota": "limited.units", "by": -1, "reason": "` + strings.Repeat("x", 1001) + `"}`, ifMatch: "*", status: 400, says: "the reason has 1001 bytes"},
		{name: "by nothing", body: `{"quota": "limited.units", "by": 0, "reason": "x"}`, ifMatch: "*", status: 400, says: "by: 0 is no adjustment"},
		{name: "below nothing", body: `{"quota": "limited.units", "by": -3, "reason": "x"}`, ifMatch: "*", status: 409, says: "below zero: 2 are committed"},
		{name: "no such quota", body: `{"quota": "limited.uses", "by": 1, "reason": "x"}`, ifMatch: "*", status: 404, says: `no quota \"limited.uses\"`},
		{name: "a shared count of a customer", body: `{"quota": "limited.units", "customer": "c-1", "by": 1, "reason": "x"}`, ifMatch: "*", status: 400, says: "leave customer out"},
		{name: "no customer", body: `{"quota": "limited.units_per_customer", "by": 1, "reason": "x"}`, ifMatch: "*", status: 400, says: "say which"},
		{name: "another member", body: `{"quota": "limited.units", "delta": 1, "reason": "x"}`, ifMatch: "*", status: 400, says: "one object such as"},
	} {
		var headers []string
		if c.ifMatch != "" {
			headers = []string{"If-Match", c.ifMatch}
		}
		if w := s.call("POST", s.at+"/quotas/adjust", c.body, headers...); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	if recorded := s.recorded(); len(recorded) != 0 {
		t.Errorf("on record: %q", recorded)
	}
	w := s.call("POST", s.at+"/quotas/adjust", ask, "If-Match", `"0"`)
	if w.Code != http.StatusOK || w.Header().Get("ETag") != `"1"` || !strings.Contains(w.Body.String(), `"reason": "one came back"`) {
		t.Errorf("%d %s %s", w.Code, w.Header(), w.Body)
	}
	if w := s.call("POST", s.at+"/quotas/adjust", ask, "If-Match", `"0"`); w.Code != http.StatusPreconditionFailed {
		t.Errorf("the same again: %d %s", w.Code, w.Body)
	}
	if w := s.call("POST", s.at+"/quotas/adjust", `{"quota": "limited.units_per_customer", "customer": "c-1", "by": -2, "reason": "cancelled"}`, "If-Match", "*"); w.Code != http.StatusOK {
		t.Errorf("of a customer: %d %s", w.Code, w.Body)
	}
	if got := s.quotas("POST", "/quotas/customer", `{"customer": "c-1"}`); got["limited.units"] != "5: 0+1, 4 left" || got["limited.units_per_customer"] != "2: 0+0, 2 left" {
		t.Errorf("quotas %v", got)
	}
	want := []string{"quota_adjusted limited.units by -1: one came back", "quota_adjusted limited.units_per_customer of a customer by -2: cancelled"}
	if got := s.recorded(); !slices.Equal(got, want) {
		t.Errorf("on record: %q, want %q", got, want)
	}
}

func TestAnUnresolvedOrderIsSettledByHand(t *testing.T) {
	s := openCounted(t, proxied)
	l, _ := s.engine.Ledger()
	quotas, order := s.engine.Live().Value.Strategy.Quotas(), quota.NewID()
	take := quota.Take{Key: counts.Counter(&quotas[0], s.engine.Live().Value.WindowOf(0, time.Now()), l.Digester.Customer("c-1")).Key(), Amount: 2, Limit: 5}
	q := quota.Request{Order: order, Attempt: order, Takes: []quota.Take{take}, Terms: quota.Terms{Hold: time.Hour, Remember: time.Hour}}
	if _, _, err := s.ledger.Reserve(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if w := s.call("GET", s.at+"/reservations", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"reservations": []`) {
		t.Errorf("an order that is on its way: %d %s", w.Code, w.Body)
	}
	s.becomes(order, quota.Unknown)
	w := s.call("GET", s.at+"/reservations", "")
	for _, part := range []string{`"id": "` + order.String() + `"`, `"state": "held"`, `"unknown": true`, `"quota": "limited.units"`, `"amount": 2`, `"more": false`} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("no %s in %s", part, w.Body)
		}
	}
	settle := func(id, outcome, more string) (int, string) {
		w := s.call("POST", s.at+"/reservations/settle", fmt.Sprintf(`{"id": %q, "outcome": %q, "reason": "asked the shop"%s}`, id, outcome, more))
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		name, id, outcome, more string
		status                  int
		says                    string
	}{
		{name: "no id", id: "abc", outcome: "commit", status: 400, says: "id: "},
		{name: "an order that is not known", id: quota.NewID().String(), outcome: "commit", status: 404, says: "has no such reservation"},
		{name: "no outcome", id: order.String(), outcome: "unknown", status: 400, says: `outcome: \"unknown\" is none of`},
		{name: "what changes nothing", id: order.String(), outcome: "return", status: 409, says: "the order is held: return changes nothing"},
		{name: "held for no time", id: order.String(), outcome: "hold", status: 400, says: "want 1 to 86400 seconds"},
		{name: "committed for some time", id: order.String(), outcome: "commit", more: `, "for": 5`, status: 400, says: "it goes with hold alone"},
		{name: "held", id: order.String(), outcome: "hold", more: `, "for": 60`, status: 200, says: `"state": "held"`},
		{name: "released", id: order.String(), outcome: "release", status: 200, says: `"state": "released"`},
		{name: "released again", id: order.String(), outcome: "release", status: 409, says: "the order is released"},
		{name: "committed after all", id: order.String(), outcome: "commit", status: 200, says: `"state": "committed"`},
		{name: "returned", id: order.String(), outcome: "return", status: 200, says: `"state": "returned"`},
	} {
		if status, answer := settle(c.id, c.outcome, c.more); status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s: %d %s", c.name, status, answer)
		}
	}
	of := "reservation_settled " + order.String() + ": "
	want := []string{of + "hold for 1m0s: asked the shop", of + "release: asked the shop", of + "commit: asked the shop", of + "return: asked the shop"}
	if got := s.recorded(); !slices.Equal(got, want) {
		t.Errorf("on record: %q, want %q", got, want)
	}
}

func TestChangesOfCountsAreSwitchedOffWithRollback(t *testing.T) {
	s := openCounted(t, strings.Replace(proxied, "STRATEGY", "STRATEGY {\n\tstate {\n\t\trollback off\n\t}\n}", 1))
	for path, body := range map[string]string{
		"/quotas/adjust":       `{"quota": "limited.units", "by": 1, "reason": "x"}`,
		"/reservations/settle": `{"id": "` + quota.NewID().String() + `", "outcome": "commit", "reason": "x"}`,
	} {
		if w := s.call("POST", s.at+path, body, "If-Match", "*"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "switched off") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if got := s.quotas("GET", "/quotas", ""); got["limited.units"] != "5: 0+0, 5 left" {
		t.Errorf("quotas %v", got)
	}
}

func TestAStrategyWithoutQuotasHasNoCounts(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	for _, path := range []string{"/quotas", "/reservations"} {
		if w := a.call("GET", at+path, ""); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "has no quotas") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
