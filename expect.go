package discount

import (
	"io"
	"net/http"
	"sync"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// continueOnce lets a client who expects 100 Continue have one, where the body
// goes on unread. Expect goes on too, since an upstream may want to refuse the
// body before it is sent. But reverse_proxy reads the body without waiting for
// the upstream, unless it is told to wait, and reading has the server send a 100
// of its own: the upstream's is then a second one, which is left out here.
func continueOnce(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if r.Body == nil || r.Body == http.NoBody || r.Header.Get("Expect") == "" {
		return w
	}
	c := &continued{ResponseWriterWrapper: &caddyhttp.ResponseWriterWrapper{ResponseWriter: w}}
	r.Body = &askingBody{ReadCloser: r.Body, asked: c}
	return c
}

// continued is a response of which the client may have had the 100 already.
type continued struct {
	*caddyhttp.ResponseWriterWrapper
	mu   sync.Mutex // the transport sends the body and takes the 100 at once
	sent bool
}

// WriteHeader leaves out a 100 that is not the first.
func (c *continued) WriteHeader(status int) {
	if status == http.StatusContinue {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sent {
			return
		}
		c.sent = true
	}
	c.ResponseWriterWrapper.WriteHeader(status)
}

// askingBody is a body whose first Read asks the client for it.
type askingBody struct {
	io.ReadCloser
	asked *continued
}

func (b *askingBody) Read(p []byte) (int, error) {
	b.asked.mu.Lock()
	b.asked.sent = true
	b.asked.mu.Unlock()
	return b.ReadCloser.Read(p)
}
