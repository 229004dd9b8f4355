package reload_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

func TestOpenFailsWithoutAUsableFirstContent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		make  func(t *testing.T, path string)
		check func(error) bool
	}{
		{"missing", func(*testing.T, string) {}, is(fs.ErrNotExist)},
		{"zero bytes", func(t *testing.T, p string) { write(t, p, "") }, says("empty")},
		{"refused by the loader", func(t *testing.T, p string) { write(t, p, "bad") }, is(errBad)},
		{"panic in the loader", func(t *testing.T, p string) { write(t, p, "panic") }, says("panic while loading: at the loader")},
		{"a directory", func(t *testing.T, p string) { do(t, os.Mkdir(p, 0o755)) }, says("not a regular file")},
		{"too large", func(t *testing.T, p string) { write(t, p, strings.Repeat("x", 101)) }, says("101 bytes long, the limit is 100")},
		{"links in a circle", func(t *testing.T, p string) { do(t, os.Symlink(p, p)) }, says("too many")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "file")
			tt.make(t, path)
			src, err := reload.Open(path, text, reload.Options{MaxSize: 100, OnEvent: func(e reload.Event) {
				t.Errorf("event %v besides the error", e.Kind)
			}})
			if err == nil {
				src.Close()
				t.Fatal("opened")
			}
			if !tt.check(err) || !strings.Contains(err.Error(), path) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func says(s string) func(error) bool {
	return func(err error) bool { return strings.Contains(err.Error(), s) }
}

func TestOpenWaitsForTheWriterThatIsThere(t *testing.T) {
	t.Parallel()
	path := file(t, "")
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	do(t, err)
	closed := make(chan error)
	go func() {
		_, err := w.WriteString("half, ")
		// Not to wait for something, but to be slow.
		time.Sleep(100 * time.Millisecond)
		_, err2 := w.WriteString("whole")
		closed <- errors.Join(err, err2, w.Close())
	}()
	h := open(t, path, reload.Options{})
	do(t, <-closed)
	if got := h.Live().Value; got != "half, whole" {
		t.Errorf("live = %q", got)
	}
}

func TestOpenGivesUpOnAWriterThatStays(t *testing.T) {
	t.Parallel()
	path := file(t, "half")
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	do(t, err)
	defer w.Close()
	src, err := reload.Open(path, text, reload.Options{})
	if err == nil {
		src.Close()
		t.Fatal("opened")
	}
	if !says("another process is writing it")(err) {
		t.Errorf("error = %v", err)
	}
}
