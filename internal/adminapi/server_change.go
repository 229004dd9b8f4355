package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/reload/history"
)

// This file changes counts and reservations by hand. A change is in the log of the strategy before it
// is made.

// The actions on record. The last two follow a change that the ledger refused, or gave no answer to.
const (
	actionAdjusted    history.Action = "quota_adjusted"
	actionSettled     history.Action = "reservation_settled"
	actionWithdrawn   history.Action = "change_withdrawn"
	actionUnconfirmed history.Action = "change_unconfirmed"
)

// maxCustomer bounds the id of a customer in bytes.
const maxCustomer = 1000

func checkCustomer(id string) error {
	if len(id) > maxCustomer {
		return apiError(http.StatusBadRequest, fmt.Errorf("customer: it has %d bytes, want at most %d", len(id), maxCustomer))
	}
	return nil
}

// change is a change that a person asked for.
type change struct {
	eng    Engine
	action history.Action
	what   string // and why
}

// make records a change and carries it out.
func (c *change) make(ctx context.Context, do func(ctx context.Context) error) error {
	if err := c.eng.Record(c.action, c.what); err != nil {
		return recordError(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ledgerTimeout)
	defer cancel()
	err := do(ctx)
	if err == nil {
		return nil
	}
	action := actionWithdrawn
	if !isRefused(err) {
		action, err = actionUnconfirmed, fmt.Errorf("%w: it may have been made, so look before you ask again", err)
	}
	if failed := c.eng.Record(action, c.what+": "+err.Error()); failed != nil {
		err = fmt.Errorf("%w; the log has it as made: %w", err, failed)
	}
	return ledgerError(err)
}

// isRefused reports whether an error of a ledger says that it has done nothing.
func isRefused(err error) bool {
	var invalid *quota.InvalidError
	return errors.As(err, &invalid) || errors.Is(err, quota.ErrNotFound) || errors.Is(err, quota.ErrRevision) || errors.Is(err, quota.ErrBelowZero)
}

// recordError is the answer to a change that could not be recorded. Nothing was changed.
func recordError(err error) error {
	var state *engine.StateError
	if errors.As(err, &state) && state.Full() {
		return apiError(http.StatusInsufficientStorage, fmt.Errorf("%w, and ask again; nothing has changed", err))
	}
	return apiError(http.StatusInternalServerError, fmt.Errorf("recording the change: %w; nothing has changed", err))
}

// toChange finds what is to be changed, if the configuration allows that.
func (a Server) toChange(id string) (Engine, engine.Ledger, error) {
	eng, err := a.find(id)
	if err != nil {
		return nil, engine.Ledger{}, err
	}
	if eng.RollbackOff() {
		return nil, engine.Ledger{}, apiError(http.StatusForbidden, errors.New("rollback is switched off in the configuration, and so are changes of counts"))
	}
	l, err := ledgerOf(eng)
	return eng, l, err
}

func checkReason(reason string) error {
	switch {
	case reason == "":
		return apiError(http.StatusBadRequest, errors.New("reason: it is empty: say why, for the log"))
	case len(reason) > maxReason:
		return overlongReason(reason)
	}
	return nil
}
