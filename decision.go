package discount

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/reply"
	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/strategy"
)

// decision is what the gateway decides on one request.
type decision struct {
	fields.Values
	bypass  bypassReason          // of fields.StatusBypass alone
	missed  bool                  // the request may hold a cart all the same
	problem *reply.ProblemDetails // nil for a cart that was priced, unless on_price_change rejects its price
	amounts amounts
	granted *reservations.Granted // what the order holds of a ledger; nil for nothing
}

// amounts are those of the headers as numbers, in minor units.
type amounts struct{ goods, shipping, subtotal, payable int64 }

// kept is a decision that is made once for many requests, with its Dictionary.
func kept(d *decision) *decision {
	d.Keep()
	return d
}

// incompleteBody is the decision on a body that ends early, the same for all requests. It is invalid
// and not unavailable: what is unavailable is the gateway's doing, and an alert goes by it.
var incompleteBody = kept(&decision{
	Values:  fields.Values{Status: fields.StatusInvalid, Reason: fields.Reason("the body broke off")},
	problem: &reply.ProblemDetails{Status: http.StatusBadRequest, Title: "Incomplete body", Detail: "the body broke off before its end"},
})

// endedWaiting is the decision on a request that its client gave up while it waited for a slot.
var endedWaiting = kept(refuse(fields.StatusUnavailable, "the request ended before its turn"))

// tooManySteps is the decision on a cart that takes too long to price.
var tooManySteps = kept(refuse(fields.StatusUnavailable, strategy.ErrTooManySteps.Error()))

// oversize is the decision on a body that is larger than max_body.
func oversize(maxBody int64) *decision {
	return kept(&decision{
		Values: fields.Values{Status: fields.StatusOversize},
		problem: &reply.ProblemDetails{
			Status: http.StatusRequestEntityTooLarge, Title: "Cart too large",
			Detail: fmt.Sprintf("the body is larger than the gateway reads, which is %d bytes (max_body)", maxBody),
		},
	})
}

// refuse is the decision on a request that has no discount, with the reason.
func refuse(s fields.Status, reason string) *decision {
	d := &decision{Values: fields.Values{Status: s, Reason: fields.Reason(reason)}}
	switch s {
	case fields.StatusInvalid:
		d.problem = &reply.ProblemDetails{Status: http.StatusBadRequest, Title: "Invalid cart", Detail: reason}
	case fields.StatusUnavailable:
		d.problem = &reply.ProblemDetails{Status: http.StatusInternalServerError, Title: "Discount unavailable", Detail: reason}
	}
	return d
}

// invalid is the decision on a cart that cannot be trusted.
func invalid(err error) *decision {
	var bad *cart.Invalid
	if !errors.As(err, &bad) {
		return refuse(fields.StatusInvalid, err.Error())
	}
	reason := bad.Reason
	if bad.Pointer != "" {
		reason = bad.Pointer + ": " + bad.Reason
	}
	d := refuse(fields.StatusInvalid, reason)
	d.problem.Detail, d.problem.Pointer = bad.Reason, bad.Pointer
	return d
}

// dearer is what is wrong with an order that costs more than its customer was shown.
func dearer(q *strategy.Quote, expected int64) *reply.ProblemDetails {
	payable := q.Payable // the quote is in memory that is used again
	return &reply.ProblemDetails{
		Status: http.StatusConflict, Title: "Price changed",
		Detail:  fmt.Sprintf("the order costs %d minor units of %s, and the customer was shown %d", payable, q.Currency, expected),
		Payable: &payable, ExpectedPayable: &expected, Currency: q.Currency,
	}
}

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

// noCart are the decisions on requests that hold no cart, made once for a handler. discount
// forwards such a request with the reason in a header; discount_quote answers with the
// problem.
type noCart struct {
	items, json, contentType, headers, gRPC, empty, method *decision
}

// noCart makes the decisions of a handler that looks for items at the given paths.
func (o *Options) noCart(items string) *noCart {
	want := o.wantsCart()
	return &noCart{
		items: bypass(bypassNoItems, "no items at "+items, fmt.Sprintf(
			"the JSON has nothing at %s, where the gateway looks for the items: send them there, or have its option map name their place", items)),
		json:        bypass(bypassNotJSON, "not JSON", "the body is not JSON: "+want),
		contentType: bypass(bypassContentType, "content-type", "bodies of this Content-Type are not read: "+want),
		headers:     bypass(bypassNoItems, "no items at "+items, "the request has no cart in its headers: "+want),
		gRPC:        ordinary(bypass(bypassContentType, "content-type", "calls of gRPC are not read: "+want)),
		empty:       ordinary(bypass(bypassMethod, "the body is empty", "the body is empty: "+want)),
		method:      ordinary(bypass(bypassMethod, "", "the request has no body that is read: "+want)),
	}
}

// of is the decision on a request with nothing to read in it.
func (w *noCart) of(body httpbody.Kind, source cartoptions.Source) *decision {
	switch {
	case body == httpbody.KindEmpty:
		return w.empty
	case body == httpbody.KindNone || body == httpbody.KindIgnored:
		return w.method
	case source == cartoptions.SourceHeaders:
		return w.headers
	}
	return w.contentType
}

// bypass is the decision on a request that may hold a cart, of which none was read. The
// header has no reason if the text for it is empty.
func bypass(why bypassReason, header, detail string) *decision {
	d := &decision{Values: fields.Values{Status: fields.StatusBypass}, bypass: why, missed: true, problem: &reply.ProblemDetails{
		Status: http.StatusBadRequest, Title: "No cart", Detail: detail,
	}}
	if header != "" {
		d.Reason = fields.Reason(header)
	}
	return kept(d)
}

// ordinary is the decision on a request that cannot hold a cart.
func ordinary(d *decision) *decision {
	d.missed = false
	return d
}

// unreadable is the decision on a body in a coding that is not decoded. The body counts as no cart,
// since its text is not known.
func unreadable(encoding string) *decision {
	return &decision{Values: fields.Values{Status: fields.StatusBypass, Reason: fields.Reason("content-encoding")}, bypass: bypassEncoding, problem: &reply.ProblemDetails{
		Status: http.StatusUnsupportedMediaType, Title: "Unreadable encoding", Detail: "bodies in the encoding " + strconv.QuoteToASCII(encoding) + " are not read",
	}}
}

// cartHeaders are the headers of which a cart has at least one.
const cartHeaders = "X-Cart-Items or X-Cart-Subtotal"

// wantsCart says how a cart is to be sent.
func (o *Options) wantsCart() string {
	inHeaders := "in " + cartHeaders
	if o.Source == cartoptions.SourceHeaders {
		return "send the cart " + inHeaders
	}
	inBody := "send the cart by POST as JSON with Content-Type: " + strings.Join(append([]string{"application/json"}, o.ContentTypes...), " or ")
	if o.Source == cartoptions.SourceJSON {
		return inBody
	}
	return inBody + ", or " + inHeaders
}

// itemsAt names the paths or headers in which items are looked for, for messages.
func (o *Options) itemsAt(reader *cart.Reader) string {
	if o.Source == cartoptions.SourceHeaders {
		return cartHeaders
	}
	return reader.Items()
}
