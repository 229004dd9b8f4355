package discount

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// bypassReason is why no cart was read from a request.
type bypassReason uint8

const (
	bypassNoItems     bypassReason = iota // JSON without anything where the items are
	bypassNotJSON                         // another text than JSON
	bypassContentType                     // a body of a type that is not read
	bypassEncoding                        // a body in an encoding that is not decoded
	bypassMethod                          // no body that means something
)

// bypassNames are the values of the label of the metric.
var bypassNames = [...]string{
	bypassNoItems:     "no_items",
	bypassNotJSON:     "not_json",
	bypassContentType: "content_type",
	bypassEncoding:    "encoding",
	bypassMethod:      "method",
}

func (r bypassReason) String() string { return bypassNames[r] }

// withoutCart are the outcomes of requests that hold no cart, made once. discount
// passes such a request on, with the reason in a header; discount_quote answers it
// with the problem.
type withoutCart struct {
	items, json, contentType, headers, gRPC, method *outcome
}

// withoutCart makes the outcomes of a handler that looks for items in these places.
func (o *Options) withoutCart(items string) *withoutCart {
	want := o.wantsCart()
	return &withoutCart{
		items: noCart(bypassNoItems, "no items at "+items, fmt.Sprintf(
			"the JSON has nothing at %s, where the gateway looks for the items: send them there, or have its option map name their place", items)),
		json:        noCart(bypassNotJSON, "not JSON", "the body is not JSON: "+want),
		contentType: noCart(bypassContentType, "content-type", "bodies of this Content-Type are not read: "+want),
		headers:     noCart(bypassNoItems, "no items at "+items, "the request has no cart in its headers: "+want),
		gRPC:        ordinary(noCart(bypassContentType, "content-type", "calls of gRPC are not read: "+want)),
		method:      ordinary(noCart(bypassMethod, "", "the request has no body that is read: "+want)),
	}
}

// of is the outcome of a request with nothing to read in it.
func (w *withoutCart) of(body form, source string) *outcome {
	switch {
	case body == formNone || body == formIgnored:
		return w.method
	case source == "headers":
		return w.headers
	}
	return w.contentType
}

// noCart is the outcome of a request that may hold a cart, of which none was read.
// The header has no reason if there is none.
func noCart(why bypassReason, header, detail string) *outcome {
	o := &outcome{status: statusBypass, bypass: why, missed: true, problem: &problem{
		Status: http.StatusBadRequest, Title: "No cart", Detail: detail,
	}}
	if header != "" {
		o.reason = fieldReason(header)
	}
	return o
}

// ordinary is the outcome of a request that cannot hold a cart.
func ordinary(o *outcome) *outcome {
	o.missed = false
	return o
}

// unreadable is the outcome of a body in an encoding that is not decoded. It
// passes as no cart, since nothing is known of it.
func unreadable(encoding string) *outcome {
	return &outcome{status: statusBypass, bypass: bypassEncoding, reason: fieldReason("content-encoding"), problem: &problem{
		Status: http.StatusUnsupportedMediaType, Title: "Unreadable encoding", Detail: "bodies in the encoding " + strconv.QuoteToASCII(encoding) + " are not read",
	}}
}

// cartHeaders are the headers of which a cart has at least one.
const cartHeaders = "X-Cart-Items or X-Cart-Subtotal"

// wantsCart says how a cart is to be sent.
func (o *Options) wantsCart() string {
	inHeaders := "in " + cartHeaders
	if o.Source == "headers" {
		return "send the cart " + inHeaders
	}
	inBody := "send the cart by POST as JSON with Content-Type: " + strings.Join(append([]string{"application/json"}, o.ContentTypes...), " or ")
	if o.Source == "json" {
		return inBody
	}
	return inBody + ", or " + inHeaders
}

// itemsAt are the places where items are looked for, for a person.
func (o *Options) itemsAt(reader *cart.Reader) string {
	if o.Source == "headers" {
		return cartHeaders
	}
	return reader.Items()
}
