package discount

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/httpheader"
)

// ServeHTTP strips a request of what the client sent under owned names, prices its cart if
// the matcher sees it, and passes the request on.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	g := h.gateway
	p := passageOf(r)
	prefix, attempts := p.strip(r, g.names)
	matches, err := h.matchers.AnyMatchWithError(r)
	if err != nil {
		requestCounters.Spoofed(attempts)
		return err
	}
	if !matches {
		requestCounters.Spoofed(attempts)
		return p.passBy(w, r, next, prefix, g.names, g.respond)
	}
	var seen evidence
	o := g.decide(r, &seen, g.ordered)
	o.count(attempts)
	o.publish(r, p)
	if prefix.priced {
		h.repeats.Note(g.log, g.key.path, r.Context().Value(caddyhttp.ErrorCtxKey) != nil)
	}
	if o.problem != nil && g.rejects(o) {
		return o.problem.answer(w, r)
	}
	if prefix.priced {
		g.names.Clear(r.Header)
	}
	prefix.priced, prefix.passes = true, g.respond == respondUpstream
	o.set(r.Header, g.names)
	g.assert(o, &seen, r)
	if httpbody.AwaitsContinue(r) {
		w = httpbody.SingleContinue(&caddyhttp.ResponseWriterWrapper{ResponseWriter: w}, r)
	}
	w, guard := p.guardResponse(w, g.names, g.respond, o)
	err = next.ServeHTTP(w, r)
	guard.finish()
	return err
}

// passBy passes a request on that is stripped of the names of a prefix and not priced.
func (p *passage) passBy(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler, prefix *stripped, names *httpheader.Names, respond string) error {
	if prefix.passes {
		return next.ServeHTTP(w, r)
	}
	w, guard := p.guardResponse(w, names, respond, nil)
	err := next.ServeHTTP(w, r)
	guard.finish()
	return err
}

// rejects reports whether a request with this outcome is answered here. What holds no
// cart passes: only a body that cannot be decoded may hold one.
func (g *gateway) rejects(o *outcome) bool {
	switch {
	case o.status == statusOversize:
		return g.rejectOversize
	case o.status == statusBypass && o.bypass != bypassEncoding:
		return false
	}
	return g.rejectInvalid
}

// logPanic records a panic with what identifies the cart, never what is in it.
func (g *gateway) logPanic(p any, in input) {
	digest := sha256.Sum256(in.body)
	g.log.Error("panic while computing a discount, the order passes without one",
		zap.String("panic", fmt.Sprintf("%T", p)),
		zap.Bool("cart_in_headers", in.kind != inBody),
		zap.String("cart_sha256", hex.EncodeToString(digest[:])),
		zap.ByteString("stack", debug.Stack()))
}
