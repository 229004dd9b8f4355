package reload_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/reload"
)

// mounted mounts the file source alone where it returns, as
// `docker run -v source:target` does.
func mounted(t *testing.T, source string) (target string) {
	t.Helper()
	target = file(t, "hidden by the mount")
	mount(t, source, target, "", unix.MS_BIND)
	return target
}

func mount(t *testing.T, source, target, kind string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(source, target, kind, flags, ""); err != nil {
		t.Skipf("mounting is not permitted: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
}

// Fault 8, mounts of a single file: nothing is ever reported at the directory
// the mount is in.
func TestFault08MountedFileWrittenInPlace(t *testing.T) {
	t.Parallel()
	if !apart(t, asRoot) {
		return
	}
	tests := []struct {
		name string
		o    reload.Options
		kind reload.Kind
	}{
		{"heard at the file itself", reload.Options{Poll: time.Hour}, reload.KindInPlace},
		{"found by the poll", reload.Options{Poll: 50 * time.Millisecond}.WithoutCloses(), reload.KindPoll},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := file(t, "old")
			h := open(t, mounted(t, source), tt.o)
			write(t, source, "new")
			if e := h.becomes("new"); e.Kind != tt.kind {
				t.Errorf("kind = %v, want %v", e.Kind, tt.kind)
			}
		})
	}
}

// A rename outside leaves the mount with the file that was there. The new one
// cannot be had; that must be said.
func TestFault08MountedFileReplacedOutside(t *testing.T) {
	t.Parallel()
	if !apart(t, asRoot) {
		return
	}
	source := file(t, "old")
	h := open(t, mounted(t, source), reload.Options{Poll: 20 * time.Millisecond})
	renameIn(t, source, "out of reach")
	if e := h.await(reload.EventPolling); !says("replaced where it comes from")(e.Err) {
		t.Errorf("reason = %v", e.Err)
	}
	if s := h.Status(); h.Live().Value != "old" || !s.Watch.Polling {
		t.Errorf("live %q, health %+v", h.Live().Value, s.Watch)
	}
	do(t, unix.Unmount(h.path, unix.MNT_DETACH))
	h.await(reload.EventWatchRegained)
	h.becomes("hidden by the mount")
	mount(t, source, h.path, "", unix.MS_BIND)
	h.becomes("out of reach")
}
