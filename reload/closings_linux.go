package reload

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

// closings hears what fsnotify does not tell: that a writer closed a file, and
// that a name appeared by a rename and not by being created. It watches the
// directories of the files, and the files themselves for writes that go through
// another hard link or a memory mapping.
//
// It is a second source, never a necessary one: a nil *closings hears nothing.
type closings struct {
	mail *mailbox
	file *os.File
	done chan struct{}

	mu      sync.Mutex
	buf     []byte
	fd      int // valid while open
	open    bool
	dirs    map[int]string // by watch descriptor
	nodes   map[int]string // files, by watch descriptor
	targets []string       // the files followed, by path
	listing string         // a directory of which other names count, too
	belongs func(name string) bool
	heard   map[string]writeState // by path
}

func newClosings(mail *mailbox, belongs func(string) bool) (*closings, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("starting to watch for closes: %w", err)
	}
	c := &closings{
		mail: mail,
		file: os.NewFile(uintptr(fd), "inotify"),
		done: make(chan struct{}),
		buf:  make([]byte, 16<<10),
		fd:   fd, open: true,
		dirs: map[int]string{}, nodes: map[int]string{}, heard: map[string]writeState{},
		belongs: belongs,
	}
	go c.listen()
	return c, nil
}

// aim follows targets from now on, and every member of listing if that is not
// empty. Aiming at the same files again costs two system calls a file and
// changes nothing.
func (c *closings) aim(targets []string, listing string) {
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
	dirs := directories(targets)
	if listing != "" && !slices.Contains(dirs, listing) {
		dirs = append(dirs, listing)
	}
	renewed := c.watch(c.dirs, dirs, inDirectory)
	c.watch(c.nodes, targets, inFile)
	c.forgetBut(targets, renewed)
}

// watch makes watched, by watch descriptor, those paths that can be watched,
// and returns the ones that were not watched before.
func (c *closings) watch(watched map[int]string, paths []string, mask uint32) []string {
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
			// It is gone already if its inode is.
			_, _ = unix.InotifyRmWatch(c.fd, uint32(wd))
			delete(watched, wd)
		}
	}
	maps.Copy(watched, now)
	return fresh
}

// forgetBut drops what was heard of all files but targets, and of those in
// directories that are others than before.
func (c *closings) forgetBut(targets, renewed []string) {
	maps.DeleteFunc(c.heard, func(path string, _ writeState) bool {
		return !slices.Contains(targets, path) || slices.Contains(renewed, filepath.Dir(path))
	})
}

// state is what was heard of the writers of target up to this moment: what the
// kernel has queued is taken in first, so that the answer is not older than the
// question.
func (c *closings) state(target string) writeState {
	if c == nil {
		return unclear
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain()
	if s, ok := c.heard[target]; ok {
		return s
	}
	return unheard
}

// catchUp takes in what the kernel has queued.
func (c *closings) catchUp() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain()
}

func (c *closings) close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.open = false
	c.mu.Unlock()
	c.file.Close() // wakes listen; a watch descriptor has nothing to flush
	<-c.done
}

// listen takes events in whenever there are some, until the file is closed.
func (c *closings) listen() {
	defer close(c.done)
	raw, err := c.file.SyscallConn()
	if err != nil {
		return
	}
	// Read calls back each time the descriptor becomes readable and returns an
	// error, which says nothing more, once it is closed.
	_ = raw.Read(func(uintptr) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drain()
		return !c.open
	})
}

// drain takes in all events there are. The caller holds the lock, which keeps
// them in order.
func (c *closings) drain() {
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

func (c *closings) parse(buf []byte) {
	const head = unix.SizeofInotifyEvent
	for len(buf) >= head {
		wd := int(int32(binary.NativeEndian.Uint32(buf)))
		mask := binary.NativeEndian.Uint32(buf[4:])
		end := head + int(binary.NativeEndian.Uint32(buf[12:]))
		if end > len(buf) {
			return
		}
		name := string(bytes.TrimRight(buf[head:end], "\x00"))
		c.hear(wd, mask, name)
		buf = buf[end:]
	}
}

// hear takes one event in, if it is about a file that is followed.
func (c *closings) hear(wd int, mask uint32, name string) {
	switch {
	case mask&unix.IN_Q_OVERFLOW != 0:
		for _, path := range c.targets {
			c.heard[path] = unclear
		}
		c.mail.post(func(n *notice) { n.lost = errOverflow })
	case mask&unix.IN_IGNORED != 0:
		delete(c.dirs, wd)
		delete(c.nodes, wd)
	default:
		if path := c.about(wd, name); path != "" {
			c.note(path, mask)
			c.mail.post(func(n *notice) { n.merge(mask) })
		}
	}
}

// about is the file an event tells of; "" if that is none of ours.
func (c *closings) about(wd int, name string) string {
	if path, ok := c.nodes[wd]; ok {
		return path
	}
	dir, ok := c.dirs[wd]
	if !ok || name == "" {
		return ""
	}
	path := filepath.Join(dir, name)
	if dir == c.listing && c.belongs(name) || slices.Contains(c.targets, path) {
		return path
	}
	return ""
}

// note keeps the state that decides whether a file is finished. A created file
// says nothing: it may be open (and will be closed) or a link (and will not).
func (c *closings) note(path string, mask uint32) {
	switch {
	case mask&(unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO) != 0:
		c.heard[path] = finished
	case mask&unix.IN_MODIFY != 0:
		c.heard[path] = writing
	case mask&unix.IN_CREATE != 0:
		c.heard[path] = unclear
	}
}

func (n *notice) merge(mask uint32) {
	switch {
	case mask&unix.IN_MOVED_TO != 0:
		n.moved, n.wrote, n.closed = true, false, false
	case mask&unix.IN_CLOSE_WRITE != 0:
		n.closed, n.moved = true, false
	case mask&unix.IN_MODIFY != 0:
		n.wrote, n.moved = true, false
	case mask&unix.IN_CREATE != 0:
		n.names, n.moved = true, false
	}
}
