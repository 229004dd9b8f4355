package reload

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/fsnotify/fsnotify"
)

var errOverflow = errors.New("the queue of file system notices overflowed")

// A watch reports changes of a set of names by watching their directories: the
// file itself is another one after every save by renaming.
type watch struct {
	mail    *mailbox
	belongs func(name string) bool // to a directory that is the source
	fault   error

	fs   *fsnotify.Watcher // nil while there is none to be had
	done chan struct{}     // closed when fs has nothing more to say

	dirs  map[string]os.FileInfo  // watched, as they were when the watch was added
	heard atomic.Pointer[hearing] // what listen looks for
}

// hearing is the set of names that concern us.
type hearing struct {
	names   []string
	dirs    []string
	listing string // a directory of which members that are new concern us, too
}

func newWatch(mail *mailbox, belongs func(string) bool, fault error) *watch {
	w := &watch{mail: mail, belongs: belongs, fault: fault, dirs: map[string]os.FileInfo{}}
	w.heard.Store(&hearing{})
	return w
}

// aim watches the directories of names, and listing if there is one, and no
// others, and renews watches that went stale. Whatever happens to a name, or to
// a member of listing, once aim has returned nil is reported.
func (w *watch) aim(names []string, listing string) error {
	h := &hearing{names: names, dirs: directories(names), listing: listing}
	if listing != "" && !slices.Contains(h.dirs, listing) {
		h.dirs = append(h.dirs, listing)
	}
	w.heard.Store(h)
	if err := w.listenAgain(); err != nil {
		return err
	}
	w.dropExcept(h.dirs)
	var errs []error
	for _, dir := range h.dirs {
		if err := w.add(dir); err != nil {
			errs = append(errs, fmt.Errorf("watching %s: %w", dir, err))
		}
	}
	return errors.Join(errs...)
}

func (w *watch) listenAgain() error {
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
	go w.listen(fs, w.done)
	return nil
}

// add watches dir unless it is watched already. Its identity is taken first: if
// it is replaced in between, the next check finds the two differing.
func (w *watch) add(dir string) error {
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

// dropExcept ends the watches on all directories but dirs, and on those of dirs
// that are not what was watched any more.
func (w *watch) dropExcept(dirs []string) {
	for dir := range w.dirs {
		if !slices.Contains(dirs, dir) || w.stale(dir) {
			// A watch that is gone already is as good as removed.
			_ = w.fs.Remove(dir)
			delete(w.dirs, dir)
		}
	}
}

// stale reports whether the watch on dir is gone, or on another directory than
// the one that has the name now.
func (w *watch) stale(dir string) bool {
	if !slices.Contains(w.fs.WatchList(), dir) {
		return true
	}
	info, err := os.Stat(dir)
	return err != nil || !os.SameFile(info, w.dirs[dir])
}

// check returns an error if a watch was lost without a notice.
func (w *watch) check() error {
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

func (w *watch) close() error {
	if w.fs == nil {
		return nil
	}
	err := w.fs.Close()
	<-w.done
	w.fs = nil
	return err
}

// listen turns what fsnotify says into notices until fs is closed.
func (w *watch) listen(fs *fsnotify.Watcher, done chan<- struct{}) {
	defer close(done)
	for {
		select {
		case ev, ok := <-fs.Events:
			if !ok {
				return
			}
			w.hear(ev)
		case err, ok := <-fs.Errors:
			if !ok {
				return
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				err = errOverflow
			}
			w.mail.post(func(n *notice) { n.lost = err })
		}
	}
}

func (w *watch) hear(ev fsnotify.Event) {
	h := w.heard.Load()
	name := filepath.Clean(ev.Name)
	switch {
	case slices.Contains(h.dirs, name):
		w.mail.post(func(n *notice) { n.names = true })
	case !w.concerns(h, name):
	case ev.Has(fsnotify.Write):
		w.mail.post(func(n *notice) { n.wrote = true })
	default:
		w.mail.post(func(n *notice) { n.names = true })
	}
}

func (w *watch) concerns(h *hearing, name string) bool {
	dir, base := filepath.Split(name)
	return slices.Contains(h.names, name) || filepath.Clean(dir) == h.listing && w.belongs(base)
}
