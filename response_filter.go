package discount

import (
	"io"
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// filterResponse removes what handlers after this one send under owned names from the response. Of
// several discount handlers that price a request, the last one decides about the response, as it
// does about the request. The decision is nil for a request that is not priced. The filter is nil
// if none was added.
func (s *requestState) filterResponse(w http.ResponseWriter, names *httpheader.Names, respond RespondMode, d *decision) (http.ResponseWriter, *headerFilter) {
	sets, passes := respond == respondOn, respond == respondUpstream
	if before := filterOf(w, names.Prefix); before != nil {
		switch {
		case d != nil:
			before.names, before.decision, before.sets, before.passes = names, d, sets, passes
		case before.decision == nil && !passes:
			before.passes = false // nothing is priced: the handler that removes more decides
		}
		return w, nil
	}
	filter := &s.filter
	if filter.names != nil {
		filter = new(headerFilter)
	}
	filter.names, filter.decision, filter.sets, filter.passes = names, d, sets && d != nil, passes
	filter.ResponseWriter = w
	return filter, filter
}

// filterOf finds the filter of the same names that a handler before this one added.
func filterOf(w http.ResponseWriter, prefix string) *headerFilter {
	for {
		switch at := w.(type) {
		case *headerFilter:
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

// headerFilter removes what the upstream sends under owned names. It sets the headers of the
// decision in their place if the option respond is on.
type headerFilter struct {
	caddyhttp.ResponseWriterWrapper
	names    *httpheader.Names
	decision *decision
	sets     bool             // the headers of the decision
	passes   bool             // what the upstream sends, but what no client sees
	done     bool             // the header was sent
	status   int              // of the response, once it was sent
	onHeader func(status int) // is told when the header is final; nil for none
}

// WriteHeader strips informational responses such as 103 Early Hints too.
func (w *headerFilter) WriteHeader(status int) {
	if !w.done {
		w.done, w.status = status >= http.StatusOK || status == http.StatusSwitchingProtocols, status
		w.announce()
		w.prepare(w.done)
	}
	w.ResponseWriterWrapper.WriteHeader(status)
}

// Write implies status 200. It does not write the status itself, or the writer below would not
// sniff the content type.
func (w *headerFilter) Write(p []byte) (int, error) {
	w.imply()
	return w.ResponseWriterWrapper.Write(p)
}

// ReadFrom is Write for io.Copy. It lets the writer below send a file with sendfile.
func (w *headerFilter) ReadFrom(r io.Reader) (int64, error) {
	w.imply()
	return w.ResponseWriterWrapper.ReadFrom(r)
}

// FlushError flushes the response, which sends the header. A writer below may buffer the header
// instead: headers that are set until it is sent are filtered again.
func (w *headerFilter) FlushError() error {
	if !w.done {
		w.status = http.StatusOK
		w.announce()
		w.prepare(true)
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *headerFilter) imply() {
	if !w.done {
		w.done, w.status = true, http.StatusOK
		w.announce()
		w.prepare(true)
	}
}

// announce tells of the status of a response, before its header is changed. An informational one says
// nothing of the order.
func (w *headerFilter) announce() {
	if w.onHeader != nil && (w.status >= http.StatusOK || w.status == http.StatusSwitchingProtocols) {
		w.onHeader(w.status)
	}
}

// prepare makes the header what the client receives.
func (w *headerFilter) prepare(final bool) {
	if w.passes {
		w.names.StripPrivate(w.Header())
		return
	}
	w.names.StripResponse(w.Header())
	if w.sets && final {
		w.decision.Set(w.Header(), w.names)
	}
}

// finish strips what was set after the header: the trailer. A header that was not written
// is stripped too, since a route for errors may write it later. HTTP/3 may not have sent
// the header of a short response yet, so the decision is applied again.
func (w *headerFilter) finish() {
	if w != nil {
		w.prepare(w.done)
	}
}

// succeeded reports whether the response has a status of success, which one without a status gets
// from the server. It reports false for a response that is not filtered.
func (w *headerFilter) succeeded() bool {
	return w != nil && (w.status == 0 || w.status >= http.StatusOK && w.status < http.StatusMultipleChoices)
}
