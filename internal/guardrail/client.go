package guardrail

import "net/netip"

// ipv6Network is how many bits of an IPv6 address identify one customer of a provider. The
// customer chooses the other bits.
const ipv6Network = 64

// Client returns the identity of the client at an address, for [Sample.Offer]. It is the
// address, or the network of an IPv6 address. A text that is no address is returned as it is.
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
