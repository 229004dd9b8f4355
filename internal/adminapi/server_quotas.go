package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// The bounds of answers about quotas.
const (
	maxQuotas       = 1000
	maxReservations = 1000
)

// ledgerTimeout is how long a call waits for the ledger.
const ledgerTimeout = 5 * time.Second

// ledgerOf returns where the orders of a strategy are counted.
func ledgerOf(eng Engine) (engine.Ledger, error) {
	l, open := eng.Ledger()
	switch {
	case open:
		return l, nil
	case !eng.Live().Value.CountsOrders():
		return l, apiError(http.StatusNotFound, errors.New("the strategy in service has no quotas and no codes, and no ledger is open"))
	}
	return l, apiError(http.StatusServiceUnavailable, errors.New("no ledger is open: the log says why"))
}

// ledgerError is the answer to a call that the ledger did not carry out.
func ledgerError(err error) error {
	var invalid *quota.InvalidError
	switch {
	case errors.Is(err, quota.ErrNotFound):
		return apiError(http.StatusNotFound, fmt.Errorf("%w: it was never there, or is forgotten", err))
	case errors.Is(err, quota.ErrRevision):
		return apiError(http.StatusPreconditionFailed, err)
	case errors.Is(err, quota.ErrBelowZero):
		return apiError(http.StatusConflict, err)
	case errors.As(err, &invalid):
		return apiError(http.StatusBadRequest, err)
	}
	return apiError(http.StatusServiceUnavailable, fmt.Errorf("asking the ledger: %w", err))
}

// showQuotas answers what was counted of the quotas of a strategy.
func (a Server) showQuotas(w http.ResponseWriter, r *http.Request, id string) error {
	return a.answerQuotas(w, r, id, "")
}

// showQuotasOf answers what was counted for one customer. The customer is in the body, since logs
// have paths and queries.
func (a Server) showQuotasOf(w http.ResponseWriter, r *http.Request, id string) error {
	var wanted QuotasOfCustomer
	if err := readObject(r.Body, &wanted, `{"customer": "c-1"}`); err != nil {
		return err
	}
	if err := checkCustomer(wanted.Customer); err != nil {
		return err
	}
	if wanted.Customer == "" {
		return apiError(http.StatusBadRequest, errors.New("customer: it is empty"))
	}
	return a.answerQuotas(w, r, id, wanted.Customer)
}

func (a Server) answerQuotas(w http.ResponseWriter, r *http.Request, id, customer string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	l, err := ledgerOf(eng)
	if err != nil {
		return err
	}
	all, err := quotasIn(r.Context(), eng.Live().Value.Strategy, l, customer)
	if err != nil {
		return ledgerError(err)
	}
	return answer(w, all)
}

// quotasIn reads what a ledger has counted of the quotas of a strategy.
func quotasIn(ctx context.Context, s *strategy.Strategy, l engine.Ledger, customer string) (Quotas, error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	now := time.Now()
	states, err := counts.Read(ctx, l, s, now, l.Digester.Customer(customer))
	if err != nil {
		return Quotas{}, err
	}
	unresolved, err := l.Unresolved(ctx, maxReservations)
	if err != nil {
		return Quotas{}, err
	}
	tally := counts.Tally(s, unresolved)
	all := Quotas{AsOf: now, Total: len(states), Quotas: []Quota{}}
	for i := range states[:min(len(states), maxQuotas)] {
		d := describeQuota(s, &states[i])
		d.Unresolved = tally[i]
		all.Quotas = append(all.Quotas, d)
	}
	return all, nil
}

func describeQuota(s *strategy.Strategy, state *counts.State) Quota {
	q := state.Quota
	d := Quota{
		Quota: counts.Label(q), Round: q.Round, PerCustomer: q.PerCustomer, Limit: q.Limit, Per: q.Per.String(),
		From: unlessZero(state.Window.Start), Until: unlessZero(state.Window.End), Rules: []string{}, OnOutage: q.OnOutage.String(), Partial: q.Partial,
	}
	for _, rule := range q.Rules {
		d.Rules = append(d.Rules, s.Rules()[rule])
	}
	if state.Counted() {
		c := state.Count
		d.Count = &QuotaCount{Used: c.Used(), Held: c.Held, Committed: c.Committed, Left: state.Left(), Revision: c.Revision, Reason: c.Reason}
	}
	return d
}

// showReservations answers which orders have an unknown outcome.
func (a Server) showReservations(w http.ResponseWriter, r *http.Request, id string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	l, err := ledgerOf(eng)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), ledgerTimeout)
	defer cancel()
	found, err := l.Unresolved(ctx, maxReservations+1)
	if err != nil {
		return ledgerError(err)
	}
	all := Reservations{Reservations: []Reservation{}, More: len(found) > maxReservations}
	for _, one := range found[:min(len(found), maxReservations)] {
		all.Reservations = append(all.Reservations, describeReservation(one))
	}
	return answer(w, all)
}

func describeReservation(r quota.Reservation) Reservation {
	d := Reservation{ID: r.Order.String(), State: r.State.String(), Until: r.Until.UTC(), Unknown: r.Unknown, Takes: []Take{}}
	for _, t := range r.Takes {
		if c, err := t.Key.Counter(); err == nil {
			d.Takes = append(d.Takes, Take{Quota: counts.LabelOf(&c), Round: c.Round, Window: c.Window, Amount: t.Amount})
		}
	}
	return d
}

// revisionTag is the entity tag of a count, without its quotes.
func revisionTag(revision uint64) string { return strconv.FormatUint(revision, 10) }
