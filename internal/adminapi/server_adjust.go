package adminapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// adjust changes a count by hand.
func (a Server) adjust(w http.ResponseWriter, r *http.Request, id string) error {
	eng, l, err := a.toChange(id)
	if err != nil {
		return err
	}
	match, err := readIfMatch(r.Header.Values("If-Match"), condition{"the revision of the count, as " + pathOf(id) + "/quotas shows it", "whatever it is"})
	if err != nil {
		return err
	}
	var wanted QuotaAdjustment
	if err := readObject(r.Body, &wanted, `{"quota": "flash.units", "by": -1, "reason": "…"}`); err != nil {
		return err
	}
	if err := wanted.check(); err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	s := eng.Live().Value.Strategy
	state, err := wanted.find(r.Context(), s, l)
	if err != nil {
		return err
	}
	if !match.names(revisionTag(state.Count.Revision)) {
		return apiError(http.StatusPreconditionFailed, fmt.Errorf("%w: its revision is %d, with %d committed", quota.ErrRevision, state.Count.Revision, state.Count.Committed))
	}
	c := change{eng: eng, action: actionAdjusted, what: wanted.text()}
	if err := wanted.make(r.Context(), c, l, &state); err != nil {
		return err
	}
	w.Header().Set("ETag", `"`+revisionTag(state.Count.Revision)+`"`)
	return answer(w, describeQuota(s, &state))
}

// check refuses an adjustment that is never one.
func (q *QuotaAdjustment) check() error {
	if q.By == 0 || q.By > quota.MostAmount || q.By < -quota.MostAmount {
		return apiError(http.StatusBadRequest, fmt.Errorf("by: %d is no adjustment, want a whole number other than 0", q.By))
	}
	if err := checkCustomer(q.Customer); err != nil {
		return err
	}
	return checkReason(q.Reason)
}

// text is what the log has of an adjustment. The customer is not in it.
func (q *QuotaAdjustment) text() string {
	of := ""
	if q.Customer != "" {
		of = " of a customer"
	}
	return fmt.Sprintf("%s%s by %+d: %s", q.Quota, of, q.By, q.Reason)
}

// find returns the count that is meant, as it is now.
func (q *QuotaAdjustment) find(ctx context.Context, s *strategy.Strategy, l engine.Ledger) (counts.State, error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	states, err := counts.Read(ctx, l, s, time.Now(), l.Digester.Customer(q.Customer))
	if err != nil {
		return counts.State{}, ledgerError(err)
	}
	for _, state := range states {
		if counts.Label(state.Quota) != q.Quota {
			continue
		}
		switch named := q.Customer != ""; {
		case state.Quota.PerCustomer && !named:
			return state, apiError(http.StatusBadRequest, fmt.Errorf("%s is counted for each customer: say which", q.Quota))
		case !state.Quota.PerCustomer && named:
			return state, apiError(http.StatusBadRequest, fmt.Errorf("%s is shared by all customers: leave customer out", q.Quota))
		}
		return state, nil
	}
	return counts.State{}, apiError(http.StatusNotFound, fmt.Errorf("the strategy in service has no quota %.200q", q.Quota))
}

// make adjusts a count as it was read. The state is then as the count is.
func (q *QuotaAdjustment) make(ctx context.Context, c change, l engine.Ledger, state *counts.State) error {
	if state.Count.Committed+q.By < 0 {
		return ledgerError(fmt.Errorf("%w: %d are committed", quota.ErrBelowZero, state.Count.Committed))
	}
	return c.make(ctx, func(ctx context.Context) error {
		after, err := l.Adjust(ctx, quota.Adjustment{Key: state.Key, Delta: q.By, Revision: state.Count.Revision, Reason: q.Reason})
		if err == nil {
			state.Count = after
		}
		return err
	})
}
