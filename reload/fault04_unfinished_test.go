package reload_test

import (
	"os"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 4: every prefix of what is written would pass for whole.
// A writer stops half way, and every prefix of what it writes could go live.
func TestFault04StalledWriterIsPending(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]reload.Options{
		"by lease":       {},
		"by lease alone": reload.Options{}.WithoutClosings(),
		"by close":       reload.Options{}.WithoutLease(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, file(t, "old"), o)
			w, err := os.Create(h.path)
			do(t, err)
			defer w.Close()
			_, err = w.WriteString("half, ")
			do(t, err)
			h.await(reload.EventPending)
			if s := h.Status(); h.Live().Value != "old" || s.Pending.IsZero() {
				t.Errorf("live %q, pending since %v", h.Live().Value, s.Pending)
			}
			_, err = w.WriteString("whole")
			do(t, err, w.Close())
			h.await(reload.EventPendingOver)
			h.becomes("half, whole")
			if s := h.Status(); !s.Pending.IsZero() {
				t.Errorf("still pending since %v", s.Pending)
			}
		})
	}
}

func TestFault04TruncatedFileWaitsForItsWriter(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]reload.Options{"by lease": {}, "by close": reload.Options{}.WithoutLease()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, file(t, "old"), o)
			w, err := os.Create(h.path)
			do(t, err)
			time.Sleep(100 * time.Millisecond) // to be slow
			_, err = w.WriteString("new")
			do(t, err, w.Close())
			h.becomes("new") // and was not refused as empty before
		})
	}
}

func TestFault04SecondWriterClosingDoesNotEndTheFirstOnesSave(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "old"), reload.Options{})
	first, err := os.Create(h.path)
	do(t, err)
	_, err = first.WriteString("half, ")
	do(t, err)
	second, err := os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND, 0)
	do(t, err, second.Close())
	time.Sleep(100 * time.Millisecond) // to be slow
	_, err = first.WriteString("whole")
	do(t, err, first.Close())
	h.becomes("half, whole")
}
