package discount

import (
	"net/http"
	"slices"
	"strings"
)

// preflightAge is for how long a browser may remember what a preflight said.
const preflightAge = "600" // seconds

// crossOrigin answers the questions of browsers about requests of pages from other
// origins, as the Fetch standard has it (CORS). It does not change while it serves.
type crossOrigin struct {
	allowed     []string
	credentials bool
	methods     string // those that may hold a cart, and OPTIONS
}

func newCrossOrigin(o *Options) *crossOrigin {
	return &crossOrigin{allowed: o.Origins.Allow, credentials: o.Origins.Credentials, methods: methodsFor(o.Source)}
}

// methodsFor are the methods of requests that may hold a cart in a source, and OPTIONS.
func methodsFor(source string) string {
	all := []string{http.MethodOptions}
	if source != "json" {
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
	h.Add("Vary", "Origin") // of a refusal, too: another page may be allowed
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

// answerOptions answers OPTIONS: what there is, and the preflight of a page that may ask.
// Such a page may send any header. None but the cart's is read, and none goes on to an
// upstream.
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
