package reload_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 11: what cannot be read, or is refused, changes nothing until it is
// mended. Unknown keys and all else that is wrong inside are the loader's.
func TestFault11RefusedThenFixed(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 20 * time.Millisecond})
	one := h.Live()
	renameIn(t, h.path, "bad")
	if e := h.await(reload.EventRefused); !errors.Is(e.Err, errBad) || e.Live.Sequence != 1 {
		t.Errorf("refusal = %v over number %d", e.Err, e.Live.Sequence)
	}
	if s := h.Status(); h.Live() != one || !s.Refusal.Standing || !errors.Is(s.Refusal.Err, errBad) {
		t.Errorf("live %q, refusal %+v", h.Live().Value, s.Refusal)
	}
	// The polls that read the same bytes again say nothing, or becomes fails.
	h.awaitRead()
	h.awaitRead()
	renameIn(t, h.path, "two")
	h.becomes("two")
	if s := h.Status(); s.Refusal.Standing || s.Refusal.Err == nil {
		t.Errorf("refusal after the fix = %+v, want the last, not standing", s.Refusal)
	}
}

func TestFault11RefusedThenTakenBack(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	one := h.Live()
	for range 2 { // the same refusal is news again after the file was good
		renameIn(t, h.path, "bad")
		h.await(reload.EventRefused)
		renameIn(t, h.path, "one")
		h.await(reload.EventUnchanged)
		if h.Status().Refusal.Standing {
			t.Error("refusal still standing")
		}
	}
	h.stillOn(one)
}

func TestFault11WhatIsNoReadableFileIsRefusedAndMended(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make string
		want string
	}{
		{"FIFO", `rm "$F"; mkfifo "$F"`, "not a regular file"},
		{"directory", `rm "$F"; mkdir "$F"`, "not a regular file"},
		{"device", `ln -sf /dev/null "$F"`, "not a regular file"},
		{"links in a circle", `rm "$F"; ln -s "$F" "$F"`, "too many"},
		{"too large", `printf %0200d 0 > "$F"`, "the limit is 100"},
		{"unreadable", `chmod 000 "$F"`, "permission denied"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			need(t, "mkfifo")
			if tt.name == "unreadable" && os.Geteuid() == 0 {
				t.Skip("root reads everything")
			}
			h := open(t, file(t, "one"), reload.Options{MaxSize: 100})
			sh(t, tt.make, h.path, "")
			if e := h.await(reload.EventRefused); !strings.Contains(e.Err.Error(), tt.want) {
				t.Errorf("refusal = %v, want one that says %q", e.Err, tt.want)
			}
			if got := h.Live().Value; got != "one" {
				t.Errorf("live = %q", got)
			}
			sh(t, `rm -rf "$F"; echo two > x; mv x "$F"`, h.path, "")
			h.becomes("two\n")
		})
	}
}

func TestFault11UnreadableThenReadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	h := open(t, file(t, "one"), reload.Options{})
	do(t, os.Chmod(h.path, 0))
	h.await(reload.EventRefused)
	do(t, os.Chmod(h.path, 0o600))
	h.await(reload.EventUnchanged)
}
