// Package discount is a Caddy module that computes the discounts of a cart on
// its way to the order service.
//
// The handler reads the cart from the request, quotes it against a strategy that is kept compiled
// in memory, and forwards the request with X-Discount-* headers that only the gateway can set. The
// strategy is a TOML file. An edit is activated by one atomic store, without interrupting requests.
package discount

import (
	"errors"
	"fmt"
	_ "time/tzdata" // strategies name time zones; a container may have no list of them

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/cli"
	"github.com/promogate/caddy-discount/internal/cors"
	"github.com/promogate/caddy-discount/internal/handlers"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/lazylog"
	_ "github.com/promogate/caddy-discount/quota/embedded" // the default ledger
	_ "github.com/promogate/caddy-discount/quota/redis"    // the one that gateways share
)

func init() {
	caddy.RegisterModule(Handler{})
	caddy.RegisterModule(QuoteHandler{})
	caddy.RegisterModule(JWKSHandler{})
	caddy.RegisterModule(StripHandler{})
	caddy.RegisterModule(ReservationsHandler{})
	caddy.RegisterModule(adminapi.NewServer(adminEngines))
	caddy.RegisterModule(new(lazylog.Encoder))
	cli.Register()
	registerDirective("discount", func() directiveHandler { return new(Handler) })
	registerDirective("discount_quote", func() directiveHandler { return new(QuoteHandler) })
	registerDirective("discount_reservations", func() directiveHandler { return new(ReservationsHandler) })
	registerDirective("discount_jwks", func() directiveHandler { return new(JWKSHandler) })
	registerDirective("discount_strip", func() directiveHandler { return new(StripHandler) })
}

// registerDirective orders a directive directly after request_header. It then runs after the
// directives that prepare a request, and before handle, route and reverse_proxy. A directive
// ordered before reverse_proxy would not run for requests that a handle block takes. Of two
// directives ordered after request_header, the one registered last runs first.
func registerDirective(name string, fresh func() directiveHandler) {
	httpcaddyfile.RegisterDirective(name, func(h httpcaddyfile.Helper) ([]httpcaddyfile.ConfigValue, error) {
		matcher, err := matcherOf(h)
		if err != nil {
			return nil, err
		}
		d := fresh()
		if err := d.UnmarshalCaddyfile(h.Dispenser); err != nil {
			return nil, err
		}
		if d, own := d.(*Handler); own && matcher != nil {
			// The handler strips requests on every path, so its route has no matcher.
			d.MatcherSetsRaw, matcher = caddyhttp.RawMatcherSets{matcher}, nil
		}
		return h.NewRoute(matcher, d), nil
	})
	httpcaddyfile.RegisterDirectiveOrder(name, httpcaddyfile.After, "request_header")
}

// matcherOf takes the matcher off a directive that has one. A single argument
// is the strategy, even if it begins with a slash as path matchers do.
func matcherOf(h httpcaddyfile.Helper) (caddy.ModuleMap, error) {
	h.Next() // the directive's name
	matcher := false
	switch h.Val() {
	case "discount", "discount_quote", "discount_reservations":
		matcher = h.CountRemainingArgs() > 1
	case "discount_jwks":
		matcher = h.CountRemainingArgs() > 0
	}
	if matcher {
		return h.ExtractMatcherSet()
	}
	h.Reset()
	return nil, nil
}

type directiveHandler interface {
	caddyhttp.MiddlewareHandler
	caddyfile.Unmarshaler
}

// Handler computes the discounts of the cart in a request and forwards the request with the result
// in its headers. A client's own headers under these names never reach the handlers after this one,
// whether the request matches or not: `match` decides what is priced, not what is trusted. The
// handler therefore stands on a route without a matcher.
//
// A request without a cart passes through with `X-Discount-Status: bypass`. If the request may hold
// an order, it has an `X-Discount-Reason` too, such as `"no items at order.lines"`. The log has a
// warning if such requests arrive for a minute and no cart is read from any request. An order is
// never lost because a discount could not be computed. A cart that is invalid or too large passes
// through unchanged, unless the options reject it. Its status is then `invalid` or `oversize`.
//
// These headers are set on the request:
//
// Header | Value
// -------|------
// `X-Discount-Status` | `applied`, `none`, `bypass` (not a cart), `invalid`, `oversize` or `unavailable`
// `X-Discount-Reason` | why there is no discount, where there is something to say
// `X-Discount-Amount` | discount on the goods in minor units
// `X-Discount-Shipping` | discount on the shipping in minor units
// `X-Discount-Subtotal` | the goods before discounts in minor units
// `X-Discount-Payable` | goods and shipping after discounts in minor units
// `X-Discount-Currency` | ISO 4217 code
// `X-Discount-Rules` | the rules that applied, as RFC 9651 list with `;amount=` in minor units
// `X-Discount-Lines` | discount by line of the cart in minor units, as RFC 9651 inner list
// `X-Discount-Gifts` | goods that come with the order, as RFC 9651 list of SKUs with `;q=`
// `X-Discount-Strategy` | version of the strategy with `;sha256=` of its meaning
// `X-Discount-Reservation` | what the order holds of quotas: its id, with `;until=` as a Date; to the order service alone
// `X-Discount-Exhausted` | the rules that the cart has goods for and of which too little is left, as RFC 9651 list; to the order service alone
// `X-Discount-Assertion` | all of it and the SHA-256 of the body as a compact JWS, with `sign`
//
// With `headers compact`, one header `X-Discount` has all these values but the assertion, as Dictionary
// of RFC 9651: `status=applied, amount=585, …`.
//
// The same values are placeholders for handlers after this one and for logs. Directives that Caddy
// orders before this one, such as `vars`, `map`, `rewrite` and `request_header`, run before there
// is a value and read an empty text. Within `route`, directives run in the order in which they are
// written. Placeholders that may hold text of the client are marked. The others hold numbers, a
// currency code or texts of the strategy.
//
// Placeholder | Value
// ------------|------
// `{http.discount.status}` | as `X-Discount-Status`
// `{http.discount.reason}` | as `X-Discount-Reason`; may hold text of the client
// `{http.discount.amount}` | as `X-Discount-Amount`
// `{http.discount.shipping}` | as `X-Discount-Shipping`
// `{http.discount.subtotal}` | as `X-Discount-Subtotal`
// `{http.discount.payable}` | as `X-Discount-Payable`
// `{http.discount.currency}` | as `X-Discount-Currency`
// `{http.discount.rules}` | as `X-Discount-Rules`
// `{http.discount.lines}` | as `X-Discount-Lines`
// `{http.discount.gifts}` | as `X-Discount-Gifts`
// `{http.discount.reservation}` | as `X-Discount-Reservation`
// `{http.discount.exhausted}` | as `X-Discount-Exhausted`
// `{http.discount.version}` | the version of the strategy
// `{http.discount.sha256}` | the fingerprint of the strategy in hexadecimal
//
// If a request passes two of these handlers, the second removes the headers of the first and prices
// the cart again with its own strategy. The log has a warning: when the routes are provisioned, if
// they show it, or else once, at the first such request.
type Handler struct {
	// Which requests are priced. Default: all. Headers under the names of the discount headers are
	// also removed from requests that do not match, and from their responses unless `respond` is
	// `upstream`. A matcher decides what is priced, not what is trusted.
	MatcherSetsRaw caddyhttp.RawMatcherSets `json:"match,omitempty" caddy:"namespace=http.matchers"`

	Options

	matchers caddyhttp.MatcherSets
	pricer   *pricer
	repeats  *handlers.Repeats
}

// CaddyModule returns the Caddy module information.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.discount",
		New: func() caddy.Module { return new(Handler) },
	}
}

// Provision reads the strategy, or joins the handlers that share it.
func (h *Handler) Provision(ctx caddy.Context) (err error) {
	if len(h.Origins.Allow) > 0 {
		return errOriginsOfOrders
	}
	matchers, err := ctx.LoadModule(h, "MatcherSetsRaw")
	if err != nil {
		return fmt.Errorf("match: %w", err)
	}
	if err := h.matchers.FromInterface(matchers); err != nil {
		return fmt.Errorf("match: %w", err)
	}
	if h.pricer, err = h.open(ctx, moduleDiscount); err != nil {
		return err
	}
	h.repeats, err = handlers.Watch(ctx, httpheader.DefaultPrefix)
	return err
}

// Cleanup releases the strategy. The strategy stops being watched when no handler uses it any more.
// Caddy calls Cleanup after a failed Provision too.
func (h *Handler) Cleanup() error { return errors.Join(h.repeats.Close(), h.pricer.close()) }

// QuoteHandler answers a cart with its quote as JSON, for the estimate in a shop's front end. It
// takes the options of the discount handler. It never forwards a request: it answers a request
// without a valid cart with a problem document (RFC 9457), and `OPTIONS` with 204 and `Allow`.
// Pages of other origins may call it if `origins` lists them (CORS).
type QuoteHandler struct {
	Options

	pricer  *pricer
	origins cors.Policy
}

// CaddyModule returns the Caddy module information.
func (QuoteHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.discount_quote",
		New: func() caddy.Module { return new(QuoteHandler) },
	}
}

// Provision reads the strategy, or joins the handlers that share it.
func (h *QuoteHandler) Provision(ctx caddy.Context) (err error) {
	if h.pricer, err = h.open(ctx, moduleQuote); err != nil {
		return err
	}
	h.pricer.explains = h.Explain != explainOff
	h.origins = h.Origins.policy()
	h.origins.Methods = methodsFor(h.Source)
	return nil
}

// Cleanup releases the strategy.
func (h *QuoteHandler) Cleanup() error { return h.pricer.close() }

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.Validator             = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)

	_ caddy.Provisioner           = (*QuoteHandler)(nil)
	_ caddy.Validator             = (*QuoteHandler)(nil)
	_ caddy.CleanerUpper          = (*QuoteHandler)(nil)
	_ caddyhttp.MiddlewareHandler = (*QuoteHandler)(nil)
	_ caddyfile.Unmarshaler       = (*QuoteHandler)(nil)
)
