package reload_test

import (
	"os"
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 3: a zero-byte file, which is valid TOML, never goes live. It is the
// loader that refuses it, as it refuses a strategy without a rule or a version.
func TestFault03ZeroBytesNeverGoLive(t *testing.T) {
	t.Parallel()
	ways := []struct{ name, script string }{
		{"truncated by a redirection", `: > "$F"`},
		{"truncated", `truncate -s 0 "$F"`},
		{"copied over", `cp /dev/null "$F"`},
		{"renamed in", `: > x; mv x "$F"`},
		{"removed and created", `rm "$F"; touch "$F"`},
	}
	for _, g := range guards {
		for _, w := range ways {
			t.Run(g.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				need(t, "truncate")
				h := open(t, file(t, "old"), g.o)
				old := h.Live()
				sh(t, w.script, h.path, "")
				h.await(reload.EventRefused)
				if h.Live() != old {
					t.Errorf("live = %q", h.Live().Value)
				}
				write(t, h.path, "new")
				h.becomes("new")
			})
		}
	}
}

// Cut by its path and never opened, the file has no writer whose close could be
// heard. With a lease it has none at all, and what is left of it is read.
func TestFault03CutByItsPath(t *testing.T) {
	t.Parallel()
	if !linux {
		t.Skip("elsewhere it is as any other write")
	}
	t.Run("by lease", func(t *testing.T) {
		t.Parallel()
		h := open(t, file(t, "old"), reload.Options{})
		do(t, os.Truncate(h.path, 0))
		h.await(reload.EventRefused)
		renameIn(t, h.path, "new")
		h.becomes("new")
	})
	t.Run("by close", func(t *testing.T) {
		t.Parallel()
		h := open(t, file(t, "old"), reload.Options{}.WithoutLease())
		do(t, os.Truncate(h.path, 1))
		h.await(reload.EventPending)
		if got := h.Live().Value; got != "old" {
			t.Errorf("live = %q", got)
		}
		renameIn(t, h.path, "new")
		h.becomes("new")
	})
}
