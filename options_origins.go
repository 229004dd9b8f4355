package discount

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"golang.org/x/net/idna"

	"github.com/promogate/caddy-discount/internal/directive"
)

// OriginOptions say which pages of other origins may ask for a quote (CORS).
type OriginOptions struct {
	// The origins whose pages may read the answers of discount_quote, such as
	// `https://shop.example`: scheme, host and, where it is not the usual one, port. `*`
	// alone allows every origin. Placeholders are replaced when the configuration is
	// loaded. Default: none.
	Allow []string `json:"allow,omitempty"`

	// Whether these pages may send credentials such as cookies, for a handler in front of
	// discount_quote. The quote itself needs none. It cannot be combined with `*`. Default: false.
	Credentials bool `json:"credentials,omitempty"`
}

// errOriginsOfOrders refuses origins on the directive that prices orders.
var errOriginsOfOrders = errors.New("origins is an option of discount_quote: pages that send orders ask the order service, which answers OPTIONS, too")

// anyOrigin allows the pages of every origin.
const anyOrigin = "*"

// fill expands placeholders and writes every origin as a browser does.
func (o *OriginOptions) fill() error {
	var errs []error
	for i, text := range o.Allow {
		expanded, err := caddy.NewReplacer().ReplaceOrErr(text, true, true)
		if err == nil {
			o.Allow[i], err = parseOrigin(expanded)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("origins: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (o *OriginOptions) validate() error {
	switch {
	case len(o.Allow) == 0 && o.Credentials:
		return errors.New("origins: credentials are on and no origin is allowed")
	case !slices.Contains(o.Allow, anyOrigin):
		return nil
	case len(o.Allow) > 1:
		return errors.New("origins: * allows every origin, so no other can be beside it")
	case o.Credentials:
		return errors.New("origins: credentials cannot be on for *: name the origins that may send them")
	}
	return nil
}

// parseOrigin reads an origin and returns it as browsers write it (RFC 6454, section
// 6.2): in lower case, the host in ASCII, without the usual port.
func parseOrigin(text string) (string, error) {
	if text == anyOrigin {
		return text, nil
	}
	if text == "null" {
		return "", errors.New(`"null" is the origin of sandboxed pages and local files of every kind, want one such as https://shop.example`)
	}
	scheme, _, has := strings.Cut(text, "://")
	if !has {
		return "", fmt.Errorf("%q has no scheme, want an origin such as https://%s", text, cmp.Or(text, "shop.example"))
	}
	if strings.Contains(text, anyOrigin) {
		return "", fmt.Errorf("%q has a *, want each origin by its name, or * alone for every origin", text)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
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

// unmarshalOrigins reads the origins and a block.
func (o *Options) unmarshalOrigins(d *caddyfile.Dispenser) error {
	o.Origins.Allow = d.RemainingArgs()
	if len(o.Origins.Allow) == 0 {
		return d.Err("origins takes one origin or more, such as: origins https://shop.example")
	}
	for i, text := range o.Origins.Allow {
		if strings.Contains(text, "{") {
			continue // a placeholder, whose value is read when the configuration is loaded
		}
		origin, err := parseOrigin(text)
		if err != nil {
			return d.Errf("origins: %v", err)
		}
		if slices.Contains(o.Origins.Allow[:i], origin) {
			return d.Errf("origins: %s is given twice", origin)
		}
		o.Origins.Allow[i] = origin
	}
	_, err := directive.Names(d, "origins", func(name string) error {
		if name != "credentials" {
			return d.Errf("unknown origins option %q, credentials is known", name)
		}
		return directive.OnOff(d, &o.Origins.Credentials)
	})
	if err != nil {
		return err
	}
	return directive.AtLine(d, o.Origins.validate())
}
