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

// inspected is what a state directory holds, read without writing.
type inspected struct {
	log        []byte
	checkpoint []byte
	pending    []byte // a checkpoint that the writer had not renamed when it ended
	hashes     []hash
	public     string // the published verifier key; "" for none
	private    string // the signer key that is kept in the directory; "" for none
	unnamed    string // one that was made for a log that may not have begun
	contents   []keptContent
	unrecorded int // snapshots that are saved and not on record yet
	aside      []string
}

// keptContent is a snapshot under its own name, which it gets when it is on record.
type keptContent struct {
	name string // of the file
	Snapshot
	err error // why it cannot be read
}

// inspect reads a state directory. Another process may write to it meanwhile: what
// is on record is read before the log, which only grows. Whole snapshots are read
// if they are to be compared by their bytes; otherwise what they say of themselves.
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

// begun reports whether a log was begun: its public key is written last, and before it
// there is no snapshot and no key.
func (d *inspected) begun() bool {
	return d.public != "" || d.private != "" || len(d.checkpoint) > 0 || len(d.log) > 0 ||
		len(d.contents) > 0 || d.unrecorded > 0 || len(d.aside) > 0
}

// startedOver reports whether there is only the beginning of a log in place of one that was
// set aside, whose first record is not written or not signed. It is overwritten: on a full
// disk, every try would set one more aside otherwise.
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

// signer is the key that the log has to be signed with: the one of the options, or
// that of the directory; the zero value where there is none.
func (d *inspected) signer(o Options) (k keys, unnamed bool, err error) {
	if private := cmp.Or(o.Key, d.private); private != "" {
		k, err = keysOf(private)
		return k, false, err
	}
	if k, err = keysOf(d.unnamed); err != nil {
		return keys{}, false, nil // half of one
	}
	return k, true, nil
}

// signed are the records under the checkpoint. The error says why the log is not valid: it
// is not the one that was signed, or the directory has snapshots or files that were on
// record and are not.
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
	// What was never signed was never acknowledged, and any program may have written it.
	records, lines = records[:n], lines[:n]
	if err := d.findUnrecorded(records); err != nil {
		return nil, nil, err
	}
	return records, lines, nil
}

// pickCheckpoint prefers a checkpoint that was not renamed yet when the process or the
// machine ended: it may have been seen under its name. One that is incomplete, or of another
// log, does not count.
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

// findUnrecorded reports what was on record and is not: then an older log was put back, or a
// new one begun.
func (d *inspected) findUnrecorded(records []Record) error {
	index := indexOf(records)
	for _, name := range d.aside {
		if at, _ := setAsideAt(name); !index.setAsideSince(at) {
			return fmt.Errorf("%s was set aside and no record tells of it: a later log was removed", name)
		}
	}
	for _, c := range d.contents {
		if c.err != nil || !index.misses(&c.Snapshot) {
			continue
		}
		return fmt.Errorf("the content %.12s (version %q, kept %s) was on record and is not any more: a later log was removed",
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
