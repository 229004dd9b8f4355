package lazylog

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// requestCopy is a request as it was when a logger got it. It stands in the field of the request.
// An entry may be written later, and by another goroutine than the one that changes the header and
// the variables of the request. So a copy shares nothing that changes.
type requestCopy struct {
	request              http.Request
	header               []string // each value after its name, those of a name together; nil as the header
	without              []string // names without a value
	clientIP             any      // the variable
	shouldLogCredentials bool
	complete             sync.Once
}

// copyOf copies what a log shows of a request. The header becomes a list, which costs less than
// another map.
func copyOf(r caddyhttp.LoggableHTTPRequest) *requestCopy {
	c := &requestCopy{
		request:              *r.Request,
		clientIP:             caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey),
		shouldLogCredentials: r.ShouldLogCredentials,
	}
	c.request.Header = nil
	c.request.TransferEncoding = slices.Clone(r.TransferEncoding)
	if r.Header != nil {
		c.header = make([]string, 0, 2*len(r.Header))
	}
	for name, values := range r.Header {
		for _, value := range values {
			c.header = append(c.header, name, value)
		}
		if len(values) == 0 {
			c.without = append(c.without, name)
		}
	}
	return c
}

// loggable is the request as Caddy logs it, for reading alone.
func (c *requestCopy) loggable() caddyhttp.LoggableHTTPRequest {
	c.complete.Do(func() {
		variables := map[string]any{caddyhttp.ClientIPVarKey: c.clientIP}
		c.request = *c.request.WithContext(context.WithValue(c.request.Context(), caddyhttp.VarsCtxKey, variables))
		c.request.Header = c.headerMap()
	})
	return caddyhttp.LoggableHTTPRequest{Request: &c.request, ShouldLogCredentials: c.shouldLogCredentials}
}

// headerMap is the header, with the values of all names in one piece of memory.
func (c *requestCopy) headerMap() http.Header {
	if c.header == nil {
		return nil
	}
	header := make(http.Header, len(c.header)/2+len(c.without))
	values := make([]string, 0, len(c.header)/2)
	for i, first := 0, 0; i < len(c.header); i += 2 {
		name := c.header[i]
		values = append(values, c.header[i+1])
		if next := i + 2; next == len(c.header) || c.header[next] != name {
			header[name] = values[first:len(values):len(values)]
			first = len(values)
		}
	}
	for _, name := range c.without {
		header[name] = []string{}
	}
	return header
}

// given is a field as it was given to the logger, with a request instead of its copy: an encoder
// may look at the type of a field.
func given(field zapcore.Field) zapcore.Field {
	if c, ok := field.Interface.(*requestCopy); ok {
		return zap.Object(field.Key, c.loggable())
	}
	return field
}
