package stableread

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/internal/flock"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/fswatch"
)

// chunk is how many bytes are read between two checks of the proof. A writer that waits for
// the lease is let in after one chunk.
const chunk = 1 << 20

// stillFor is how long a file must be unchanged if its writers are not reported.
const stillFor = 150 * time.Millisecond

// CoarsestTime is the coarsest time stamp of any file system in use. A file that is read sooner
// than this after its modification may have been written again within the same tick. Its
// metadata does not show that.
const CoarsestTime = 2 * time.Second

// An Obstacle is a reason to try to read again later. The content may still be valid.
type Obstacle uint8

// The obstacles.
const (
	BeingWritten Obstacle = iota + 1 // another process writes
	Locked                           // another process holds an exclusive flock
	NotStill                         // not known to be quiet for long enough
	Moved                            // a name leads to another file than a moment ago
)

// Error returns a description of the obstacle.
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
	Files    []history.File // in name order; if the path leads to a file, that file first
	Digest   string         // see [history.Digest]
	Size     int64          // of all files, in bytes
	Modified time.Time      // the latest modification time of a file
	At       time.Time      // when the last byte was read
	Proof    Proof          // the weakest one of all files

	ids string // the identities of the files, as in a FileState
}

// Seen returns the state that was read. Its target is that of before.
func (r Reading) Seen(before FileState) FileState {
	before.files = r.ids
	return before
}

// A Proof is the reason why a file counts as finished while it is read. Package reload
// documents how strong each one is.
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
	// Set has the files to read.
	Set *Fileset

	// Settle is how long a file must be unchanged if the reports of its writers are the proof.
	Settle time.Duration

	// WriteState returns the last reported state of the writers of a file, which is a path
	// without links. If it is nil, the state is unknown.
	WriteState func(file string) fswatch.WriteState

	// NoLease makes every lease fail, as on a system that does not permit them. It is for tests.
	NoLease bool

	// still is the last state of the files and the time since when they have been in it. The
	// weaker proofs depend on it.
	still struct {
		files string
		since time.Time
	}
	ripe time.Time // when the files will have been unchanged for long enough
}

// StillAt returns when the files will have been unchanged for long enough, after [NotStill].
func (r *Reader) StillAt() time.Time { return r.ripe }

// opened is a file while it is read.
type opened struct {
	located
	f     *os.File
	info  os.FileInfo // as it was before it was read
	proof Proof
}

// Read returns the content of the files. The error is an [Obstacle] if a later try may
// succeed; otherwise it says what is wrong with a file. swapped says that a rename changed the
// file that the path leads to.
//
// All files stay open until the last one is read, so that all were finished at the same moment.
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

// ReadNow reads the files at once. It does not wait for writers and proves nothing about them.
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

// open opens all files without waiting. It does not open what is not a regular file. A file
// that is replaced in between by one that is not regular does not block it. It always returns
// the files opened so far, even with an error.
func (r *Reader) open(p Layout) ([]opened, error) {
	if len(p.files) > maxFiles {
		return nil, fmt.Errorf("%s has %d files, the limit is %d", r.Set.Path, len(p.files), maxFiles)
	}
	if p.Directory {
		// A directory that cannot be listed would otherwise count as an empty one.
		if _, err := os.ReadDir(p.route.Target); err != nil {
			return nil, err
		}
	}
	var files []opened
	var size, named int64
	for _, at := range p.files {
		f, info, err := openRegular(at)
		if err != nil {
			if Absent(err) && at.target != p.route.Target {
				err = Moved // the path itself leads to a file
			}
			return files, err
		}
		files = append(files, opened{located: at, f: f, info: info})
		if r.Set.MaxNamed > 0 && slices.Contains(r.Set.Named, at.name) {
			named += info.Size()
		} else {
			size += info.Size()
		}
		switch {
		case size > r.Set.MaxSize:
			return files, fmt.Errorf("%s is %d bytes long, the limit is %d", r.Set.Path, size, r.Set.MaxSize)
		case named > r.Set.MaxNamed && named > 0:
			return files, fmt.Errorf("the files that %s names are %d bytes long together, the limit is %d", r.Set.Path, named, r.Set.MaxNamed)
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

// prove checks that no process is writing any of the files, and returns the weakest of the
// proofs.
func (r *Reader) prove(files []opened, swapped bool) (Proof, error) {
	weakest := ByLease
	ids := identities(files)
	for i := range files {
		f := &files[i]
		// Other errors are ignored: a file system without locks has no lock holders.
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

// content reads one file and checks that no more bytes follow.
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

// unchanged checks after the read that all proofs are still valid, and that the layout has the
// same files.
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

// describe adds the digest, size and times of the files.
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

// Free returns nil if no writer of the files can be seen, and an [Obstacle] if one can. Any
// other error says what is wrong with a file.
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

// release ends locks and leases, then closes the files. Closing alone is not enough: a child
// process that is being started has copies of all open files until it executes its program,
// and would keep the locks and leases.
func release(files []opened) {
	for i := range files {
		unlease(files[i].f)
		flock.Unlock(files[i].f)
		files[i].f.Close() // nothing was written
	}
}

// stillness is the weakest proof: the files have been unchanged for quiet. It returns p then.
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

// Touched records that the files were changed just now. Their metadata may not show it, since
// its times have a resolution.
func (r *Reader) Touched() {
	r.still.files, r.still.since = r.Set.Stat().files, time.Now()
}

// WrittenAt records that the files have been unchanged since written, if that is longer ago
// than [CoarsestTime]. So a start does not wait for files that were finished long before.
func (r *Reader) WrittenAt(written time.Time) {
	if time.Since(written) > CoarsestTime {
		r.still.files, r.still.since = r.Set.Stat().files, written
	}
}
