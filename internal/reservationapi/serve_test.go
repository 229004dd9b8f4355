package reservationapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/quota"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// downLedger is a ledger that cannot be reached.
type downLedger struct{ *quota.Memory }

var errDown = errors.New("the ledger is down")

func (downLedger) Settle(context.Context, []quota.Settlement) ([]quota.Settled, error) {
	return nil, errDown
}

func (downLedger) Find(context.Context, quota.ID) (quota.Reservation, error) {
	return quota.Reservation{}, errDown
}

// counting is a ledger until the test ends.
func counting(t *testing.T, l quota.Ledger) *reservations.Ledger {
	t.Helper()
	counted := reservations.NewLedger(quota.Opened{Ledger: l, Terms: quota.Terms{Hold: time.Minute}}, zap.NewNop)
	t.Cleanup(func() { counted.Close(0, time.Minute) })
	return counted
}

func TestServe(t *testing.T) {
	t.Parallel()
	memory := quota.NewMemory(time.Now)
	open, down := counting(t, memory), counting(t, downLedger{memory})
	held := quota.NewID()
	request := quota.Request{Order: held, Attempt: quota.NewID(), Terms: quota.Terms{Hold: time.Hour, Remember: time.Hour}, Takes: []quota.Take{
		{Key: quota.Counter{Kind: quota.Units, Name: "flash"}.Key(), Amount: 2, Limit: 5},
	}}
	if _, denials, err := memory.Reserve(t.Context(), request); err != nil || len(denials) > 0 {
		t.Fatal(denials, err)
	}
	id, none := held.String(), quota.NewID().String()
	// The cases are one order's, one after the other.
	for _, c := range []struct {
		name, method, path string
		ledger             *reservations.Ledger
		status             int
		allow              string
		says               string
	}{
		{name: "look up", method: "GET", path: "/" + id, ledger: open, status: 200, says: `"state":"held"`},
		{name: "what it took", method: "GET", path: "/a/" + id + "/", ledger: open, status: 200, says: `"takes":[{"quota":"flash","kind":"units","amount":2}]`},
		{name: "head", method: "HEAD", path: "/" + id, ledger: open, status: 200},
		{name: "return of what is held", method: "POST", path: "/" + id + "/return", ledger: open, status: 409, says: "the reservation is held"},
		{name: "commit", method: "POST", path: "/" + id + "/commit", ledger: open, status: 200, says: `"state":"committed"`},
		{name: "commit again", method: "POST", path: "/" + id + "/commit/", ledger: open, status: 200, says: `"state":"committed"`},
		{name: "release of what is committed", method: "POST", path: "/" + id + "/release", ledger: open, status: 409, says: "the reservation is committed"},
		{name: "return", method: "POST", path: "/" + id + "/return", ledger: open, status: 200, says: `"state":"returned"`},
		{name: "get of a word", method: "GET", path: "/" + id + "/return", ledger: open, status: 405, allow: "POST"},
		{name: "post to a reservation", method: "POST", path: "/" + id, ledger: open, status: 405, allow: "GET"},
		{name: "another word", method: "GET", path: "/" + id + "/refund", ledger: open, status: 404, says: "No such reservation"},
		{name: "another word is said", method: "POST", path: "/" + id + "/refund", ledger: open, status: 404, says: "No such reservation"},
		{name: "a word alone", method: "GET", path: "commit", ledger: open, status: 404, says: "No such reservation"},
		{name: "nothing", method: "GET", path: "/", ledger: open, status: 404, says: "No such reservation"},
		{name: "an unknown reservation", method: "GET", path: "/" + none, ledger: open, status: 404, says: "No such reservation"},
		{name: "commit of an unknown one", method: "POST", path: "/" + none + "/commit", ledger: open, status: 404, says: "No such reservation"},
		{name: "look up without a ledger", method: "GET", path: "/" + id, status: 503, says: "the strategy has no ledger, or it is not open"},
		{name: "look up while the ledger is down", method: "GET", path: "/" + id, ledger: down, status: 503, says: "the ledger is down"},
		{name: "commit while the ledger is down", method: "POST", path: "/" + id + "/commit", ledger: down, status: 503, says: "the ledger is down"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "/", nil)
		r.URL.Path = c.path
		w := httptest.NewRecorder()
		if err := Serve(w, r, c.ledger); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if w.Code != c.status || w.Header().Get("Allow") != c.allow || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: status %d, allow %q, %s", c.name, w.Code, w.Header().Get("Allow"), w.Body)
		}
		want := "application/json"
		if w.Code != http.StatusOK {
			want = "application/problem+json"
		}
		if got := w.Header().Get("Content-Type"); got != want {
			t.Errorf("%s: content-type %q, want %q", c.name, got, want)
		}
	}
}
