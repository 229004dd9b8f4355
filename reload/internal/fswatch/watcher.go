// Package fswatch reports changes of a set of files, coalesced, and what is known of
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
	// Include says which members of a directory matter where all of them are followed.
	// Without it none does.
	Include func(name string) bool

	// NoEvents is an error that is reported in place of watching, and NoCloses leaves
	// out the reports of closes, as operating systems do. They are for tests.
	NoEvents error
	NoCloses bool
}

// A WriteState is what was last reported of the writers of a file.
type WriteState uint8

// The states.
const (
	Unknown   WriteState = iota // it was created, or reports were lost or cannot be had
	Untouched                   // nothing since it is followed
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

// WatchNames reports changes of names, and of the members of the directory listing if
// that is not empty, and of no others from now on. Watches that went stale are renewed.
// Whatever happens to a name once WatchNames has returned nil is reported.
func (w *Watcher) WatchNames(names []string, listing string) error {
	w.openCloses()
	return w.dirs.rewatch(names, listing)
}

// openCloses begins to watch for closes, unless it has begun. Without it they are found
// by trying, and the next call tries again.
func (w *Watcher) openCloses() {
	if w.closes == nil && !w.o.NoCloses {
		w.closes, _ = newCloseWatcher(w.changes, w.o.Include)
	}
}

// WatchWriters follows the writers of files, which are paths without links, and of the
// members of the directory listing if that is not empty. Where closes are not reported
// it does nothing.
func (w *Watcher) WatchWriters(files []string, listing string) {
	w.closes.rewatch(files, listing)
}

// WriteState is what was reported of the writers of a file up to this moment.
func (w *Watcher) WriteState(file string) WriteState { return w.closes.state(file) }

// Ready has an element while there are changes to pop.
func (w *Watcher) Ready() <-chan struct{} { return w.changes.ready }

// Pop returns what was reported since it was called last. What one of the two sources
// reports is in the other's queue by now, or soon will be: both are read first.
func (w *Watcher) Pop() Changes {
	w.closes.catchUp()
	return w.changes.pop()
}

// Check returns an error if a watch was lost without a report.
func (w *Watcher) Check() error { return w.dirs.check() }

// Close ends all watches and returns when nothing is running any more.
func (w *Watcher) Close() error {
	w.closes.close()
	return w.dirs.close()
}

// LoseWatches takes the watches on names away without a report, as an unmounted file
// system does. It is for tests.
func (w *Watcher) LoseWatches() error {
	var errs []error
	for _, dir := range w.dirs.fs.WatchList() {
		errs = append(errs, w.dirs.fs.Remove(dir))
	}
	return errors.Join(errs...)
}

// Overflow reports what the kernel reports when it dropped events. It is for tests.
func (w *Watcher) Overflow() { w.changes.add(func(c *Changes) { c.Lost = errOverflow }) }
