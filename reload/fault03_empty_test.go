package reload_test

import (
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 3: a zero-byte file, which is valid TOML.
func TestFault03ZeroByteFileIsTheLoadersToRefuse(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "old"), reload.Options{})
	write(t, h.path, "")
	h.await(reload.EventRefused)
	write(t, h.path, "new")
	h.becomes("new")
}
