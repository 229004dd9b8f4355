package reload_test

import (
	"errors"
	"fmt"
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
	if s := h.Status(); h.Live() != one || !s.Refusal.Active || !errors.Is(s.Refusal.Err, errBad) {
		t.Errorf("live %q, refusal %+v", h.Live().Value, s.Refusal)
	}
	// The polls that read the same bytes again say nothing, or becomes fails.
	h.awaitRead()
	h.awaitRead()
	renameIn(t, h.path, "two")
	h.becomes("two")
	if s := h.Status(); s.Refusal.Active || s.Refusal.Err == nil {
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
		if h.Status().Refusal.Active {
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
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			need(t, "mkfifo")
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

func TestFault11OverTheSizeCapThenBack(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{MaxSize: 100})
	one := h.Live()
	write(t, h.path, strings.Repeat("x", 101))
	h.await(reload.EventRefused)
	write(t, h.path, "one")
	h.await(reload.EventUnchanged)
	if s := h.Status(); h.Live() != one || s.Refusal.Active {
		t.Errorf("live %q, refusal %+v", h.Live().Value, s.Refusal)
	}
	write(t, h.path, strings.Repeat("x", 101))
	h.await(reload.EventRefused)
	write(t, h.path, strings.Repeat("x", 100))
	h.becomes(strings.Repeat("x", 100))
}

// A large file changes at some point of its being read: it is read as it was
// before or as it is after.
func TestFault11ChangesWhileRead(t *testing.T) {
	t.Parallel()
	const lines, tail = 1 << 17, "and a tail\n"
	body := func(n int) string { return strings.Repeat(fmt.Sprintf("revision %06d\n", n), lines) }
	changes := []struct {
		name   string
		flag   int
		change func(w *os.File, content string) error // to content
		want   func(n int) string
	}{
		{"grows", os.O_APPEND, func(w *os.File, _ string) error {
			_, err := w.WriteString(tail)
			return err
		}, func(n int) string { return body(n) + tail }},
		{"is overwritten from behind", 0, func(w *os.File, content string) error {
			var errs []error
			for end := len(content); end > 0; end -= len(content) / 8 {
				begin := max(0, end-len(content)/8)
				_, err := w.WriteAt([]byte(content[begin:end]), int64(begin))
				errs = append(errs, err)
			}
			return errors.Join(errs...)
		}, func(n int) string { return body(-n) }},
	}
	for _, g := range guards[:3] {
		for _, c := range changes {
			t.Run(g.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				if !linux {
					t.Skip("only Linux can prove that a file is finished")
				}
				h := openWith(t, file(t, body(0)), plain(func(got string) {
					line, _, _ := strings.Cut(got, "\n")
					if strings.TrimSuffix(got, tail) != strings.Repeat(line+"\n", lines) {
						t.Errorf("torn: %d bytes beginning %q", len(got), line)
					}
				}), g.o)
				for n := 1; n <= 20; n++ {
					want := c.want(n)
					renameIn(t, h.path, body(n))
					// To meet the read at another place each time, which without a
					// lease begins when the file has been quiet.
					delay := time.Duration(n) * 250 * time.Microsecond
					if g.guard == reload.ProofClose {
						delay += 18 * time.Millisecond
					}
					time.Sleep(delay)
					w, err := os.OpenFile(h.path, os.O_WRONLY|c.flag, 0)
					do(t, err)
					do(t, c.change(w, want), w.Close())
					h.endsWith(want)
				}
			})
		}
	}
}
