package reload_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// stateful is a source in a directory of its own with a state directory that
// outlives it.
type stateful struct {
	*host
	state string
	load  reload.Loader[string]
	o     reload.Options
}

// remember starts with a content; if more are given, they are saved one after the
// other, each when the one before is in service.
func openStateful(t *testing.T, content string, then ...string) *stateful {
	t.Helper()
	r := &stateful{state: filepath.Join(t.TempDir(), "state"), load: dated}
	r.o = reload.Options{State: r.state, StateOptions: history.Options{Name: "test"}}
	r.start(t, file(t, content))
	for i, next := range then {
		if i == 0 {
			r.await(reload.EventActivated)
		}
		renameIn(t, r.path, next)
		r.becomes(next)
	}
	return r
}

// start opens the source, whatever it finds, and begins to write.
func (r *stateful) start(t *testing.T, path string) {
	t.Helper()
	r.host = &host{t: t, path: path, events: make(chan reload.Event, 1<<12), reads: make(chan struct{}, 1<<12)}
	o := r.o
	o.OnEvent = func(e reload.Event) { r.events <- e }
	src, err := reload.Open(path, r.load, o.Reads(func() { r.reads <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	r.Source = src
	src.StartJournal()
	t.Cleanup(func() { do(t, src.Close()) })
}

// restart ends the source, has edit do something while nothing runs, and opens it
// again.
func (r *stateful) restart(t *testing.T, edit func()) {
	t.Helper()
	r.written(t)
	do(t, r.Close())
	edit()
	r.start(t, r.path)
}

// written waits until everything that happened is in the log, and returns it.
func (r *stateful) written(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, record := range r.History().Records {
		lines = append(lines, strings.TrimSpace(string(record.Action)+" "+record.Fingerprint+" "+record.Kind))
	}
	return lines
}

func (r *stateful) has(t *testing.T, want ...string) {
	t.Helper()
	if got := r.written(t); !slices.Equal(got, want) {
		t.Errorf("log = %q, want %q", got, want)
	}
}

func TestFault14EveryActivationAndRefusalIsOnRecord(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	renameIn(t, r.path, "bad")
	r.await(reload.EventRefused)
	renameIn(t, r.path, at(time.Now().Add(time.Hour), "three"))
	r.await(reload.EventStaged)
	renameIn(t, r.path, "four")
	r.becomes("four")
	r.has(t, "activated one start", "activated two rename", "refused  rename", "staged three rename", "withdrawn three rename", "activated four rename")
	for _, fingerprint := range []string{"one", "two", "three", "four"} {
		found := slices.ContainsFunc(r.History().Snapshots, func(s history.Snapshot) bool { return s.Fingerprint == fingerprint })
		if !found {
			t.Errorf("no snapshot of %s", fingerprint)
		}
	}
	records := r.History().Records
	if s := records[1]; s.Written.IsZero() || s.Noticed.IsZero() || s.Read.Before(s.Noticed) || s.Swapped.Before(s.Read) {
		t.Errorf("stamps = %+v", s)
	}
	if s := records[2]; s.Reason != errBad.Error() {
		t.Errorf("reason = %q", s.Reason)
	}
}

func TestFault14NothingIsWrittenBeforeItIsAskedFor(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	h := open(t, file(t, "one"), reload.Options{State: state})
	renameIn(t, h.path, "two")
	h.becomes("two")
	do(t, h.Close())
	if _, err := os.Stat(state); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a state directory: %v", err)
	}
}

// Whatever is wrong with the file at the start, what was in service last is.
func TestFault14StartWithoutAUsableFileServesWhatWasServedLast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(t *testing.T, path string)
		told reload.EventKind
	}{
		"broken":   {func(t *testing.T, path string) { renameIn(t, path, "bad") }, reload.EventRefused},
		"panics":   {func(t *testing.T, path string) { renameIn(t, path, "panic") }, reload.EventRefused},
		"empty":    {func(t *testing.T, path string) { renameIn(t, path, "") }, reload.EventRefused},
		"missing":  {func(t *testing.T, path string) { do(t, os.Remove(path)) }, reload.EventMissing},
		"replaced": {func(t *testing.T, path string) { do(t, os.Remove(path), os.Mkdir(path, 0o755)) }, reload.EventRefused},
		"staged": {func(t *testing.T, path string) {
			renameIn(t, path, at(time.Now().Add(time.Hour), "three"))
		}, reload.EventStaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			r.restart(t, func() { c.edit(t, r.path) })
			r.await(c.told)
			if e := r.becomes("two"); e.Kind != reload.KindRecall {
				t.Errorf("kind = %v, want %v", e.Kind, reload.KindRecall)
			}
			do(t, os.RemoveAll(r.path))
			renameIn(t, r.path, "four")
			r.awaitPast(reload.EventActivated)
			if got := r.Live().Value; got != "four" {
				t.Errorf("live = %q, want four", got)
			}
		})
	}
}

// awaitPast is await that passes over refusals.
func (h *host) awaitPast(kind reload.EventKind) {
	h.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case e := <-h.events:
			if e.Kind == kind {
				return
			}
		case <-timeout:
			h.t.Fatalf("no event %v", kind)
		}
	}
}

func TestFault14WhatIsNotAcceptedAnyMoreIsNotRecalled(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.restart(t, func() {
		renameIn(t, r.path, "bad")
		older := r.load
		r.load = func(c reload.Content, live *reload.Revision[string]) (reload.Candidate[string], error) {
			if string(c.Files[0].Data) == "two" {
				return reload.Candidate[string]{}, errBad
			}
			return older(c, live)
		}
	})
	r.await(reload.EventRefused)
	r.becomes("one")
}

// What cannot be read has no content to go by, and is on record with the reason.
func TestFault14WhatCannotBeReadIsOnRecord(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	sh(t, `rm "$F"; mkdir "$F"`, r.path, "")
	r.await(reload.EventRefused, reload.EventActivated)
	sh(t, `rmdir "$F"`, r.path, "")
	renameIn(t, r.path, "two")
	r.becomes("two")
	records := r.History().Records
	if len(records) != 3 || records[1].Action != "refused" || !strings.Contains(records[1].Reason, "not a regular file") {
		t.Errorf("records = %+v", records)
	}
	r.restart(t, func() {})
	r.becomes("two")
}

func TestFault14RollbackHoldsUntilAnotherMeaningIsSaved(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	do(t, r.Rollback("one", "two", "too cheap"))
	if e := r.becomes("one"); e.Kind != reload.KindRollback {
		t.Errorf("kind = %v, want %v", e.Kind, reload.KindRollback)
	}
	if pinned := r.Status().Pinned.Fingerprint; pinned != "two" {
		t.Errorf("pinned = %q, want two", pinned)
	}
	for name, save := range map[string]func(){
		"the same bytes":          func() { renameIn(t, r.path, "two") },
		"the same bytes in place": func() { write(t, r.path, "two") },
		"a comment more":          func() { renameIn(t, r.path, "# no meaning\ntwo") },
		"a restart":               func() { r.restart(t, func() {}); r.becomes("one") },
		"a restart after an edit of a comment": func() {
			r.restart(t, func() { renameIn(t, r.path, "# still none\ntwo") })
			r.becomes("one")
		},
	} {
		save()
		if e := r.await(reload.EventPinned, reload.EventActivated); e.Refused != (reload.Identity{Fingerprint: "two", Version: "v"}) {
			t.Errorf("%s: pinned %+v", name, e.Refused)
		}
		if got := r.Live().Value; got != "one" {
			t.Errorf("%s: live = %q, want one", name, got)
		}
	}
	renameIn(t, r.path, "bad")
	r.await(reload.EventRefused)
	renameIn(t, r.path, "two")
	r.await(reload.EventPinned)
	renameIn(t, r.path, "three")
	r.becomes("three")
	if pinned := r.Status().Pinned.Fingerprint; pinned != "" {
		t.Errorf("pinned = %q after another content, want nothing", pinned)
	}
	renameIn(t, r.path, "two")
	r.becomes("two")
}

func TestFault14RollingForwardEndsTheHold(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	do(t, r.Rollback("one", "", ""))
	r.becomes("one")
	do(t, r.Rollback("two", "", ""))
	r.becomes("two")
	if pinned := r.Status().Pinned.Fingerprint; pinned != "" {
		t.Errorf("pinned = %q, want nothing", pinned)
	}
	r.restart(t, func() {})
	r.becomes("two")
}

func TestFault14RollbackKeepsAStagedRevisionOutToo(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	renameIn(t, r.path, at(time.Now().Add(time.Hour), "three"))
	r.await(reload.EventStaged)
	do(t, r.Rollback("one", "two", ""))
	r.await(reload.EventWithdrawn)
	r.becomes("one")
	renameIn(t, r.path, at(time.Now(), "three")) // due by now, and still kept out
	r.awaitRead()
	if got := r.Live(); got.Value != "one" {
		t.Errorf("live = %q, want one", got.Value)
	}
}

func TestFault14RollbacksThatAreNotCarriedOut(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	for name, c := range map[string]struct {
		to, inService string
		want          error
	}{
		"to what is in service":            {"two", "", reload.ErrInService},
		"to what never was":                {"three", "", reload.ErrNotKept},
		"by someone who missed a revision": {"one", "one", reload.ErrNotInService},
	} {
		if err := r.Rollback(c.to, c.inService, ""); !errors.Is(err, c.want) {
			t.Errorf("%s: error = %v, want %v", name, err, c.want)
		}
	}
	if got := r.Live().Value; got != "two" {
		t.Errorf("live = %q, want two", got)
	}
	do(t, r.Close())
	if err := r.Rollback("one", "", ""); !errors.Is(err, reload.ErrClosed) {
		t.Errorf("error after Close = %v", err)
	}
}

func TestFault14ARollbackWithoutAStateDirectoryFindsNothing(t *testing.T) {
	t.Parallel()
	r := &stateful{load: dated}
	r.start(t, file(t, "one"))
	if err := r.Rollback("two", "", ""); !errors.Is(err, reload.ErrNotKept) {
		t.Errorf("error = %v, want %v", err, reload.ErrNotKept)
	}
}

func TestFault14ARollbackToWhatIsNoLongerAccepted(t *testing.T) {
	t.Parallel()
	r := &stateful{state: filepath.Join(t.TempDir(), "state")}
	r.o = reload.Options{State: r.state, StateOptions: history.Options{Name: "test"}}
	refusal := errors.New("too old")
	r.load = func(c reload.Content, live *reload.Revision[string]) (reload.Candidate[string], error) {
		if c.Restored {
			return reload.Candidate[string]{}, refusal
		}
		return dated(c, live)
	}
	r.start(t, file(t, "one"))
	r.await(reload.EventActivated)
	renameIn(t, r.path, "two")
	r.becomes("two")
	err := r.Rollback("one", "", "")
	var refused *reload.NotAcceptedError
	if !errors.As(err, &refused) || refused.Fingerprint != "one" || !errors.Is(err, refusal) {
		t.Errorf("error = %v", err)
	}
	if got := r.Live().Value; got != "two" {
		t.Errorf("live = %q, want two", got)
	}
}

// picky refuses content that begins with "far" unless it replaces nothing: it
// depends on more than the content.
func picky(c reload.Content, live *reload.Revision[string]) (reload.Candidate[string], error) {
	if live != nil && !c.Restored && strings.HasPrefix(string(c.Files[0].Data), "far") && live.Value != "near" {
		return reload.Candidate[string]{}, &reload.GuardrailError{Policy: "bounds", Err: errors.New("too far")}
	}
	return text(c, live)
}

func TestFault14WhatCouldNotBeProvedStaysOutAcrossARestart(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.load, r.o.Policy = picky, "bounds"
	r.await(reload.EventActivated)
	r.restart(t, func() {})
	r.becomes("one")
	renameIn(t, r.path, "far")
	r.await(reload.EventRefused)
	r.restart(t, func() {})
	if e := r.await(reload.EventRefused); !strings.Contains(e.Err.Error(), "refused before the restart: too far") {
		t.Errorf("refusal = %v", e.Err)
	}
	r.becomes("one")
	r.restart(t, func() { r.o.Policy = "wider bounds" })
	r.becomes("far")
}

func TestFault14WhatCouldNotBeProvedIsJudgedAgainWhenSavedAgain(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.load, r.o.Policy = picky, "bounds"
	r.restart(t, func() {})
	renameIn(t, r.path, "far")
	r.awaitPast(reload.EventRefused)
	renameIn(t, r.path, "far")
	r.await(reload.EventRefused)
	renameIn(t, r.path, "near")
	r.becomes("near")
	renameIn(t, r.path, "far")
	r.becomes("far")
}

// A disk that cannot be written keeps no finished save out of service, and
// nothing of what happened is lost once it can.
func TestFault14StateThatCannotBeWrittenIsWrittenLater(t *testing.T) {
	t.Parallel()
	r := &stateful{load: dated}
	blocked := filepath.Join(t.TempDir(), "disk")
	write(t, blocked, "not a directory")
	r.o = reload.Options{State: filepath.Join(blocked, "state"), Poll: 50 * time.Millisecond, StateOptions: history.Options{Name: "test"}}
	r.start(t, file(t, "one"))
	r.await(reload.EventActivated)
	r.await(reload.EventStateFailed)
	renameIn(t, r.path, "two")
	r.becomes("two")
	if err := r.Status().State.Err; err == nil {
		t.Error("the status says nothing of it")
	}
	if err := r.Rollback("one", "", ""); err == nil {
		t.Error("a rollback that cannot be written down was carried out")
	}
	do(t, os.Remove(blocked))
	r.await(reload.EventStateRestored)
	// Whether the look every 50 ms or the rename was first does not matter.
	if log := r.written(t); len(log) != 2 || log[0] != "activated one start" || !strings.HasPrefix(log[1], "activated two ") {
		t.Errorf("log = %q, want the start and the save", log)
	}
}

func TestFault14StateInUseIsTakenOverWhenItIsFree(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.await(reload.EventActivated)
	r.written(t)
	second := &stateful{load: dated, o: r.o}
	second.o.Poll = 50 * time.Millisecond
	second.start(t, r.path)
	second.await(reload.EventActivated)
	if e := second.await(reload.EventStateFailed); !errors.Is(e.Err, history.ErrInUse) {
		t.Errorf("error = %v, want %v", e.Err, history.ErrInUse)
	}
	do(t, r.Close())
	second.await(reload.EventStateRestored)
}

func TestFault14LogThatWasChangedIsSetAsideAndTold(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.await(reload.EventActivated)
	r.restart(t, func() {
		log := filepath.Join(r.state, "log")
		data, err := os.ReadFile(log)
		do(t, err, os.WriteFile(log, []byte(strings.Replace(string(data), "one", "eno", 1)), 0o600))
	})
	r.await(reload.EventActivated)
	r.await(reload.EventTampered)
	if err := r.Status().State.Found; err == nil {
		t.Error("the status says nothing of it")
	}
}

// A directory that is removed under the process is made again, with what is
// needed to start from, and the loss is told.
func TestFault14StateThatIsTakenAwayIsToldAndBegunAnew(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.written(t)
	do(t, os.RemoveAll(r.state))
	renameIn(t, r.path, "bad")
	r.await(reload.EventRefused)
	if e := r.await(reload.EventTampered); !errors.Is(e.Err, history.ErrLogChanged) {
		t.Errorf("error = %v, want %v", e.Err, history.ErrLogChanged)
	}
	r.has(t, "set_aside", "activated two rename", "refused  rename")
	r.restart(t, func() {})
	r.await(reload.EventRefused)
	r.becomes("two")
}

// What was recalled is there again, too: there may be no file that says it.
func TestFault14StateThatIsTakenAwayAfterARecallIsBegunAnewWithIt(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.restart(t, func() { renameIn(t, r.path, "bad") })
	r.awaitPast(reload.EventActivated)
	r.written(t)
	do(t, os.RemoveAll(r.state))
	renameIn(t, r.path, "bad as well")
	r.awaitPast(reload.EventTampered)
	r.restart(t, func() {})
	r.awaitPast(reload.EventActivated)
	if got := r.Live().Value; got != "two" {
		t.Errorf("live = %q, want two", got)
	}
}

// What a rollback that failed may have left in the log does not count.
func TestFault14RollbackThatFailedDoesNotHappenAtTheNextStart(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.written(t)
	// The record can be written, and not be signed.
	blocked := filepath.Join(r.state, ".new-checkpoint")
	do(t, os.MkdirAll(filepath.Join(blocked, "full"), 0o700))
	if err := r.Rollback("one", "", ""); err == nil {
		t.Fatal("a rollback that is not on record was carried out")
	}
	r.await(reload.EventStateFailed)
	// Out of the way at once: what is retried meanwhile may use the name.
	do(t, os.Rename(blocked, filepath.Join(t.TempDir(), "unblocked")))
	r.restart(t, func() { renameIn(t, r.path, "bad") })
	r.awaitPast(reload.EventRefused)
	r.becomes("two")
}
