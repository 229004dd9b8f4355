package history

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// inspected is the content of a state directory, read without writing.
type inspected struct {
	log        []byte
	checkpoint []byte
	pending    []byte // a checkpoint that the writer had not renamed when it ended
	hashes     []hash
	public     string // the verifier key in key.pub; "" for none
	private    string // the signer key that is kept in the directory; "" for none
	unnamed    string // a generated key whose log may not have begun
	contents   []keptContent
	unrecorded int // snapshots that are saved and not on record yet
	aside      []string
}

// keptContent is a snapshot under its own name, which it has once it is on record.
type keptContent struct {
	name string // of the file
	Snapshot
	err error // why it cannot be read
}

// inspect reads a state directory. Another process may write to it meanwhile, so the files
// that depend on the log are read before the log, which only grows. If whole is set, snapshots
// are read with their files, to compare their bytes. Otherwise only their headers are read.
func inspect(dir string, whole bool) (*inspected, error) {
	d := &inspected{}
	d.readSnapshots(dir, whole)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the state directory: %w", err)
	}
	for _, e := range entries {
		if _, is := setAsideAt(e.Name()); is {
			d.aside = append(d.aside, e.Name())
		}
	}
	var public, private, unnamed, hashes []byte
	for _, f := range []struct {
		name string
		to   *[]byte
	}{
		{publicFile, &public},
		{keyFile, &private},
		{temporaryPrefix + keyFile, &unnamed},
		{checkpointFile, &d.checkpoint},
		{temporaryPrefix + checkpointFile, &d.pending},
		{hashesFile, &hashes},
		{logFile, &d.log},
	} {
		if *f.to, err = contentsOf(dir, f.name); err != nil {
			return nil, err
		}
	}
	d.public, d.private = strings.TrimSpace(string(public)), strings.TrimSpace(string(private))
	d.unnamed, d.hashes = strings.TrimSpace(string(unnamed)), splitHashes(hashes)
	return d, nil
}

func contentsOf(dir, name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the state directory: %w", err)
	}
	return data, nil
}

func (d *inspected) readSnapshots(dir string, whole bool) {
	read := readHeader
	if whole {
		read = func(path string) (Snapshot, error) {
			s, err := snapshotIn(path)
			s.Files = nil
			return s, err
		}
	}
	entries, _ := os.ReadDir(filepath.Join(dir, snapshotsDir)) // none where there is no directory
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporaryPrefix) {
			if !strings.HasSuffix(e.Name(), unfinishedSuffix) {
				d.unrecorded++
			}
			continue
		}
		c := keptContent{name: e.Name()}
		c.Snapshot, c.err = read(filepath.Join(dir, snapshotsDir, e.Name()))
		if c.err == nil && snapshotName(c.Fingerprint) != c.name {
			c.err = fmt.Errorf("it is that of %s", c.Fingerprint)
		}
		if !errors.Is(c.err, fs.ErrNotExist) { // dropped meanwhile
			d.contents = append(d.contents, c)
		}
	}
}

// begun reports whether a log was begun. The public key is written last; before it there is no
// snapshot and no named key.
func (d *inspected) begun() bool {
	return d.public != "" || d.private != "" || len(d.checkpoint) > 0 || len(d.log) > 0 ||
		len(d.contents) > 0 || d.unrecorded > 0 || len(d.aside) > 0
}

// startedOver reports whether the directory has only the beginning of a log that replaces one
// that was set aside: its first record is not written or not signed. Such a log is
// overwritten. Otherwise every try on a full disk would set one more log aside.
func (d *inspected) startedOver() bool {
	if len(d.aside) == 0 || d.checkpoint != nil || len(d.contents) > 0 || d.unrecorded > 0 {
		return false
	}
	records, lines := readRecords(d.log)
	if len(lines) == 0 {
		return !bytes.Contains(d.log, []byte("\n"))
	}
	return len(lines) == 1 && len(d.log) == len(lines[0])+1 && records[0].Action == SetAside
}

// signer is the key that signs the log: the one of the options or else the one in the
// directory. It is the zero value if there is none.
func (d *inspected) signer(o Options) (k keys, unnamed bool, err error) {
	if private := cmp.Or(o.Key, d.private); private != "" {
		k, err = keysOf(private)
		return k, false, err
	}
	if k, err = keysOf(d.unnamed); err != nil {
		return keys{}, false, nil // half of a key
	}
	return k, true, nil
}

// signed returns the records that the checkpoint covers. The error says why the log is not
// valid: it is not the log that was signed, or the directory has snapshots or files that were
// on record and are not any more.
func (d *inspected) signed(public string) (records []Record, lines [][]byte, err error) {
	if !d.begun() {
		return nil, nil, nil
	}
	if public == "" {
		return nil, nil, errors.New("the key that it was signed with is missing")
	}
	d.pickCheckpoint(public)
	records, lines = readRecords(d.log)
	n, err := check(d.checkpoint, d.hashes, public, leavesOf(lines))
	if err != nil {
		return nil, nil, err
	}
	// A record that was not signed was not acknowledged, and any program may have written it.
	records, lines = records[:n], lines[:n]
	if err := d.findUnrecorded(records); err != nil {
		return nil, nil, err
	}
	return records, lines, nil
}

// pickCheckpoint prefers a checkpoint that was not renamed before the process or the machine
// ended, since a reader may have seen it under its own name. It drops a checkpoint that is
// incomplete or of another log.
func (d *inspected) pickCheckpoint(public string) {
	if d.pending == nil {
		return
	}
	pending := d.pending
	d.pending = nil
	_, lines := readRecords(d.log)
	newer, err := check(pending, d.hashes, public, leavesOf(lines))
	if err != nil {
		return
	}
	if older, err := openCheckpointBy(d.checkpoint, public); len(d.checkpoint) > 0 && (err != nil || older.size > newer) {
		return
	}
	d.checkpoint, d.pending = pending, pending
}

// check returns how many records a checkpoint covers.
func check(checkpoint []byte, known []hash, public string, leaves []hash) (int64, error) {
	if len(checkpoint) == 0 {
		return 0, errors.New("there is no checkpoint")
	}
	h, err := openCheckpointBy(checkpoint, public)
	if err != nil {
		return 0, err
	}
	return h.size, h.covers(leaves, known)
}

// findUnrecorded returns an error for a snapshot or a file that was on record and is not any
// more: an older log was put back, or a new one begun.
func (d *inspected) findUnrecorded(records []Record) error {
	index := indexOf(records)
	for _, name := range d.aside {
		if at, _ := setAsideAt(name); !index.setAsideSince(at) {
			return fmt.Errorf("%s was set aside and is not on record: a later log was removed", name)
		}
	}
	for _, c := range d.contents {
		if c.err != nil || !index.misses(&c.Snapshot) {
			continue
		}
		return fmt.Errorf("the content %.12s (version %q, kept %s) was on record and is no longer: a later log was removed",
			c.Fingerprint, c.Version, c.Taken.UTC().Format(time.RFC3339))
	}
	return nil
}

// changed are the snapshots whose bytes are not those on record.
func (d *inspected) changed(records []Record) []keptContent {
	index := indexOf(records)
	return slices.DeleteFunc(slices.Clone(d.contents), func(c keptContent) bool {
		return c.err == nil && !index.contradicts(&c.Snapshot)
	})
}
