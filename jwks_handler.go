package discount

import (
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/keyring"
)

// JWKSHandler answers with the public keys of every `sign EdDSA` in the
// configuration, as a JWK Set (RFC 7517), for order services that fetch the keys
// they verify assertions with. Secrets of HS256 are never in it.
type JWKSHandler struct{}

// CaddyModule returns the Caddy module information.
func (JWKSHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.discount_jwks",
		New: func() caddy.Module { return new(JWKSHandler) },
	}
}

// UnmarshalCaddyfile sets up the handler from Caddyfile tokens. Syntax:
//
//	discount_jwks [<matcher>]
func (*JWKSHandler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if d.NextArg() || d.NextBlock(0) {
		return d.Err("discount_jwks takes nothing but a matcher")
	}
	return nil
}

// jwksFor is how long a verifier may keep the set, in seconds: a key should have
// been published for that long before it signs.
const jwksFor = "300"

// ServeHTTP answers with the keys.
func (JWKSHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
	text, err := keyring.JWKS(keyringsInUse())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age="+jwksFor)
	_, err = w.Write(text)
	return err
}

// Interface guards
var (
	_ caddyhttp.MiddlewareHandler = (*JWKSHandler)(nil)
	_ caddyfile.Unmarshaler       = (*JWKSHandler)(nil)
)
