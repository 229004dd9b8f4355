package reload_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 11: a file that this process may not read, which as root it always may.
func TestFault11Unreadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 && !apart(t, asUser) {
		return
	}
	h := open(t, file(t, "one"), reload.Options{})
	do(t, os.Chmod(h.path, 0))
	if e := h.await(reload.EventRefused); !errors.Is(e.Err, fs.ErrPermission) || h.Live().Value != "one" {
		t.Errorf("live %q, refusal %v", h.Live().Value, e.Err)
	}
	do(t, os.Chmod(h.path, 0o600))
	h.await(reload.EventUnchanged)
	do(t, os.Chmod(h.path, 0))
	h.await(reload.EventRefused)
	renameIn(t, h.path, "two")
	h.becomes("two")
}
