package discount

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/quota"
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

// outcomesByName are what an order service can say of an order, and the state that is to follow.
var outcomesByName = map[string]struct {
	outcome quota.Outcome
	state   quota.State
}{
	"commit": {quota.Commit, quota.Committed}, "release": {quota.Release, quota.Released}, "return": {quota.Return, quota.Returned},
}

// reservationsTimeout is how long one answer may take.
const reservationsTimeout = 2 * time.Second

// ServeHTTP answers about one reservation.
func (h *ReservationsHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	ctx, cancel := context.WithTimeout(r.Context(), reservationsTimeout)
	defer cancel()
	segments := strings.Split(strings.TrimSuffix(r.URL.Path, "/"), "/")
	last := segments[len(segments)-1]
	said, says := outcomesByName[last]
	allowed := http.MethodGet
	if says && len(segments) > 1 {
		last, allowed = segments[len(segments)-2], http.MethodPost
	}
	if r.Method != allowed && !(allowed == http.MethodGet && r.Method == http.MethodHead) {
		w.Header().Set("Allow", allowed)
		return reservationProblem(http.StatusMethodNotAllowed, "Method not allowed", "want "+allowed).answer(w, r)
	}
	id, err := quota.ParseID(last)
	if err != nil {
		return reservationProblem(http.StatusNotFound, "No such reservation", err.Error()).answer(w, r)
	}
	l := h.ledger.Opened()
	if l == nil {
		return reservationProblem(http.StatusServiceUnavailable, "No ledger", "the strategy has no ledger, or it is not open").answer(w, r)
	}
	return h.answer(ctx, w, r, l, quota.Settlement{Order: id, Outcome: said.outcome, Call: quota.NewID()}, says, said.state)
}

// answer settles a reservation, if something is said of it, and shows it.
func (h *ReservationsHandler) answer(ctx context.Context, w http.ResponseWriter, r *http.Request, l *reservations.Ledger, s quota.Settlement, says bool, want quota.State) error {
	changed := false
	if says {
		settled, err := l.Ledger.Settle(ctx, []quota.Settlement{s})
		if err != nil {
			return reservationProblem(http.StatusServiceUnavailable, "Ledger not reached", err.Error()).answer(w, r)
		}
		if settled[0].State != quota.None && settled[0].State != want {
			return reservationProblem(http.StatusConflict, "Other state", "the reservation is "+settled[0].State.String()).answer(w, r)
		}
		changed = settled[0].Changed
	}
	found, err := l.Ledger.Find(ctx, s.Order)
	switch {
	case errors.Is(err, quota.ErrNotFound):
		return reservationProblem(http.StatusNotFound, "No such reservation", err.Error()).answer(w, r)
	case err != nil:
		return reservationProblem(http.StatusServiceUnavailable, "Ledger not reached", err.Error()).answer(w, r)
	}
	if changed {
		l.Measured().Said(s.Outcome, found.Takes)
	}
	text, err := json.Marshal(shownReservation(found))
	if err != nil {
		return err
	}
	return answerJSON(w, http.StatusOK, "application/json", text)
}

func reservationProblem(status int, title, detail string) *problemDetails {
	return &problemDetails{Status: status, Title: title, Detail: detail}
}

// reservation is one as it is shown. Customers and codes are digests, and not shown.
type reservation struct {
	ID    string    `json:"id"`
	State string    `json:"state"`
	Until time.Time `json:"until"`
	Takes []taken   `json:"takes"`
}

type taken struct {
	Quota  string `json:"quota"`
	Kind   string `json:"kind"`
	Amount int64  `json:"amount"`
}

func shownReservation(r quota.Reservation) reservation {
	shown := reservation{ID: r.Order.String(), State: r.State.String(), Until: r.Until.UTC(), Takes: []taken{}}
	for _, t := range r.Takes {
		if c, err := t.Key.Counter(); err == nil {
			shown.Takes = append(shown.Takes, taken{Quota: c.Name, Kind: string(c.Kind), Amount: t.Amount})
		}
	}
	return shown
}

// Interface guards
var (
	_ caddy.Provisioner           = (*ReservationsHandler)(nil)
	_ caddy.CleanerUpper          = (*ReservationsHandler)(nil)
	_ caddyhttp.MiddlewareHandler = (*ReservationsHandler)(nil)
	_ caddyfile.Unmarshaler       = (*ReservationsHandler)(nil)
)
