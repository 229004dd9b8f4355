package httpbody

import (
	"io"
	"net/http"
	"sync"
)

// ResponseWriter is a wrapper of a response that keeps what the wrapped one can do.
type ResponseWriter interface {
	http.ResponseWriter
	http.Pusher
	io.ReaderFrom
	Unwrap() http.ResponseWriter
}

// AwaitsContinue reports whether the client of a request with a body waits for 100
// Continue.
func AwaitsContinue(r *http.Request) bool {
	return r.Body != nil && r.Body != http.NoBody && r.Header.Get("Expect") != ""
}

// SingleContinue limits the client of a request whose body is forwarded unread to one 100 Continue.
// Expect is forwarded, so that an upstream can refuse the body before it is sent. But reverse_proxy
// reads the body without waiting for the upstream, unless it is configured to wait. That read makes
// the server send a 100 of its own. The upstream's 100 is a second one, which the returned writer
// drops. SingleContinue replaces the body of the request.
func SingleContinue(w ResponseWriter, r *http.Request) http.ResponseWriter {
	c := &singleContinueWriter{ResponseWriter: w}
	r.Body = &continueBody{ReadCloser: r.Body, writer: c}
	return c
}

// singleContinueWriter drops a 100 that is not the first.
type singleContinueWriter struct {
	ResponseWriter
	mu   sync.Mutex // the transport sends the body and receives the 100 concurrently
	sent bool
}

// WriteHeader drops a 100 that is not the first.
func (c *singleContinueWriter) WriteHeader(status int) {
	if status == http.StatusContinue {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sent {
			return
		}
		c.sent = true
	}
	c.ResponseWriter.WriteHeader(status)
}

// continueBody is a body whose first Read makes the server send 100 Continue.
type continueBody struct {
	io.ReadCloser
	writer *singleContinueWriter
}

func (b *continueBody) Read(p []byte) (int, error) {
	b.writer.mu.Lock()
	b.writer.sent = true
	b.writer.mu.Unlock()
	return b.ReadCloser.Read(p)
}
