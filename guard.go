package discount

import (
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/guardrail"
)

// GuardOptions are bounds on how far an edited strategy may be from the one in
// service, measured on carts of recent orders, with both strategies side by side. A
// strategy that exceeds one is refused; the one in service stays. All are optional.
// They find slips; they are no defence against an attack.
//
// Of one client at most four carts are kept. A client is told by Caddy's `client_ip`:
// behind a load balancer set `trusted_proxies`, or all orders are of one client.
//
// They do not judge the strategy a gateway starts with, of which there are no
// carts yet; one that was refused by them stays refused across a restart.
type GuardOptions struct {
	// The factor, at least 1, by which the discount may grow or shrink, as a share of
	// what a cart costs: with 2 it may at most double and at least halve. Both the mean
	// and the median of the carts have to stay within it. Where no cart has a discount
	// now, there is nothing to multiply and this bound does not judge.
	MaxMeanChange float64 `json:"max_mean_change,omitempty"`

	// The share of orders, from 0 to 1, that may have nothing left to pay for
	// their goods beyond those that have nothing to pay now.
	MaxFreeOrders *float64 `json:"max_free_orders,omitempty"`

	// The longest that pricing one cart may take. Of each cart the fastest of
	// three tries counts.
	MaxEvaluation caddy.Duration `json:"max_evaluation,omitempty"`

	// How many carts make a comparison; with fewer the bounds do not judge, and
	// the log says so. At most 128, which is how many are kept. Default: 20.
	MinSample int `json:"min_sample,omitempty"`
}

const (
	defaultMinSample = 20
	mostSample       = 128
	maxFactor        = 1_000_000
)

func (g *GuardOptions) fill() { setIfZero(&g.MinSample, defaultMinSample) }

func (g *GuardOptions) validate() error {
	var errs []error
	if g.MaxMeanChange != 0 && !(g.MaxMeanChange >= 1 && g.MaxMeanChange <= maxFactor) {
		errs = append(errs, fmt.Errorf("guard max_mean_change: %v is no factor of 1 or more", g.MaxMeanChange))
	}
	if s := g.MaxFreeOrders; s != nil && !(*s >= 0 && *s <= 1) {
		errs = append(errs, fmt.Errorf("guard max_free_orders: %v is no share from 0%% to 100%%", *s))
	}
	if g.MaxEvaluation != 0 {
		errs = append(errs, directive.During("guard max_evaluation", g.MaxEvaluation, caddy.Duration(time.Microsecond), caddy.Duration(time.Minute)))
	}
	if g.MinSample != 0 {
		errs = append(errs, directive.Within("guard min_sample", int64(g.MinSample), 1, mostSample))
	}
	return errors.Join(errs...)
}

func (g *GuardOptions) limits() guardrail.Limits {
	r := guardrail.Limits{MeanChange: g.MaxMeanChange, Evaluation: time.Duration(g.MaxEvaluation), MinSample: g.MinSample}
	if g.MaxFreeOrders != nil {
		r.FreeOrders, r.Free = *g.MaxFreeOrders, true
	}
	return r
}
