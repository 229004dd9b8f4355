package discount

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/freeport"
)

// quoteRequest is a request of a page, without a cart unless headers have one; headers are
// whole lines.
func quoteRequest(method string, headers ...string) string {
	return strings.Join(append([]string{method + " /quote HTTP/1.1", "Host: shop"}, headers...), "\r\n") + "\r\n\r\n"
}

// wantHeaders compares some headers of an answer; an empty text is no such header.
func (a *answer) wantHeaders(t *testing.T, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := strings.Join(a.Header.Values(name), ", "); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
}

const (
	quoteShop      = "discount_quote /quote STRATEGY {\n\torigins https://shop.example https://app.example:8443\n}\nreverse_proxy UPSTREAM"
	preflightPOST  = "Access-Control-Request-Method: POST"
	allowedMethods = "OPTIONS, GET, HEAD, POST, PUT, PATCH"
	aCartInHeaders = `X-Cart-Items: "tea";q=1;p=1000`
)

func TestOPTIONSOfAQuote(t *testing.T) {
	for name, c := range map[string]struct{ site, allow string }{
		"with origins":    {site: quoteShop, allow: allowedMethods},
		"without":         {site: "discount_quote /quote STRATEGY", allow: allowedMethods},
		"carts in bodies": {site: "discount_quote /quote STRATEGY {\n\tsource json\n}", allow: "OPTIONS, POST, PUT, PATCH"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, c.site)
			for _, headers := range [][]string{nil, {aCartInHeaders}, {"Origin: https://shop.example"}} {
				a := s.send(quoteRequest(http.MethodOptions, headers...))
				if a.StatusCode != http.StatusNoContent || a.body != "" {
					t.Errorf("%v: status %d: %s", headers, a.StatusCode, a.body)
				}
				a.wantHeaders(t, map[string]string{"Allow": c.allow, "Access-Control-Allow-Methods": ""})
			}
		})
	}
}

func TestPreflightOfAQuote(t *testing.T) {
	none := map[string]string{
		"Access-Control-Allow-Origin": "", "Access-Control-Allow-Methods": "", "Access-Control-Allow-Headers": "",
		"Access-Control-Allow-Credentials": "", "Access-Control-Max-Age": "", "Vary": "Origin",
	}
	s := open(t, half, quoteShop)
	for name, c := range map[string]struct {
		headers []string
		want    map[string]string
	}{
		"of an origin that is allowed": {
			headers: []string{"Origin: https://shop.example", preflightPOST, "Access-Control-Request-Headers: content-type,traceparent"},
			want: map[string]string{
				"Access-Control-Allow-Origin": "https://shop.example", "Access-Control-Allow-Methods": allowedMethods,
				"Access-Control-Allow-Headers": "content-type,traceparent", "Access-Control-Allow-Credentials": "",
				"Access-Control-Max-Age": "600", "Vary": "Origin, Access-Control-Request-Headers",
			},
		},
		"with a port and no headers": {
			headers: []string{"Origin: https://app.example:8443", preflightPOST},
			want: map[string]string{
				"Access-Control-Allow-Origin": "https://app.example:8443", "Access-Control-Allow-Headers": "", "Vary": "Origin",
			},
		},
		"of another origin":       {headers: []string{"Origin: https://evil.example", preflightPOST}, want: none},
		"of another scheme":       {headers: []string{"Origin: http://shop.example", preflightPOST}, want: none},
		"of another port":         {headers: []string{"Origin: https://shop.example:8443", preflightPOST}, want: none},
		"of a longer name":        {headers: []string{"Origin: https://shop.example.evil.example", preflightPOST}, want: none},
		"of a sandboxed page":     {headers: []string{"Origin: null", preflightPOST}, want: none},
		"of two origins":          {headers: []string{"Origin: https://shop.example", "Origin: https://evil.example", preflightPOST}, want: none},
		"of no origin":            {headers: []string{preflightPOST}, want: none},
		"of two origins in a one": {headers: []string{"Origin: https://shop.example, https://evil.example", preflightPOST}, want: none},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.send(quoteRequest(http.MethodOptions, c.headers...))
			if a.StatusCode != http.StatusNoContent {
				t.Errorf("status %d: %s", a.StatusCode, a.body)
			}
			a.wantHeaders(t, c.want)
		})
	}
	if s.upstream.count() != 0 {
		t.Error("a preflight reached the order service")
	}
}

func TestQuoteForAPageOfAnotherOrigin(t *testing.T) {
	s := open(t, half, quoteShop)
	ofShop := map[string]string{"Access-Control-Allow-Origin": "https://shop.example", "Access-Control-Allow-Credentials": "", "Vary": "Origin"}
	refused := map[string]string{"Access-Control-Allow-Origin": "", "Vary": "Origin"}
	post := "POST /quote" + strings.TrimPrefix(jsonRequest(`{"items":{}}`, "Origin: https://shop.example"), "POST /orders")
	for name, c := range map[string]struct {
		request string
		status  int
		want    map[string]string
	}{
		"a quote":                   {request: quoteRequest("GET", aCartInHeaders, "Origin: https://shop.example"), status: 200, want: ofShop},
		"a cart that is invalid":    {request: post, status: 400, want: ofShop},
		"no cart":                   {request: quoteRequest("GET", "Origin: https://shop.example"), status: 400, want: ofShop},
		"another origin":            {request: quoteRequest("GET", aCartInHeaders, "Origin: https://evil.example"), status: 200, want: refused},
		"no origin, such as a curl": {request: quoteRequest("GET", aCartInHeaders), status: 200, want: refused},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.send(c.request)
			if a.StatusCode != c.status {
				t.Errorf("status %d: %s", a.StatusCode, a.body)
			}
			a.wantHeaders(t, c.want)
		})
	}
}

func TestQuoteForThePagesOfEveryOrigin(t *testing.T) {
	s := open(t, half, "discount_quote /quote STRATEGY {\n\torigins *\n}")
	for _, request := range []string{
		quoteRequest("GET", aCartInHeaders, "Origin: https://shop.example"), quoteRequest("GET", aCartInHeaders),
		quoteRequest("OPTIONS", "Origin: null", preflightPOST),
	} {
		s.send(request).wantHeaders(t, map[string]string{"Access-Control-Allow-Origin": "*", "Vary": ""})
	}
}

func TestQuoteWithCredentials(t *testing.T) {
	s := open(t, half, "discount_quote /quote STRATEGY {\n\torigins https://shop.example {\n\t\tcredentials on\n\t}\n}")
	for _, method := range []string{"GET", "OPTIONS"} {
		a := s.send(quoteRequest(method, aCartInHeaders, "Origin: https://shop.example", preflightPOST))
		a.wantHeaders(t, map[string]string{"Access-Control-Allow-Origin": "https://shop.example", "Access-Control-Allow-Credentials": "true"})
		a = s.send(quoteRequest(method, aCartInHeaders, "Origin: https://evil.example", preflightPOST))
		a.wantHeaders(t, map[string]string{"Access-Control-Allow-Origin": "", "Access-Control-Allow-Credentials": ""})
	}
}

func TestQuoteWithoutOriginsSaysNothingOfThem(t *testing.T) {
	s := open(t, half, "discount_quote /quote STRATEGY")
	a := s.send(quoteRequest("GET", aCartInHeaders, "Origin: https://shop.example"))
	a.wantHeaders(t, map[string]string{"Access-Control-Allow-Origin": "", "Vary": ""})
}

func TestOrigins(t *testing.T) {
	t.Setenv("SHOP_ORIGIN", "https://Shop.Example:443")
	for name, c := range map[string]struct {
		directive string   // discount_quote if empty
		origins   string   // what is behind the option, with a block
		want      []string // allowed
		wrong     []string // parts of the error
	}{
		"several":                {origins: "https://shop.example http://localhost:3000", want: []string{"https://shop.example", "http://localhost:3000"}},
		"as browsers write them": {origins: "HTTPS://Shop.Example:443 http://127.0.0.1:80 http://[::1]:3000", want: []string{"https://shop.example", "http://127.0.0.1", "http://[::1]:3000"}},
		"in another script":      {origins: "https://商店.example", want: []string{"https://xn--czrs0t.example"}},
		"of an app":              {origins: "capacitor://localhost", want: []string{"capacitor://localhost"}},
		"a placeholder":          {origins: "{env.SHOP_ORIGIN}", want: []string{"https://shop.example"}},
		"every":                  {origins: "*", want: []string{"*"}},
		"with credentials":       {origins: "https://shop.example {\n\t\tcredentials on\n\t}", want: []string{"https://shop.example"}},
		"none":                   {wrong: []string{"origins takes one origin or more", "https://shop.example"}},
		"a name":                 {origins: "shop.example", wrong: []string{`"shop.example" has no scheme`, "https://shop.example"}},
		"a path":                 {origins: "https://shop.example/", wrong: []string{"more than scheme, host and port", "want https://shop.example"}},
		"a user":                 {origins: "https://me@shop.example", wrong: []string{"more than scheme, host and port"}},
		"a star within":          {origins: "https://*.shop.example", wrong: []string{"has a *"}},
		"null":                   {origins: "null", wrong: []string{"sandboxed"}},
		"a port with zeros":      {origins: "https://shop.example:0443 https://shop.example:08443", want: []string{"https://shop.example", "https://shop.example:8443"}},
		"a port that is none":    {origins: "https://shop.example:99999", wrong: []string{"the port 99999", "65535"}},
		"port zero":              {origins: "https://shop.example:0", wrong: []string{"the port 0", "65535"}},
		"a host with _":          {origins: "http://shop_a.internal:8080 https://_shop.example", want: []string{"http://shop_a.internal:8080", "https://_shop.example"}},
		"an IPv4 in IPv6":        {origins: "http://[::ffff:127.0.0.1]", want: []string{"http://[::ffff:7f00:1]"}},
		"a short address":        {origins: "http://127.1", wrong: []string{"no name of a host", "127.0.0.1"}},
		"an address in hex":      {origins: "http://0x7f000001:80", wrong: []string{"no name of a host"}},
		"an address of five":     {origins: "http://1.2.3.4.5", wrong: []string{"no name of a host"}},
		"an address with a zone": {origins: "http://[fe80::1%25eth0]", wrong: []string{"no name of a host", "a zone"}},
		"a host with a space":    {origins: "http://shop%20a.example", wrong: []string{"no name of a host"}},
		"a host that is none":    {origins: "https://sh_op..example", wrong: []string{"no name of a host"}},
		"no host":                {origins: "https://", wrong: []string{"no origin such as"}},
		"a port alone":           {origins: "https://:443", wrong: []string{"no origin such as"}},
		"twice":                  {origins: "https://shop.example https://SHOP.example:443", wrong: []string{"https://shop.example is given twice"}},
		"every and one":          {origins: "https://shop.example *", wrong: []string{"no other can be beside it"}},
		"every with credentials": {origins: "* {\n\t\tcredentials on\n\t}", wrong: []string{"credentials cannot be on for *"}},
		"an unknown option":      {origins: "https://shop.example {\n\t\tmax_age 5\n\t}", wrong: []string{`unknown origins option "max_age"`, "credentials"}},
		"of orders":              {directive: "discount", origins: "https://shop.example", wrong: []string{"origins is an option of discount_quote"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.directive == "" {
				c.directive = "discount_quote"
			}
			o := new(Options)
			err := o.UnmarshalCaddyfile(caddyfile.NewTestDispenser(c.directive + " a.toml {\n\torigins " + c.origins + "\n}"))
			if err == nil {
				err = o.Origins.fill()
			}
			if len(c.wrong) == 0 {
				if err != nil || !slices.Equal(o.Origins.Allow, c.want) {
					t.Fatalf("%v, %v, want %v", o.Origins.Allow, err, c.want)
				}
				return
			}
			if err == nil {
				t.Fatalf("accepted: %+v", o.Origins)
			}
			for _, part := range c.wrong {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error has no %q: %v", part, err)
				}
			}
		})
	}
}

// JSON comes without the checks of a Caddyfile.
func TestOriginsInJSON(t *testing.T) {
	for name, c := range map[string]struct{ config, wrong string }{
		"every wrong one": {
			config: `{"handler":"discount_quote","strategy":"FILE","origins":{"allow":["shop.example","null"]}}`,
			wrong:  `origins: "shop.example" has no scheme`,
		},
		"and the next": {
			config: `{"handler":"discount_quote","strategy":"FILE","origins":{"allow":["shop.example","null"]}}`,
			wrong:  `origins: "null" is the origin of`,
		},
		"credentials for none": {
			config: `{"handler":"discount_quote","strategy":"FILE","origins":{"credentials":true}}`,
			wrong:  "origins: credentials are on and no origin is allowed",
		},
		"of orders": {
			config: `{"handler":"discount","strategy":"FILE","origins":{"allow":["https://shop.example"]}}`,
			wrong:  "origins is an option of discount_quote",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, "discount_quote STRATEGY")
			handler := strings.Replace(c.config, "FILE", s.strategy, 1)
			err := caddy.Load([]byte(`{"admin":{"disabled":true},"apps":{"http":{"servers":{"a":{"listen":["`+freeport.Address(t)+`"],"routes":[{"handle":[`+handler+`]}]}}}}}`), true)
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("got %v, want %s", err, c.wrong)
			}
		})
	}
}
