package discount

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

// ServeHTTP prices the cart of a request and passes the request on.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	g := h.gateway
	spoofed := g.spoofed(r, g.names.Strip(r))
	var seen evidence
	o := g.decide(r, &seen, g.ordered)
	traffic.request(o, spoofed)
	if first := o.publish(r); !first {
		h.repeats.note(g, r.Context().Value(caddyhttp.ErrorCtxKey) != nil)
	}
	if o.problem != nil && g.rejects(o) {
		return o.problem.answer(w, r)
	}
	o.set(r.Header, g.names)
	g.assert(o, &seen, r)
	w = continueOnce(w, r)
	w, guard := g.guardResponse(w, o)
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

// spoofed is how many of these attempts count. What another handler of the kind set
// before this one is no attempt.
func (g *gateway) spoofed(r *http.Request, attempts int) int {
	if attempts > 0 && caddyhttp.GetVar(r.Context(), outcomeVar) == nil {
		return attempts
	}
	return 0
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
