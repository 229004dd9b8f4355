package reload

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// chunk is how much is read between two looks at the guard, so that a writer
// kept waiting by our lease is let in soon.
const chunk = 1 << 20

// An obstacle is a reason to try reading again later. It says nothing about the
// content.
type obstacle uint8

const (
	obstacleWriter  obstacle = iota + 1 // a writer is at it
	obstacleLock                        // someone holds an exclusive flock
	obstacleUnstill                     // not known to be quiet for long enough
	obstacleMoved                       // a name leads elsewhere than a moment ago
)

func (o obstacle) Error() string {
	switch o {
	case obstacleWriter:
		return "another process is writing it"
	case obstacleLock:
		return "another process holds a lock on it"
	case obstacleMoved:
		return "a name of it leads nowhere, or elsewhere every time it is read"
	}
	return "it has not been quiet for long enough to be called finished"
}

// A reading is the complete content of finished files.
type reading struct {
	Content
	digest string
	files  string // their identities, as in a sight
	size   int64
	mtime  time.Time // the latest
	at     time.Time // when the last byte was read
	guard  Guard     // the weakest
}

// A reader reads files only while it can prove that nobody writes them.
type reader struct {
	path     string
	o        *Options
	closings *closings // may be nil

	// still is the state the files were last found in and since when; it is what
	// the weaker guards have to go by.
	still struct {
		files string
		since time.Time
	}
	ripe time.Time // when the files will have been still for long enough
}

// opened is a file while it is read.
type opened struct {
	located
	f     *os.File
	info  os.FileInfo // as it was before it was read
	guard Guard
}

// read returns the content, an obstacle, or what is wrong with a file. swapped
// says that a rename made the path lead to it.
//
// All files are held until the last one is read, so that they were finished at
// one and the same moment.
func (r *reader) read(swapped bool) (reading, error) {
	p := locate(r.path, r.o)
	if p.err != nil {
		return reading{}, p.err
	}
	files, err := r.open(p)
	defer r.release(files)
	if err != nil {
		return reading{}, err
	}
	guard, err := r.secure(files, swapped)
	if err != nil {
		return reading{}, err
	}
	result := reading{Content: Content{Path: r.path, Dir: p.dir, Files: make([]File, len(files))}, guard: guard}
	for i := range files {
		data, err := r.content(&files[i])
		if err != nil {
			return reading{}, err
		}
		result.Files[i] = File{Name: files[i].name, Data: data}
	}
	result.at = time.Now()
	if err := r.unchanged(files, p); err != nil {
		return reading{}, err
	}
	result.sumUp(files)
	return result, nil
}

// open opens all files, without ever waiting for one: what is not a regular
// file is not opened, and what becomes one in between does not block. The files
// opened so far are returned in any case.
func (r *reader) open(p place) ([]opened, error) {
	if len(p.files) > maxFiles {
		return nil, fmt.Errorf("%s has %d files, the limit is %d", r.path, len(p.files), maxFiles)
	}
	if p.whole {
		// One that cannot be listed would pass for an empty one.
		if _, err := os.ReadDir(p.target); err != nil {
			return nil, err
		}
	}
	var files []opened
	var size int64
	for _, at := range p.files {
		f, info, err := openRegular(at)
		if err != nil {
			if absent(err) && at.target != p.target {
				err = obstacleMoved // the place itself is there
			}
			return files, err
		}
		files = append(files, opened{located: at, f: f, info: info})
		if size += info.Size(); size > r.o.MaxSize {
			return files, fmt.Errorf("%s is %d bytes long, the limit is %d", r.path, size, r.o.MaxSize)
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
	return fmt.Errorf("%s is not a regular file (its mode is %s), one is wanted", at.path, info.Mode())
}

// secure makes sure that nobody is writing any of the files, and returns the
// weakest of the proofs.
func (r *reader) secure(files []opened, swapped bool) (Guard, error) {
	weakest := GuardLease
	ids := identities(files)
	for i := range files {
		f := &files[i]
		if err := lockShared(f.f); err != nil {
			return 0, err
		}
		g, err := r.guard(f, ids, swapped)
		if err != nil {
			return 0, err
		}
		f.guard = g
		weakest = max(weakest, g)
	}
	return weakest, nil
}

// content reads one file and makes sure that no more follows.
func (r *reader) content(f *opened) ([]byte, error) {
	data := make([]byte, f.info.Size())
	for done := 0; done < len(data); {
		n, err := io.ReadFull(f.f, data[done:min(done+chunk, len(data))])
		done += n
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !r.holds(f) {
			return nil, obstacleWriter
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", f.path, err)
		}
	}
	if n, _ := f.f.Read(make([]byte, 1)); n > 0 {
		return nil, obstacleWriter
	}
	return data, nil
}

// unchanged makes sure, once all is read, that what was secured still is, and
// that the place consists of the same files.
func (r *reader) unchanged(files []opened, p place) error {
	for i := range files {
		f := &files[i]
		after, err := f.f.Stat()
		if err != nil {
			return err
		}
		if identityOf(after) != identityOf(f.info) || !r.holds(f) {
			return obstacleWriter
		}
	}
	if !locate(r.path, r.o).equal(p) {
		return obstacleMoved
	}
	return nil
}

// sumUp takes what is known of the files into the reading.
func (r *reading) sumUp(files []opened) {
	r.files = identities(files)
	r.digest = history.Digest(r.Files)
	for i := range files {
		info := files[i].info
		r.size += info.Size()
		if info.ModTime().After(r.mtime) {
			r.mtime = info.ModTime()
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

// free returns nil if no writer can be seen at the files, an obstacle if one
// can, or what else is wrong.
func (r *reader) free() error {
	p := locate(r.path, r.o)
	if p.err != nil {
		return p.err
	}
	files, err := r.open(p)
	defer r.release(files)
	if err != nil {
		return err
	}
	_, err = r.secure(files, false)
	if errors.Is(err, obstacleUnstill) {
		return nil
	}
	return err
}

// release ends locks and leases, then closes the files. Closing would do, were
// it not for a child process that is being started at this moment: it has a copy
// of every file until it executes its program, and would keep both.
func (r *reader) release(files []opened) {
	for i := range files {
		unlease(files[i].f)
		unlock(files[i].f)
		files[i].f.Close() // nothing was written
	}
}

// stillness is the guard of last resort: the files look as they did a while ago.
func (r *reader) stillness(ids string, quiet time.Duration, g Guard) (Guard, error) {
	now := time.Now()
	if ids != r.still.files {
		r.still.files, r.still.since = ids, now
	}
	r.ripe = r.still.since.Add(quiet)
	if now.Before(r.ripe) {
		return 0, obstacleUnstill
	}
	return g, nil
}

// disturb takes note that the files were touched just now, even if their
// metadata, which has a resolution, may not show it.
func (r *reader) disturb() {
	r.still.files, r.still.since = look(r.path, r.o).files, time.Now()
}

// trust takes files that were not changed for long enough before anyone looked
// for still ones, so that a start does not wait for what is long finished.
func (r *reader) trust(written time.Time) {
	if time.Since(written) > coarsest {
		r.still.files, r.still.since = look(r.path, r.o).files, written
	}
}
