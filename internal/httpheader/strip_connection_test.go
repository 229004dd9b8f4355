package httpheader

import (
	"net/http"
	"testing"
)

// The order service reads the body as the gateway did: a client cannot have the proxy drop what says
// how.
func TestConnectionCannotNameWhatTheBodyIsReadBy(t *testing.T) {
	t.Parallel()
	n := New(DefaultPrefix, func(int) {})
	r := &http.Request{Header: http.Header{"Connection": {"content-type, close, Content-Encoding", "X-Other"}}}
	if found := n.Strip(r); found != 2 {
		t.Errorf("%d attempts, want 2", found)
	}
	if got := r.Header["Connection"]; got[0] != "close" || got[1] != "X-Other" {
		t.Errorf("Connection: %q", got)
	}
}
