package fswatch_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/reload/internal/fswatch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for something that is reported.
const patience = time.Minute

func TestWhatIsReportedOfASave(t *testing.T) {
	tests := []struct {
		name  string
		save  func(path string) error
		until func(fswatch.Changes) bool
		state fswatch.WriteState
	}{
		{
			name:  "written and closed",
			save:  func(path string) error { return os.WriteFile(path, []byte("new"), 0o600) },
			until: func(c fswatch.Changes) bool { return c.Wrote && c.Closed },
			state: fswatch.Finished,
		},
		{
			name: "renamed in",
			save: func(path string) error {
				beside := path + ".new"
				return errors.Join(os.WriteFile(beside, []byte("new"), 0o600), os.Rename(beside, path))
			},
			until: func(c fswatch.Changes) bool { return c.Renamed },
			state: fswatch.Finished,
		},
		{
			name:  "removed",
			save:  os.Remove,
			until: func(c fswatch.Changes) bool { return c.Names },
			state: fswatch.Untouched,
		},
		{
			name:  "permissions",
			save:  func(path string) error { return os.Chmod(path, 0o400) },
			until: func(c fswatch.Changes) bool { return c.Names },
			state: fswatch.Untouched,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path, w := watched(t, fswatch.Options{})
			if got := w.WriteState(path); got != fswatch.Untouched {
				t.Errorf("state before = %v, want untouched", got)
			}
			if err := tt.save(path); err != nil {
				t.Fatal(err)
			}
			await(t, w, tt.until)
			if got := w.WriteState(path); got != tt.state {
				t.Errorf("state = %v, want %v", got, tt.state)
			}
		})
	}
}

func TestAWriterIsSeenUntilItCloses(t *testing.T) {
	path, w := watched(t, fswatch.Options{})
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("half"); err != nil {
		t.Fatal(err)
	}
	if got := w.WriteState(path); got != fswatch.Writing {
		t.Errorf("state while it is written = %v, want writing", got)
	}
	f.Close()
	if got := w.WriteState(path); got != fswatch.Finished {
		t.Errorf("state after the close = %v, want finished", got)
	}
}

func TestWithoutReportsOfCloses(t *testing.T) {
	path, w := watched(t, fswatch.Options{NoCloses: true})
	if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, w, func(c fswatch.Changes) bool { return c.Wrote })
	if got := w.WriteState(path); got != fswatch.Unknown {
		t.Errorf("state = %v, want unknown", got)
	}
}

func TestALostWatchIsFoundByChecking(t *testing.T) {
	_, w := watched(t, fswatch.Options{NoCloses: true})
	if err := w.Check(); err != nil {
		t.Fatalf("check = %v", err)
	}
	if err := w.LoseWatches(); err != nil {
		t.Fatal(err)
	}
	if w.Check() == nil {
		t.Error("check = nil after the watches were lost")
	}
}

func TestNoEvents(t *testing.T) {
	none := errors.New("none")
	w := fswatch.New(fswatch.Options{NoEvents: none, NoCloses: true})
	if err := w.WatchNames([]string{filepath.Join(t.TempDir(), "file")}, ""); !errors.Is(err, none) {
		t.Errorf("WatchNames = %v, want %v", err, none)
	}
	if err := w.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}

// watched is a file and a Watcher that follows it.
func watched(t *testing.T, o fswatch.Options) (string, *fswatch.Watcher) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := fswatch.New(o)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	if err := w.WatchNames([]string{path}, ""); err != nil {
		t.Fatal(err)
	}
	w.WatchWriters([]string{path}, "")
	return path, w
}

// await pops changes, and merges them, until they are what is waited for.
func await(t *testing.T, w *fswatch.Watcher, until func(fswatch.Changes) bool) {
	t.Helper()
	var all fswatch.Changes
	timeout := time.After(patience)
	for !until(all) {
		select {
		case <-w.Ready():
			c := w.Pop()
			all.Wrote, all.Closed = all.Wrote || c.Wrote, all.Closed || c.Closed
			all.Renamed, all.Names = all.Renamed || c.Renamed, all.Names || c.Names
		case <-timeout:
			t.Fatalf("not reported: %+v", all)
		}
	}
}
