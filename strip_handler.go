package discount

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/telemetry"
)

// StripHandler removes everything that stands under the names of the discount headers
// from requests and responses, and prices nothing. It is for blocks without a `discount`
// of their own whose requests reach an order service, such as a second `handle` block or
// `handle_errors`.
//
// A request that a handler has stripped of these names already is not stripped again: in
// a site with both directives, what `discount` sets stays.
type StripHandler struct {
	// What the names of the discount headers begin with. Default: `X-Discount-`.
	HeaderPrefix string `json:"header_prefix,omitempty"`

	names *httpheader.Names
}

// CaddyModule returns the Caddy module information.
func (StripHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.discount_strip",
		New: func() caddy.Module { return new(StripHandler) },
	}
}

// UnmarshalCaddyfile sets up the handler from Caddyfile tokens. Syntax:
//
//	discount_strip [<prefix>]
func (h *StripHandler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if !d.NextArg() {
		return noBlock(d)
	}
	h.HeaderPrefix = d.Val()
	if strings.HasPrefix(h.HeaderPrefix, "/") || strings.HasPrefix(h.HeaderPrefix, "@") || h.HeaderPrefix == "*" {
		return d.Errf("discount_strip takes no matcher, got %s: what a client sends under these names is forged on every path", h.HeaderPrefix)
	}
	if d.NextArg() {
		return d.Errf("unexpected argument %q: discount_strip takes one prefix of header names, such as %s", d.Val(), httpheader.DefaultPrefix)
	}
	if err := httpheader.CheckPrefix(h.HeaderPrefix); err != nil {
		return d.Errf("discount_strip: %v", err)
	}
	return noBlock(d)
}

func noBlock(d *caddyfile.Dispenser) error {
	if d.NextBlock(0) {
		return d.Errf("discount_strip has no options, got %q", d.Val())
	}
	return nil
}

// Provision checks the prefix.
func (h *StripHandler) Provision(ctx caddy.Context) error {
	if err := directive.Expand("header_prefix", &h.HeaderPrefix); err != nil {
		return err
	}
	directive.Default(&h.HeaderPrefix, httpheader.DefaultPrefix)
	if err := directive.InOption("header_prefix", httpheader.CheckPrefix(h.HeaderPrefix)); err != nil {
		return err
	}
	if err := telemetry.Register(ctx.GetMetricsRegistry(), requestCounters); err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	h.names = httpheader.New(h.HeaderPrefix, requestCounters.Spoofed)
	return nil
}

// ServeHTTP strips a request and its response.
func (h *StripHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	state := stateOf(r)
	prefix, spoofed := state.strip(r, h.names)
	requestCounters.Spoofed(spoofed)
	return state.forward(w, r, next, prefix, h.names, respondOff)
}

// Interface guards
var (
	_ caddy.Provisioner           = (*StripHandler)(nil)
	_ caddyhttp.MiddlewareHandler = (*StripHandler)(nil)
	_ caddyfile.Unmarshaler       = (*StripHandler)(nil)
)
