package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string, o Options) *Journal {
	t.Helper()
	if o.Name == "" {
		o.Name = "test"
	}
	h, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func content(n int) Snapshot {
	files := []File{{"a.toml", fmt.Appendf(nil, "version = \"v%d\"\n", n)}, {"b.toml", nil}, {"c.toml", []byte("no newline at the end")}}
	return Snapshot{
		Fingerprint: fmt.Sprintf("%064d", n), Version: fmt.Sprintf("v%d", n), Taken: noon.Add(time.Duration(n) * time.Second),
		Origin: "/shop/strategy", Digest: Digest(files), Files: files,
	}
}

func record(n int) Record {
	return Record{Time: noon.Add(time.Duration(n) * time.Second), Action: "activated", Fingerprint: fmt.Sprintf("%064d", n), Version: fmt.Sprintf("v%d", n), Digest: content(n).Digest, Kind: "rename"}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func appended(t *testing.T, h *Journal, n int) {
	t.Helper()
	if _, err := h.Append(record(n)); err != nil {
		t.Fatal(err)
	}
}

func verified(t *testing.T, dir string) Report {
	t.Helper()
	return verifiedSince(t, dir, nil)
}

// verifiedSince is verified by a reader who knows of what a checkpoint covers.
func verifiedSince(t *testing.T, dir string, checkpoint []byte) Report {
	t.Helper()
	e, err := ExportOf(dir)
	must(t, err)
	r, err := e.Verify(Trust{Checkpoint: checkpoint})
	must(t, err)
	return r
}

func TestWhatWasKeptIsThereAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "state")
	h := open(t, dir, Options{})
	for n := range 5 {
		must(t, h.Save(content(n)))
		appended(t, h, n)
	}
	must(t, h.Close())
	m, err := OpenReadOnly(dir)
	must(t, err)
	if len(m.Records) != 5 || m.Records[3].Version != "v3" || m.Records[3].Number != 3 || !m.Records[3].Time.Equal(noon.Add(3*time.Second)) {
		t.Errorf("records = %+v", m.Records)
	}
	s, err := snapshotWith(m.dir, content(2).Fingerprint)
	must(t, err)
	for i, f := range content(2).Files {
		if s.Files[i].Name != f.Name || !bytes.Equal(s.Files[i].Data, f.Data) {
			t.Errorf("file %d = %+v, want %+v", i, s.Files[i], f)
		}
	}
	if kept := m.Snapshots(); len(kept) != 5 || kept[0].Version != "v4" || kept[4].Version != "v0" {
		t.Errorf("snapshots = %+v", kept)
	}
	if _, err := snapshotWith(m.dir, "none"); !errors.Is(err, ErrNoSnapshot) {
		t.Errorf("error = %v, want %v", err, ErrNoSnapshot)
	}
	h = open(t, dir, Options{})
	appended(t, h, 5)
	if r := verified(t, dir); r.Records != 6 {
		t.Errorf("verified = %+v, want 6 records", r)
	}
}

func TestNothingIsReadableByOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	h := open(t, dir, Options{})
	must(t, h.Save(content(1)))
	appended(t, h, 1)
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return err
	}))
}

func TestLookWritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	m, err := OpenReadOnly(dir)
	if err != nil || len(m.Records) != 0 || len(m.Snapshots()) != 0 {
		t.Errorf("memory of nothing = %+v, %v", m, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("the directory was made")
	}
}

func TestOnlyOneWrites(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Options{})
	if _, err := Open(dir, Options{Name: "test"}); !errors.Is(err, ErrInUse) {
		t.Errorf("error = %v, want %v", err, ErrInUse)
	}
	must(t, h.Close())
	open(t, dir, Options{})
}

func TestOldSnapshotsGoAndRetainedOnesStay(t *testing.T) {
	h := open(t, t.TempDir(), Options{Keep: 3})
	h.Retain(content(0).Fingerprint)
	for n := range 10 {
		must(t, h.Save(content(n)))
		appended(t, h, n)
	}
	var kept []string
	for _, s := range h.Snapshots() {
		kept = append(kept, s.Version)
	}
	if want := []string{"v9", "v8", "v7", "v0"}; !slices.Equal(kept, want) {
		t.Errorf("kept = %v, want %v", kept, want)
	}
}

func TestFingerprintIsNoPath(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Options{})
	for _, fingerprint := range []string{"../../escape", "", ".", "a/b", strings.Repeat("x", 300), "\x00"} {
		s := content(1)
		s.Fingerprint = fingerprint
		if err := h.Save(s); err != nil {
			t.Errorf("%q: %v", fingerprint, err)
			continue
		}
		if got, err := snapshotWith(h.dir, fingerprint); fingerprint != "" && (err != nil || got.Fingerprint != fingerprint) {
			t.Errorf("%q: %q, %v", fingerprint, got.Fingerprint, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "escape")); err == nil {
		t.Error("a snapshot escaped")
	}
}

func TestSnapshotThatWasChangedIsNotServed(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"a byte":       func(b []byte) []byte { return bytes.Replace(b, []byte("v1\"\n"), []byte("v2\"\n"), 1) },
		"cut off":      func(b []byte) []byte { return b[:len(b)-1] },
		"more":         func(b []byte) []byte { return append(b, 'x') },
		"empty":        func([]byte) []byte { return nil },
		"one line":     func(b []byte) []byte { return bytes.SplitAfter(b, []byte("\n"))[0] },
		"another's":    func([]byte) []byte { s := content(2); parts, _ := s.encode(); return bytes.Join(parts, nil) },
		"a wild size":  func(b []byte) []byte { return bytes.Replace(b, []byte(`"size":0`), []byte(`"size":-1`), 1) },
		"a large size": func(b []byte) []byte { return bytes.Replace(b, []byte(`"size":0`), []byte(`"size":999999999`), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := open(t, dir, Options{})
			must(t, h.Save(content(1)))
			appended(t, h, 1)
			path := snapshotPath(dir, content(1).Fingerprint)
			data, err := os.ReadFile(path)
			must(t, err, os.WriteFile(path, change(data), 0o600))
			if s, err := snapshotWith(h.dir, content(1).Fingerprint); err == nil {
				t.Errorf("served: %+v", s)
			}
		})
	}
}

// lines replaces line n of a file.
func lines(t *testing.T, path string, change func(lines []string) []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	all := strings.SplitAfter(string(data), "\n")
	must(t, os.WriteFile(path, []byte(strings.Join(change(all[:len(all)-1]), "")), 0o600))
}

func TestTamperingIsFoundAndSetAside(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(t *testing.T, dir string)
		says   string
	}{
		"a record changed": {func(t *testing.T, dir string) {
			lines(t, filepath.Join(dir, logFile), func(l []string) []string { l[2] = strings.Replace(l[2], "v2", "v9", 1); return l })
		}, "record 2 was changed"},
		"a record changed and its hash": {func(t *testing.T, dir string) {
			lines(t, filepath.Join(dir, logFile), func(l []string) []string { l[2] = strings.Replace(l[2], "v2", "v9", 1); return l })
			must(t, os.Remove(filepath.Join(dir, hashesFile)))
			must(t, os.WriteFile(filepath.Join(dir, hashesFile), nil, 0o600))
		}, "one of the first 5 records was changed"},
		"a record removed": {func(t *testing.T, dir string) {
			lines(t, filepath.Join(dir, logFile), func(l []string) []string { return slices.Delete(l, 2, 3) })
		}, "record 2 is missing"},
		"the last record removed": {func(t *testing.T, dir string) {
			lines(t, filepath.Join(dir, logFile), func(l []string) []string { return l[:4] })
		}, "record 4 is missing"},
		"two records swapped": {func(t *testing.T, dir string) {
			lines(t, filepath.Join(dir, logFile), func(l []string) []string { l[1], l[2] = l[2], l[1]; return l })
		}, "record 1 is missing"},
		"no log": {func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, logFile)), os.WriteFile(filepath.Join(dir, logFile), nil, 0o600))
		}, "record 0 is missing"},
		"another signature": {func(t *testing.T, dir string) {
			lines(t, filepath.Join(dir, checkpointFile), func(l []string) []string { l[1] = "4\n"; return l })
		}, "the checkpoint"},
		"the checkpoint of another key": {func(t *testing.T, dir string) {
			other := open(t, t.TempDir(), Options{})
			appended(t, other, 0)
			data, err := os.ReadFile(filepath.Join(other.dir, checkpointFile))
			must(t, err, os.WriteFile(filepath.Join(dir, checkpointFile), data, 0o600))
		}, "the checkpoint"},
		"no checkpoint": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, checkpointFile), nil, 0o600))
		}, "checkpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := open(t, dir, Options{})
			for n := range 5 {
				appended(t, h, n)
			}
			must(t, h.Close())
			c.tamper(t, dir)
			e, err := ExportOf(dir)
			must(t, err)
			if _, err := e.Verify(Trust{}); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("verified: %v, want %q", err, c.says)
			}
			h = open(t, dir, Options{})
			if found := h.Found(); found == nil || !strings.Contains(found.Error(), c.says) {
				t.Errorf("found = %v, want %q", found, c.says)
			}
			if r := h.Records(); len(r) != 1 || r[0].Action != SetAside || !strings.Contains(r[0].Reason, c.says) {
				t.Errorf("records = %+v", r)
			}
			kept, err := filepath.Glob(filepath.Join(dir, "log.broken-*"))
			if err != nil || len(kept) != 1 {
				t.Errorf("set aside: %v, %v", kept, err)
			}
			known := h.Checkpoint()
			appended(t, h, 9)
			if r := verifiedSince(t, dir, known); r.Records != 2 {
				t.Errorf("verified = %+v", r)
			}
		})
	}
}

// What a crash leaves at the end was never acknowledged, and is cut off.
func TestTornTailIsCutOff(t *testing.T) {
	whole, err := record(5).encode()
	must(t, err)
	forged := record(7)
	forged.Number = 3
	line, err := forged.encode()
	must(t, err)
	for name, tail := range map[string]string{
		"half a record":              string(whole[:20]),
		"zeros":                      strings.Repeat("\x00", 4096),
		"zeros and a newline":        strings.Repeat("\x00", 100) + "\n",
		"a record without signature": string(line) + "\n",
		"rubbish":                    "{}\n{\"number\":3}\n",
		"a record without an end":    string(line),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := open(t, dir, Options{})
			for n := range 3 {
				appended(t, h, n)
			}
			must(t, h.Close())
			f, err := os.OpenFile(filepath.Join(dir, logFile), os.O_APPEND|os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteString(tail)
			must(t, err, f.Close())
			if r := verified(t, dir); r.Records != 3 {
				t.Errorf("verified = %+v", r)
			}
			h = open(t, dir, Options{})
			if h.Found() != nil || len(h.Records()) != 3 {
				t.Fatalf("found %v, %d records, want none, 3", h.Found(), len(h.Records()))
			}
			appended(t, h, 3)
			if r := verified(t, dir); r.Records != 4 || r.Later != 0 {
				t.Errorf("verified = %+v", r)
			}
		})
	}
}

func TestEarlierCheckpointFindsALogThatWasRewritten(t *testing.T) {
	private, _, err := note.GenerateKey(sevens{}, "shop")
	must(t, err)
	dir := t.TempDir()
	h := open(t, dir, Options{Key: private})
	for n := range 3 {
		appended(t, h, n)
	}
	earlier, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	must(t, err)
	appended(t, h, 3)
	e, err := ExportOf(dir)
	must(t, err)
	if _, err := e.Verify(Trust{Checkpoint: earlier}); err != nil {
		t.Errorf("a continuation is refused: %v", err)
	}

	// A program with the key writes another history.
	rewritten := open(t, t.TempDir(), Options{Key: private})
	for n := range 6 {
		appended(t, rewritten, n+1)
	}
	e, err = ExportOf(rewritten.dir)
	must(t, err)
	if _, err := e.Verify(Trust{}); err != nil {
		t.Errorf("by itself it is in order: %v", err)
	}
	if _, err := e.Verify(Trust{Checkpoint: earlier}); !errors.Is(err, ErrTampered) {
		t.Errorf("error = %v, want %v", err, ErrTampered)
	}
	if _, err := e.Verify(Trust{Verifier: verified(t, oneRecord(t).dir).Verifier}); !errors.Is(err, ErrTampered) {
		t.Errorf("by another key: %v, want %v", err, ErrTampered)
	}
}

// What is given as known and is no such thing says nothing about the log.
func TestWhatCannotBeReadIsNoTampering(t *testing.T) {
	e, err := ExportOf(oneRecord(t).dir)
	must(t, err)
	for name, trust := range map[string]Trust{
		"a checkpoint": {Checkpoint: []byte("version = \"v\"\n")},
		"a key":        {Verifier: "secret"},
	} {
		if _, err := e.Verify(trust); err == nil || errors.Is(err, ErrTampered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sevens is no randomness at all.
type sevens struct{}

func (sevens) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 7
	}
	return len(p), nil
}

func oneRecord(t *testing.T) *Journal {
	h := open(t, t.TempDir(), Options{})
	appended(t, h, 0)
	return h
}

func TestKeyThatIsNoneIsNotTold(t *testing.T) {
	_, err := Open(t.TempDir(), Options{Name: "test", Key: "PRIVATE+KEY+secret"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error = %v", err)
	}
}

func TestExportIsReadAgain(t *testing.T) {
	h := oneRecord(t)
	e, err := ExportOf(h.dir)
	must(t, err)
	text, err := json.Marshal(e)
	must(t, err)
	again, err := ReadExport(bytes.NewReader(text))
	must(t, err)
	if _, err := again.Verify(Trust{}); err != nil {
		t.Error(err)
	}
}

// acknowledged is what a history said it has.
type acknowledged struct {
	records   []string
	snapshots []string
}

// work saves and appends, goes on after errors, and notes what was acknowledged.
func work(dir string, o Options, rounds int, told func(string)) (done acknowledged) {
	o.Name = "test"
	h, err := Open(dir, o)
	if err != nil {
		return done
	}
	defer h.Close()
	for n := range rounds {
		if h.Save(content(n)) == nil {
			done.snapshots = append(done.snapshots, content(n).Fingerprint)
			told("snapshot " + content(n).Fingerprint)
		}
		if _, err := h.Append(record(n)); err == nil {
			done.records = append(done.records, record(n).Version)
			told("record " + record(n).Version)
		}
	}
	return done
}

// intact fails unless everything acknowledged is there, in order and once, and
// the directory can be taken up again.
func intact(t *testing.T, dir string, done acknowledged) {
	t.Helper()
	h := open(t, dir, Options{})
	if h.Found() != nil {
		t.Fatalf("found = %v", h.Found())
	}
	var there []string
	for _, r := range h.Records() {
		there = append(there, r.Version)
	}
	rest := there
	for _, want := range done.records {
		i := slices.Index(rest, want)
		if i < 0 {
			t.Fatalf("record %s was acknowledged and is lost: %v", want, there)
		}
		rest = rest[i+1:]
	}
	if slices.Sort(there); len(slices.Compact(slices.Clone(there))) != len(there) {
		t.Errorf("a record is there twice: %v", there)
	}
	for _, fingerprint := range done.snapshots {
		if _, err := snapshotWith(h.dir, fingerprint); err != nil {
			t.Errorf("a snapshot was acknowledged and is lost: %v", err)
		}
	}
	must(t, h.Save(content(100)))
	appended(t, h, 100)
	must(t, h.Close())
	verified(t, dir)
}

// Every operation on the disk fails once, for each reason a disk has.
func TestEveryFailureOfTheDiskIsSurvived(t *testing.T) {
	const rounds = 3
	for _, reason := range []error{syscall.ENOSPC, errShort} {
		for n := 1; ; n++ {
			count := 0
			dir := t.TempDir()
			o := Options{fs: fsOps{before: func(op, path string) error {
				if count++; count == n {
					return reason
				}
				return nil
			}}}
			done := work(dir, o, rounds, func(string) {})
			if count < n {
				break // it ran out of operations before one failed
			}
			if t.Run(fmt.Sprintf("%v at operation %d", reason, n), func(t *testing.T) { intact(t, dir, done) }); t.Failed() {
				return
			}
		}
	}
}

// From some operation on the disk is full; later it is not.
func TestDiskThatIsFullForAWhile(t *testing.T) {
	for n := 5; n < 40; n++ {
		dir := t.TempDir()
		count, full := 0, true
		h, err := Open(dir, Options{Name: "test", fs: fsOps{before: func(op, path string) error {
			if count++; count >= n && full && op != "remove" {
				return errShort
			}
			return nil
		}}})
		if err != nil {
			continue // it failed already at the opening
		}
		for i := range 3 {
			_ = h.Save(content(i)) // whether they fail is not the question
			_, _ = h.Append(record(i))
		}
		full = false
		must(t, h.Save(content(50)))
		appended(t, h, 50)
		must(t, h.Close())
		m, err := OpenReadOnly(dir)
		must(t, err)
		if last := m.Records[len(m.Records)-1]; last.Version != "v50" {
			t.Errorf("full from operation %d on: last record = %+v", n, last)
		}
		verified(t, dir)
	}
}

func TestSameRecordAfterAnErrorIsThereOnce(t *testing.T) {
	fail := false
	h := open(t, t.TempDir(), Options{fs: fsOps{before: func(op, path string) error {
		if fail && op == "rename" {
			return syscall.ENOSPC
		}
		return nil
	}}})
	fail = true
	if _, err := h.Append(record(1)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error = %v", err)
	}
	fail = false
	appended(t, h, 1)
	if r := h.Records(); len(r) != 1 {
		t.Errorf("records = %+v", r)
	}
	if r := verified(t, h.dir); r.Records != 1 {
		t.Errorf("verified = %+v", r)
	}
}

func BenchmarkSaveAndAppend(b *testing.B) {
	h, err := Open(b.TempDir(), Options{Name: "test"})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	for n := 0; b.Loop(); n++ {
		if err := h.Save(content(n % 60)); err != nil {
			b.Fatal(err)
		}
		if _, err := h.Append(record(n)); err != nil {
			b.Fatal(err)
		}
	}
}

// snapshotWith reads the latest snapshot with a fingerprint, proved or not.
func snapshotWith(dir, fingerprint string) (Snapshot, error) {
	return readSnapshot(dir, fingerprint, func(Snapshot) bool { return true })
}
