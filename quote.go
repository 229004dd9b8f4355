package discount

import (
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// ServeHTTP answers a cart with its quote.
func (h *QuoteHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	g := h.gateway
	g.countSpoofed(g.names.strip(r))
	var quote []byte
	o := g.decide(r, func(e *edition, d *desk) *outcome {
		quote = e.AppendQuoteJSON(nil, &d.quote, &d.cart)
		return g.priced(e, d)
	})
	decisions.count(o.status)
	o.publish(r)
	switch {
	case quote != nil:
		return answerJSON(w, http.StatusOK, "application/json", quote)
	case o.problem != nil:
		return o.problem.answer(w)
	default:
		noCart := problem{Status: http.StatusBadRequest, Title: "No cart", Detail: "the request holds no cart: a JSON body with items, or X-Cart headers, is wanted"}
		return noCart.answer(w)
	}
}
