// Package onewrite is a transport of reverse_proxy that sends the head and the body of a small
// order in one write.
package onewrite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// Transport is `transport http` with all its options, and sends a small order in one write instead
// of two.
//
// `reverse_proxy` wraps the body of a request. Go's transport does not see then that the body is in
// memory, and writes the head before it reads the body. This transport copies the body of an order
// that `discount` has read, and hands Go the copy. So head and body leave together if both fit into
// `write_buffer`:
//
//	reverse_proxy order-service:9000 {
//		transport discount {
//			write_buffer 16KiB
//		}
//	}
//
// A body is copied if `discount` has read it to its end, its length was declared, and it is no longer
// than `write_buffer`, which is 4 KiB by default. The copy is never used for
// another request, whatever the order service and the client do. All other bodies are sent as
// `transport http` sends them: longer ones, those of unknown length, those with trailers, and those
// that another handler has replaced.
//
// Over HTTP/2 and HTTP/3 head and body are sent as before.
type Transport struct {
	reverseproxy.HTTPTransport
}

// CaddyModule returns the Caddy module information.
func (*Transport) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.reverse_proxy.transport.discount",
		New: func() caddy.Module { return new(Transport) },
	}
}

// UnmarshalCaddyfile sets up the transport from Caddyfile tokens. Syntax:
//
//	transport discount {
//	    <options of transport http>
//	}
func (t *Transport) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	return t.HTTPTransport.UnmarshalCaddyfile(d)
}

// RoundTrip sends a request. It closes the body before it returns or, as every RoundTripper may,
// later.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.copies(r) {
		return t.HTTPTransport.RoundTrip(r)
	}
	order, err := readWhole(r.Body, r.ContentLength)
	// A body that was read by discount is rewound, so that reverse_proxy can try the next upstream.
	_ = r.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("reading the order: %w", err)
	}
	out := new(http.Request)
	*out = *r // a RoundTripper leaves the request as it is
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(order)), nil }
	out.Body, _ = out.GetBody()
	return t.HTTPTransport.RoundTrip(out)
}

// copies reports whether the body of a request is copied.
func (t *Transport) copies(r *http.Request) bool {
	if r.Body == nil || r.ContentLength <= 0 || r.ContentLength > t.mostCopied() {
		return false
	}
	// The order service may have to agree to the body first, and the trailer is complete only when
	// the body was read by Go's transport.
	if len(r.Header["Expect"]) > 0 || len(r.Trailer) > 0 {
		return false
	}
	return isInMemory(r)
}

// defaultWriteBuffer is the size of the write buffer of Go's transport, in bytes, if nothing else
// is configured.
const defaultWriteBuffer = 4 << 10

// mostCopied is the longest body that is copied, in bytes. A longer one takes several writes in any
// case.
func (t *Transport) mostCopied() int64 {
	if t.WriteBufferSize > 0 {
		return int64(t.WriteBufferSize)
	}
	return defaultWriteBuffer
}

// isInMemory reports whether the body of a request can be read without waiting for the client. A
// request from a client has a GetBody only if a handler has read its body, and httpbody's fails if
// another handler has replaced the body. What is copied is nonetheless read from the body itself,
// so that nothing that stands between the two is passed over.
func isInMemory(r *http.Request) bool {
	if r.GetBody == nil {
		return false
	}
	again, err := r.GetBody()
	if err != nil {
		return false
	}
	_ = again.Close()
	return true
}

// readWhole reads a body of a declared length into memory of its own.
func readWhole(body io.Reader, length int64) ([]byte, error) {
	buf := make([]byte, length+1) // one more, to see the end
	if n, err := io.ReadFull(body, buf[:length]); err != nil {
		return nil, fmt.Errorf("%d of %d bytes: %w", n, length, err)
	}
	switch _, err := io.ReadFull(body, buf[length:]); {
	case err == nil:
		return nil, fmt.Errorf("it has more than the %d bytes of its Content-Length", length)
	case errors.Is(err, io.EOF):
		return buf[:length], nil
	default:
		return nil, err
	}
}

// Interface guards
var (
	_ caddy.Provisioner                                = (*Transport)(nil)
	_ caddy.CleanerUpper                               = (*Transport)(nil)
	_ http.RoundTripper                                = (*Transport)(nil)
	_ caddyfile.Unmarshaler                            = (*Transport)(nil)
	_ reverseproxy.TLSTransport                        = (*Transport)(nil)
	_ reverseproxy.H2CTransport                        = (*Transport)(nil)
	_ reverseproxy.HealthCheckSchemeOverriderTransport = (*Transport)(nil)
	_ reverseproxy.ProxyProtocolTransport              = (*Transport)(nil)
	_ reverseproxy.RequestHeaderOpsTransport           = (*Transport)(nil)
)
