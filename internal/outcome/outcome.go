// Package outcome reads what a gateway saw of one order: the answer of the order service, or why there
// is none.
package outcome

import (
	"context"
	"errors"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/promogate/caddy-discount/quota"
)

// Placeholders of reverse_proxy. It sets the address before it asks an upstream, the status and the
// headers when the upstream has answered, and the retries in the end.
const (
	placeholderAddress = "http.reverse_proxy.upstream.address"
	placeholderStatus  = "http.reverse_proxy.status_code"
	placeholderRetries = "http.reverse_proxy.retries"
	placeholderHeader  = "http.reverse_proxy.header."
)

// Clear forgets what an earlier proxy of a request was answered: forward_auth is a reverse_proxy with
// the same placeholders. word is the name of the header that has the order service's word.
func Clear(r *http.Request, word string) {
	repl := replacer(r)
	for _, key := range []string{placeholderAddress, placeholderStatus, placeholderRetries, placeholderHeader + word} {
		repl.Delete(key)
	}
}

// AtHeader returns what is known of an order when the header of the response is written, and whether
// nothing that comes later can change it.
func AtHeader(r *http.Request, word string, written int) (a quota.Answer, final bool) {
	a = quota.Answer{Upstream: status(r), Written: written, Replayable: replayable(r)}
	a.Word, _ = said(r, word) // the error is that of Of
	o, _ := a.Outcome()
	return a, a.Word.Said || o == quota.Commit
}

// Of returns what the gateway saw of an order once it was served: written is the status of the
// response, 0 for none, and failure the error of the handlers that served it. The error is about a word
// of the order service that cannot be read, which counts as none.
func Of(r *http.Request, word string, written int, failure error) (quota.Answer, error) {
	a := quota.Answer{Upstream: status(r), Written: written, Replayable: replayable(r), Retries: retries(r) > 0}
	if failure != nil && written == 0 {
		a.Upstream = 0 // there was no answer: a status is that of a proxy before, such as forward_auth
	}
	if a.Upstream == 0 {
		a.Failure = failed(r, failure)
	}
	var err error
	a.Word, err = said(r, word)
	return a, err
}

// failed is why there is no answer of the order service.
func failed(r *http.Request, err error) quota.Failure {
	var dial reverseproxy.DialError
	switch {
	case err == nil && r.Context().Err() == nil:
		return quota.NoFailure
	case !asked(r):
		return quota.NeverSent
	case errors.As(err, &dial):
		return quota.NotConnected
	case errors.Is(err, context.Canceled) || r.Context().Err() != nil:
		return quota.ClientGone
	}
	return quota.OtherFailure
}

// asked reports whether a proxy has chosen an upstream.
func asked(r *http.Request) bool {
	_, asked := replacer(r).Get(placeholderAddress)
	return asked
}

// status is the status that the upstream answered with; 0 for no answer.
func status(r *http.Request) int {
	value, _ := replacer(r).Get(placeholderStatus)
	n, _ := value.(int)
	return n
}

// retries is how often a proxy has tried again.
func retries(r *http.Request) int {
	value, _ := replacer(r).Get(placeholderRetries)
	n, _ := value.(int)
	return n
}

// replayable reports whether Go's transport may have sent a request twice: it does so with these
// headers, if the body can be had again.
func replayable(r *http.Request) bool {
	return len(r.Header["Idempotency-Key"]) > 0 || len(r.Header["X-Idempotency-Key"]) > 0
}

// said is the order service's word.
func said(r *http.Request, word string) (quota.Word, error) {
	value, _ := replacer(r).Get(placeholderHeader + word)
	text, ok := value.(string)
	if !ok {
		return quota.Word{}, nil
	}
	return quota.ParseWord([]string{text})
}

// replacer is that of a request, or an empty one where there is none.
func replacer(r *http.Request) *caddy.Replacer {
	if repl, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok {
		return repl
	}
	return caddy.NewEmptyReplacer()
}
