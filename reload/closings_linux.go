package reload

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	inDirectory = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_ONLYDIR
	inFile      = unix.IN_MODIFY | unix.IN_CLOSE_WRITE
)

// closings hears what fsnotify does not tell: that a writer closed the target,
// and that a name appeared by a rename and not by being created. It watches the
// target's directory, and the file itself for writes that go through another
// hard link or a memory mapping.
//
// It is a second source, never a necessary one: a nil *closings hears nothing.
type closings struct {
	mail *mailbox
	file *os.File
	done chan struct{}

	mu        sync.Mutex
	buf       []byte
	fd        int // valid while open
	open      bool
	base      string
	dir, node int // watch descriptors; -1 for none
	heard     writeState
}

func newClosings(mail *mailbox) (*closings, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("starting to watch for closes: %w", err)
	}
	c := &closings{
		mail: mail,
		file: os.NewFile(uintptr(fd), "inotify"),
		done: make(chan struct{}),
		buf:  make([]byte, 16<<10),
		fd:   fd, open: true, dir: -1, node: -1,
	}
	go c.listen()
	return c, nil
}

// aim follows target from now on. Aiming at the same file again costs two
// system calls and changes nothing.
func (c *closings) aim(target string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open {
		return
	}
	base := filepath.Base(target)
	moved := c.replace(&c.dir, filepath.Dir(target), inDirectory)
	c.replace(&c.node, target, inFile)
	if moved || base != c.base {
		c.base, c.heard = base, unheard
	}
}

// replace points the watch *wd at path and reports whether that is another
// inode than before. A path that cannot be watched leaves none.
func (c *closings) replace(wd *int, path string, mask uint32) bool {
	now, err := unix.InotifyAddWatch(c.fd, path, mask)
	if err != nil {
		now = -1
	}
	if now == *wd {
		return false
	}
	if *wd >= 0 {
		// It is gone already if its inode is.
		_, _ = unix.InotifyRmWatch(c.fd, uint32(*wd))
	}
	*wd = now
	return true
}

// state is what was heard up to this moment: what the kernel has queued is taken
// in first, so that the answer is not older than the question.
func (c *closings) state() writeState {
	if c == nil {
		return unclear
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain()
	return c.heard
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

// hear takes one event in, if it is about the target.
func (c *closings) hear(wd int, mask uint32, name string) {
	switch {
	case mask&unix.IN_Q_OVERFLOW != 0:
		c.heard = unclear
		c.mail.post(func(n *notice) { n.lost = errOverflow })
	case mask&unix.IN_IGNORED != 0:
		c.forget(wd)
	case wd >= 0 && (wd == c.node || wd == c.dir && name == c.base):
		c.note(mask)
		c.mail.post(func(n *notice) { n.merge(mask) })
	}
}

// note keeps the state that decides whether the file is finished. A created
// file says nothing: it may be open (and will be closed) or a link (and will
// not).
func (c *closings) note(mask uint32) {
	switch {
	case mask&(unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO) != 0:
		c.heard = finished
	case mask&unix.IN_MODIFY != 0:
		c.heard = writing
	case mask&unix.IN_CREATE != 0:
		c.heard = unclear
	}
}

func (c *closings) forget(wd int) {
	if wd == c.dir {
		c.dir = -1
	}
	if wd == c.node {
		c.node = -1
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
