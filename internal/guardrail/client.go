package guardrail

import "net/netip"

// ipv6Network is how many bits of an IPv6 address tell one customer of a provider from
// another: the customer chooses the remainder.
const ipv6Network = 64

// Client names the client at an address, for [Sample.Offer]: the address itself, or the
// network of an IPv6 address. A text that is no address names itself.
func Client(at string) string {
	address, err := netip.ParseAddr(at)
	if err != nil {
		return at
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(ipv6Network)
	if err != nil {
		return at
	}
	return network.String()
}
