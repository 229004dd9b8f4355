// Package reservationapi answers an order service about reservations: it looks one up, and takes the
// word of the order service on what became of the order.
package reservationapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/internal/reply"
	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/quota"
)

// timeout is how long one answer may take.
const timeout = 2 * time.Second

// word is what an order service can say of an order, and the state that is to follow.
type word struct {
	outcome quota.Outcome
	state   quota.State
}

// words are the words by the last segment of a path.
var words = map[string]word{
	"commit": {quota.Commit, quota.Committed}, "release": {quota.Release, quota.Released}, "return": {quota.Return, quota.Returned},
}

// Serve answers about the reservation that the path of a request ends with. l is nil if no ledger is
// open. The error is that of writing the answer.
func Serve(w http.ResponseWriter, r *http.Request, l *reservations.Ledger) error {
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	name, said := asked(r.URL.Path)
	id, err := quota.ParseID(name)
	if err != nil {
		return problem(http.StatusNotFound, "No such reservation", err.Error()).Send(w, r)
	}
	allowed := http.MethodGet
	if said != nil {
		allowed = http.MethodPost
	}
	if r.Method != allowed && !(allowed == http.MethodGet && r.Method == http.MethodHead) {
		w.Header().Set("Allow", allowed)
		return problem(http.StatusMethodNotAllowed, "Method not allowed", "want "+allowed).Send(w, r)
	}
	if l == nil {
		return problem(http.StatusServiceUnavailable, "No ledger", "the strategy has no ledger, or it is not open").Send(w, r)
	}
	found, p := settle(ctx, l, id, said)
	if p != nil {
		return p.Send(w, r)
	}
	text, err := json.Marshal(shown(found))
	if err != nil {
		return err
	}
	return reply.JSON(w, text)
}

// asked is the name of the reservation that a path is about, and what the path says of it; nil for
// nothing.
func asked(path string) (name string, said *word) {
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	last := len(segments) - 1
	if said, says := words[segments[last]]; says && last > 0 {
		return segments[last-1], &said
	}
	return segments[last], nil
}

// settle settles a reservation, if something is said of it, and finds it.
func settle(ctx context.Context, l *reservations.Ledger, id quota.ID, said *word) (quota.Reservation, *reply.ProblemDetails) {
	changed := false
	if said != nil {
		settled, err := l.Ledger.Settle(ctx, []quota.Settlement{{Order: id, Outcome: said.outcome, Call: quota.NewID()}})
		if err != nil {
			return quota.Reservation{}, notReached(err)
		}
		if state := settled[0].State; state != quota.None && state != said.state {
			return quota.Reservation{}, problem(http.StatusConflict, "Other state", "the reservation is "+state.String())
		}
		changed = settled[0].Changed
	}
	found, err := l.Ledger.Find(ctx, id)
	switch {
	case errors.Is(err, quota.ErrNotFound):
		return found, problem(http.StatusNotFound, "No such reservation", err.Error())
	case err != nil:
		return found, notReached(err)
	}
	if changed {
		l.Measured().Said(said.outcome, found.Takes)
	}
	return found, nil
}

func notReached(err error) *reply.ProblemDetails {
	return problem(http.StatusServiceUnavailable, "Ledger not reached", err.Error())
}

func problem(status int, title, detail string) *reply.ProblemDetails {
	return &reply.ProblemDetails{Status: status, Title: title, Detail: detail}
}
