package discount

import (
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/languages"
	"github.com/promogate/caddy-discount/strategy"
)

// ServeHTTP answers a cart with its quote, and OPTIONS with the methods there are.
func (h *QuoteHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	admitted := h.origins.admit(w.Header(), r)
	if r.Method == http.MethodOptions {
		return h.origins.answerOptions(w, r, admitted)
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
		return in.end(d.problem.answer(w, r))
	}
	return in.end(answerJSON(w, http.StatusOK, "application/json", text))
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
	text = h.write(wording, q)
	languages.Declare(header, q.by.Strategy, wording)
	return p.decide(q, in), text
}

// write is the answer to a cart.
func (h *QuoteHandler) write(wording *strategy.Wording, q quoted) []byte {
	// The same cart was quoted already, so there is no error here.
	switch h.Explain {
	case explainOn:
		if x, err := q.by.Explain(&q.cart, q.at); err == nil {
			return wording.AppendExplanationJSON(nil, x, &q.cart)
		}
	case explainNext:
		if x, err := q.by.ExplainNext(&q.cart, q.at); err == nil {
			return wording.AppendNextJSON(nil, x, &q.cart)
		}
	}
	return wording.AppendQuoteJSON(nil, &q.quote, &q.cart)
}

// preflightAge is how long a browser may cache the answer to a preflight.
const preflightAge = "600" // seconds

// crossOrigin implements CORS (Fetch standard) for pages of other origins. It does not change after
// provisioning.
type crossOrigin struct {
	allowed     []string
	credentials bool
	methods     string // those that may hold a cart, and OPTIONS
}

func newCrossOrigin(o *Options) *crossOrigin {
	return &crossOrigin{allowed: o.Origins.Allow, credentials: o.Origins.Credentials, methods: methodsFor(o.Source)}
}

// methodsFor are the methods of requests that may hold a cart in a source, and OPTIONS.
func methodsFor(source cartoptions.Source) string {
	all := []string{http.MethodOptions}
	if source != cartoptions.SourceJSON {
		all = append(all, http.MethodGet, http.MethodHead)
	}
	return strings.Join(append(all, bodyMethods...), ", ")
}

// admit sets the headers by which a page of another origin may read the answer, that of
// an error included. It reports whether the request comes from an origin that is allowed.
func (c *crossOrigin) admit(h http.Header, r *http.Request) bool {
	switch {
	case len(c.allowed) == 0:
		return false
	case c.allowed[0] == anyOrigin:
		h.Set("Access-Control-Allow-Origin", anyOrigin)
		return r.Header.Get("Origin") != ""
	}
	h.Add("Vary", "Origin") // of a refusal, too: another origin may be allowed
	origins := r.Header["Origin"]
	if len(origins) != 1 || !slices.Contains(c.allowed, origins[0]) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origins[0])
	if c.credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	return true
}

// answerOptions answers OPTIONS with the methods there are, and the preflight of an allowed page.
// Such a page may send any header, since no header goes on to an upstream.
func (c *crossOrigin) answerOptions(w http.ResponseWriter, r *http.Request, admitted bool) error {
	h := w.Header()
	h.Set("Allow", c.methods)
	if admitted && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", c.methods)
		if asked := r.Header["Access-Control-Request-Headers"]; len(asked) > 0 {
			h.Set("Access-Control-Allow-Headers", strings.Join(asked, ", "))
			h.Add("Vary", "Access-Control-Request-Headers")
		}
		h.Set("Access-Control-Max-Age", preflightAge)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
