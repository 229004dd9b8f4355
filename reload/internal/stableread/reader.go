package stableread

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/internal/flock"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/fswatch"
)

// chunk is how much is read between two checks of the proof, so that a writer
// kept waiting by our lease is let in soon.
const chunk = 1 << 20

// stillFor is the quiet asked of a file whose writers cannot be seen.
const stillFor = 150 * time.Millisecond

// CoarsestTime is the coarsest time stamp of any file system in use. A file
// read sooner than this after its modification may have been written again within
// the same tick, which its metadata does not show.
const CoarsestTime = 2 * time.Second

// An Obstacle is a reason to try reading again later. It says nothing about the
// content.
type Obstacle uint8

// The obstacles.
const (
	BeingWritten Obstacle = iota + 1 // another process writes
	Locked                           // another process holds an exclusive flock
	NotStill                         // not known to be quiet for long enough
	Moved                            // a name leads elsewhere than a moment ago
)

// Error says what the obstacle is.
func (o Obstacle) Error() string {
	switch o {
	case BeingWritten:
		return "another process is writing it"
	case Locked:
		return "another process holds a lock on it"
	case Moved:
		return "a name of it leads nowhere, or elsewhere every time it is read"
	}
	return "it has not been quiet for long enough to be called finished"
}

// A Reading is the complete content of finished files.
type Reading struct {
	Dir      string         // what the names of the files are relative to
	Files    []history.File // in name order; where the path is a file's, that one first
	Digest   string         // see [history.Digest]
	Size     int64          // of all files, in bytes
	Modified time.Time      // the latest modification time of a file
	At       time.Time      // when the last byte was read
	Proof    Proof          // the weakest of the files'

	ids string // the identities of the files, as in a FileState
}

// Seen is the state that was read, given the one that was seen before.
func (r Reading) Seen(before FileState) FileState {
	before.files = r.ids
	return before
}

// A Proof is why a file is held to be finished while it is read. See package reload for
// what each is worth.
type Proof uint8

// The proofs, the strongest first.
const (
	ByLease     Proof = iota + 1 // no process has it open for writing
	ByClose                      // its last reported write was followed by a close or a rename
	ByStillness                  // it has not changed for 150 ms
)

// String returns lease, close or still.
func (p Proof) String() string {
	switch p {
	case ByLease:
		return "lease"
	case ByClose:
		return "close"
	case ByStillness:
		return "still"
	}
	return "none"
}

// A Reader reads the files of a fileset only while it can prove that no process writes
// them. It is used from one goroutine.
type Reader struct {
	// Set is what is read.
	Set *Fileset

	// Settle is how long a file must be unchanged where the reports of its writers are
	// the proof.
	Settle time.Duration

	// WriteState is what was reported of the writers of a file, which is a path without
	// links. Without it nothing is known.
	WriteState func(file string) fswatch.WriteState

	// NoLease leaves leases out, as an operating system does. It is for tests.
	NoLease bool

	// still is the state that the files were last found in and since when; the
	// weaker proofs are made of it.
	still struct {
		files string
		since time.Time
	}
	ripe time.Time // when the files will have been still for long enough
}

// StillAt is when the files will have been still for long enough, after [NotStill].
func (r *Reader) StillAt() time.Time { return r.ripe }

// opened is a file while it is read.
type opened struct {
	located
	f     *os.File
	info  os.FileInfo // as it was before it was read
	proof Proof
}

// Read returns the content, an [Obstacle], or what is wrong with a file. swapped
// says that a rename made the path lead to it.
//
// All files are held until the last one is read, so that they were finished at
// one and the same moment.
func (r *Reader) Read(swapped bool) (Reading, error) {
	l := r.Set.Locate()
	if l.route.Err != nil {
		return Reading{}, l.route.Err
	}
	files, err := r.open(l)
	defer release(files)
	if err != nil {
		return Reading{}, err
	}
	proof, err := r.prove(files, swapped)
	if err != nil {
		return Reading{}, err
	}
	result := Reading{Dir: l.Dir, Files: make([]history.File, len(files)), Proof: proof}
	for i := range files {
		data, err := r.content(&files[i])
		if err != nil {
			return Reading{}, err
		}
		result.Files[i] = history.File{Name: files[i].name, Data: data}
	}
	result.At = time.Now()
	if err := r.unchanged(files, l); err != nil {
		return Reading{}, err
	}
	result.describe(files)
	return result, nil
}

// ReadNow reads the files at once: it waits for no writer, and proves nothing about one.
func (s *Fileset) ReadNow() (Reading, error) {
	l := s.Locate()
	if l.route.Err != nil {
		return Reading{}, l.route.Err
	}
	r := &Reader{Set: s}
	files, err := r.open(l)
	defer release(files)
	if err != nil {
		return Reading{}, err
	}
	result := Reading{Dir: l.Dir, Files: make([]history.File, len(files))}
	for i := range files {
		data, err := r.content(&files[i])
		if err != nil {
			return Reading{}, fmt.Errorf("%s: %w", files[i].path, err)
		}
		result.Files[i] = history.File{Name: files[i].name, Data: data}
	}
	return result, nil
}

// open opens all files, without ever waiting for one: what is not a regular
// file is not opened, and what becomes one in between does not block. The files
// opened so far are returned in any case.
func (r *Reader) open(p Layout) ([]opened, error) {
	if len(p.files) > maxFiles {
		return nil, fmt.Errorf("%s has %d files, the limit is %d", r.Set.Path, len(p.files), maxFiles)
	}
	if p.Directory {
		// One that cannot be listed would pass for an empty one.
		if _, err := os.ReadDir(p.route.Target); err != nil {
			return nil, err
		}
	}
	var files []opened
	var size int64
	for _, at := range p.files {
		f, info, err := openRegular(at)
		if err != nil {
			if Absent(err) && at.target != p.route.Target {
				err = Moved // the path itself leads somewhere
			}
			return files, err
		}
		files = append(files, opened{located: at, f: f, info: info})
		if size += info.Size(); size > r.Set.MaxSize {
			return files, fmt.Errorf("%s is %d bytes long, the limit is %d", r.Set.Path, size, r.Set.MaxSize)
		}
	}
	return files, nil
}

func openRegular(at located) (*os.File, os.FileInfo, error) {
	info, err := os.Stat(at.target)
	if err != nil {
		return nil, nil, err
	}
	if err := regular(at, info); err != nil {
		return nil, nil, err
	}
	f, err := openNow(at.target)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = regular(at, info)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func regular(at located, info os.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s is not a regular file (its mode is %s), want one", at.path, info.Mode())
}

// prove makes sure that no process is writing any of the files, and returns the
// weakest of the proofs.
func (r *Reader) prove(files []opened, swapped bool) (Proof, error) {
	weakest := ByLease
	ids := identities(files)
	for i := range files {
		f := &files[i]
		// A file system without locks has no lock holders to respect.
		if errors.Is(flock.Shared(f.f), flock.ErrLocked) {
			return 0, Locked
		}
		p, err := r.proofOf(f, ids, swapped)
		if err != nil {
			return 0, err
		}
		f.proof = p
		weakest = max(weakest, p)
	}
	return weakest, nil
}

// content reads one file and makes sure that no more follows.
func (r *Reader) content(f *opened) ([]byte, error) {
	data := make([]byte, f.info.Size())
	for done := 0; done < len(data); {
		n, err := io.ReadFull(f.f, data[done:min(done+chunk, len(data))])
		done += n
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !r.stillHeld(f) {
			return nil, BeingWritten
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", f.path, err)
		}
	}
	if n, _ := f.f.Read(make([]byte, 1)); n > 0 {
		return nil, BeingWritten
	}
	return data, nil
}

// unchanged makes sure, once all is read, that what was proved still is, and
// that the layout has the same files.
func (r *Reader) unchanged(files []opened, p Layout) error {
	for i := range files {
		f := &files[i]
		after, err := f.f.Stat()
		if err != nil {
			return err
		}
		if identityOf(after) != identityOf(f.info) || !r.stillHeld(f) {
			return BeingWritten
		}
	}
	if !r.Set.Locate().Equal(p) {
		return Moved
	}
	return nil
}

// describe fills in what is known of the files.
func (r *Reading) describe(files []opened) {
	r.ids = identities(files)
	r.Digest = history.Digest(r.Files)
	for i := range files {
		info := files[i].info
		r.Size += info.Size()
		if info.ModTime().After(r.Modified) {
			r.Modified = info.ModTime()
		}
	}
}

func identities(files []opened) string {
	var ids strings.Builder
	for i := range files {
		describe(&ids, files[i].target, identityOf(files[i].info))
	}
	return ids.String()
}

// Free returns nil if no writer can be seen at the files, an [Obstacle] if one
// can, or what else is wrong.
func (r *Reader) Free() error {
	p := r.Set.Locate()
	if p.route.Err != nil {
		return p.route.Err
	}
	files, err := r.open(p)
	defer release(files)
	if err != nil {
		return err
	}
	_, err = r.prove(files, false)
	if errors.Is(err, NotStill) {
		return nil
	}
	return err
}

// release ends locks and leases, then closes the files. Closing would do, were
// it not for a child process that is being started at this moment: it has a copy
// of every file until it executes its program, and would keep both.
func release(files []opened) {
	for i := range files {
		unlease(files[i].f)
		flock.Unlock(files[i].f)
		files[i].f.Close() // nothing was written
	}
}

// stillness is the weakest proof: the files look as they did a while ago.
func (r *Reader) stillness(ids string, quiet time.Duration, p Proof) (Proof, error) {
	now := time.Now()
	if ids != r.still.files {
		r.still.files, r.still.since = ids, now
	}
	r.ripe = r.still.since.Add(quiet)
	if now.Before(r.ripe) {
		return 0, NotStill
	}
	return p, nil
}

// Touched says that the files were touched just now, even if their
// metadata, which has a resolution, may not show it.
func (r *Reader) Touched() {
	r.still.files, r.still.since = r.Set.Stat().files, time.Now()
}

// WrittenAt takes files that were not changed for long enough before anything was read
// for still ones, so that a start does not wait for what is long finished.
func (r *Reader) WrittenAt(written time.Time) {
	if time.Since(written) > CoarsestTime {
		r.still.files, r.still.since = r.Set.Stat().files, written
	}
}
