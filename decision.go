package discount

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/strategy"
)

// status is what became of the cart of a request.
type status uint8

const (
	statusUnavailable status = iota
	statusApplied
	statusNone
	statusBypass
	statusInvalid
	statusOversize
)

// statusNames are the values of X-Discount-Status.
var statusNames = [...]string{
	statusUnavailable: "unavailable",
	statusApplied:     "applied",
	statusNone:        "none",
	statusBypass:      "bypass",
	statusInvalid:     "invalid",
	statusOversize:    "oversize",
}

func (s status) String() string { return statusNames[s] }

// outcome is what became of one request. Its values are final header values;
// an empty one is a header that is not set.
type outcome struct {
	status  status
	bypass  bypassReason // of statusBypass alone
	missed  bool         // the request may hold a cart all the same
	reason  string       // RFC 9651 String or Display String
	problem *problem     // nil for a cart that was priced

	amount, shipping, subtotal, payable string
	currency, rules, lines, gifts       string
	edition                             *edition
	sums                                sums
}

// sums are the amounts as numbers.
type sums struct{ goods, shipping, subtotal, payable int64 }

// brokenOff is the outcome of a body that ends before its end, alike for all requests.
var brokenOff = &outcome{
	status:  statusUnavailable,
	reason:  fieldReason("the body broke off"),
	problem: &problem{Status: http.StatusBadRequest, Title: "Incomplete body", Detail: "the body broke off before its end"},
}

// endedWaiting is the outcome of a request that its client gave up while it waited.
var endedWaiting = refuse(statusUnavailable, "the request ended before its turn")

// tooManySteps is the outcome of a cart that takes too long to price.
var tooManySteps = refuse(statusUnavailable, strategy.ErrTooManySteps.Error())

// oversize is the outcome of a body that is larger than max_body.
func oversize(maxBody int64) *outcome {
	return &outcome{
		status: statusOversize,
		problem: &problem{
			Status: http.StatusRequestEntityTooLarge, Title: "Cart too large",
			Detail: fmt.Sprintf("the body is larger than the gateway reads, which is %d bytes (max_body)", maxBody),
		},
	}
}

// refuse is the outcome of a request without a discount, and why.
func refuse(s status, reason string) *outcome {
	o := &outcome{status: s, reason: fieldReason(reason)}
	switch s {
	case statusInvalid:
		o.problem = &problem{Status: http.StatusBadRequest, Title: "Invalid cart", Detail: reason}
	case statusUnavailable:
		o.problem = &problem{Status: http.StatusInternalServerError, Title: "Discount unavailable", Detail: reason}
	}
	return o
}

// invalid is the outcome of a cart that cannot be trusted.
func invalid(err error) *outcome {
	var bad *cart.Invalid
	if !errors.As(err, &bad) {
		return refuse(statusInvalid, err.Error())
	}
	reason := bad.Reason
	if bad.Pointer != "" {
		reason = bad.Pointer + ": " + bad.Reason
	}
	o := refuse(statusInvalid, reason)
	o.problem.Detail, o.problem.Pointer = bad.Reason, bad.Pointer
	return o
}

// maxReason bounds X-Discount-Reason; the whole is in the problem document.
const maxReason = 300

func fieldReason(reason string) string {
	if len(reason) > maxReason {
		reason = reason[:maxReason]
	}
	text, err := httpsfv.Marshal(httpsfv.NewItem(sfv.Bare(reason)))
	if err != nil {
		return strconv.QuoteToASCII(reason)
	}
	return text
}

// requestCounters count the requests of all handlers. They are made once: the registry of metrics is
// another one with every configuration.
var requestCounters = telemetry.NewRequests(statusNames[:], bypassNames[:])

// count counts a request and what it sent under owned names.
func (o *outcome) count(spoofed int) {
	s := requestCounters.Shard()
	s.Decided(int(o.status))
	if o.status == statusBypass {
		s.Bypassed(int(o.bypass))
	}
	s.Spoofed(spoofed)
	requestCounters.Release(s)
}
