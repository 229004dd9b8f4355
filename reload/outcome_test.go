package reload_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// lastRead waits until the content that was read last is this one, and something
// became of it.
func (h *host) lastRead(want reload.LastRead) {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		got := h.Status().File
		if got.Digest == want.Digest && got.Outcome == want.Outcome {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("read last: %+v, want %+v", got, want)
		}
	}
}

// The program that saves a file learns what became of exactly that content.
func TestStatusSaysWhatBecameOfTheLastContent(t *testing.T) {
	t.Parallel()
	h := openWith(t, file(t, "one"), dated, reload.Options{State: t.TempDir(), StateOptions: history.Options{Name: "shop"}})
	h.StartJournal()
	digest := func(content string) string {
		return history.Digest([]reload.File{{Name: filepath.Base(h.path), Data: []byte(content)}})
	}
	due := time.Now().Add(time.Hour).Round(0)
	h.lastRead(reload.LastRead{Digest: digest("one"), Outcome: reload.OutcomeInService})

	renameIn(t, h.path, "bad")
	h.lastRead(reload.LastRead{Digest: digest("bad"), Outcome: reload.OutcomeRefused})
	renameIn(t, h.path, "one")
	h.lastRead(reload.LastRead{Digest: digest("one"), Outcome: reload.OutcomeInService})
	renameIn(t, h.path, at(due, "two"))
	h.lastRead(reload.LastRead{Digest: digest(at(due, "two")), Outcome: reload.OutcomeStaged})
	renameIn(t, h.path, "three")
	h.lastRead(reload.LastRead{Digest: digest("three"), Outcome: reload.OutcomeInService})

	// The file stays as it is, and what became of it changes.
	do(t, h.Rollback("one", "three", "too dear"))
	h.lastRead(reload.LastRead{Digest: digest("three"), Outcome: reload.OutcomePinned})
	do(t, h.Rollback("three", "one", ""))
	h.lastRead(reload.LastRead{Digest: digest("three"), Outcome: reload.OutcomeInService})
}

// A file that cannot be read has no digest; the number of attempts tells a later
// one from an earlier one, poll by poll.
func TestStatusCountsTheAttemptsAtAnUnreadableFile(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 10 * time.Millisecond})
	do(t, os.Remove(h.path), os.Mkdir(h.path, 0o755))
	h.await(reload.EventRefused)
	h.lastRead(reload.LastRead{Outcome: reload.OutcomeRefused})
	first := h.Status().File.Number
	for deadline := time.Now().Add(patience); h.Status().File.Number < first+2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("read last: %+v, two attempts after number %d wanted", h.Status().File, first)
		}
	}
	do(t, os.Remove(h.path))
	renameIn(t, h.path, "two")
	h.becomes("two")
}
