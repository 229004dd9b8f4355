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
	if strings.Contains(text, "%") {
		return "", fmt.Errorf("%q: the host is no name of a host: no origin has escapes or a zone", text)
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
		return addressHost(address), nil
	}
	name, err := hostNames.ToASCII(host)
	if err != nil {
		return "", err
	}
	if i := strings.IndexFunc(name, func(c rune) bool { return !isOfHost(c) }); i >= 0 {
		return "", fmt.Errorf("it has %q", name[i])
	}
	if endsInNumber(name) {
		return "", errors.New("it ends in a number, want an address as browsers write it, such as 127.0.0.1")
	}
	return name, nil
}

// addressHost is an address as the URL standard writes it: IPv4 within IPv6 in hexadecimal.
func addressHost(address netip.Addr) string {
	switch {
	case address.Is4In6():
		b := address.As16()
		return fmt.Sprintf("[::ffff:%x:%x]", uint16(b[12])<<8|uint16(b[13]), uint16(b[14])<<8|uint16(b[15]))
	case address.Is6():
		return "[" + address.String() + "]"
	}
	return address.String()
}

// hostNames reads names as browsers do, which take _ and other marks that no domain may have.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.StrictDomainName(false), idna.VerifyDNSLength(true))

// isOfHost reports whether a character may be in the name of a host: those of domains, and _, which
// names within a network have.
func isOfHost(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
}

// endsInNumber reports whether browsers take a name for an IPv4 address, or refuse it (URL standard,
// ends in a number).
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(strings.TrimSuffix(name, "."), '.')+1:]
	last = strings.TrimSuffix(last, ".")
	if hex, is := strings.CutPrefix(last, "0x"); is {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}
