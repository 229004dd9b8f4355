package reload_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// A writer stops half way, and every prefix of what it writes could go live.
func TestStalledWriterIsPendingAndItsHalfNeverGoesLive(t *testing.T) {
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

func TestTruncatedFileWaitsForItsWriter(t *testing.T) {
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

func TestZeroByteFileIsTheLoadersToRefuse(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "old"), reload.Options{})
	write(t, h.path, "")
	h.await(reload.EventRefused)
	write(t, h.path, "new")
	h.becomes("new")
}

func TestSecondWriterClosingDoesNotEndTheFirstOnesSave(t *testing.T) {
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

func TestExclusiveLockIsRespected(t *testing.T) {
	t.Parallel()
	need(t, "flock")
	h := open(t, file(t, "old"), reload.Options{Poll: 50 * time.Millisecond})
	holder := exec.Command("flock", h.path, "sh", "-c", "echo locked; read _")
	in, err := holder.StdinPipe()
	do(t, err)
	out, err := holder.StdoutPipe()
	do(t, err, holder.Start())
	_, err = out.Read(make([]byte, 8))
	do(t, err)
	write(t, h.path, "new")
	e := h.await(reload.EventPending)
	if h.Live().Value != "old" || e.Err.Error() != "another process holds a lock on it" {
		t.Errorf("live %q, pending because %v", h.Live().Value, e.Err)
	}
	do(t, in.Close())
	_ = holder.Wait() // read found the end of its input
	h.becomes("new")
}

// A file saved again and again without a pause is proved finished never.
func TestWriterThatNeverStopsIsPending(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "old"), reload.Options{Settle: time.Second})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				// Opened anew each time, so that it is the pause that counts.
				if w, err := os.OpenFile(h.path, os.O_WRONLY, 0); err == nil {
					_, _ = w.WriteString("new")
					w.Close()
				}
			}
		}
	}()
	h.await(reload.EventPending)
	close(stop)
	<-stopped
	h.becomes("new")
}

func TestSaveWithoutNewMeaningSwapsNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, script string
		kind         reload.EventKind // none if only a read is to be expected
	}{
		{"touch", `touch "$F"`, 0},
		{"touch into the past", `touch -d 2001-01-01 "$F"`, 0},
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

// While the first save is being compiled, two more come: the last goes live.
func TestLatestWins(t *testing.T) {
	t.Parallel()
	busy, goOn := make(chan string), make(chan struct{})
	slow := func(path string, data []byte) (reload.Candidate[string], error) {
		if string(data) == "one" {
			busy <- string(data)
			<-goOn
		}
		return text(path, data)
	}
	h := openWith(t, file(t, "zero"), slow, reload.Options{})
	renameIn(t, h.path, "one")
	<-busy
	renameIn(t, h.path, "two")
	renameIn(t, h.path, "three")
	if got := h.Live().Value; got != "zero" {
		t.Errorf("live while compiling = %q", got)
	}
	close(goOn)
	for i, want := range []string{"one", "three"} {
		e := h.await(reload.EventActivated).Live
		if e.Fingerprint != want || e.Sequence != uint64(i+2) {
			t.Errorf("edition %d is %q, want %d, %q", e.Sequence, e.Fingerprint, i+2, want)
		}
	}
}

func TestHardLinkWriteFromAnotherDirectory(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		o    reload.Options
		kind reload.Kind
	}{
		{"found by the poll", reload.Options{Poll: 50 * time.Millisecond}.WithoutClosings(), reload.KindPoll},
		{"heard at the file itself", reload.Options{Poll: time.Hour}, reload.KindInPlace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.kind == reload.KindInPlace && !linux {
				t.Skip("closes are told by Linux only")
			}
			h := open(t, file(t, "old"), tt.o)
			link := filepath.Join(t.TempDir(), "link")
			do(t, os.Link(h.path, link))
			write(t, link, "new")
			if e := h.becomes("new"); e.Kind != tt.kind {
				t.Errorf("kind = %v, want %v", e.Kind, tt.kind)
			}
		})
	}
}
