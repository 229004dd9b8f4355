package discount

import (
	"io"
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// The choices of the option respond.
const (
	respondOff      = "off"
	respondOn       = "on"
	respondUpstream = "upstream"
)

// guardResponse has what handlers after this one send under owned names kept
// from the client. Of several discount handlers on the way of a request, the
// last one that prices it says what the response has, as it does for the request.
// The outcome is nil for a request that is not priced.
func (p *passage) guardResponse(w http.ResponseWriter, names *httpheader.Names, respond string, o *outcome) (http.ResponseWriter, *responder) {
	sets, passes := respond == respondOn, respond == respondUpstream
	if before := responderOf(w, names.Prefix); before != nil {
		if o != nil {
			before.outcome, before.sets, before.passes = o, sets, passes
		}
		return w, nil
	}
	if passes {
		return w, nil
	}
	guard := &p.guard
	if guard.names != nil {
		guard = new(responder)
	}
	guard.names, guard.outcome, guard.sets = names, o, sets && o != nil
	guard.ResponseWriter = w
	return guard, guard
}

// responderOf finds the guard of the same names that a handler before this one
// put up.
func responderOf(w http.ResponseWriter, prefix string) *responder {
	for {
		switch at := w.(type) {
		case *responder:
			if at.names.Prefix == prefix {
				return at
			}
			w = at.ResponseWriter
		case interface{ Unwrap() http.ResponseWriter }:
			w = at.Unwrap()
		default:
			return nil
		}
	}
}

// responder keeps what the upstream sends under owned names from the client,
// and sets the headers of the outcome in their place if that is asked for.
type responder struct {
	caddyhttp.ResponseWriterWrapper
	names   *httpheader.Names
	outcome *outcome
	sets    bool // the headers of the outcome
	passes  bool // what the upstream sends
	done    bool // the header is on its way
}

// WriteHeader strips informational responses such as 103 Early Hints too.
func (w *responder) WriteHeader(status int) {
	if !w.done {
		w.done = status >= http.StatusOK || status == http.StatusSwitchingProtocols
		w.prepare(w.done)
	}
	w.ResponseWriterWrapper.WriteHeader(status)
}

// Write implies status 200, which the writer below says by itself: told so it
// would not look at the first bytes for a type of content.
func (w *responder) Write(p []byte) (int, error) {
	w.imply()
	return w.ResponseWriterWrapper.Write(p)
}

// ReadFrom is the Write of io.Copy; below it a file may go out by sendfile.
func (w *responder) ReadFrom(r io.Reader) (int64, error) {
	w.imply()
	return w.ResponseWriterWrapper.ReadFrom(r)
}

// FlushError sends the header, if nothing has yet and nobody below waits for
// more: then what is set until it goes is looked at again.
func (w *responder) FlushError() error {
	if !w.done {
		w.prepare(true)
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *responder) imply() {
	if !w.done {
		w.done = true
		w.prepare(true)
	}
}

// prepare makes the header what the client is to see.
func (w *responder) prepare(final bool) {
	if w.passes {
		return
	}
	w.names.StripResponse(w.Header())
	if w.sets && final {
		w.outcome.set(w.Header(), w.names)
	}
}

// finish strips what was set after the header: the trailer. A header that was
// not written is stripped too, for whoever writes it in the end, such as a route
// for errors. HTTP/3 may not have sent the header of a short answer yet, so what
// was set is set again.
func (w *responder) finish() {
	if w != nil {
		w.prepare(w.done)
	}
}
