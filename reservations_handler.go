package discount

import (
	"errors"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/internal/reservationapi"
)

// ReservationsHandler answers an order service about the reservations of a strategy, by the ids in
// `X-Discount-Reservation`. It is for the order service alone: a client that reaches it can give back what
// orders have taken.
//
// Request | Does
// --------|-----
// `GET …/ID` | looks a reservation up
// `POST …/ID/commit` | the order was accepted; it is counted, also after its deadline
// `POST …/ID/release` | the order was refused; what it holds is given back
// `POST …/ID/return` | a committed order was cancelled; what it took is given back
//
// The answer is the reservation as JSON: `id`, `state` (`held`, `committed`, `released`, `lapsed` or
// `returned`), `until`, and `takes` with `quota`, `kind` and `amount`. Saying the same twice changes
// nothing more. What cannot be is answered with a problem document (RFC 9457): 404 for a reservation
// that the ledger does not have, 409 for one whose state does not allow it, 503 while the ledger cannot
// be reached.
type ReservationsHandler struct {
	// The path of the strategy, as in `discount`. Required.
	Strategy string `json:"strategy,omitempty"`

	// The name of the `[[env]]` table, as in `discount`. Default: none.
	Env string `json:"env,omitempty"`

	configuration *configuration
	ledger        *ledgers.Ledger
}

// CaddyModule returns the Caddy module information.
func (ReservationsHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.discount_reservations",
		New: func() caddy.Module { return new(ReservationsHandler) },
	}
}

// UnmarshalCaddyfile sets up the handler from Caddyfile tokens. Syntax:
//
//	discount_reservations [<matcher>] <strategy> {
//	    env <name>
//	}
func (h *ReservationsHandler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if !d.AllArgs(&h.Strategy) {
		return d.Err("discount_reservations takes a matcher and the path of a strategy, such as: discount_reservations /internal/discount/* config/discount.toml")
	}
	for d.NextBlock(0) {
		if d.Val() != "env" {
			return d.Errf("unknown option %q of discount_reservations, env is known", d.Val())
		}
		if err := directive.Word(d, &h.Env); err != nil {
			return err
		}
	}
	return nil
}

// Provision joins the handlers that have the strategy.
func (h *ReservationsHandler) Provision(ctx caddy.Context) error {
	o := Options{Strategy: h.Strategy, Env: h.Env}
	if err := o.expandShared(); err != nil {
		return err
	}
	configuration, err := joinConfiguration(ctx)
	if err != nil {
		return err
	}
	shared, err := configuration.agree(&o)
	if err == nil {
		h.ledger, err = ledgers.Acquire(shared.ledgerOf(o.key()), currentLog)
		err = directive.InOption("ledger", err)
	}
	if err != nil {
		return errors.Join(err, configuration.leave())
	}
	h.configuration = configuration
	log := ctx.Logger()
	onStarted(ctx, func(*caddyevents.App) {
		if err := h.ledger.Open(); err != nil {
			log.Error("cannot open ledger", zap.Error(err))
		}
	})
	return nil
}

// Cleanup releases the ledger.
func (h *ReservationsHandler) Cleanup() error {
	if h.configuration == nil {
		return nil
	}
	return errors.Join(h.ledger.Release(), h.configuration.leave())
}

// ServeHTTP answers about one reservation.
func (h *ReservationsHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	return reservationapi.Serve(w, r, h.ledger.Opened())
}

// Interface guards
var (
	_ caddy.Provisioner           = (*ReservationsHandler)(nil)
	_ caddy.CleanerUpper          = (*ReservationsHandler)(nil)
	_ caddyhttp.MiddlewareHandler = (*ReservationsHandler)(nil)
	_ caddyfile.Unmarshaler       = (*ReservationsHandler)(nil)
)
