// Command lean is Caddy with this module and a transport for reverse_proxy on
// another HTTP client, for bench/gateway to measure what that would give back. It is
// a prototype: it holds every answer in memory, and knows nothing of TLS, trailers,
// upgrades or HTTP/2.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/valyala/fasthttp"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/promogate/caddy-discount"
)

func main() {
	caddy.RegisterModule(newTransport())
	caddycmd.Main()
}

// Transport sends a request and reads the answer in the goroutine of the request,
// where net/http has two more for each connection.
type Transport struct {
	clients sync.Map  // of *fasthttp.HostClient, by address
	bodies  sync.Pool // of *bytes.Buffer
}

// CaddyModule returns the Caddy module information.
func (*Transport) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.reverse_proxy.transport.lean", New: func() caddy.Module { return newTransport() }}
}

func newTransport() *Transport {
	return &Transport{bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
}

// UnmarshalCaddyfile takes no options.
func (*Transport) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if d.NextArg() {
		return d.ArgErr()
	}
	return nil
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	body := t.bodies.Get().(*bytes.Buffer)
	defer t.bodies.Put(body)
	body.Reset()
	if r.Body != nil && r.Body != http.NoBody {
		_, err := body.ReadFrom(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("reading the body: %w", err)
		}
		req.SetBodyRaw(body.Bytes())
	}
	head(req, r)
	if err := t.client(r.URL.Host).Do(req, res); err != nil {
		return nil, err
	}
	return read(r, res), nil
}

func (t *Transport) client(address string) *fasthttp.HostClient {
	if c, ok := t.clients.Load(address); ok {
		return c.(*fasthttp.HostClient)
	}
	c, _ := t.clients.LoadOrStore(address, &fasthttp.HostClient{
		Addr: address, MaxConns: 4096, NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: true,
	})
	return c.(*fasthttp.HostClient)
}

func head(req *fasthttp.Request, r *http.Request) {
	req.Header.DisableNormalizing()
	req.Header.SetMethod(r.Method)
	req.SetRequestURI(r.URL.RequestURI())
	req.UseHostHeader = true
	req.Header.SetHost(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			req.Header.Add(name, value)
		}
	}
}

func read(r *http.Request, res *fasthttp.Response) *http.Response {
	body := bytes.Clone(res.Body())
	h := make(http.Header, res.Header.Len())
	for name, value := range res.Header.All() {
		key := http.CanonicalHeaderKey(string(name))
		h[key] = append(h[key], string(value))
	}
	return &http.Response{
		StatusCode: res.StatusCode(), Status: http.StatusText(res.StatusCode()),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}
