package discount

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/httpbody/bodytest"
)

// requestOf is an HTTP/1.1 request with a body; headers are whole lines.
func requestOf(method, body string, headers ...string) string {
	lines := append([]string{method + " /orders HTTP/1.1", "Host: shop", fmt.Sprintf("Content-Length: %d", len(body))}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

const (
	asJSON    = "Content-Type: application/json"
	asText    = "Content-Type: text/plain"
	asForm    = "Content-Type: application/x-www-form-urlencoded"
	oneCart   = `X-Cart-Items: "a";q=1;p=1000`
	noneAt    = `X-Discount-Reason: "no items at `
	isBypass  = "\nX-Discount-Status: bypass"
	isApplied = "X-Discount-Status: applied"
)

// bypasses are how many requests were counted for each reason, and in all.
func bypasses(t *testing.T) (byReason map[string]float64, all float64) {
	t.Helper()
	byReason = make(map[string]float64)
	metrics := gathered(t)
	for _, reason := range bypassNames {
		byReason[reason] = metrics["bypass_total{reason="+reason+"}"]
	}
	return byReason, metrics["decisions_total{status=bypass}"]
}

func TestABypassSaysWhy(t *testing.T) {
	const mapped = "map {\n\titems order.lines\n}"
	const listed = "content_types text/plain Application/Vnd.Shop"
	for name, c := range map[string]struct {
		options, request, reason, headers string
	}{
		"JSON without items": {
			request: requestOf("POST", `{"note":1}`, asJSON),
			reason:  "no_items", headers: noneAt + `items"`,
		},
		"JSON without items at a path": {
			options: mapped, request: requestOf("POST", tenYuan, asJSON),
			reason: "no_items", headers: noneAt + `order.lines"`,
		},
		"JSON without items at several paths": {
			options: "map {\n\titems order.lines order.extras\n}", request: requestOf("PUT", `{}`, asJSON),
			reason: "no_items", headers: noneAt + `order.lines order.extras"`,
		},
		"JSON without items at a path that is not ASCII": {
			options: "map {\n\titems 订单.商品\n}", request: requestOf("POST", `{}`, asJSON),
			reason: "no_items", headers: `X-Discount-Reason: %"no items at %e8%ae%a2%e5%8d%95.%e5%95%86%e5%93%81"`,
		},
		"JSON that is no object": {
			request: requestOf("POST", `[1]`, "Content-Type: application/vnd.shop+json"),
			reason:  "no_items", headers: noneAt + `items"`,
		},
		"JSON in an encoding that is decoded": {
			options: "decode on", request: requestOf("POST", bodytest.Encoded(t, "gzip", `{}`), asJSON, "Content-Encoding: gzip"),
			reason: "no_items", headers: noneAt + `items"`,
		},
		"no headers with a cart where they are looked for": {
			options: "source headers", request: requestOf("POST", tenYuan, asJSON),
			reason: "no_items", headers: noneAt + `X-Cart-Items or X-Cart-Subtotal"`,
		},
		"text of a type that is listed": {
			options: listed, request: requestOf("POST", "hello", asText),
			reason: "not_json", headers: `X-Discount-Reason: "not JSON"`,
		},
		"text of no type where JSON is looked for": {
			options: "source json", request: requestOf("POST", "items=1"),
			reason: "not_json", headers: `X-Discount-Reason: "not JSON"`,
		},
		"text": {
			request: requestOf("POST", tenYuan, asText),
			reason:  "content_type", headers: `X-Discount-Reason: "content-type"`,
		},
		"a form": {
			request: requestOf("POST", "items=1", asForm),
			reason:  "content_type", headers: `X-Discount-Reason: "content-type"`,
		},
		"a body of no type": {
			request: requestOf("PATCH", tenYuan),
			reason:  "content_type", headers: `X-Discount-Reason: "content-type"`,
		},
		"a type beside those listed": {
			options: listed, request: requestOf("POST", tenYuan, "Content-Type: text/html"),
			reason: "content_type", headers: `X-Discount-Reason: "content-type"`,
		},
		"gRPC": {
			request: requestOf("POST", "\x00{}", "Content-Type: application/grpc+json"),
			reason:  "content_type", headers: `X-Discount-Reason: "content-type"`,
		},
		"an encoding that is not decoded": {
			request: requestOf("POST", "xx", asJSON, "Content-Encoding: gzip"),
			reason:  "encoding", headers: `X-Discount-Reason: "content-encoding"`,
		},
		"an encoding of a type that is listed": {
			options: listed, request: requestOf("POST", "xx", asText, "Content-Encoding: br"),
			reason: "encoding", headers: `X-Discount-Reason: "content-encoding"`,
		},
		"a GET": {
			request: "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n", reason: "method",
		},
		"a HEAD": {
			request: "HEAD /orders HTTP/1.1\r\nHost: shop\r\n\r\n", reason: "method",
		},
		"a DELETE with a body": {
			request: requestOf("DELETE", tenYuan, asJSON), reason: "method",
		},
		"a POST without a body": {
			request: requestOf("POST", ""), reason: "method",
		},
		"a POST of JSON without a body": {
			request: requestOf("POST", "", asJSON), reason: "method", headers: `X-Discount-Reason: "the body is empty"`,
		},
		"a GET where headers are looked for": {
			options: "source headers", request: "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n", reason: "method",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, wrong := range []string{"pass", "reject"} {
				s := open(t, half, "discount STRATEGY {\n"+c.options+"\non_invalid "+wrong+"\n}\nreverse_proxy UPSTREAM")
				before, all := bypasses(t)
				a := s.sendAny(c.request)
				after, allAfter := bypasses(t)
				for reason, n := range before {
					if reason == c.reason {
						n++
					}
					if after[reason] != n {
						t.Errorf("on_invalid %s: %s is counted %v times, want %v", wrong, reason, after[reason], n)
					}
				}
				if allAfter != all+1 {
					t.Errorf("on_invalid %s: %v bypasses, want %v", wrong, allAfter, all+1)
				}
				if c.reason == "encoding" && wrong == "reject" {
					if a.StatusCode != http.StatusUnsupportedMediaType || s.upstream.count() != 0 {
						t.Errorf("answered %d, and %d arrived", a.StatusCode, s.upstream.count())
					}
					continue
				}
				if a.StatusCode != http.StatusOK {
					t.Fatalf("on_invalid %s: answered %d", wrong, a.StatusCode)
				}
				s.upstream.last(t).expect(t, c.headers+isBypass)
			}
		})
	}
}

// sendAny is send for a request that may be answered without a body.
func (s *shop) sendAny(request string) *answer {
	s.t.Helper()
	if head, is := strings.CutPrefix(request, "HEAD"); is {
		r, err := http.NewRequest(http.MethodHead, "http://"+s.address+strings.Fields(head)[0], nil)
		if err != nil {
			s.t.Fatal(err)
		}
		a, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			s.t.Fatal(err)
		}
		_ = a.Body.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		return &answer{Response: a}
	}
	return s.send(request)
}

func TestBodiesOfListedTypesAreReadAsJSON(t *testing.T) {
	s := open(t, half, "discount STRATEGY {\n\tdecode on\n\tcontent_types text/plain Application/Vnd.Shop\n}\nreverse_proxy UPSTREAM")
	const hidden = `{"items":[],+ACI-items+ACI-:[]}`
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  string
	}{
		"text":                                  {body: tenYuan, headers: []string{asText}, status: "applied"},
		"text as a beacon sends it":             {body: tenYuan, headers: []string{asText + ";charset=UTF-8"}, status: "applied"},
		"another type in capitals":              {body: tenYuan, headers: []string{"Content-Type: APPLICATION/vnd.SHOP; v=1"}, status: "applied"},
		"with parameters that cannot be read":   {body: tenYuan, headers: []string{asText + "; charset"}, status: "invalid"},
		"JSON as ever":                          {body: tenYuan, headers: []string{asJSON}, status: "applied"},
		"in an encoding":                        {body: bodytest.Encoded(t, "zstd", tenYuan), headers: []string{asText, "Content-Encoding: zstd"}, status: "applied"},
		"in another charset":                    {body: hidden, headers: []string{asText + "; charset=utf-7"}, status: "invalid"},
		"in two types":                          {body: tenYuan, headers: []string{asText, "Content-Type: text/html"}, status: "invalid"},
		"a cart that is wrong":                  {body: `{"items":1}`, headers: []string{asText}, status: "invalid"},
		"a cart that is cut short":              {body: `{"items":[{}`, headers: []string{asText}, status: "invalid"},
		"a list that is cut short":              {body: `[{"items":[{}]`, headers: []string{asText}, status: "invalid"},
		"behind a comment":                      {body: "// cart\n" + tenYuan, headers: []string{asText}, status: "invalid"},
		"beside a cart in the headers":          {body: tenYuan, headers: []string{asText, oneCart}, status: "invalid"},
		"no JSON beside a cart in the headers":  {body: "hello", headers: []string{asText, oneCart}, status: "applied"},
		"nothing beside a cart in the headers":  {body: " \n", headers: []string{asText, oneCart}, status: "applied"},
		"nearly JSON beside one in the headers": {body: "/*x*/{items:[]}", headers: []string{asText, oneCart}, status: "invalid"},
		"half JSON beside one in the headers":   {body: `{"items":[`, headers: []string{asText, oneCart}, status: "invalid"},
		"no items beside a cart in the headers": {body: `{"note":1}`, headers: []string{asText, oneCart}, status: "applied"},
		"no JSON":                               {body: "hello", headers: []string{asText}, status: "bypass"},
		"no JSON in another type":               {body: "hello", headers: []string{"Content-Type: text/html", oneCart}, status: "applied"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := s.send(requestOf("POST", c.body, c.headers...)); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			if got := s.upstream.last(t); got.Get("X-Discount-Status") != c.status || got.body != c.body {
				t.Errorf("%s, body %q", owned(got.Header), got.body)
			}
		})
	}
}

// Without content_types a text is no cart, and with source json a body without a type
// is read, as ever.
func TestBodiesOfOtherTypesAreNotReadUnlessListed(t *testing.T) {
	for options, want := range map[string]string{
		"source json":              isApplied,
		"source auto":              `X-Discount-Reason: "content-type"` + isBypass,
		"content_types text/plain": `X-Discount-Reason: "content-type"` + isBypass,
		"content_types text/plain\n\tsource json":  isApplied,
		"content_types text/plain\n\tsource auto":  `X-Discount-Reason: "content-type"` + isBypass,
		"content_types text/plain text/x-no-type ": `X-Discount-Reason: "content-type"` + isBypass,
	} {
		t.Run(options, func(t *testing.T) {
			s := open(t, half, "discount STRATEGY {\n\t"+options+"\n}\nreverse_proxy UPSTREAM")
			s.send(requestOf("POST", tenYuan))
			if got := owned(s.upstream.last(t).Header); !strings.Contains(got, want) {
				t.Errorf("%s", got)
			}
		})
	}
}

// An error that shows only when the cart is priced points into the body, whatever its
// type.
func TestALineWithoutAPriceIsNamedInTheBody(t *testing.T) {
	s := open(t, half, "discount STRATEGY {\n\tdecode on\n\tcontent_types text/plain\n\tmap {\n\t\titems order.lines\n\t\tunit_price price.amount\n\t}\n}\nreverse_proxy UPSTREAM")
	const body = `{"order":{"lines":[{"quantity":1,"price":{"amount":5}},{"quantity":1}]}}`
	for name, request := range map[string]string{
		"JSON":           requestOf("POST", body, asJSON),
		"text":           requestOf("POST", body, asText),
		"in an encoding": requestOf("POST", bodytest.Encoded(t, "gzip", body), asText, "Content-Encoding: gzip"),
	} {
		t.Run(name, func(t *testing.T) {
			s.send(request)
			s.upstream.last(t).expect(t, `
X-Discount-Reason: "/order/lines/1/price/amount: the line has no price and the catalogue knows none"
X-Discount-Status: invalid`)
		})
	}
}

func TestAQuoteSaysWhatToSend(t *testing.T) {
	for name, c := range map[string]struct {
		options, request string
		status           int
		detail           string
	}{
		"JSON without items": {
			options: "map {\n\titems order.lines\n}", request: requestOf("POST", tenYuan, asJSON), status: 400,
			detail: "the JSON has nothing at order.lines, where the gateway looks for the items: send them there, or have its option map name their place",
		},
		"another type": {
			request: requestOf("POST", tenYuan, asText), status: 400,
			detail: "bodies of this Content-Type are not read: send the cart by POST as JSON with Content-Type: application/json, or in X-Cart-Items or X-Cart-Subtotal",
		},
		"another type than those listed": {
			options: "content_types text/plain", request: requestOf("POST", "a=1", asForm), status: 400,
			detail: "bodies of this Content-Type are not read: send the cart by POST as JSON with Content-Type: application/json or text/plain, or in X-Cart-Items or X-Cart-Subtotal",
		},
		"no JSON": {
			options: "source json", request: requestOf("POST", "items=1"), status: 400,
			detail: "the body is not JSON: send the cart by POST as JSON with Content-Type: application/json",
		},
		"no body": {
			request: "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n", status: 400,
			detail: "the request has no body that is read: send the cart by POST as JSON with Content-Type: application/json, or in X-Cart-Items or X-Cart-Subtotal",
		},
		"no headers": {
			options: "source headers", request: requestOf("POST", tenYuan, asJSON), status: 400,
			detail: "the request has no cart in its headers: send the cart in X-Cart-Items or X-Cart-Subtotal",
		},
		"gRPC": {
			request: requestOf("POST", "\x00{}", "Content-Type: application/grpc"), status: 400,
			detail: "calls of gRPC are not read: send the cart by POST as JSON with Content-Type: application/json, or in X-Cart-Items or X-Cart-Subtotal",
		},
		"an encoding": {
			request: requestOf("POST", "xx", asJSON, "Content-Encoding: br"), status: 415,
			detail: `bodies in the encoding "br" are not read`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, "discount_quote STRATEGY {\n"+c.options+"\n}\nreverse_proxy UPSTREAM")
			_, before := bypasses(t)
			a := s.send(c.request)
			if a.StatusCode != c.status || a.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%d %s: %s", a.StatusCode, a.Header.Get("Content-Type"), a.body)
			}
			if p := decode(t, a.body); p["detail"] != c.detail || p["status"] != float64(c.status) {
				t.Errorf("got  %v\nwant %s", p["detail"], c.detail)
			}
			if _, after := bypasses(t); after != before+1 || s.upstream.count() != 0 {
				t.Errorf("%v bypasses are counted, %d requests arrived", after-before, s.upstream.count())
			}
		})
	}
}

// The label has the values of the documentation and no other.
func TestBypassReasons(t *testing.T) {
	var all []string
	for name := range gathered(t) {
		if reason, is := strings.CutPrefix(name, "bypass_total{reason="); is {
			all = append(all, strings.TrimSuffix(reason, "}"))
		}
	}
	slices.Sort(all)
	if got := strings.Join(all, " "); got != "content_type encoding method no_items not_json" {
		t.Error(got)
	}
}
