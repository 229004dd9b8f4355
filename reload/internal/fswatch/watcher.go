// Package fswatch reports changes of a set of files, coalesced, and the last reported state of
// their writers.
//
// fsnotify reports that a name was created, removed, renamed or written. On Linux a
// second inotify descriptor reports what fsnotify leaves out: that a writer closed a
// file, and that a name appeared by a rename.
package fswatch

import "errors"

// A Watcher reports changes of files. Its methods are called from one goroutine.
type Watcher struct {
	o       Options
	changes *coalescer
	dirs    *directoryWatcher
	closes  *closeWatcher // nil where closes are not reported
}

// Options say what a [Watcher] reports.
type Options struct {
	// Include says which members matter in a directory that is followed as a whole. Without it
	// no member matters.
	Include func(name string) bool

	// NoEvents is an error that is reported in place of watching. NoCloses leaves out the
	// reports of closes, as on a system that has none. Both are for tests.
	NoEvents error
	NoCloses bool
}

// A WriteState is the last reported state of the writers of a file.
type WriteState uint8

// The states.
const (
	Unknown   WriteState = iota // it was created, or reports were lost or are not available
	Untouched                   // no report since it is followed
	Writing                     // written, not closed since
	Finished                    // closed, or renamed in, and not written since
)

// New returns a Watcher that follows nothing yet. It must be closed.
func New(o Options) *Watcher {
	if o.Include == nil {
		o.Include = func(string) bool { return false }
	}
	changes := newCoalescer()
	return &Watcher{o: o, changes: changes, dirs: newDirectoryWatcher(changes, o.Include, o.NoEvents)}
}

// WatchNames reports changes of names, and of the members of the directory listing unless it is
// empty, and of no others from now on. It renews stale watches. After WatchNames has returned
// nil, every change of a name is reported.
func (w *Watcher) WatchNames(names []string, listing string) error {
	w.openCloses()
	return w.dirs.rewatch(names, listing)
}

// openCloses begins to watch for closes, unless it has done so before. If it fails, the next
// call tries again; meanwhile the reader finds out by trying whether a writer is gone.
func (w *Watcher) openCloses() {
	if w.closes == nil && !w.o.NoCloses {
		w.closes, _ = newCloseWatcher(w.changes, w.o.Include)
	}
}

// WatchWriters follows the writers of files, which are paths without links, and of the members
// of the directory listing unless it is empty. On a system that does not report closes it does
// nothing.
func (w *Watcher) WatchWriters(files []string, listing string) {
	w.closes.rewatch(files, listing)
}

// WriteState returns the last reported state of the writers of a file, up to this moment.
func (w *Watcher) WriteState(file string) WriteState { return w.closes.state(file) }

// Ready has an element while there are changes to pop.
func (w *Watcher) Ready() <-chan struct{} { return w.changes.ready }

// Pop returns the changes reported since the last call. It reads the queue of the close watcher
// first, so that both reports of one save are returned together if possible.
func (w *Watcher) Pop() Changes {
	w.closes.catchUp()
	return w.changes.pop()
}

// Check returns an error if a watch was lost without a report.
func (w *Watcher) Check() error { return w.dirs.check() }

// Close ends all watches. When it returns, no goroutine of the Watcher is running.
func (w *Watcher) Close() error {
	w.closes.close()
	return w.dirs.close()
}

// LoseWatches removes the watches on names without a report, as unmounting a file system does.
// It is for tests.
func (w *Watcher) LoseWatches() error {
	var errs []error
	for _, dir := range w.dirs.fs.WatchList() {
		errs = append(errs, w.dirs.fs.Remove(dir))
	}
	return errors.Join(errs...)
}

// Overflow adds the report of a kernel that dropped events. It is for tests.
func (w *Watcher) Overflow() { w.changes.add(func(c *Changes) { c.Lost = errOverflow }) }
