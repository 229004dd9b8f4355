package discount

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// firstRead is how much memory a body of unknown length starts with.
const firstRead = 4 << 10

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
		r.Body = &resumedBody{Reader: io.MultiReader(bytes.NewReader(body), failing{err}), Closer: r.Body}
		return nil, brokenOff
	case int64(len(body)) > g.maxBody:
		r.Body = &resumedBody{Reader: io.MultiReader(bytes.NewReader(body), r.Body), Closer: r.Body}
		return nil, tooLarge
	}
	r.Body = newWholeBody(body, r.Body)
	return body, nil
}

// readUpTo reads to the end, or one byte past most.
func readUpTo(body io.Reader, most, declared int64) ([]byte, error) {
	size := int64(firstRead)
	if declared >= 0 {
		size = declared + 1 // room to see the end without growing
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
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

// wholeBody is a body that was read to its end.
type wholeBody struct {
	bytes.Reader
	io.Closer
}

func newWholeBody(body []byte, from io.Closer) *wholeBody {
	b := &wholeBody{Closer: from}
	b.Reset(body)
	return b
}

// resumedBody is a body of which the beginning was read and put back.
type resumedBody struct {
	io.Reader
	io.Closer
}

// failing ends a body the way it ended for us.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
