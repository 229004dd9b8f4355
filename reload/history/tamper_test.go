package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// theLog are the files that a log consists of.
var theLog = []string{logFile, checkpointFile, hashesFile}

// lived is a directory with a life of so many contents, and what its log was after
// the first ones.
func lived(t *testing.T, contents []int, backup int) (dir string, older map[string][]byte) {
	t.Helper()
	dir, older = t.TempDir(), make(map[string][]byte)
	h := open(t, dir, Options{})
	for i, n := range contents {
		if i == backup {
			for _, name := range theLog {
				data, err := os.ReadFile(filepath.Join(dir, name))
				must(t, err)
				older[name] = data
			}
		}
		must(t, h.Save(content(n)))
		appended(t, h, n)
	}
	must(t, h.Close())
	return dir, older
}

func put(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		must(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
}

// isFound fails unless a directory is known not to be as it was left: to those who
// verify it, to those who act on it, and to those who go on with it, for good.
func isFound(t *testing.T, dir, says string) {
	t.Helper()
	told := func(err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error = %v, want %q", err, says)
		}
	}
	told(verify(dir))
	m, err := OpenVerified(dir, Options{})
	told(err)
	if len(m.Records) > 0 {
		t.Errorf("to be acted on: %+v", m.Records)
	}
	h := open(t, dir, Options{})
	told(h.Found())
	if r := h.Records(); len(r) != 1 || r[0].Action != SetAside || !strings.Contains(r[0].Reason, says) {
		t.Errorf("records = %+v", r)
	}
	if kept := h.Snapshots(); len(kept) > 0 {
		t.Errorf("kept is what nothing proves: %+v", kept)
	}
	must(t, h.Save(content(9)))
	appended(t, h, 9)
	must(t, h.Close())
	if err := verify(dir); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "record 0 says that something was set aside") {
		t.Errorf("afterwards it verifies: %v", err)
	}
	again := open(t, dir, Options{})
	if again.Found() != nil || len(again.Records()) != 2 {
		t.Errorf("opened again: %v, %+v", again.Found(), again.Records())
	}
	must(t, again.Close())
}

func verify(dir string) error {
	e, err := ExportOf(dir)
	if err == nil {
		_, err = e.Verify(Trust{})
	}
	return err
}

func TestOlderLogThatIsPutBackIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		contents []int
		backup   int
	}{
		"the last record is missing":             {[]int{0, 1, 2}, 2},
		"several are missing":                    {[]int{0, 1, 2, 3}, 1},
		"all are missing":                        {[]int{0, 1}, 0},
		"that of a content that was there twice": {[]int{0, 1, 0}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir, older := lived(t, c.contents, c.backup)
			must(t, verify(dir))
			put(t, dir, older)
			isFound(t, dir, "a later log was removed")
		})
	}
}

func TestLogThatIsRemovedWithItsKeysIsFound(t *testing.T) {
	for name, files := range map[string][]string{
		"with the public key":                      append([]string{publicFile}, theLog...),
		"with both keys":                           append([]string{publicFile, keyFile}, theLog...),
		"with the public key and the contents":     append([]string{publicFile, snapshotsDir}, theLog...),
		"the key that signed":                      {keyFile},
		"log, checkpoint, public key and contents": {publicFile, snapshotsDir, logFile, checkpointFile},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := lived(t, []int{0, 1}, 0)
			for _, f := range files {
				must(t, os.RemoveAll(filepath.Join(dir, f)))
			}
			h := open(t, dir, Options{})
			if h.Found() == nil {
				t.Fatal("nothing is found")
			}
			appended(t, h, 2)
			must(t, h.Close())
			if err := verify(dir); !errors.Is(err, ErrTampered) {
				t.Errorf("it verifies: %v", err)
			}
		})
	}
}

// What was set aside tells of a log that is not there any more.
func TestSetAsideFilesThatNoRecordTellsOfAreFound(t *testing.T) {
	dir, older := lived(t, []int{0, 1}, 1)
	lines(t, filepath.Join(dir, logFile), func(l []string) []string { return l[1:] })
	must(t, open(t, dir, Options{}).Close())
	must(t, os.RemoveAll(filepath.Join(dir, snapshotsDir)))
	put(t, dir, older)
	isFound(t, dir, "was set aside and is not on record")
}

// A checkpoint that covers the record of it says that it is known.
func TestWhatWasSetAsideIsKnownByALaterCheckpoint(t *testing.T) {
	dir, _ := lived(t, []int{0, 1}, 1)
	first, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	must(t, err)
	lines(t, filepath.Join(dir, logFile), func(l []string) []string { return l[1:] })
	h := open(t, dir, Options{})
	seen := h.Checkpoint()
	must(t, h.Save(content(2)))
	appended(t, h, 2)
	e, err := ExportOf(dir)
	must(t, err)
	if _, err := e.Verify(Trust{Checkpoint: seen}); err != nil {
		t.Errorf("with a checkpoint of it: %v", err)
	}
	for name, earlier := range map[string][]byte{"none": nil, "one of the log before": first} {
		if _, err := e.Verify(Trust{Checkpoint: earlier}); !errors.Is(err, ErrTampered) {
			t.Errorf("with a checkpoint of %s: %v", name, err)
		}
	}
	must(t, h.Close())
	lines(t, filepath.Join(dir, logFile), func(l []string) []string { return l[1:] })
	must(t, open(t, dir, Options{}).Close())
	e, err = ExportOf(dir)
	must(t, err)
	if _, err := e.Verify(Trust{Checkpoint: seen}); !errors.Is(err, ErrTampered) {
		t.Errorf("with another log since: %v", err)
	}
}

func TestEditWhileItRunsIsFoundByTheNextRecord(t *testing.T) {
	long := strings.Repeat("x", tailSize)
	in := func(dir, name string) string { return filepath.Join(dir, name) }
	edit := func(t *testing.T, path, old, new string) {
		t.Helper()
		data, err := os.ReadFile(path)
		must(t, err)
		if !bytes.Contains(data, []byte(old)) {
			t.Fatalf("%s has no %q", path, old)
		}
		later := time.Now().Add(time.Hour) // than any tick of the clock that files are stamped by
		must(t, os.WriteFile(path, bytes.Replace(data, []byte(old), []byte(new), 1), 0), os.Chtimes(path, later, later))
	}
	for name, tamper := range map[string]func(t *testing.T, dir string){
		"the last record":  func(t *testing.T, dir string) { edit(t, in(dir, logFile), `"v2"`, `"v9"`) },
		"the first record": func(t *testing.T, dir string) { edit(t, in(dir, logFile), `"v0"`, `"v9"`) },
		"the last record, and the time put back": func(t *testing.T, dir string) {
			info, err := os.Stat(in(dir, logFile))
			must(t, err)
			edit(t, in(dir, logFile), `"v2"`, `"v9"`)
			must(t, os.Chtimes(in(dir, logFile), info.ModTime(), info.ModTime()))
		},
		"the end of a line":             func(t *testing.T, dir string) { edit(t, in(dir, logFile), "}\n{\"number\":2", "} {\"number\":2") },
		"the checkpoint":                func(t *testing.T, dir string) { edit(t, in(dir, checkpointFile), "\n3\n", "\n4\n") },
		"the checkpoint, which is gone": func(t *testing.T, dir string) { must(t, os.Remove(in(dir, checkpointFile))) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := open(t, dir, Options{})
			appended(t, h, 0)
			second := record(1)
			second.Reason = long
			_, err := h.Append(second)
			must(t, err)
			appended(t, h, 2)
			tamper(t, dir)
			_, err = h.Append(record(3))
			if !errors.Is(err, ErrLogChanged) {
				t.Fatalf("error = %v, want %v", err, ErrLogChanged)
			}
			must(t, h.Close())
			h = open(t, dir, Options{Lost: err})
			appended(t, h, 3)
			if r := h.Records(); len(r) != 2 || r[0].Action != SetAside {
				t.Errorf("records = %+v", r)
			}
			if err := verify(dir); !errors.Is(err, ErrTampered) {
				t.Errorf("it verifies: %v", err)
			}
		})
	}
}

func TestContentThatWasChangedIsSetAsideAndTheLogGoesOn(t *testing.T) {
	for name, change := range map[string]func(s Snapshot) []byte{
		"other bytes": func(s Snapshot) []byte { return bytes.Join(must1(s.encode()), []byte("!")) },
		"another content's": func(s Snapshot) []byte {
			s.Files = content(2).Files
			s.Digest = content(2).Digest
			return bytes.Join(must1(s.encode()), nil)
		},
		"a longer text": func(s Snapshot) []byte {
			s.Files[0].Data = []byte("evil")
			s.Digest = Digest(s.Files)
			return bytes.Join(must1(s.encode()), nil)
		},
		"another name": func(s Snapshot) []byte {
			s.Fingerprint = content(2).Fingerprint
			return bytes.Join(must1(s.encode()), nil)
		},
		"nothing": func(Snapshot) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := lived(t, []int{0, 1, 2}, 0)
			s, err := snapshotWith(dir, content(1).Fingerprint)
			must(t, err, os.WriteFile(snapshotPath(dir, s.Fingerprint), change(s), 0o600))
			if err := verify(dir); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), content(1).Fingerprint) {
				t.Errorf("verified: %v", err)
			}
			h := open(t, dir, Options{})
			if err := h.Found(); !errors.Is(err, ErrContentChanged) || !strings.Contains(err.Error(), content(1).Fingerprint) {
				t.Errorf("found = %v", err)
			}
			var actions []string
			for _, r := range h.Records() {
				actions = append(actions, string(r.Action))
			}
			if want := []string{"activated", "activated", "activated", "set_aside"}; !slices.Equal(actions, want) {
				t.Errorf("records = %v, want %v", actions, want)
			}
			if _, err := snapshotWith(h.dir, content(1).Fingerprint); !errors.Is(err, ErrNoSnapshot) {
				t.Errorf("it is still kept: %v", err)
			}
			if _, err := snapshotWith(h.dir, content(2).Fingerprint); err != nil {
				t.Errorf("another is lost: %v", err)
			}
			must(t, h.Close())
			if h = open(t, dir, Options{}); h.Found() != nil || len(h.Records()) != 4 {
				t.Errorf("opened again: %v, %+v", h.Found(), h.Records())
			}
			if err := verify(dir); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "record 3 says") {
				t.Errorf("verified afterwards: %v", err)
			}
		})
	}
}

func must1[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// What a crash leaves is not tampering.
func TestContentThatACrashKeptFromTheRecordIsNothingFound(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Options{})
	for n := range 2 {
		must(t, h.Save(content(n)))
		appended(t, h, n)
	}
	must(t, h.Save(content(2)), h.Save(content(0)), h.Close())
	for life := range 2 {
		must(t, verify(dir))
		h = open(t, dir, Options{})
		if h.Found() != nil {
			t.Fatalf("life %d: found = %v", life, h.Found())
		}
		for n := range 3 {
			if _, err := snapshotWith(h.dir, content(n).Fingerprint); err != nil {
				t.Errorf("life %d: %v", life, err)
			}
		}
		must(t, h.Close())
	}
	h = open(t, dir, Options{})
	must(t, h.Save(content(2)))
	appended(t, h, 2)
	if left, err := filepath.Glob(filepath.Join(dir, snapshotsDir, temporaryPrefix+"*")); err != nil || len(left) != 1 {
		t.Errorf("not on record are %v, %v, want the one of content 0", left, err)
	}
}

// A version that gave a content its name before it was on record may have left one
// that never was.
func TestContentOfAnEarlierVersionNeedNotBeOnRecord(t *testing.T) {
	dir, _ := lived(t, []int{0, 1}, 0)
	parts := must1((&Snapshot{Fingerprint: "early", Taken: noon, Digest: Digest(nil)}).encode())
	must(t, os.WriteFile(snapshotPath(dir, "early"), bytes.Join(parts, nil), 0o600))
	must(t, verify(dir))
	if h := open(t, dir, Options{}); h.Found() != nil {
		t.Errorf("found = %v", h.Found())
	}
}

// Many contents that were changed are one record, of a bounded length.
func TestManyContentsThatWereChangedAreOneRecord(t *testing.T) {
	dir, _ := lived(t, []int{0}, 0)
	for n := range 100 {
		must(t, os.WriteFile(filepath.Join(dir, snapshotsDir, fmt.Sprintf("\x1b[2J%090d", n)), nil, 0o600))
	}
	h := open(t, dir, Options{})
	r := h.Records()
	if len(r) != 2 || len(r[1].Reason) > 4000 || !strings.Contains(r[1].Reason, "and 90 more") || strings.Contains(r[1].Reason, "\x1b") {
		t.Errorf("records = %+v", r)
	}
}

// Whatever byte of the log, of what a checkpoint says or of a content is another one
// is found, by those who verify it and by those who act on it.
func TestEveryByteThatIsChangedIsFound(t *testing.T) {
	dir, _ := lived(t, []int{0, 1, 2}, 0)
	checkpoint, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	must(t, err)
	kept, err := os.ReadFile(snapshotPath(dir, content(1).Fingerprint))
	must(t, err)
	for _, c := range []struct {
		path     string
		from, to int // to 0 is the end
		log      bool
	}{
		{path: filepath.Join(dir, logFile), log: true},
		{path: filepath.Join(dir, checkpointFile), to: bytes.Index(checkpoint, []byte("\n\n")), log: true},
		{path: snapshotPath(dir, content(1).Fingerprint), from: bytes.IndexByte(kept, '\n')},
	} {
		whole, err := os.ReadFile(c.path)
		must(t, err)
		if c.to == 0 {
			c.to = len(whole)
		}
		for at := c.from; at < c.to; at++ {
			changed := bytes.Clone(whole)
			changed[at] ^= 1
			must(t, os.WriteFile(c.path, changed, 0o600))
			if err := verify(dir); !errors.Is(err, ErrTampered) {
				t.Errorf("%s, byte %d: verified: %v", c.path, at, err)
			}
			m, err := OpenVerified(dir, Options{})
			if c.log && err == nil {
				t.Errorf("%s, byte %d: %d records are acted on", c.path, at, len(m.Records))
			}
			if _, err := snapshotWith(m.dir, content(1).Fingerprint); !c.log && err == nil {
				t.Errorf("%s, byte %d: it is served", c.path, at)
			}
		}
		must(t, os.WriteFile(c.path, whole, 0o600))
	}
	must(t, verify(dir))
}

// A content that cannot be set aside is put on record once, however often it is tried.
func TestContentThatCannotBeSetAsideIsOnRecordOnce(t *testing.T) {
	dir, _ := lived(t, []int{0, 1}, 0)
	must(t, os.WriteFile(snapshotPath(dir, content(0).Fingerprint), []byte("{}\n"), 0o600))
	moved := func(path string) bool { return strings.Contains(path, snapshotsDir+broken) }
	o := Options{Name: "test", fs: fsOps{before: func(op, path string) error {
		if op == "rename" && moved(path) {
			return syscall.EACCES
		}
		return nil
	}}}
	for range 3 {
		if _, err := Open(dir, o); !errors.Is(err, syscall.EACCES) {
			t.Fatalf("error = %v", err)
		}
	}
	h := open(t, dir, Options{})
	if r := h.Records(); len(r) != 3 || r[2].Action != SetAside {
		t.Errorf("records = %+v", r)
	}
	if !errors.Is(h.Found(), ErrContentChanged) || len(h.Snapshots()) != 1 {
		t.Errorf("found %v, kept %+v", h.Found(), h.Snapshots())
	}
	must(t, h.Close())
	if found := open(t, dir, Options{}).Found(); found != nil {
		t.Errorf("found once more: %v", found)
	}
}
