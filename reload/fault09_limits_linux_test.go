package reload_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 9, for real: the kernel has no more watches to give. The limits are
// those of a namespace of users, so no other process is short of them.
func TestFault09WatchesExhausted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		limit string
		left  int
		want  error
	}{
		{"no instance", "max_inotify_instances", 0, syscall.EMFILE},
		{"one instance", "max_inotify_instances", 1, syscall.EMFILE},
		{"no watch", "max_inotify_watches", 0, syscall.ENOSPC},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !apart(t, asRoot) {
				return
			}
			limit := "/proc/sys/user/" + tt.limit
			enough, err := os.ReadFile(limit)
			do(t, err)
			if err := os.WriteFile(limit, []byte(strconv.Itoa(tt.left)), 0); err != nil {
				t.Skipf("no limits of our own here: %v", err)
			}
			h := open(t, file(t, "one"), reload.Options{Poll: 50 * time.Millisecond})
			if s := h.Status().Watch; !s.Polling || !errors.Is(s.Reason, tt.want) {
				t.Errorf("health = %+v, want polling because of %v", s, tt.want)
			}
			renameIn(t, h.path, "two")
			h.becomes("two")
			write(t, h.path, "three")
			h.becomes("three")
			write(t, limit, string(enough))
			h.await(reload.EventWatchRegained)
			// One that is saved just when it is looked at may be found by the poll.
			for i := range 10 {
				next := fmt.Sprint("four ", i)
				renameIn(t, h.path, next)
				if h.becomes(next).Kind == reload.KindRename {
					return
				}
			}
			t.Error("ten saves were found by the poll, which has a watch again")
		})
	}
}

// Fault 9, for real: the process has no descriptor left. What is saved
// meanwhile cannot be read, which is said, and is found when one is free again.
func TestFault09DescriptorsExhausted(t *testing.T) {
	t.Parallel()
	if !apart(t, asIs) {
		return
	}
	h := open(t, file(t, "one"), reload.Options{Poll: 50 * time.Millisecond})
	write(t, h.path+".new", "two")
	free := hoard(t, 0)
	do(t, os.Rename(h.path+".new", h.path))
	if e := h.await(reload.EventRefused); !errors.Is(e.Err, syscall.EMFILE) || h.Live().Value != "one" {
		t.Errorf("live %q, refusal %v", h.Live().Value, e.Err)
	}
	free()
	h.becomes("two")
}

// It takes three descriptors to start: two to watch with and one to read with.
// With fewer the file cannot be read, and that is what it says.
func TestFault09DescriptorsExhaustedAtTheStart(t *testing.T) {
	t.Parallel()
	if !apart(t, asIs) {
		return
	}
	path := file(t, "one")
	for left := range 6 {
		free := hoard(t, left)
		src, err := reload.Open(path, text, reload.Options{})
		free()
		switch {
		case err == nil:
			do(t, src.Close())
		case left >= 3 || !errors.Is(err, syscall.EMFILE) || !says(path)(err):
			t.Errorf("with %d descriptors left: %v", left, err)
		}
	}
}

// hoard uses up all descriptors but some, until what it returns is called.
func hoard(t *testing.T, left int) (free func()) {
	t.Helper()
	var was unix.Rlimit
	do(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &was))
	few := was
	few.Cur = 64
	do(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &few))
	var held []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if errors.Is(err, syscall.EMFILE) {
			break
		}
		do(t, err)
		held = append(held, f)
	}
	for _, f := range held[:left] {
		do(t, f.Close())
	}
	held = held[left:]
	return func() {
		for _, f := range held {
			f.Close()
		}
		do(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &was))
	}
}

// Fault 9, for real: more happens in the directory than the kernel keeps for a
// process that does not listen, for it is stopped. The save after that is lost
// among it.
func TestFault09QueueOverflows(t *testing.T) {
	t.Parallel()
	limit, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	do(t, err)
	n, err := strconv.Atoi(strings.TrimSpace(string(limit)))
	do(t, err)
	if n > 1<<17 {
		t.Skipf("%d events to overflow the queue are too many", n)
	}
	if !apart(t, asIs) {
		return
	}
	for _, g := range guards {
		t.Run(g.name, func(t *testing.T) {
			o := g.o
			o.Poll = time.Hour
			h := open(t, file(t, "one"), o)
			sh(t, fmt.Sprintf(`trap 'kill -CONT $PPID' EXIT
				kill -STOP $PPID
				while grep -h ^State: /proc/$PPID/task/*/status | grep -qv stopped; do :; done
				i=0; while [ $i -le %d ]; do : > a; : > b; i=$((i+1)); done
				echo two > c; mv c "$F"`, n/2), h.path, "")
			h.await(reload.EventWatchLost)
			h.await(reload.EventWatchRegained)
			h.becomes("two\n")
			renameIn(t, h.path, "three")
			h.becomes("three")
		})
	}
}

// Fault 9: the file system goes from under the file, and comes back.
func TestFault09Unmounted(t *testing.T) {
	t.Parallel()
	if !apart(t, asRoot) {
		return
	}
	for name, flags := range map[string]int{"at once": 0, "lazily": unix.MNT_DETACH} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			mount(t, "none", dir, "tmpfs", 0)
			write(t, path, "one")
			h := open(t, path, reload.Options{Poll: 50 * time.Millisecond})
			do(t, unix.Unmount(dir, flags))
			h.await(reload.EventMissing)
			if got := h.Live().Value; got != "one" {
				t.Errorf("live = %q", got)
			}
			mount(t, "none", dir, "tmpfs", 0)
			write(t, path, "two")
			h.becomes("two")
			mount(t, "none", dir, "tmpfs", 0) // over the other
			h.await(reload.EventMissing)
			do(t, unix.Unmount(dir, flags))
			h.await(reload.EventUnchanged)
			renameIn(t, path, "three")
			h.becomes("three")
		})
	}
}
