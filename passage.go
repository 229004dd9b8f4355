package discount

import (
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// passage is what the handlers on the way of one request leave for each other.
type passage struct {
	outcome *outcome // of the last handler that priced the request; nil if none has
	first   stripped
	more    []stripped // few requests meet handlers with several prefixes
	guard   responder  // of the first handler that filters the response; here it costs no allocation
}

// stripped is a prefix of header names that a request holds no client's text under.
type stripped struct {
	prefix string
	priced bool // a handler has set headers under it
	passes bool // that handler lets the upstream's own headers through
}

// passageVar is the request variable that holds the passage.
const passageVar = "discount.passage"

// passageOf is the passage of a request, which begins with the first handler that asks.
func passageOf(r *http.Request) *passage {
	ctx := r.Context()
	if p, ok := caddyhttp.GetVar(ctx, passageVar).(*passage); ok {
		return p
	}
	p := new(passage)
	caddyhttp.SetVar(ctx, passageVar, p)
	return p
}

// strip removes what the client sent under owned names, and counts the attempts. It does
// so once for each prefix: what is there later was set by handlers. A trailer is still to
// come, and the request may be another copy now, whose body nothing guards.
func (p *passage) strip(r *http.Request, names *httpheader.Names) (s *stripped, attempts int) {
	if s = p.find(names.Prefix); s != nil {
		return s, names.WatchTrailer(r)
	}
	return p.add(names.Prefix), names.Strip(r)
}

func (p *passage) find(prefix string) *stripped {
	if p.first.prefix == prefix {
		return &p.first
	}
	for i := range p.more {
		if p.more[i].prefix == prefix {
			return &p.more[i]
		}
	}
	return nil
}

func (p *passage) add(prefix string) *stripped {
	if p.first.prefix == "" {
		p.first.prefix = prefix
		return &p.first
	}
	p.more = append(p.more, stripped{prefix: prefix})
	return &p.more[len(p.more)-1]
}
