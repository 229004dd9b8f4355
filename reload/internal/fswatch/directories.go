package fswatch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/fsnotify/fsnotify"
)

var errOverflow = errors.New("the queue of file system events overflowed")

// A directoryWatcher reports changes of a set of names by watching their directories. It does
// not watch the files, since every save by renaming replaces the file.
type directoryWatcher struct {
	changes *coalescer
	include func(name string) bool // which names matter in a directory that is followed as a whole
	fault   error

	fs   *fsnotify.Watcher // nil before the first watch, or if there is no watcher
	done chan struct{}     // closed when the goroutine that reads fs has ended

	dirs   map[string]os.FileInfo  // watched, as they were when the watch was added
	filter atomic.Pointer[nameSet] // which events matter
}

// A nameSet is the names whose events matter.
type nameSet struct {
	names   []string
	dirs    []string
	listing string // a directory in which new names matter, too
}

func newDirectoryWatcher(changes *coalescer, include func(string) bool, fault error) *directoryWatcher {
	w := &directoryWatcher{changes: changes, include: include, fault: fault, dirs: map[string]os.FileInfo{}}
	w.filter.Store(&nameSet{})
	return w
}

// rewatch watches the directories of names, and listing unless it is empty, and no others. It
// renews stale watches. After rewatch has returned nil, every change of a name or of a member
// of listing is reported.
func (w *directoryWatcher) rewatch(names []string, listing string) error {
	set := &nameSet{names: names, dirs: parents(names), listing: listing}
	if listing != "" && !slices.Contains(set.dirs, listing) {
		set.dirs = append(set.dirs, listing)
	}
	w.filter.Store(set)
	if err := w.start(); err != nil {
		return err
	}
	w.dropExcept(set.dirs)
	var errs []error
	for _, dir := range set.dirs {
		if err := w.add(dir); err != nil {
			errs = append(errs, fmt.Errorf("watching %s: %w", dir, err))
		}
	}
	return errors.Join(errs...)
}

// start begins to read file system events, unless it has done so before.
func (w *directoryWatcher) start() error {
	if w.fs != nil {
		return nil
	}
	if w.fault != nil {
		return w.fault
	}
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("starting to watch: %w", err)
	}
	w.fs, w.done = fs, make(chan struct{})
	go w.run(fs, w.done)
	return nil
}

// add watches dir unless it is watched already. It reads the identity of dir first: if dir is
// replaced before the watch begins, the next check finds that the two differ.
func (w *directoryWatcher) add(dir string) error {
	if _, ok := w.dirs[dir]; ok {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if err := w.fs.Add(dir); err != nil {
		return err
	}
	w.dirs[dir] = info
	return nil
}

// dropExcept ends the watches on all directories except dirs, and the stale watches among
// dirs.
func (w *directoryWatcher) dropExcept(dirs []string) {
	for dir := range w.dirs {
		if !slices.Contains(dirs, dir) || w.stale(dir) {
			// If the watch is gone already, Remove fails and nothing is left to do.
			_ = w.fs.Remove(dir)
			delete(w.dirs, dir)
		}
	}
}

// stale reports whether the watch on dir is gone, or is on a directory that no longer has that
// name.
func (w *directoryWatcher) stale(dir string) bool {
	if !slices.Contains(w.fs.WatchList(), dir) {
		return true
	}
	info, err := os.Stat(dir)
	return err != nil || !os.SameFile(info, w.dirs[dir])
}

// check returns an error if a watch was lost without an event.
func (w *directoryWatcher) check() error {
	if w.fs == nil {
		return nil
	}
	for dir := range w.dirs {
		if w.stale(dir) {
			return fmt.Errorf("the watch on %s is gone", dir)
		}
	}
	return nil
}

func (w *directoryWatcher) close() error {
	if w.fs == nil {
		return nil
	}
	err := w.fs.Close()
	<-w.done
	w.fs = nil
	return err
}

// run turns events of fsnotify into changes until fs is closed.
func (w *directoryWatcher) run(fs *fsnotify.Watcher, done chan<- struct{}) {
	defer close(done)
	for {
		select {
		case ev, ok := <-fs.Events:
			if !ok {
				return
			}
			w.handle(ev)
		case err, ok := <-fs.Errors:
			if !ok {
				return
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				err = errOverflow
			}
			w.changes.add(func(c *Changes) { c.Lost = err })
		}
	}
}

func (w *directoryWatcher) handle(ev fsnotify.Event) {
	set := w.filter.Load()
	name := filepath.Clean(ev.Name)
	switch {
	case slices.Contains(set.dirs, name):
		w.changes.add(func(c *Changes) { c.Names = true })
	case !w.matches(set, name):
	case ev.Has(fsnotify.Write):
		w.changes.add(func(c *Changes) { c.Wrote = true })
	default:
		w.changes.add(func(c *Changes) { c.Names = true })
	}
}

func (w *directoryWatcher) matches(set *nameSet, name string) bool {
	dir, base := filepath.Split(name)
	return slices.Contains(set.names, name) || filepath.Clean(dir) == set.listing && w.include(base)
}

// parents are the directories of names, each once.
func parents(names []string) []string {
	var dirs []string
	for _, name := range names {
		if dir := filepath.Dir(name); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
