//go:build unix

package history

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A witness watches the operations on a disk and knows what would be left of it
// if the power went: the names in a directory as they were when it was last
// synchronised, and the data of a file likewise.
type witness struct {
	root  string
	last  [2]string              // the operation under way
	data  map[uint64][]byte      // synchronised, by inode
	names map[uint64][]durable   // synchronised, by inode of the directory
	kinds map[uint64]fs.FileMode // of every inode in names
	files []*os.File             // which does that
}

type durable struct {
	name  string
	inode uint64
}

func newWitness(t *testing.T) *witness {
	w := &witness{root: t.TempDir(), data: map[uint64][]byte{}, names: map[uint64][]durable{}, kinds: map[uint64]fs.FileMode{}}
	t.Cleanup(func() {
		for _, f := range w.files {
			_ = f.Close()
		}
	})
	w.syncDir(w.root)
	return w
}

// saw notes that an operation is about to begin, so that the one before it has
// ended.
func (w *witness) saw(op, path string) {
	switch w.last[0] {
	case "sync":
		w.sync(w.last[1])
	case "syncdir":
		w.syncDir(w.last[1])
	case "create":
		// An inode that was freed would be taken for the file that had it.
		if f, err := os.Open(w.last[1]); err == nil {
			w.files = append(w.files, f)
		}
	}
	w.last = [2]string{op, path}
}

func (w *witness) sync(path string) {
	if data, err := os.ReadFile(path); err == nil {
		w.data[inodeOf(path)] = data
	}
}

func (w *witness) syncDir(path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return
	}
	var names []durable
	for _, e := range entries {
		i := inodeOf(filepath.Join(path, e.Name()))
		w.kinds[i] = e.Type()
		names = append(names, durable{e.Name(), i})
	}
	w.names[inodeOf(path)] = names
}

func inodeOf(path string) uint64 {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	return uint64(info.Sys().(*syscall.Stat_t).Ino)
}

// A loss is what a power failure takes.
type loss string

const (
	allLost  loss = "names and data are lost"
	dataLost loss = "names are kept and data is lost" // a journal of names alone
)

// powerless makes what would be left in a directory of its own.
func (w *witness) powerless(t *testing.T, l loss) string {
	t.Helper()
	w.saw("", "")
	left := t.TempDir()
	if l == dataLost {
		must(t, filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				w.syncDir(path)
			}
			return err
		}))
	}
	w.leave(t, left, inodeOf(w.root))
	return left
}

func (w *witness) leave(t *testing.T, path string, inode uint64) {
	t.Helper()
	for _, d := range w.names[inode] {
		at := filepath.Join(path, d.name)
		if w.kinds[d.inode].IsDir() {
			must(t, os.Mkdir(at, 0o700))
			w.leave(t, at, d.inode)
			continue
		}
		must(t, os.WriteFile(at, w.data[d.inode], 0o600))
	}
}

// shop is where a state directory is made below a directory that was there.
func (w *witness) shop(under string) string { return filepath.Join(under, "a", "b", "state") }

func TestPowerLostAtAnyMomentTakesNothingAcknowledged(t *testing.T) {
	for _, l := range []loss{allLost, dataLost} {
		for n, ended := 1, false; !ended; n++ {
			ok := t.Run(fmt.Sprintf("%s, operation %d", l, n), func(t *testing.T) { ended = losePower(t, l, n) })
			if !ok || n > 1000 {
				t.FailNow()
			}
		}
	}
}

// losePower has a history work and looks at what would be left of it if the power
// had gone before its n-th operation. It reports whether there were fewer.
func losePower(t *testing.T, l loss, n int) (ended bool) {
	w := newWitness(t)
	count, dark := 0, ""
	var shown [][]byte // checkpoints that may have been seen
	var done acknowledged
	h, err := Open(w.shop(w.root), Options{Name: "test", fs: fsOps{before: func(op, path string) error {
		w.saw(op, path)
		if cp, err := os.ReadFile(filepath.Join(w.shop(w.root), checkpointFile)); err == nil && dark == "" {
			shown = append(shown, cp)
		}
		if count++; count == n {
			dark = w.powerless(t, l)
		}
		return nil
	}}})
	must(t, err)
	for i, kept := range []int{0, 1, 0} { // one content comes back
		must(t, h.Save(content(kept)))
		again := record(i)
		again.Fingerprint, again.Digest = content(kept).Fingerprint, content(kept).Digest
		_, err := h.Append(again)
		must(t, err)
		if dark == "" {
			done.records = append(done.records, record(i).Version)
			done.snapshots = append(done.snapshots, content(kept).Fingerprint)
		}
	}
	must(t, h.Close())
	if ended = dark == ""; ended {
		dark = w.powerless(t, l)
	}
	intact(t, w.shop(dark), done)
	continues(t, w.shop(dark), shown)
	return ended
}

// continues fails unless the log is a continuation of every checkpoint that was
// to be seen before.
func continues(t *testing.T, dir string, shown [][]byte) {
	t.Helper()
	e, err := ExportOf(dir)
	must(t, err)
	for _, cp := range shown {
		if _, err := e.Verify(Trust{Checkpoint: cp}); err != nil {
			t.Fatalf("an honest log looks rewritten: %v, after the checkpoint\n%s", err, strings.TrimSpace(string(cp)))
		}
	}
}
