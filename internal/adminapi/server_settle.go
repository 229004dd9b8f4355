package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/quota"
)

// settleable are the outcomes that a person may say, and the states of the orders that they change.
var settleable = map[string]struct {
	outcome quota.Outcome
	from    []quota.State
}{
	"commit":  {quota.Commit, []quota.State{quota.Held, quota.Lapsed, quota.Released}},
	"release": {quota.Release, []quota.State{quota.Held}},
	"hold":    {quota.Hold, []quota.State{quota.Held, quota.Lapsed, quota.Released}},
	"return":  {quota.Return, []quota.State{quota.Committed}},
}

// settle says what became of an order.
func (a Server) settle(w http.ResponseWriter, r *http.Request, id string) error {
	eng, l, err := a.toChange(id)
	if err != nil {
		return err
	}
	var wanted SettleRequest
	if err := readObject(r.Body, &wanted, `{"id": "…", "outcome": "commit", "reason": "…"}`); err != nil {
		return err
	}
	order, err := wanted.check()
	if err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	settled := Settled{ID: wanted.ID}
	found, err := wanted.allowed(r.Context(), l, order)
	if err != nil {
		return err
	}
	c := change{eng: eng, action: actionSettled, what: wanted.text()}
	if err := c.make(r.Context(), func(ctx context.Context) error { return settled.make(ctx, l, order, &wanted) }); err != nil {
		return err
	}
	if settled.Changed {
		l.Said(settleable[wanted.Outcome].outcome, found.Takes)
	}
	return answer(w, settled)
}

// check refuses what is never said of an order.
func (s *SettleRequest) check() (quota.ID, error) {
	order, err := quota.ParseID(s.ID)
	if err != nil {
		return order, apiError(http.StatusBadRequest, fmt.Errorf("id: %w", err))
	}
	if _, known := settleable[s.Outcome]; !known {
		return order, apiError(http.StatusBadRequest, fmt.Errorf("outcome: %.80q is none of commit, release, return and hold", s.Outcome))
	}
	switch most := int64(quota.MostHold / time.Second); {
	case s.Outcome == "hold" && (s.For < 1 || s.For > most):
		return order, apiError(http.StatusBadRequest, fmt.Errorf("for: %d is out of range, want 1 to %d seconds", s.For, most))
	case s.Outcome != "hold" && s.For != 0:
		return order, apiError(http.StatusBadRequest, errors.New("for: it goes with hold alone"))
	}
	return order, checkReason(s.Reason)
}

// allowed finds the order, and refuses what changes nothing of it.
func (s *SettleRequest) allowed(ctx context.Context, l engine.Ledger, order quota.ID) (quota.Reservation, error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	found, err := l.Find(ctx, order)
	if err != nil {
		return found, ledgerError(err)
	}
	if !slices.Contains(settleable[s.Outcome].from, found.State) {
		return found, apiError(http.StatusConflict, fmt.Errorf("the order is %s: %s changes nothing", found.State, s.Outcome))
	}
	return found, nil
}

// text is what the log has of it.
func (s *SettleRequest) text() string {
	held := ""
	if s.For > 0 {
		held = fmt.Sprintf(" for %s", time.Duration(s.For)*time.Second)
	}
	return fmt.Sprintf("%s: %s%s: %s", s.ID, s.Outcome, held, s.Reason)
}

// make tells the ledger.
func (d *Settled) make(ctx context.Context, l engine.Ledger, order quota.ID, wanted *SettleRequest) error {
	settled, err := l.Settle(ctx, []quota.Settlement{{
		Order: order, Outcome: settleable[wanted.Outcome].outcome, For: time.Duration(wanted.For) * time.Second, Call: quota.NewID(),
	}})
	if err != nil {
		return err
	}
	d.State, d.Changed = settled[0].State.String(), settled[0].Changed
	for _, over := range settled[0].Over {
		if c, err := over.Key.Counter(); err == nil {
			d.Over = append(d.Over, Over{Quota: counts.LabelOf(&c), By: over.By})
		}
	}
	return nil
}
