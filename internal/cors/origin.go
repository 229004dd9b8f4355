package cors

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Any allows the pages of every origin.
const Any = "*"

// ParseOrigin reads an origin and returns it as browsers write it (RFC 6454, section
// 6.2): in lower case, the host in ASCII, without the usual port.
func ParseOrigin(text string) (string, error) {
	if text == Any {
		return text, nil
	}
	if text == "null" {
		return "", errors.New(`"null" is the origin of sandboxed pages and local files of every kind, want one such as https://shop.example`)
	}
	scheme, _, has := strings.Cut(text, "://")
	if !has {
		return "", fmt.Errorf("%q has no scheme, want an origin such as https://%s", text, cmp.Or(text, "shop.example"))
	}
	if strings.Contains(text, Any) {
		return "", fmt.Errorf("%q has a *, want each origin by its name, or * alone for every origin", text)
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" || !utf8.ValidString(text) {
		return "", fmt.Errorf("%q is no origin such as https://shop.example", text)
	}
	if rest := strings.TrimPrefix(text[len(scheme)+3:], u.Host); rest != "" {
		return "", fmt.Errorf("%q has more than scheme, host and port, want %s://%s", text, u.Scheme, u.Host)
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return "", fmt.Errorf("%q: the host is no name of a host: %w", text, err)
	}
	port, err := asciiPort(u.Port())
	if err != nil {
		return "", fmt.Errorf("%q: %w", text, err)
	}
	if port != "" && port != usualPorts[u.Scheme] {
		host += ":" + port
	}
	return u.Scheme + "://" + host, nil
}

// asciiPort is a port as it is in an origin, without zeros before it; "" for none.
func asciiPort(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return "", fmt.Errorf("the port %s is not one of 1 to 65535", text)
	}
	return strconv.FormatUint(port, 10), nil
}

// usualPorts are those that browsers leave out.
var usualPorts = map[string]string{"http": "80", "https": "443"}

// asciiHost is a host as it is in an origin: an address, or a name in ASCII.
func asciiHost(host string) (string, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		if address.Is6() {
			return "[" + address.String() + "]", nil
		}
		return address.String(), nil
	}
	return idna.Lookup.ToASCII(host)
}
