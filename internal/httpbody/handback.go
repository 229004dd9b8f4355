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

	memory memory
}

// Take reads the body of a request and hands it back, so that the next handler sees the
// same bytes in the same framing. The error is [ErrTooLong], or that of a body that ends
// early. After an error, what was read is put back in front of the remainder.
func (l *Limit) Take(r *http.Request) (*Body, error) {
	read, lent, err := readUpTo(r.Body, l.Bytes, r.ContentLength, &l.memory)
	// The read has sent the client its 100 Continue; an upstream that sees Expect would
	// have another one sent.
	delete(r.Header, "Expect")
	// The memory of a body that is put back is not taken back: nothing says when its last reader ends.
	switch {
	case err != nil:
		r.Body = &resumedBody{body: io.MultiReader(bytes.NewReader(read), failing{err}), from: r.Body}
		return nil, err
	case int64(len(read)) > l.Bytes:
		r.Body = &resumedBody{body: io.MultiReader(bytes.NewReader(read), r.Body), from: r.Body}
		return nil, ErrTooLong
	}
	b := &Body{limit: l, request: r, from: r.Body, whole: read, lent: lent}
	r.Body = b
	if len(r.Trailer) == 0 { // the proxy reads the trailer from r.Body only
		r.GetBody = b.again
	}
	return b, nil
}

// Body is a body that was read to its end and handed back. Its memory is pooled, so that the next
// order is read into it after [Body.Release]. A transport may go on reading after the handler has
// returned, when the client is gone or the upstream answered early. So nothing but copies leaves
// this type, made under a lock, and there is no WriteTo, which would lend the memory itself.
type Body struct {
	limit   *Limit
	request *http.Request
	from    io.Closer

	mu       sync.Mutex // transports read and close on goroutines of their own
	whole    []byte
	lent     *[]byte // what the pool takes back; nil for memory that is not pooled
	released bool
	next     int // to read
	spoiled  bool
}

// Bytes is the body itself, for the goroutine that took it. Neither it nor a string that shares its
// memory may be used after [Body.Release].
func (b *Body) Bytes() []byte { return b.whole }

// Release gives the memory back. Every later Read fails, that of a reader from GetBody, too. A nil
// Body has nothing to release.
func (b *Body) Release() {
	if b == nil {
		return
	}
	b.mu.Lock()
	lent := b.lent
	b.whole, b.lent, b.released = nil, nil, true
	b.mu.Unlock()
	b.limit.memory.takeBack(lent)
}

// Read reads on from where the last Read ended.
func (b *Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spoiled {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.read(p, &b.next)
}

// read copies from the position that next is at, and moves it. The caller holds the lock.
func (b *Body) read(p []byte, next *int) (int, error) {
	if b.released {
		return 0, http.ErrBodyReadAfterClose
	}
	if *next == len(b.whole) {
		return 0, io.EOF
	}
	n := copy(p, b.whole[*next:])
	*next += n
	return n, nil
}

// Close rewinds the body: reverse_proxy closes it when an upstream fails, and reads the same body
// for the next one. It does not where another reader may be in the middle of it. With
// lb_retry_match on a response, reverse_proxy goes to the next upstream while the transport may
// still send to the one that answered early. A rewind would then mix up what the next one gets.
// After an error, transports wait for the end of sending.
func (b *Body) Close() error {
	b.mu.Lock()
	if !b.released && b.next < len(b.whole) && b.limit.Answered(b.request) {
		b.spoiled = true
	}
	b.next = 0
	b.mu.Unlock()
	return b.from.Close()
}

// again is the GetBody of the request. It lets the transport itself retry on another connection
// when an idle one is closed already.
func (b *Body) again() (io.ReadCloser, error) {
	if b.request.Body != b {
		return nil, errors.New("another handler replaced the body")
	}
	return &repeatedBody{of: b}, nil
}

// repeatedBody reads a body once more from its beginning.
type repeatedBody struct {
	of   *Body
	next int
}

func (p *repeatedBody) Read(into []byte) (int, error) {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	return p.of.read(into, &p.next)
}

// Close has nothing to close: the body that is repeated is closed by itself.
func (p *repeatedBody) Close() error { return nil }

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
