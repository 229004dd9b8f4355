package discount

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/outcome"
	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/quota"
)

// ServeHTTP removes what the client sent under owned names, prices the cart if the matcher matches,
// and forwards the request. It answers a request that the options reject with a problem document
// instead.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	p, state := h.pricer, stateOf(r)
	prefix, spoofed := state.strip(r, p.names)
	matches, err := h.matchers.AnyMatchWithError(r)
	if err != nil {
		requestCounters.Spoofed(spoofed)
		return err
	}
	if !matches {
		requestCounters.Spoofed(spoofed)
		return state.forward(w, r, next, prefix, p.names, p.respond)
	}
	in, d := p.input(r)
	if d == nil {
		d = p.order(r, in)
	}
	prefix.granted.Supersede(d.granted)
	prefix.granted = d.granted
	p.observe(r, state, d, spoofed)
	if prefix.priced {
		h.repeats.Note(p.log, p.engine.Key().Path, r.Context().Value(caddyhttp.ErrorCtxKey) != nil)
	}
	if d.problem != nil && p.rejects(d) {
		return d.problem.Send(w, r)
	}
	if prefix.priced {
		p.names.Clear(r.Header)
	}
	prefix.priced, prefix.passes = true, p.respond == respondUpstream
	d.Set(r.Header, p.names)
	d.SetPrivate(r.Header, p.names)
	p.assert(r, d, in)
	if httpbody.AwaitsContinue(r) {
		w = httpbody.SingleContinue(&caddyhttp.ResponseWriterWrapper{ResponseWriter: w}, r)
	}
	w, filter := state.filterResponse(w, p.names, p.respond, d)
	if d.granted == nil {
		err = next.ServeHTTP(w, r)
	} else {
		err = p.serveReserved(w, r, next, d.granted)
	}
	filter.finish()
	// After an error the routes of handle_errors may read the body, and after a response that is no
	// success those of intercept: each may send the order to another service.
	if err == nil && filter.succeeded() {
		in.body.Release()
	}
	return err
}

// serveReserved has an order served that holds something of a ledger, and says what became of it: at
// the header of the response if it is accepted, and otherwise once it is served.
func (p *pricer) serveReserved(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler, g *reservations.Granted) (err error) {
	outcome.Clear(r, p.names.Reservation)
	filter := filterOf(w, p.names.Prefix)
	filter.onHeader = func(status int) {
		if a, final := outcome.AtHeader(r, p.names.Reservation, status); final {
			g.Settle(a.Outcome())
		}
	}
	served := false
	defer func() {
		filter.onHeader = nil
		p.settle(r, g, filter.status, err, served)
	}()
	err = next.ServeHTTP(w, r)
	served = true
	return err
}

// settle says what became of an order that was served, or whose handlers panicked, as those do that
// give up a response.
func (p *pricer) settle(r *http.Request, g *reservations.Granted, written int, failure error, served bool) {
	a, err := outcome.Of(r, p.names.Reservation, written, failure)
	if err != nil {
		p.log.Warn("word of the order service about a reservation not read", zap.String("header", p.names.Reservation), zap.Error(err))
	}
	if !served {
		g.Settle(quota.Unknown, 0) // unless the header has said it
		return
	}
	g.Settle(a.Outcome())
}

// forward forwards a request that was stripped and that this handler does not price.
func (s *requestState) forward(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler, of *stripped, names *httpheader.Names, respond RespondMode) error {
	if of.passes {
		respond = respondUpstream
	}
	w, filter := s.filterResponse(w, names, respond, nil)
	err := next.ServeHTTP(w, r)
	filter.finish()
	return err
}

// rejects reports whether a request with this decision is answered here. A request without a cart
// is forwarded. A body that cannot be decoded may hold a cart, so the option on_invalid decides
// about it.
func (p *pricer) rejects(d *decision) bool {
	switch {
	case d.Strategy != nil: // a problem with its price
		return true
	case d.Status == fields.StatusOversize:
		return p.rejectOversize
	case d.Status == fields.StatusBypass && d.bypass != bypassEncoding:
		return false
	}
	return p.rejectInvalid
}

// logPanic logs a panic with the SHA-256 of the body, never with the content of a cart.
func (p *pricer) logPanic(v any, in pricedInput) {
	digest := sha256.Sum256(in.text)
	p.log.Error("pricing panicked",
		zap.String("panic", fmt.Sprintf("%T", v)),
		zap.Bool("cart_in_headers", in.headers),
		zap.String("cart_sha256", hex.EncodeToString(digest[:])),
		zap.ByteString("stack", debug.Stack()))
}

// requestState is what the handlers of one request share.
type requestState struct {
	decision *decision // of the last handler that priced the request; nil if none has
	first    stripped
	more     []stripped   // of further prefixes; few requests have any
	filter   headerFilter // of the first handler that filters the response, kept here to save an allocation
}

// stripped is a prefix under which the client's headers were removed.
type stripped struct {
	prefix string
	priced bool // a handler has set headers under it
	passes bool // that handler lets the upstream's own headers through

	// Handlers of other prefixes leave each other's headers alone, so each order that the headers are
	// about is one of its own.
	granted *reservations.Granted // what it holds of a ledger; nil for nothing
	own     quota.ID              // its id, if it has no name; zero until it is needed
}

// stateVar is the request variable that holds the state.
const stateVar = "discount.state"

// stateOf returns the state of a request. The first call for a request creates it.
func stateOf(r *http.Request) *requestState {
	ctx := r.Context()
	if s, ok := caddyhttp.GetVar(ctx, stateVar).(*requestState); ok {
		return s
	}
	s := new(requestState)
	caddyhttp.SetVar(ctx, stateVar, s)
	return s
}

// strip removes what the client sent under owned names, and counts it. It removes headers once for
// each prefix, since handlers set the later ones. It watches the trailer every time: the trailer
// arrives later, and the body of a copied request is not watched yet.
func (s *requestState) strip(r *http.Request, names *httpheader.Names) (of *stripped, spoofed int) {
	if of = s.find(names.Prefix); of != nil {
		return of, names.WatchTrailer(r)
	}
	return s.add(names.Prefix), names.Strip(r)
}

func (s *requestState) find(prefix string) *stripped {
	if s.first.prefix == prefix {
		return &s.first
	}
	for i := range s.more {
		if s.more[i].prefix == prefix {
			return &s.more[i]
		}
	}
	return nil
}

func (s *requestState) add(prefix string) *stripped {
	if s.first.prefix == "" {
		s.first.prefix = prefix
		return &s.first
	}
	s.more = append(s.more, stripped{prefix: prefix})
	return &s.more[len(s.more)-1]
}
