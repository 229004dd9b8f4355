package handlers

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

// servers are the servers with a discount handler and what their routes show, from the provisioning
// of the first handler to the cleanup of the last one.
var servers = caddy.NewUsagePool()

// serverRoutes is what the routes of a server show.
type serverRoutes struct{ warned bool }

// Destruct implements [caddy.Destructor].
func (*serverRoutes) Destruct() error { return nil }

// Repeats logs one warning about requests that pass two discount handlers of one prefix: when the
// routes are provisioned, if they show it, or else at the first such request. The second handler
// removes the headers of the first, which does no harm but is rarely intended.
type Repeats struct {
	server *caddyhttp.Server // nil for a handler outside of a server
	warned atomic.Bool
}

// Watch checks the routes of the server that is being provisioned, once for all its handlers,
// and logs what they show. defaultPrefix is the prefix of handlers that have none of their own.
// The Repeats must be closed.
func Watch(ctx caddy.Context, defaultPrefix string) (*Repeats, error) {
	server, _ := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	r := &Repeats{server: server}
	if server == nil {
		return r, nil
	}
	value, _, err := servers.LoadOrNew(server, func() (caddy.Destructor, error) {
		found := handlersOf(server, defaultPrefix)
		met := repeatsIn(found)
		for _, pair := range met {
			ctx.Logger().Warn("routes lead through two discount handlers", zap.String("first", pair[0]), zap.String("second", pair[1]),
				zap.String("hint", hintRepeats))
		}
		warnOfProxies(ctx.Logger(), unstrippedIn(found))
		warnOfPrefixes(ctx.Logger(), overlapsIn(found))
		return &serverRoutes{warned: len(met) > 0}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the routes: %w", err)
	}
	r.warned.Store(value.(*serverRoutes).warned)
	return r, nil
}

const hintRepeats = "the second handler removes the headers of the first and prices the cart again"

// Close ends what [Watch] began.
func (r *Repeats) Close() error {
	if r == nil || r.server == nil {
		return nil
	}
	_, err := servers.Delete(r.server)
	return err
}

// Note records a request that another handler of the prefix has priced already, and logs the
// first with the path of the strategy. Handlers in routes for errors do not count: they price
// the request again.
func (r *Repeats) Note(log *zap.Logger, strategy string, isError bool) {
	if isError || r.warned.Load() || r.warned.Swap(true) {
		return
	}
	log.Warn("request priced by two discount handlers", zap.String("strategy", strategy), zap.String("hint", hintRepeats))
}

// repeatsIn lists the strategies of each two discount handlers of one prefix that one request
// passes, as far as the routes show it. They show it where the matchers of one handler include
// those of the other.
func repeatsIn(found []routedHandler) [][2]string {
	var met [][2]string
	for i := range found {
		for j := i + 1; j < len(found); j++ {
			one, later := &found[i], &found[j]
			if one.Handler != "discount" || later.Handler != "discount" || one.prefix != later.prefix || !one.leadsTo(later) {
				continue
			}
			these, those := one.priced(), later.priced()
			pair := [2]string{one.Strategy, later.Strategy}
			if (among(these, those) || among(those, these)) && !slices.Contains(met, pair) {
				met = append(met, pair)
			}
		}
	}
	return met
}

// priced lists the matchers of the requests that a discount handler prices.
func (p *routedHandler) priced() []string {
	if match := matchText(p.Match); match != "" {
		return append(p.matchers(), match)
	}
	return p.matchers()
}
