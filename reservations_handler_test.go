package discount

import (
	"net/http"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/quota"
)

// An order service looks up what an order holds, and says what became of it.
func TestReservations(t *testing.T) {
	s, ledger := openLimited(t, limited, "discount /orders* STRATEGY {\n\tLEDGER\n}\ndiscount_reservations /internal/* STRATEGY\nreverse_proxy UPSTREAM")
	s.upstream.answers = http.Header{"X-Discount-Reservation": {"hold;for=900"}} // which awaits payment
	id, _, _ := strings.Cut(strings.TrimPrefix(s.order(tenYuan).Get("X-Discount-Reservation"), `"`), `"`)
	eventually(t, "the order is held", func() bool { return ledger.count(t, quota.Units, "flash").Held == 1 })
	ask := func(method, path string) *answer {
		t.Helper()
		return s.send(method + " /internal/" + path + " HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n")
	}
	for _, c := range []struct {
		method, path string
		status       int
		state        string
		committed    int64
	}{
		{method: "GET", path: id, status: 200, state: "held"},
		{method: "POST", path: id + "/return", status: 409},
		{method: "POST", path: id + "/commit", status: 200, state: "committed", committed: 1},
		{method: "POST", path: id + "/commit", status: 200, state: "committed", committed: 1},
		{method: "POST", path: id + "/release", status: 409, committed: 1},
		{method: "POST", path: id + "/return", status: 200, state: "returned"},
		{method: "POST", path: id + "/return", status: 200, state: "returned"},
		{method: "GET", path: id + "/return", status: 405},
		{method: "DELETE", path: id, status: 405},
		{method: "GET", path: "nothing", status: 404},
		{method: "GET", path: quota.NewID().String(), status: 404},
		{method: "POST", path: quota.NewID().String() + "/commit", status: 404},
	} {
		a := ask(c.method, c.path)
		body := decode(t, a.body)
		if a.StatusCode != c.status {
			t.Errorf("%s %s: status %d: %s", c.method, c.path, a.StatusCode, a.body)
		}
		if c.state != "" && (body["id"] != id || body["state"] != c.state || !strings.Contains(a.body, `"takes":[{"quota":"flash","kind":"units","amount":1}]`)) {
			t.Errorf("%s %s: %s", c.method, c.path, a.body)
		}
		if got := ledger.count(t, quota.Units, "flash").Committed; got != c.committed {
			t.Errorf("%s %s: %d committed, want %d", c.method, c.path, got, c.committed)
		}
	}
	ledger.down.Store(true)
	if a := ask("POST", id+"/commit"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without the ledger: status %d: %s", a.StatusCode, a.body)
	}
}
