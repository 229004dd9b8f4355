//go:build unix

package reload_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 4: every prefix of what is written would pass for whole, and the writer
// takes its time. Nothing is in service between what was and the end. (Where
// only stillness can be seen that is not promised.)
func TestFault04EveryPrefixIsValid(t *testing.T) {
	t.Parallel()
	for _, g := range guards[:2] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			everyPrefixIsValid(t, g)
		})
	}
}

func everyPrefixIsValid(t *testing.T, g guarded) {
	t.Helper()
	if !linux {
		t.Skip("only Linux can prove that a file is finished")
	}
	writers := []struct {
		name  string
		write writer
		stall time.Duration // the first of them
		two   bool          // writers at once, which only a lease can tell
	}{
		{"flushed rule by rule with stalls of 60 to 180 ms", flushing, 60 * time.Millisecond, false},
		{"flushed rule by rule with one of 5 s", flushing, 5 * time.Second, false},
		{"removed and written anew", recreating, 60 * time.Millisecond, false},
		{"overwritten without truncation", overwriting, 60 * time.Millisecond, false},
		{"overwritten with a stall of 5 s", overwriting, 5 * time.Second, false},
		{"opened, appended to and closed under a lock", locking, 60 * time.Millisecond, false},
		{"renamed before it is finished", renamingEarly, 60 * time.Millisecond, true},
		{"closed by a second opener meanwhile", interrupted, 60 * time.Millisecond, true},
	}
	const rules = "rule 1\nrule 2\nrule 3\nrule 4\nrule 5\nrule 6\n"
	for _, w := range writers {
		if w.two && g.guard != reload.ProofLease {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, file(t, strings.Repeat("rule 0\n", 9)), g.o)
			do(t, w.write(h.path, rules, stalls(w.stall)))
			h.becomes(rules)
		})
	}
}

// flushing lets every line reach the file before it thinks of the next.
func flushing(path, content string, pause func()) error {
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(content) {
		pause()
		if _, err := w.WriteString(line); err != nil {
			return err
		}
	}
	return w.Close()
}

// stalls sleeps for one first and then for 60, 100, 140, 180, 60, ... ms.
func stalls(one time.Duration) func() {
	return func() {
		time.Sleep(one)
		one = 60*time.Millisecond + (one-20*time.Millisecond)%(160*time.Millisecond)
	}
}

// A loop that opens, appends and closes is finished after each line as far as
// anyone can tell: it is the pause that says more will come.
func TestFault04AppendLoop(t *testing.T) {
	t.Parallel()
	steps := []struct{ script, content string }{
		{`echo one > "$F"`, "one\n"}, {`echo two >> "$F"`, "one\ntwo\n"}, {`echo three >> "$F"`, "one\ntwo\nthree\n"},
	}
	t.Run("with pauses shorter than settle", func(t *testing.T) {
		t.Parallel()
		need(t)
		const settle = 2 * time.Second
		h := open(t, file(t, "old"), reload.Options{Settle: settle})
		began := time.Now()
		for _, step := range steps {
			sh(t, step.script, h.path, "")
		}
		wrote := time.Since(began)
		e := h.becomesInTheEnd(steps[2].content, steps[0].content, steps[1].content)
		if wrote < settle && e.Sequence != 2 { // a slower machine made longer pauses
			t.Errorf("it is revision %d, written in %v", e.Sequence, wrote)
		}
	})
	t.Run("with longer ones", func(t *testing.T) {
		t.Parallel()
		need(t)
		h := open(t, file(t, "old"), reload.Options{Settle: 10 * time.Millisecond})
		for i, step := range steps {
			sh(t, step.script, h.path, "")
			if e := h.becomes(step.content); e.Sequence != uint64(i+2) {
				t.Errorf("%q is revision %d", step.content, e.Sequence)
			}
		}
	})
}

// The kernel closes what a killed writer had open, and no process can distinguish that from
// a close: its half counts as finished. What is left is the loader, which keeps
// it out unless it would pass for whole.
func TestFault04KilledWriter(t *testing.T) {
	t.Parallel()
	for _, g := range guards {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			need(t)
			h := open(t, file(t, "old"), g.o)
			old := h.Live()
			killed(t, h.path, "bad half")
			if h.await(reload.EventRefused); h.Live() != old {
				t.Errorf("live = %q", h.Live().Value)
			}
			killed(t, h.path, "half that passes for whole")
			h.becomes("half that passes for whole\n")
		})
	}
}

// killed writes a line to the file at path and is killed before the next.
func killed(t *testing.T, path, line string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `exec 3> "$0"; echo "$1" >&3; echo written; read _`, path, line)
	in, err := cmd.StdinPipe()
	do(t, err)
	defer in.Close()
	out, err := cmd.StdoutPipe()
	do(t, err, cmd.Start())
	_, err = io.ReadFull(out, make([]byte, len("written\n")))
	do(t, err, cmd.Process.Kill())
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Success() {
		t.Errorf("writer ended with %v", err)
	}
}

// A writer stops half way, which is reported.
func TestFault04StalledWriterIsPending(t *testing.T) {
	t.Parallel()
	for _, g := range guards[:2] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			stalledWriterIsPending(t, g)
		})
	}
}

func stalledWriterIsPending(t *testing.T, g guarded) {
	t.Helper()
	h := open(t, file(t, "old"), g.o)
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
}

func TestFault04TruncatedFileWaitsForItsWriter(t *testing.T) {
	t.Parallel()
	for _, g := range guards[:2] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			truncatedFileWaits(t, g)
		})
	}
}

func truncatedFileWaits(t *testing.T, g guarded) {
	t.Helper()
	h := open(t, file(t, "old"), g.o)
	w, err := os.Create(h.path)
	do(t, err)
	time.Sleep(100 * time.Millisecond) // to be slow
	_, err = w.WriteString("new")
	do(t, err, w.Close())
	h.becomes("new") // and was not refused as empty before
}
