package discount

import (
	"net/http"
	"net/netip"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// ipv6Network is how many bits of an IPv6 address tell one customer of a provider from
// another: the rest is theirs to choose.
const ipv6Network = 64

// clientOf is what a request is told by to come from the same client as another one:
// Caddy's client_ip, which goes by trusted_proxies; of an IPv6 address, its network.
func clientOf(r *http.Request) string {
	text, _ := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string)
	address, err := netip.ParseAddr(text)
	if err != nil {
		return text
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(ipv6Network)
	if err != nil {
		return text
	}
	return network.String()
}
