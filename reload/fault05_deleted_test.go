package reload_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 5: the file is deleted, and comes back or does not.
func TestFault05DeletedAndNeverRecreatedKeepsServing(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 10 * time.Millisecond})
	one := h.Live()
	do(t, os.Remove(h.path))
	if e := h.await(reload.EventMissing); !errors.Is(e.Err, fs.ErrNotExist) || e.Live.Fingerprint != "one" {
		t.Errorf("event = %+v", e)
	}
	if h.Live() != one || h.Status().Missing.IsZero() {
		t.Errorf("live %q, status %+v", h.Live().Value, h.Status())
	}
	renameIn(t, h.path, "one")
	h.await(reload.EventUnchanged)
	if !h.Status().Missing.IsZero() {
		t.Error("still reported as missing")
	}
	h.stillOn(one)
}

func TestFault05DeletedAndRecreatedIsNotMissing(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	do(t, os.Remove(h.path))
	write(t, h.path, "two")
	h.becomes("two")
	h.never(reload.EventMissing)
}

func TestFault05DirectoryRemovedAndRecreated(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	do(t, os.MkdirAll(dir, 0o755))
	path := filepath.Join(dir, "file")
	write(t, path, "one")
	h := open(t, path, reload.Options{})
	do(t, os.RemoveAll(filepath.Dir(dir)))
	h.await(reload.EventMissing)
	do(t, os.MkdirAll(dir, 0o755))
	write(t, path, "two")
	h.becomes("two")
}
