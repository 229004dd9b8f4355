// Package cors answers the pages of other origins (CORS, Fetch standard): which of them may read
// an answer, and what they may ask.
package cors

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// preflightAge is how long a browser may cache the answer to a preflight.
const preflightAge = "600" // seconds

// Policy says which pages may read the answers of a handler.
type Policy struct {
	// Allowed are the origins of these pages, as [ParseOrigin] writes them, or [Any] alone.
	Allowed []string

	// Credentials says whether the pages may send credentials such as cookies.
	Credentials bool

	// Methods are those that the handler answers, as the value of the header Allow.
	Methods string
}

// Validate refuses credentials that no origin may send, and origins beside [Any].
func (p *Policy) Validate() error {
	switch {
	case len(p.Allowed) == 0 && p.Credentials:
		return errors.New("credentials are on and no origin is allowed")
	case !slices.Contains(p.Allowed, Any):
		return nil
	case len(p.Allowed) > 1:
		return errors.New("* allows every origin, so no other can be beside it")
	case p.Credentials:
		return errors.New("credentials cannot be on for *: name the origins that may send them")
	}
	return nil
}

// Admit sets the headers by which a page of another origin may read the answer, that of
// an error included. It reports whether the request comes from an origin that is allowed.
func (p *Policy) Admit(h http.Header, r *http.Request) bool {
	switch {
	case len(p.Allowed) == 0:
		return false
	case p.Allowed[0] == Any:
		h.Set("Access-Control-Allow-Origin", Any)
		return r.Header.Get("Origin") != ""
	}
	h.Add("Vary", "Origin") // of a refusal, too: another origin may be allowed
	origins := r.Header["Origin"]
	if len(origins) != 1 || !slices.Contains(p.Allowed, origins[0]) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origins[0])
	if p.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	return true
}

// AnswerOptions answers OPTIONS with the methods there are, and the preflight of an allowed page.
// Such a page may send any header, since no header goes on to an upstream.
func (p *Policy) AnswerOptions(w http.ResponseWriter, r *http.Request, admitted bool) {
	h := w.Header()
	h.Set("Allow", p.Methods)
	if admitted && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", p.Methods)
		if asked := r.Header["Access-Control-Request-Headers"]; len(asked) > 0 {
			h.Set("Access-Control-Allow-Headers", strings.Join(asked, ", "))
			h.Add("Vary", "Access-Control-Request-Headers")
		}
		h.Set("Access-Control-Max-Age", preflightAge)
	}
	w.WriteHeader(http.StatusNoContent)
}
