package reload_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 10: what tells one state of a file from another is not to be trusted.
func TestFault10SaveWithoutNewMeaningSwapsNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, script string
		kind         reload.EventKind // none if only a read is to be expected
	}{
		{"touch", `touch "$F"`, 0},
		{"touch into the past", `touch -d 2001-01-01 "$F"`, 0},
		{"touch into the future", `touch -d 2101-01-01 "$F"`, 0},
		{"chmod", `chmod 600 "$F"`, 0},
		{"the same content", `cp "$F" x; cat x > "$F"`, 0},
		{"the same content renamed in", `cp "$F" x; mv x "$F"`, 0},
		{"only a comment", `echo "# comment" >> "$F"`, reload.EventUnchanged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			need(t)
			h := open(t, file(t, "rule\n"), reload.Options{})
			e := h.Live()
			sh(t, tt.script, h.path, "")
			h.awaitRead()
			if tt.kind != 0 {
				h.await(tt.kind)
			}
			h.stillOn(e)
		})
	}
}

// The new content is older than the one in service.
func TestFault10ModificationTimeGoesBackwards(t *testing.T) {
	t.Parallel()
	tests := []struct {
		way
		oneStep bool // the content is never there without its time
	}{
		{way: way{name: "cp -p", script: `cp -p "$N" "$F"`}},
		{way: way{name: "rsync -t", needs: []string{"rsync"}, script: `rsync -t "$N" "$F"`}, oneStep: true},
		{way: way{name: "mv", script: `mv "$N" "$F"`}, oneStep: true},
		{way: way{name: "written and set back", script: `cat "$N" > "$F"; touch -r "$N" "$F"`}},
	}
	for _, g := range append(guards, polled) {
		for _, tt := range tests {
			t.Run(g.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				need(t, tt.needs...)
				f, n := file(t, before), filepath.Join(t.TempDir(), "new")
				write(t, n, after)
				past := time.Now().Add(-24 * time.Hour)
				do(t, os.Chtimes(n, past, past))
				h := open(t, f, g.o)
				tt.run(t, f, n)
				if e := h.becomes(after); tt.oneStep && e.Timestamps.Written.After(past) {
					t.Errorf("written %v, want %v", e.Timestamps.Written, past)
				}
			})
		}
	}
}

// The new file has the inode, the size and the modification time of the one
// before. Nothing is left to tell them by but the change time and the content.
func TestFault10InodeReused(t *testing.T) {
	t.Parallel()
	if !linux {
		t.Skip("elsewhere there is no change time to tell them by")
	}
	for _, g := range append(guards, polled) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			f := file(t, "000")
			past := time.Now().Add(-time.Hour) // a fresh file is compared by its bytes
			do(t, os.Chtimes(f, past, past))
			h := open(t, f, g.o)
			for n := range 500 { // another process may be faster to use it
				was, err := os.Stat(h.path)
				do(t, err, os.Remove(h.path))
				content := fmt.Sprintf("%03d", n+1)
				write(t, h.path, content)
				do(t, os.Chtimes(h.path, was.ModTime(), was.ModTime()))
				now, err := os.Stat(h.path)
				do(t, err)
				if os.SameFile(was, now) {
					// Of so many removals two looks may well have found no file.
					h.endsWithout(content, reload.EventRefused)
					return
				}
			}
			t.Skip("this file system does not use an inode again soon")
		})
	}
}
