package discount

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/httpbody"
)

// takeBody reads the body of a request and hands it back, so that the next
// handler sees the same bytes in the same framing. The outcome is set when the
// body is too large or ends in an error; then as much as was read is put back
// in front of the rest.
//
// The memory is not pooled: the transport may read it after this handler has
// returned, when the client is gone or the upstream answered early.
func (g *gateway) takeBody(r *http.Request) ([]byte, *outcome) {
	read, err := httpbody.ReadUpTo(r.Body, g.maxBody, r.ContentLength)
	// Reading has already sent the client its 100 Continue; an upstream that is
	// asked again would send it another one.
	delete(r.Header, "Expect")
	switch {
	case err != nil:
		r.Body = &resumedBody{rest: io.MultiReader(bytes.NewReader(read), failing{err}), from: r.Body}
		return nil, brokenOff
	case int64(len(read)) > g.maxBody:
		r.Body = &resumedBody{rest: io.MultiReader(bytes.NewReader(read), r.Body), from: r.Body}
		return nil, g.tooLarge
	}
	giveBack(r, read)
	return read, nil
}

// decoded is the text of a body that was read. The body itself goes on as it
// came.
func (g *gateway) decoded(r *http.Request, read []byte) ([]byte, *outcome) {
	if !g.decode {
		return read, nil // the gate let no other pass
	}
	name := httpbody.Coding(r.Header["Content-Encoding"])
	if name == "" {
		return read, nil
	}
	text, err := g.decoders.Decode(name, read)
	switch {
	case errors.Is(err, httpbody.ErrTooLong):
		return nil, g.tooLarge
	case errors.Is(err, httpbody.ErrMore):
		return nil, refuse(statusInvalid, "there is more in the body than one "+name+" text")
	case err != nil: // its words may quote the body
		return nil, refuse(statusInvalid, "the body is not the "+name+" it is said to be")
	}
	return text, nil
}

// wholeBody is a body that was read to its end. Close takes it back to its
// beginning: reverse_proxy closes what it has read of a body when an upstream
// breaks off, and reads from the same body for the next one.
type wholeBody struct {
	request *http.Request
	from    io.Closer
	body    []byte

	mu     sync.Mutex // a transport may close while another goroutine of it reads
	next   int
	spoilt bool
}

// giveBack makes body the body of the request.
func giveBack(r *http.Request, read []byte) {
	b := &wholeBody{request: r, from: r.Body, body: read}
	r.Body = b
	if len(r.Trailer) > 0 {
		return // the proxy takes the trailer from r.Body only
	}
	// With it the transport itself tries again on another connection, where an
	// idle one turns out to be dead.
	r.GetBody = func() (io.ReadCloser, error) {
		if r.Body != b {
			return nil, errors.New("another handler has put another body in place")
		}
		return io.NopCloser(bytes.NewReader(read)), nil
	}
}

func (b *wholeBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spoilt {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.next == len(b.body) {
		return 0, io.EOF
	}
	n := copy(p, b.body[b.next:])
	b.next += n
	return n, nil
}

// Close takes the body back to its beginning, unless somebody else may be in
// the middle of it: with lb_retry_match on a response, reverse_proxy turns to the
// next upstream while the transport may still send to the one that answered
// early, and taking the body back then would mix up what the next one gets. After
// an error, on the other hand, transports wait for the end of sending.
func (b *wholeBody) Close() error {
	b.mu.Lock()
	if b.next < len(b.body) && answered(b.request) {
		b.spoilt = true
	}
	b.next = 0
	b.mu.Unlock()
	return b.from.Close()
}

// answered reports whether reverse_proxy has had a response from an upstream.
func answered(r *http.Request) bool {
	repl, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if !ok {
		return true
	}
	_, has := repl.Get("http.reverse_proxy.status_code")
	return has
}

// resumedBody is a body of which the beginning was read and put back. Once it is
// closed it ends in an error: what was read of it is gone, and what is left, or
// nothing, must not pass for the whole where a proxy tries another upstream.
type resumedBody struct {
	rest   io.Reader
	from   io.Closer
	closed atomic.Bool
}

func (b *resumedBody) Read(p []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.rest.Read(p)
}

// Close makes every later Read fail.
func (b *resumedBody) Close() error {
	b.closed.Store(true)
	return b.from.Close()
}

// failing ends a body the way it ended for us.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
