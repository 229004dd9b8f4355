package fswatch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	inDirectory = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_ONLYDIR
	inFile      = unix.IN_MODIFY | unix.IN_CLOSE_WRITE
)

// A closeWatcher reports what fsnotify leaves out: that a writer closed a file, and
// that a name appeared by a rename and not by being created. It watches the
// directories of the files. It also watches the files themselves, for writes through
// another hard link or a memory mapping.
//
// It is an additional source that can be missing: a nil *closeWatcher reports nothing.
type closeWatcher struct {
	changes *coalescer
	file    *os.File
	done    chan struct{}

	mu      sync.Mutex
	buf     []byte
	fd      int // valid while open
	open    bool
	dirs    map[int]string // by watch descriptor
	nodes   map[int]string // files, by watch descriptor
	targets []string       // the paths of the files that are followed
	listing string         // a directory in which further names count
	include func(name string) bool
	states  map[string]WriteState // by path
}

func newCloseWatcher(changes *coalescer, include func(string) bool) (*closeWatcher, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("starting to watch for closes: %w", err)
	}
	c := &closeWatcher{
		changes: changes,
		file:    os.NewFile(uintptr(fd), "inotify"),
		done:    make(chan struct{}),
		buf:     make([]byte, 16<<10),
		fd:      fd, open: true,
		dirs: map[int]string{}, nodes: map[int]string{}, states: map[string]WriteState{},
		include: include,
	}
	go c.run()
	return c, nil
}

// rewatch follows targets from now on, and every member of listing unless it is empty. If the
// same files are followed already, it costs two system calls a file and changes nothing.
func (c *closeWatcher) rewatch(targets []string, listing string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open {
		return
	}
	c.drain()
	c.targets, c.listing = targets, listing
	dirs := parents(targets)
	if listing != "" && !slices.Contains(dirs, listing) {
		dirs = append(dirs, listing)
	}
	renewed := c.watch(c.dirs, dirs, inDirectory)
	c.watch(c.nodes, targets, inFile)
	c.keepOnly(targets, renewed)
}

// watch changes watched, which is by watch descriptor, to those of paths that can be watched.
// It returns the paths that were not watched before.
func (c *closeWatcher) watch(watched map[int]string, paths []string, mask uint32) []string {
	var fresh []string
	now := make(map[int]string, len(paths))
	for _, path := range paths {
		wd, err := unix.InotifyAddWatch(c.fd, path, mask)
		if err != nil {
			continue
		}
		if watched[wd] != path {
			fresh = append(fresh, path)
		}
		now[wd] = path
	}
	for wd := range watched {
		if _, still := now[wd]; !still {
			// The watch is gone already if its inode is.
			_, _ = unix.InotifyRmWatch(c.fd, uint32(wd))
			delete(watched, wd)
		}
	}
	maps.Copy(watched, now)
	return fresh
}

// keepOnly drops the states of all files except targets, and of those in directories whose
// watch is new.
func (c *closeWatcher) keepOnly(targets, renewed []string) {
	maps.DeleteFunc(c.states, func(path string, _ WriteState) bool {
		return !slices.Contains(targets, path) || slices.Contains(renewed, filepath.Dir(path))
	})
}

// state is the last reported state of the writers of target. It first reads what the kernel
// has queued, so that the answer is not older than the call.
func (c *closeWatcher) state(target string) WriteState {
	if c == nil {
		return Unknown
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain()
	if s, ok := c.states[target]; ok {
		return s
	}
	return Untouched
}

// catchUp reads what the kernel has queued.
func (c *closeWatcher) catchUp() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain()
}

func (c *closeWatcher) close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.open = false
	c.mu.Unlock()
	c.file.Close() // wakes run; a watch descriptor has nothing to flush
	<-c.done
}

// run reads events when the kernel has some, until the file is closed.
func (c *closeWatcher) run() {
	defer close(c.done)
	raw, err := c.file.SyscallConn()
	if err != nil {
		return
	}
	// Read calls the function each time the descriptor becomes readable. It returns an
	// error once the descriptor is closed; that error has no other meaning.
	_ = raw.Read(func(uintptr) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drain()
		return !c.open
	})
}

// drain reads all queued events. The caller holds the lock, which keeps them in order.
func (c *closeWatcher) drain() {
	for c.open {
		n, err := unix.Read(c.fd, c.buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n < unix.SizeofInotifyEvent {
			return
		}
		c.parse(c.buf[:n])
	}
}

func (c *closeWatcher) parse(buf []byte) {
	const head = unix.SizeofInotifyEvent
	for len(buf) >= head {
		wd := int(int32(binary.NativeEndian.Uint32(buf)))
		mask := binary.NativeEndian.Uint32(buf[4:])
		end := head + int(binary.NativeEndian.Uint32(buf[12:]))
		if end > len(buf) {
			return
		}
		name := string(bytes.TrimRight(buf[head:end], "\x00"))
		c.handle(wd, mask, name)
		buf = buf[end:]
	}
}

// handle records one event, if it is about a file that is followed.
func (c *closeWatcher) handle(wd int, mask uint32, name string) {
	switch {
	case mask&unix.IN_Q_OVERFLOW != 0:
		for _, path := range c.targets {
			c.states[path] = Unknown
		}
		c.changes.add(func(all *Changes) { all.Lost = errOverflow })
	case mask&unix.IN_IGNORED != 0:
		delete(c.dirs, wd)
		delete(c.nodes, wd)
	default:
		if path := c.pathOf(wd, name); path != "" {
			c.setState(path, mask)
			c.changes.add(func(all *Changes) { all.merge(mask) })
		}
	}
}

// pathOf is the path of the file that an event is about; "" if that file is not followed.
func (c *closeWatcher) pathOf(wd int, name string) string {
	if path, ok := c.nodes[wd]; ok {
		return path
	}
	dir, ok := c.dirs[wd]
	if !ok || name == "" {
		return ""
	}
	path := filepath.Join(dir, name)
	if dir == c.listing && c.include(name) || slices.Contains(c.targets, path) {
		return path
	}
	return ""
}

// setState records the state that decides whether a file is finished. After the creation of a
// name the state is unknown: a file may be open and will be closed, a link will not.
func (c *closeWatcher) setState(path string, mask uint32) {
	switch {
	case mask&(unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO) != 0:
		c.states[path] = Finished
	case mask&unix.IN_MODIFY != 0:
		c.states[path] = Writing
	case mask&unix.IN_CREATE != 0:
		c.states[path] = Unknown
	}
}

func (c *Changes) merge(mask uint32) {
	switch {
	case mask&unix.IN_MOVED_TO != 0:
		c.Renamed, c.Wrote, c.Closed = true, false, false
	case mask&unix.IN_CLOSE_WRITE != 0:
		c.Closed, c.Renamed = true, false
	case mask&unix.IN_MODIFY != 0:
		c.Wrote, c.Renamed = true, false
	case mask&unix.IN_CREATE != 0:
		c.Names, c.Renamed = true, false
	}
}
