//go:build unix

package reload_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 12: a loader or a writer takes longer than the limit, or panics.
func TestFault12LockHeldForever(t *testing.T) {
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
func TestFault12WriterThatNeverStops(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "old"), reload.Options{Settle: 5 * time.Second}) // no busy machine lets the writer pause for so long
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

// While the first save is being compiled, two more come: the last goes live.
func TestFault12TwoSavesDuringOneCompile(t *testing.T) {
	t.Parallel()
	busy, goOn := make(chan string), make(chan struct{})
	slow := first(func(content string) {
		if content == "one" {
			busy <- content
			<-goOn
		}
	})
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
			t.Errorf("revision %d is %q, want %d, %q", e.Sequence, e.Fingerprint, i+2, want)
		}
	}
}

// A panic of any kind in the loader changes nothing, as often as it comes.
func TestFault12PanicInTheLoaderIsARefusal(t *testing.T) {
	t.Parallel()
	var none map[string]int
	panics := []struct {
		name string
		with func()
		want string
	}{
		{"with a text", func() { panic("at the loader") }, "at the loader"},
		{"with an error", func() { panic(errBad) }, errBad.Error()},
		{"of the runtime", func() { none["x"] = 1 }, "assignment to entry in nil map"},
		{"with nothing", func() { panic(nil) }, "panic called with nil argument"},
		{"out of a deferred call", func() { defer func() { panic("second") }(); panic("at the loader") }, "second"},
	}
	for _, p := range panics {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			h := openWith(t, file(t, "one"), first(func(content string) {
				if content == "now" || content == "again" {
					p.with()
				}
			}), reload.Options{})
			one := h.Live()
			for _, content := range []string{"now", "again"} {
				renameIn(t, h.path, content)
				e := h.await(reload.EventRefused)
				var caught *reload.PanicError
				if !errors.As(e.Err, &caught) || !says(p.want)(e.Err) || len(caught.Stack) == 0 {
					t.Errorf("refusal = %v", e.Err)
				}
			}
			h.stillOn(one)
		})
	}
}

// A process that never closes or unlocks the old file does not delay a new one.
func TestFault12RenameIsNotDelayedByTheOldFile(t *testing.T) {
	t.Parallel()
	stayers := map[string]func(path string) (*os.File, error){
		"a writer that never closes": os.Create,
		"a lock that is never released": func(path string) (*os.File, error) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return nil, err
			}
			_, err = f.WriteString("half")
			return f, errors.Join(err, unix.Flock(int(f.Fd()), unix.LOCK_EX))
		},
	}
	for name, stay := range stayers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, file(t, "old"), reload.Options{})
			f, err := stay(h.path)
			do(t, err)
			defer f.Close()
			h.await(reload.EventPending)
			renameIn(t, h.path, "new")
			h.await(reload.EventPendingOver)
			h.becomes("new")
			_, err = f.WriteString("to the one that was replaced")
			do(t, err)
			h.stillOn(h.Live())
		})
	}
}
