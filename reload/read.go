package reload

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
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
)

func (o obstacle) Error() string {
	switch o {
	case obstacleWriter:
		return "another process is writing it"
	case obstacleLock:
		return "another process holds a lock on it"
	}
	return "it has not been quiet for long enough to be called finished"
}

// A reading is the complete content of a finished file.
type reading struct {
	data  []byte
	sum   [sha256.Size]byte
	id    identity
	mtime time.Time
	at    time.Time // when the last byte was read
	guard Guard
}

// A reader reads a file only while it can prove that nobody writes it.
type reader struct {
	path     string
	maxSize  int64
	settle   time.Duration
	noLease  bool
	closings *closings // may be nil

	// still is the state the file was last found in and since when; it is what
	// the weaker guards have to go by.
	still struct {
		id    identity
		since time.Time
	}
	ripe time.Time // when the file will have been still for long enough
}

// read returns the content, an obstacle, or what is wrong with the file.
// swapped says that a rename made the path lead to it.
func (r *reader) read(swapped bool) (reading, error) {
	f, err := r.open()
	if err != nil {
		return reading{}, err
	}
	defer r.release(f)
	before, err := f.Stat()
	if err != nil {
		return reading{}, err
	}
	if before.Size() > r.maxSize {
		return reading{}, fmt.Errorf("%s is %d bytes long, the limit is %d", r.path, before.Size(), r.maxSize)
	}
	if err := lockShared(f); err != nil {
		return reading{}, err
	}
	g, err := r.guard(f, identityOf(before), swapped)
	if err != nil {
		return reading{}, err
	}
	data, err := r.content(f, before.Size(), g)
	if err != nil {
		return reading{}, err
	}
	at := time.Now()
	after, err := f.Stat()
	if err != nil {
		return reading{}, err
	}
	if identityOf(after) != identityOf(before) || !r.holds(f, g) {
		return reading{}, obstacleWriter
	}
	return reading{
		data: data, sum: sha256.Sum256(data), id: identityOf(after),
		mtime: after.ModTime(), at: at, guard: g,
	}, nil
}

// open opens the file for reading without ever waiting for it: what is not a
// regular file is not opened, and what becomes one in between does not block.
func (r *reader) open() (*os.File, error) {
	info, err := os.Stat(r.path)
	if err != nil {
		return nil, err
	}
	if err := r.regular(info); err != nil {
		return nil, err
	}
	f, err := openNow(r.path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = r.regular(info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (r *reader) regular(info os.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s is not a regular file (mode %s)", r.path, info.Mode())
}

// content reads size bytes and makes sure that no more follow.
func (r *reader) content(f *os.File, size int64, g Guard) ([]byte, error) {
	data := make([]byte, size)
	for done := 0; done < len(data); {
		n, err := io.ReadFull(f, data[done:min(done+chunk, len(data))])
		done += n
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !r.holds(f, g) {
			return nil, obstacleWriter
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", r.path, err)
		}
	}
	if n, _ := f.Read(make([]byte, 1)); n > 0 {
		return nil, obstacleWriter
	}
	return data, nil
}

// free returns nil if no writer can be seen at the file, an obstacle if one
// can, or what else is wrong.
func (r *reader) free() error {
	f, err := r.open()
	if err != nil {
		return err
	}
	defer r.release(f)
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = r.guard(f, identityOf(info), false)
	if errors.Is(err, obstacleUnstill) {
		return nil
	}
	return err
}

// release ends lock and lease, then closes f. Closing would do, were it not for
// a child process that is being started at this moment: it has a copy of f until
// it executes its program, and would keep both.
func (r *reader) release(f *os.File) {
	unlease(f)
	unlock(f)
	f.Close() // nothing was written
}

// stillness is the guard of last resort: the file looks as it did a while ago.
func (r *reader) stillness(id identity, quiet time.Duration, g Guard) (Guard, error) {
	now := time.Now()
	if id != r.still.id {
		r.still.id, r.still.since = id, now
	}
	r.ripe = r.still.since.Add(quiet)
	if now.Before(r.ripe) {
		return 0, obstacleUnstill
	}
	return g, nil
}

// disturb takes note that the file was touched just now, even if its metadata,
// which has a resolution, may not show it.
func (r *reader) disturb() {
	r.still.id, r.still.since = identity{}, time.Now()
	if info, err := os.Stat(r.path); err == nil {
		r.still.id = identityOf(info)
	}
}

// trust takes a file that was not changed for long enough before anyone looked
// for a still one, so that a start does not wait for what is long finished.
func (r *reader) trust(info os.FileInfo) {
	if time.Since(info.ModTime()) > coarsest {
		r.still.id, r.still.since = identityOf(info), info.ModTime()
	}
}
