package history

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A log that is removed whole is missed at the next start.
func TestLogThatIsGoneIsMissed(t *testing.T) {
	for name, files := range map[string][]string{
		"log and checkpoint":             {logFile, checkpointFile},
		"log, checkpoint and hashes":     {logFile, checkpointFile, hashesFile},
		"all but the public key":         {logFile, checkpointFile, hashesFile, keyFile},
		"log":                            {logFile},
		"the checkpoint of a single log": {checkpointFile},
	} {
		t.Run(name, func(t *testing.T) {
			h := oneRecord(t)
			must(t, h.Close())
			for _, f := range files {
				must(t, os.Remove(filepath.Join(h.dir, f)))
			}
			again := open(t, h.dir, Options{})
			if again.Found() == nil {
				t.Fatal("nothing is found")
			}
			if r := again.Records(); len(r) != 1 || r[0].Action != SetAside {
				t.Errorf("records = %+v", r)
			}
		})
	}
}

// Until the first record that tells of it is signed, what was found stays found.
func TestWhatWasFoundOutlivesACrashOfTheMending(t *testing.T) {
	for n := 1; ; n++ {
		h := oneRecord(t)
		appended(t, h, 1)
		must(t, h.Close())
		must(t, os.WriteFile(filepath.Join(h.dir, logFile), []byte("{}\n"), 0o600))
		count := 0
		broken, err := Open(h.dir, Options{Name: "test", fs: fsOps{before: func(op, path string) error {
			if count++; count >= n {
				return syscall.EIO // and nothing more works, as after a crash
			}
			return nil
		}}})
		if err == nil {
			must(t, broken.Close())
		}
		again := open(t, h.dir, Options{})
		told := len(again.Records()) > 0 && again.Records()[0].Action == SetAside
		if !told {
			t.Fatalf("after %d operations nothing tells of the log that was set aside: %+v", n-1, again.Records())
		}
		if err == nil && count < n {
			return
		}
	}
}

// What was found is set aside once and told with its reason, however often a disk that
// is full keeps the new log from beginning.
func TestWhatWasFoundIsSetAsideOnceOnAFullDisk(t *testing.T) {
	for _, op := range []string{"mkdir", "create", "write", "sync", "syncdir"} {
		t.Run(op, func(t *testing.T) {
			h := oneRecord(t)
			must(t, h.Save(content(1)))
			appended(t, h, 1)
			must(t, h.Close())
			lines(t, filepath.Join(h.dir, logFile), func(l []string) []string { l[0] = strings.Replace(l[0], "v0", "v9", 1); return l })
			aside := func() (names []string) {
				entries, err := os.ReadDir(h.dir)
				must(t, err)
				for _, e := range entries {
					if _, is := setAsideAt(e.Name()); is {
						names = append(names, e.Name())
					}
				}
				return names
			}
			moved := false
			o := Options{Name: "test", fs: fsOps{before: func(does, path string) error {
				if does == "rename" {
					moved = true
				} else if moved && does == op {
					return syscall.ENOSPC
				}
				return nil
			}}}
			var first []string
			for i := range 5 {
				_, err := Open(h.dir, o)
				var unfinished *UnfinishedError
				if !errors.Is(err, syscall.ENOSPC) || errors.As(err, &unfinished) != strings.Contains(err.Error(), "record 0 was changed") {
					t.Fatalf("error = %v", err)
				}
				if i == 0 {
					first, o.Lost = aside(), unfinished.Found
				}
			}
			if now := aside(); !slices.Equal(now, first) {
				t.Errorf("set aside are %q, after the first time %q", now, first)
			}
			o.fs = fsOps{}
			again := open(t, h.dir, o)
			if r := again.Records(); len(r) != 1 || strings.Count(r[0].Reason, "record 0 was changed") != 1 || strings.Count(r[0].Reason, "not as it was left") != 1 {
				t.Errorf("records = %+v", r)
			}
			must(t, again.Close())
			if found := open(t, h.dir, Options{}).Found(); found != nil {
				t.Errorf("found once more: %v", found)
			}
		})
	}
}

// A log that is removed while it is written is missed at the next record.
func TestLogThatIsRemovedIsMissed(t *testing.T) {
	for name, take := range map[string]func(dir string) error{
		"removed":    func(dir string) error { return os.Remove(filepath.Join(dir, logFile)) },
		"all of it":  os.RemoveAll,
		"the lock":   func(dir string) error { return os.Remove(filepath.Join(dir, lockFile)) },
		"renamed":    func(dir string) error { return os.Rename(dir, dir+".old") },
		"shortened":  func(dir string) error { return os.Truncate(filepath.Join(dir, logFile), 10) },
		"written to": func(dir string) error { return os.WriteFile(filepath.Join(dir, logFile), make([]byte, 5000), 0) },
		"replaced": func(dir string) error {
			path := filepath.Join(dir, logFile)
			data, err := os.ReadFile(path)
			return errors.Join(err, os.Remove(path), os.WriteFile(path, data, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			h := open(t, dir, Options{})
			appended(t, h, 0)
			must(t, take(dir))
			_, err := h.Append(record(1))
			if !errors.Is(err, ErrLogChanged) {
				t.Fatalf("error = %v, want %v", err, ErrLogChanged)
			}
			must(t, h.Close())
			h = open(t, dir, Options{Lost: err})
			if found := h.Found(); found == nil || !errors.Is(found, ErrLogChanged) {
				t.Errorf("found = %v", found)
			}
			known := h.Checkpoint()
			appended(t, h, 1)
			if r := h.Records(); len(r) != 2 || r[0].Action != SetAside || !strings.Contains(r[0].Reason, "removed or changed") {
				t.Errorf("records = %+v", r)
			}
			verifiedSince(t, dir, known)
		})
	}
}

// There are file systems that cannot synchronise a directory; what they can do
// is enough to go on with.
func TestFileSystemThatCannotSynchroniseDirectories(t *testing.T) {
	for _, reason := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.ENOSYS} {
		dir := filepath.Join(t.TempDir(), "state")
		h := open(t, dir, Options{fs: fsOps{before: func(op, path string) error {
			if op == "syncdir" {
				return &os.PathError{Op: "sync", Path: path, Err: reason}
			}
			return nil
		}}})
		must(t, h.Save(content(1)))
		appended(t, h, 1)
		must(t, h.Close())
		intact(t, dir, acknowledged{records: []string{"v1"}, snapshots: []string{content(1).Fingerprint}})
	}
}

// Open flushes the ways to what it makes, as far as they are its own to flush.
func TestWayToTheDirectoryMayBelongToAnother(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	h := open(t, dir, Options{fs: fsOps{before: func(op, path string) error {
		if op == "syncdir" && !strings.HasPrefix(path, filepath.Dir(dir)) {
			return &os.PathError{Op: "open", Path: path, Err: syscall.EACCES}
		}
		return nil
	}}})
	appended(t, h, 1)
}
