package discount

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/languages"
	"github.com/promogate/caddy-discount/internal/reply"
	"github.com/promogate/caddy-discount/strategy"
)

// ServeHTTP answers a cart with its quote, and OPTIONS with the methods there are.
func (h *QuoteHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	admitted := h.origins.Admit(w.Header(), r)
	if r.Method == http.MethodOptions {
		h.origins.AnswerOptions(w, r, admitted)
		return nil
	}
	p, state := h.pricer, stateOf(r)
	_, spoofed := state.strip(r, p.names)
	var text []byte
	in, d := p.input(r)
	if d == nil {
		d, text = h.quote(w.Header(), r, in)
	}
	p.observe(r, state, d, spoofed)
	if d.problem != nil {
		return d.problem.Send(w, r)
	}
	err := reply.JSON(w, text)
	if err == nil {
		in.body.Release()
	}
	return err
}

// quote prices a cart and writes its quote as JSON. It sets in header which languages the answer is
// in.
func (h *QuoteHandler) quote(header http.Header, r *http.Request, in pricedInput) (d *decision, text []byte) {
	p := h.pricer
	s, d := p.borrow(r, in)
	if d != nil {
		return d, nil
	}
	defer p.release(s, in, &d)
	q, d := p.price(r, in, s)
	if d != nil {
		return d, nil
	}
	wording := languages.Choose(r, q.by.Strategy)
	text = h.withLeft(h.write(wording, q), r, q)
	languages.Declare(header, q.by.Strategy, wording)
	return p.decide(q, in), text
}

// write is the answer to a cart.
func (h *QuoteHandler) write(wording *strategy.Wording, q quoted) []byte {
	var within *strategy.Restriction // nil for a strategy that counts nothing
	if q.by.CountsOrders() {
		within = q.work.Within()
	}
	// The same cart was quoted already, so there is no error here.
	switch h.Explain {
	case explainOn:
		if x, err := q.by.ExplainWithin(&q.cart, q.at, within); err == nil {
			return wording.AppendExplanationJSON(nil, x, &q.cart)
		}
	case explainNext:
		if x, err := q.by.ExplainNextWithin(&q.cart, q.at, within); err == nil {
			return wording.AppendNextJSON(nil, x, &q.cart)
		}
	}
	return wording.AppendQuoteJSON(nil, &q.quote, &q.cart)
}

// withLeft adds to an answer what is left of the quotas of the rules that the cart is about.
func (h *QuoteHandler) withLeft(answer []byte, r *http.Request, q quoted) []byte {
	if len(q.by.Quotas()) == 0 {
		return answer
	}
	all := h.pricer.reserver.Left(r.Context(), &q.order, h.pricer.pricing(q))
	if len(all) == 0 {
		return answer
	}
	list, err := json.Marshal(all)
	if err != nil { // texts and numbers alone: there is none
		return answer
	}
	answer = append(answer[:len(answer)-1], `,"quotas":`...) // open the object again
	return append(append(answer, list...), '}')
}

// methodsFor are the methods of requests that may hold a cart in a source, and OPTIONS.
func methodsFor(source cartoptions.Source) string {
	all := []string{http.MethodOptions}
	if source != cartoptions.SourceJSON {
		all = append(all, http.MethodGet, http.MethodHead)
	}
	return strings.Join(append(all, httpbody.Methods()...), ", ")
}
