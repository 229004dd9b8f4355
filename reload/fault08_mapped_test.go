//go:build unix

package reload_test

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 8: writes through a memory mapping, which the kernel does not report before the
// mapping ends. The poll sees them, and the lease that the writer is there.
func TestFault08MappedWriter(t *testing.T) {
	t.Parallel()
	if !linux {
		t.Skip("only a lease knows of mappings")
	}
	for _, g := range guards[:2] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			o := g.o
			o.Poll = 50 * time.Millisecond
			h := open(t, file(t, "old and older"), o)
			memory := mapped(t, h.path)
			copy(memory, "new")
			e := h.await(reload.EventPending)
			if h.Live().Value != "old and older" || !says("another process is writing it")(e.Err) {
				t.Errorf("live %q, pending because %v", h.Live().Value, e.Err)
			}
			copy(memory, "new and newer")
			do(t, unix.Munmap(memory))
			h.becomes("new and newer")
		})
	}
}

// mapped is the memory of the file at path, which no other process has open.
func mapped(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	do(t, err)
	defer f.Close()
	info, err := f.Stat()
	do(t, err)
	memory, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	do(t, err)
	return memory
}
