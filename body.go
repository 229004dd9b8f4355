package discount

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
)

// How much memory a body starts with: enough for one of the declared length up
// to mostAtOnce, and firstRead for a longer one and for one of unknown length. A
// length is only announced; memory follows what has really arrived, or a
// thousand clients who send nothing would hold a thousand times max_body.
const (
	firstRead  = 4 << 10
	mostAtOnce = 16 << 10
)

// takeBody reads the body of a request and hands it back, so that the next
// handler sees the same bytes in the same framing. The outcome is set when the
// body is too large or ends in an error; then as much as was read is put back
// in front of the rest.
//
// The memory is not pooled: the transport may read it after this handler has
// returned, when the client is gone or the upstream answered early.
func (g *gateway) takeBody(r *http.Request) ([]byte, *outcome) {
	body, err := readUpTo(r.Body, g.maxBody, r.ContentLength)
	// Reading has already sent the client its 100 Continue; an upstream that is
	// asked again would send it another one.
	delete(r.Header, "Expect")
	switch {
	case err != nil:
		r.Body = &resumedBody{rest: io.MultiReader(bytes.NewReader(body), failing{err}), from: r.Body}
		return nil, brokenOff
	case int64(len(body)) > g.maxBody:
		r.Body = &resumedBody{rest: io.MultiReader(bytes.NewReader(body), r.Body), from: r.Body}
		return nil, tooLarge
	}
	giveBack(r, body)
	return body, nil
}

// readUpTo reads to the end, or one byte past most. It holds at most twice what
// has arrived, beside the memory it starts with.
func readUpTo(body io.Reader, most, declared int64) ([]byte, error) {
	size, room := int64(firstRead), most+1 // one more, to see the end
	if declared >= 0 {
		room = min(room, declared+1)
		if declared <= mostAtOnce {
			size = declared + 1 // without growing
		}
	}
	buf := make([]byte, 0, size)
	for {
		n, err := body.Read(buf[len(buf):min(int64(cap(buf)), most+1)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil || int64(len(buf)) > most {
			return buf, err
		}
		if len(buf) == cap(buf) {
			buf = grown(buf, room)
		}
	}
}

// grown is buf with twice the capacity, or with room if that is enough.
func grown(buf []byte, room int64) []byte {
	size := 2 * int64(cap(buf))
	if room > int64(cap(buf)) {
		size = min(size, room)
	}
	return append(make([]byte, 0, size), buf...)
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
func giveBack(r *http.Request, body []byte) {
	b := &wholeBody{request: r, from: r.Body, body: body}
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
		return io.NopCloser(bytes.NewReader(body)), nil
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
