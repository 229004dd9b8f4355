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

func TestRefusedThenFixed(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 20 * time.Millisecond})
	one := h.Live()
	renameIn(t, h.path, "bad")
	if e := h.await(reload.EventRefused); !errors.Is(e.Err, errBad) || e.Live.Sequence != 1 {
		t.Errorf("refusal = %v over number %d", e.Err, e.Live.Sequence)
	}
	if s := h.Status(); h.Live() != one || !s.Refusal.Standing || !errors.Is(s.Refusal.Err, errBad) {
		t.Errorf("live %q, refusal %+v", h.Live().Value, s.Refusal)
	}
	// The polls that read the same bytes again say nothing, or becomes fails.
	h.awaitRead()
	h.awaitRead()
	renameIn(t, h.path, "two")
	h.becomes("two")
	if s := h.Status(); s.Refusal.Standing || s.Refusal.Err == nil {
		t.Errorf("refusal after the fix = %+v, want the last, not standing", s.Refusal)
	}
}

func TestRefusedThenTakenBack(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	one := h.Live()
	for range 2 { // the same refusal is news again after the file was good
		renameIn(t, h.path, "bad")
		h.await(reload.EventRefused)
		renameIn(t, h.path, "one")
		h.await(reload.EventUnchanged)
		if h.Status().Refusal.Standing {
			t.Error("refusal still standing")
		}
	}
	h.stillOn(one)
}

func TestPanicInTheLoaderIsARefusal(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	one := h.Live()
	renameIn(t, h.path, "panic")
	e := h.await(reload.EventRefused)
	var p *reload.PanicError
	if !errors.As(e.Err, &p) || p.Value != "at the loader" || len(p.Stack) == 0 {
		t.Errorf("refusal = %v", e.Err)
	}
	h.stillOn(one)
}

func TestWhatIsNoReadableFileIsRefusedAndMended(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make string
		want string
	}{
		{"FIFO", `rm "$F"; mkfifo "$F"`, "not a regular file"},
		{"directory", `rm "$F"; mkdir "$F"`, "not a regular file"},
		{"device", `ln -sf /dev/null "$F"`, "not a regular file"},
		{"links in a circle", `rm "$F"; ln -s "$F" "$F"`, "too many"},
		{"too large", `printf %0200d 0 > "$F"`, "the limit is 100"},
		{"unreadable", `chmod 000 "$F"`, "permission denied"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			need(t, "mkfifo")
			if tt.name == "unreadable" && os.Geteuid() == 0 {
				t.Skip("root reads everything")
			}
			h := open(t, file(t, "one"), reload.Options{MaxSize: 100})
			sh(t, tt.make, h.path, "")
			if e := h.await(reload.EventRefused); !strings.Contains(e.Err.Error(), tt.want) {
				t.Errorf("refusal = %v, want one that says %q", e.Err, tt.want)
			}
			if got := h.Live().Value; got != "one" {
				t.Errorf("live = %q", got)
			}
			sh(t, `rm -rf "$F"; echo two > x; mv x "$F"`, h.path, "")
			h.becomes("two\n")
		})
	}
}

func TestUnreadableThenReadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	h := open(t, file(t, "one"), reload.Options{})
	do(t, os.Chmod(h.path, 0))
	h.await(reload.EventRefused)
	do(t, os.Chmod(h.path, 0o600))
	h.await(reload.EventUnchanged)
}

func TestDeletedAndNeverRecreatedKeepsServing(t *testing.T) {
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

func TestDeletedAndRecreatedIsNotMissing(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	do(t, os.Remove(h.path))
	write(t, h.path, "two")
	h.becomes("two")
	h.never(reload.EventMissing)
}
