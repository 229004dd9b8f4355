package reload_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// change has the source go by the options as edit leaves them.
func (r *stateful) change(edit func(o *reload.Options)) {
	edit(&r.o)
	r.Source.Reconfigure(reload.Settings{
		Settle: r.o.Settle, Poll: r.o.Poll, State: r.o.State, StateOptions: r.o.StateOptions, Policy: r.o.Policy,
	})
}

// What was refused by bounds is loaded again by others as soon as they are there, and not by the
// same ones again.
func TestOtherBoundsJudgeARefusalAgain(t *testing.T) {
	t.Parallel()
	var wide atomic.Bool
	r := openStateful(t, "one")
	r.load = func(c reload.Content, live *reload.Revision[string]) (reload.Candidate[string], error) {
		if strings.HasPrefix(string(c.Files[0].Data), "far") && !c.Restored && !wide.Load() {
			return reload.Candidate[string]{}, &reload.GuardrailError{Policy: "bounds", Err: errors.New("too far")}
		}
		return text(c, live)
	}
	r.o.Policy, r.o.Poll = "bounds", time.Hour
	r.restart(t, func() {})
	r.becomes("one")
	renameIn(t, r.path, "far")
	r.await(reload.EventRefused)
	r.change(func(o *reload.Options) { o.Policy = "other bounds" })
	if e := r.await(reload.EventRefused, reload.EventActivated); e.Err == nil || e.Live.Fingerprint != "one" {
		t.Errorf("event = %+v, want the refusal by other bounds", e)
	}
	wide.Store(true)
	r.change(func(o *reload.Options) { o.Policy = "wide bounds" })
	r.becomes("far")
}

// A file that is wrong whatever it is compared with is not read again for other bounds.
func TestOtherBoundsAreNoReasonToReadAMistakeAgain(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.o.Poll = time.Hour // a poll reads again what was read soon after it was written
	r.restart(t, func() {})
	r.becomes("one")
	renameIn(t, r.path, "bad")
	r.await(reload.EventRefused)
	number := r.Status().File.Number
	r.change(func(o *reload.Options) { o.Policy = "bounds" })
	r.written(t)
	if again := r.Status().File.Number; again != number {
		t.Errorf("the file was read %d times, and %d times before", again, number)
	}
}

// A directory that is switched on later is written without another call of StartJournal.
func TestAStateDirectoryThatComesLaterIsWritten(t *testing.T) {
	t.Parallel()
	r := &stateful{load: text}
	r.start(t, file(t, "one"))
	r.await(reload.EventActivated)
	r.change(func(o *reload.Options) {
		o.State, o.StateOptions.Name = filepath.Join(t.TempDir(), "state"), "test"
	})
	r.awaitKept(t, "one")
}

// Another name is the name of another log and of another key.
func TestAnotherNameOfTheLogIsInEffectAtOnce(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.await(reload.EventActivated)
	r.awaitKept(t, "one")
	r.change(func(o *reload.Options) { o.StateOptions.Name = "other" })
	for { // ends at the deadline of await
		if e := r.await(reload.EventSigned); strings.HasPrefix(e.Checkpoint, "other\n") {
			return
		}
	}
}

func TestAnotherPollIsInEffectAtOnce(t *testing.T) {
	t.Parallel()
	h := openWith(t, file(t, "one"), text, reload.Options{Poll: time.Hour}.WithoutWatch())
	renameIn(t, h.path, "two")
	h.Source.Reconfigure(reload.Settings{Settle: time.Millisecond, Poll: 10 * time.Millisecond})
	h.becomes("two")
}

// A state directory that is switched off before what is in service was saved there leaves
// nothing to save.
func TestStateDirectoryIsSwitchedOffBeforeTheFileIsReadForIt(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	off := reload.Settings{Settle: time.Millisecond, Poll: 10 * time.Millisecond}
	on := off
	on.State, on.StateOptions.Name = filepath.Join(t.TempDir(), "state"), "test"
	number := h.Status().File.Number
	h.Source.Reconfigure(on)
	h.Source.Reconfigure(off)
	for deadline := time.Now().Add(patience); h.Status().File.Number == number; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the file is not read again")
		}
	}
	renameIn(t, h.path, "two")
	h.becomes("two")
}

// Another state directory knows all that the one of before did of what is in service: a
// start from it does the same.
func TestAnotherStateDirectoryTakesOver(t *testing.T) {
	t.Parallel()
	elsewhere := func(t *testing.T) func(o *reload.Options) {
		dir := filepath.Join(t.TempDir(), "elsewhere")
		return func(o *reload.Options) { o.State = dir }
	}
	off := func(o *reload.Options) { o.State = "" }
	for name, c := range map[string]struct {
		before func(t *testing.T) *stateful
		change func(t *testing.T, r *stateful)
		log    string
		pinned string
	}{
		"from one to another": {
			before: func(t *testing.T) *stateful { return openStateful(t, "one", "two") },
			change: func(t *testing.T, r *stateful) { r.change(elsewhere(t)) },
			log:    "activated two rename",
		},
		"with a rollback in effect": {
			before: func(t *testing.T) *stateful {
				r := openStateful(t, "one", "three")
				do(t, r.Rollback("one", "", ""))
				r.becomes("one")
				renameIn(t, r.path, "two")
				r.becomes("two")
				do(t, r.Rollback("one", "", ""))
				return r
			},
			change: func(t *testing.T, r *stateful) { r.change(elsewhere(t)) },
			log:    "rolled_back one rollback",
			pinned: "two",
		},
		"off and on again": {
			before: func(t *testing.T) *stateful { return openStateful(t, "one", "two") },
			change: func(t *testing.T, r *stateful) {
				r.change(off)
				if past := r.History(); len(past.Records) > 0 || r.Status().State.Dir != "" {
					t.Errorf("it remembers %v in %s with the state off", past, r.Status().State.Dir)
				}
				r.change(elsewhere(t))
				r.StartJournal()
			},
			log: "activated two rename",
		},
		"after a comment": {
			before: func(t *testing.T) *stateful { return commented(t, openStateful(t, "one", "two"), "two") },
			change: func(t *testing.T, r *stateful) { r.change(elsewhere(t)) },
			log:    "activated two rename",
		},
		"with a rollback in effect, after a comment": {
			before: func(t *testing.T) *stateful {
				r := commented(t, openStateful(t, "one", "two"), "two")
				do(t, r.Rollback("one", "", ""))
				r.becomes("one")
				return r
			},
			change: func(t *testing.T, r *stateful) { r.change(elsewhere(t)) },
			log:    "rolled_back one rollback",
			pinned: "two",
		},
		"off and on again, with a comment in between": {
			before: func(t *testing.T) *stateful { return openStateful(t, "one", "two") },
			change: func(t *testing.T, r *stateful) {
				r.change(off)
				commented(t, r, "two")
				r.change(elsewhere(t))
				r.StartJournal()
			},
			log: "activated two rename",
		},
		"with another number of contents": {
			before: func(t *testing.T) *stateful { return openStateful(t, "two") },
			change: func(t *testing.T, r *stateful) { r.change(func(o *reload.Options) { o.StateOptions.Keep = 3 }) },
			log:    "activated two start\nactivated two start",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := c.before(t)
			served := r.Live().Fingerprint
			r.written(t)
			c.change(t, r)
			if got := strings.Join(r.written(t), "\n"); got != c.log {
				t.Errorf("log = %q, want %q", got, c.log)
			}
			s := r.Status()
			if s.State.Err != nil || s.State.Found != nil || s.State.Dir != r.o.State || s.Pinned.Fingerprint != c.pinned {
				t.Errorf("memory = %+v, pinned %q", s.State, s.Pinned.Fingerprint)
			}
			r.awaitKept(t, served)
			if got := r.Live().Fingerprint; got != served {
				t.Errorf("live = %q, want %q", got, served)
			}
			r.restart(t, func() {
				if c.pinned == "" {
					renameIn(t, r.path, "bad")
				}
			})
			r.awaitPast(reload.EventActivated)
			if got := r.Live().Fingerprint; got != served {
				t.Errorf("live = %q after a restart, want %q", got, served)
			}
			if pinned := r.Status().Pinned.Fingerprint; pinned != c.pinned {
				t.Errorf("pinned = %q after a restart, want %q", pinned, c.pinned)
			}
			if c.pinned != "" {
				do(t, r.Rollback(c.pinned, "", ""))
			}
		})
	}
}

// commented saves what is in service again, with a comment.
func commented(t *testing.T, r *stateful, content string) *stateful {
	t.Helper()
	renameIn(t, r.path, "# said once more\n"+content)
	r.await(reload.EventUnchanged)
	return r
}

// A comment that comes after what is staged is no reason to forget it.
func TestAnotherStateDirectoryKnowsWhatIsStagedAfterAComment(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.await(reload.EventActivated)
	due := time.Now().Add(leadTime)
	renameIn(t, r.path, at(due, "two"))
	r.await(reload.EventStaged)
	renameIn(t, r.path, at(due, "# said once more\ntwo"))
	r.await(reload.EventUnchanged)
	dir := filepath.Join(t.TempDir(), "elsewhere")
	r.change(func(o *reload.Options) { o.State = dir })
	r.written(t)
	r.await(reload.EventActivated)
	r.restart(t, func() { renameIn(t, r.path, "bad") })
	r.awaitPast(reload.EventActivated)
	if got := r.Live().Fingerprint; got != "two" {
		t.Errorf("live = %q after a restart, want two", got)
	}
}

// awaitKept waits until a content is in the state directory.
func (r *stateful) awaitKept(t *testing.T, fingerprint string) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		for _, s := range r.History().Snapshots {
			if s.Fingerprint == fingerprint {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s is not kept: %v", fingerprint, r.History().Snapshots)
		}
	}
}

// What is staged waits on, and is on record in the new directory.
func TestAnotherStateDirectoryKnowsWhatIsStaged(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.await(reload.EventActivated)
	renameIn(t, r.path, at(time.Now().Add(time.Hour), "two"))
	r.await(reload.EventStaged)
	dir := filepath.Join(t.TempDir(), "elsewhere")
	r.change(func(o *reload.Options) { o.State = dir })
	r.has(t, "activated one start", "staged two rename")
	if got := r.Status().Staged.Fingerprint; got != "two" {
		t.Errorf("staged = %q, want two", got)
	}
	r.restart(t, func() {})
	r.awaitPast(reload.EventActivated)
	if got := r.Status().Staged.Fingerprint; got != "two" {
		t.Errorf("staged = %q after a restart, want two", got)
	}
}
