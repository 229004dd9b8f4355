package discount

import (
	"net/http"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// Method, host and path are claims up to these lengths, in bytes. Caddy answers longer
// methods itself. A host is at most a name of 255 bytes with a port.
const (
	maxClaimedMethod = 32
	maxClaimedHost   = 255 + len(":65535")
	maxClaimedPath   = 512
)

// target is what a request was sent to, as it was received: before any rewrite in the
// gateway. A text that no claim can hold is empty.
type target struct{ method, host, path string }

// targetOf reads the method and the path of the request as the client sent it. Caddy
// keeps no copy of the host, so the host is the one that the handler sees. The path has
// the escapes that it goes on with, and no query.
func targetOf(r *http.Request) target {
	method, url := r.Method, r.URL
	if sent, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok {
		method, url = sent.Method, sent.URL
	}
	return target{
		method: claimable(method, maxClaimedMethod),
		host:   claimable(r.Host, maxClaimedHost),
		path:   claimable(url.EscapedPath(), maxClaimedPath),
	}
}

// claimedSize is how many bytes the target of a request takes in its assertion.
func (g *gateway) claimedSize(r *http.Request) int {
	if g.keys == nil {
		return 0
	}
	to := targetOf(r)
	return len(to.method) + len(to.host) + len(to.path)
}

// claimable is the text if it is short enough and each of its bytes is one byte of
// JSON, too. Otherwise it is empty, and the assertion does not have the claim.
func claimable(text string, most int) string {
	if len(text) > most {
		return ""
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return ""
		}
	}
	return text
}
