package discount

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

// Two discount handlers of one prefix on the way of one request do no harm: the second drops
// what the first has set and prices the cart anew, by its own strategy. But it is hardly meant, so
// it is logged: when the routes are provisioned, if they show it, and else when the first
// such request comes.

// servers holds what is known of the routes of each server, from its first discount
// handler on.
var servers = caddy.NewUsagePool()

// serverRoutes is what the routes of a server show.
type serverRoutes struct{ told bool }

// Destruct implements [caddy.Destructor].
func (*serverRoutes) Destruct() error { return nil }

// repeats keeps watch over a handler that is not the first on the way of a request.
type repeats struct {
	server *caddyhttp.Server // nil where there is none
	told   atomic.Bool
}

// watchRoutes looks at the routes of the server that is being provisioned, once for all its
// handlers.
func watchRoutes(ctx caddy.Context) (*repeats, error) {
	server, _ := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	r := &repeats{server: server}
	if server == nil {
		return r, nil
	}
	value, _, err := servers.LoadOrNew(server, func() (caddy.Destructor, error) {
		found := walkRoutes(server)
		met := repeatsIn(found)
		for _, pair := range met {
			ctx.Logger().Warn("two discount handlers on one request: the second drops what the first has set, and prices the cart anew",
				zap.String("first", pair[0]), zap.String("second", pair[1]))
		}
		warnOfProxies(ctx.Logger(), unstrippedIn(found))
		warnOfPrefixes(ctx.Logger(), overlapsIn(found))
		return &serverRoutes{told: len(met) > 0}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking at the routes: %w", err)
	}
	r.told.Store(value.(*serverRoutes).told)
	return r, nil
}

func (r *repeats) close() error {
	if r == nil || r.server == nil {
		return nil
	}
	_, err := servers.Delete(r.server)
	return err
}

// note is called for a request that another handler of the prefix has priced already. The
// routes of errors begin anew, and are no second handler.
func (r *repeats) note(g *pricer, isError bool) {
	if isError || r.told.Load() || r.told.Swap(true) {
		return
	}
	g.log.Warn("two discount handlers on one request: this one dropped what the first had set, and priced the cart anew",
		zap.String("strategy", g.key.path))
}

// repeatsIn are the strategies of each two handlers of one prefix that one request meets, as
// far as its routes show that. A request that one of two sees surely comes to the other if
// what the one matches is among what the other does.
func repeatsIn(found []routedHandler) [][2]string {
	var met [][2]string
	for i := range found {
		for j := i + 1; j < len(found); j++ {
			one, later := &found[i], &found[j]
			if one.Handler != "discount" || later.Handler != "discount" || one.prefix() != later.prefix() || !one.leadsTo(later) {
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

// priced are the matchers of the requests that a discount handler prices.
func (p *routedHandler) priced() []string {
	if p.match == "" {
		return p.matchers()
	}
	return append(p.matchers(), p.match)
}
