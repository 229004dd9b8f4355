package httpbody

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// Limit reads bodies of requests up to a size and hands them back.
type Limit struct {
	// Bytes is the largest body that is read.
	Bytes int64

	// Answered reports whether an upstream has answered the request already, so that a
	// transport may still be reading the body.
	Answered func(*http.Request) bool
}

// Take reads the body of a request and hands it back, so that the next handler sees the
// same bytes in the same framing. The error is [ErrTooLong], or that of a body that ends
// early. After an error, what was read is put back in front of the remainder.
//
// The memory is not pooled: the transport may read it after the handler has returned, when
// the client is gone or the upstream answered early.
func (l *Limit) Take(r *http.Request) ([]byte, error) {
	read, err := readUpTo(r.Body, l.Bytes, r.ContentLength)
	// The read has sent the client its 100 Continue; an upstream that sees Expect would
	// have another one sent.
	delete(r.Header, "Expect")
	switch {
	case err != nil:
		r.Body = &resumedBody{body: io.MultiReader(bytes.NewReader(read), failing{err}), from: r.Body}
		return nil, err
	case int64(len(read)) > l.Bytes:
		r.Body = &resumedBody{body: io.MultiReader(bytes.NewReader(read), r.Body), from: r.Body}
		return nil, ErrTooLong
	}
	l.handBack(r, read)
	return read, nil
}

// wholeBody is a body that was read to its end. Close rewinds it: reverse_proxy closes
// a body when an upstream fails, and reads the same body for the next one.
type wholeBody struct {
	request  *http.Request
	answered func(*http.Request) bool
	from     io.Closer
	body     []byte

	mu      sync.Mutex // a transport may close while another goroutine of it reads
	next    int
	spoiled bool
}

// handBack makes what was read the body of the request.
func (l *Limit) handBack(r *http.Request, read []byte) {
	b := &wholeBody{request: r, answered: l.Answered, from: r.Body, body: read}
	r.Body = b
	if len(r.Trailer) > 0 {
		return // the proxy reads the trailer from r.Body only
	}
	// GetBody lets the transport itself retry on another connection when an idle one
	// is closed already.
	r.GetBody = func() (io.ReadCloser, error) {
		if r.Body != b {
			return nil, errors.New("another handler replaced the body")
		}
		return io.NopCloser(bytes.NewReader(read)), nil
	}
}

func (b *wholeBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spoiled {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.next == len(b.body) {
		return 0, io.EOF
	}
	n := copy(p, b.body[b.next:])
	b.next += n
	return n, nil
}

// Close rewinds the body, unless another reader may be in the middle of it. With lb_retry_match on
// a response, reverse_proxy goes to the next upstream while the transport may still send to the one
// that answered early. A rewind would then mix up what the next one gets. After an error,
// transports wait for the end of sending.
func (b *wholeBody) Close() error {
	b.mu.Lock()
	if b.next < len(b.body) && b.answered(b.request) {
		b.spoiled = true
	}
	b.next = 0
	b.mu.Unlock()
	return b.from.Close()
}

// resumedBody is a body whose beginning was read and put back. Once it is closed, every
// Read fails: what was read is gone, and the remainder must not pass for the whole where
// a proxy tries another upstream.
type resumedBody struct {
	body   io.Reader
	from   io.Closer
	closed atomic.Bool
}

func (b *resumedBody) Read(p []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.body.Read(p)
}

// Close makes every later Read fail.
func (b *resumedBody) Close() error {
	b.closed.Store(true)
	return b.from.Close()
}

// failing ends a body with the error that ended it here.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
