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

// second loads like dated, in the second language: every meaning has another
// fingerprint than before, and what begins with "gone" is none any more.
func second(c reload.Content, live *reload.Revision[string]) (reload.Candidate[string], error) {
	candidate, err := dated(c, live)
	if err == nil && strings.HasPrefix(candidate.Value, "gone") {
		err = errBad
	}
	candidate.Fingerprint = in2(candidate.Fingerprint)
	return candidate, err
}

func in2(fingerprint string) string { return "2-" + fingerprint }

// upgrade starts anew in the second language, after an edit.
func (r *stateful) upgrade(t *testing.T, edit func()) {
	t.Helper()
	r.restart(t, func() {
		r.load, r.o.Language = second, 2
		edit()
	})
}

func (r *stateful) unchanged() {}

// kept are the fingerprints of the snapshots, each with its former one, in order.
func (r *stateful) kept() []string {
	var kept []string
	for _, s := range r.History().Snapshots {
		kept = append(kept, strings.TrimSpace(s.Fingerprint+" "+s.Formerly))
	}
	slices.Sort(kept)
	return kept
}

func TestFault14StartInALaterLanguageTellsBothFingerprints(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(r *stateful) func(){
		"the file as it was": func(r *stateful) func() { return r.unchanged },
		"a file that is broken": func(r *stateful) func() {
			return func() { renameIn(t, r.path, "bad") }
		},
		"no file": func(r *stateful) func() {
			return func() { do(t, os.Remove(r.path)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			r.upgrade(t, edit(r))
			for range 2 {
				r.awaitPast(reload.EventActivated)
				if live := r.Live(); live.Value != "two" || live.Fingerprint != in2("two") || live.Formerly != "two" {
					t.Errorf("live = %q, fingerprint %s, formerly %s", live.Value, live.Fingerprint, live.Formerly)
				}
				records := r.History().Records
				last := records[len(records)-1]
				if last.Fingerprint != in2("two") || last.Formerly != "two" || last.Language != 2 {
					t.Errorf("last record = %+v", last)
				}
				if found := r.Status().State.Found; found != nil {
					t.Errorf("found = %v", found)
				}
				if kept := r.kept(); !slices.Equal(kept, []string{in2("two") + " two", "one", "two"}) {
					t.Errorf("kept = %q", kept)
				}
				r.restart(t, r.unchanged)
			}
		})
	}
}

func TestFault14RollbackToWhatWasKeptInAnEarlierLanguage(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.upgrade(t, r.unchanged)
	r.becomes("two")
	for name, to := range map[string]string{"by the fingerprint on record": "two", "by that of now": in2("two")} {
		if err := r.Rollback(to, "", ""); !errors.Is(err, reload.ErrInService) {
			t.Errorf("to what is in service, %s: %v", name, err)
		}
	}
	if err := r.Rollback("one", "two", ""); !errors.Is(err, reload.ErrNotInService) {
		t.Errorf("in place of what is another meaning now: %v", err)
	}
	do(t, r.Rollback("one", in2("two"), "too cheap"))
	if e := r.becomes("one"); e.Fingerprint != in2("one") || e.Formerly != "one" || e.Kind != reload.KindRollback {
		t.Errorf("rolled back to %+v", e.Info)
	}
	if pinned := r.Status().Pinned; pinned != (reload.Identity{Fingerprint: in2("two"), Formerly: "two", Version: "v"}) {
		t.Errorf("pinned = %+v", pinned)
	}
	r.restart(t, func() { renameIn(t, r.path, "# a comment\ntwo") })
	r.await(reload.EventPinned, reload.EventActivated)
	if live := r.Live(); live.Fingerprint != in2("one") || live.Formerly != "one" {
		t.Errorf("after a restart: %+v", live.Info)
	}
	do(t, r.Rollback("two", "", "")) // by the fingerprint that 0.1 printed, again
	r.awaitPast(reload.EventActivated)
	if live := r.Live(); live.Value != "two" || live.Fingerprint != in2("two") {
		t.Errorf("live = %+v", live.Info)
	}
	do(t, r.Rollback(in2("one"), "", ""))
	r.becomes("one")
}

func TestFault14RollbackOfAnEarlierLanguageStillHolds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		back string // how it is asked for
	}{
		"the same bytes":                            {file: "two", back: "two"},
		"the same bytes, asked for as it is now":    {file: "two", back: in2("two")},
		"other bytes of the meaning":                {file: "# a comment\ntwo", back: "two"},
		"other bytes of the meaning, as it is now":  {file: "# a comment\ntwo", back: in2("two")},
		"a file that is broken, then the same":      {file: "bad", back: in2("two")},
		"what was rolled back to, the same meaning": {file: "# none\none", back: "two"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			do(t, r.Rollback("one", "", ""))
			r.becomes("one")
			r.upgrade(t, func() { renameIn(t, r.path, c.file) })
			r.awaitPast(reload.EventActivated)
			if live := r.Live(); live.Fingerprint != in2("one") || live.Formerly != "one" && !strings.HasPrefix(c.file, "# none") {
				t.Fatalf("live = %+v", live.Info)
			}
			renameIn(t, r.path, "# more\ntwo")
			if strings.HasPrefix(c.file, "# none") { // that ended what the rollback kept out
				r.becomes("# more\ntwo")
				return
			}
			e := r.await(reload.EventPinned, reload.EventRefused)
			if e.Refused.Fingerprint != in2("two") || e.Refused.Formerly != "two" {
				t.Fatalf("pinned = %+v", e.Refused)
			}
			do(t, r.Rollback(c.back, "", ""))
			r.awaitPast(reload.EventActivated)
			if live := r.Live(); live.Fingerprint != in2("two") || live.Formerly != "two" {
				t.Errorf("live = %+v", live.Info)
			}
			if pinned := r.Status().Pinned; pinned != (reload.Identity{}) {
				t.Errorf("pinned = %+v", pinned)
			}
		})
	}
}

// What the later language does not accept is still kept out by its bytes.
func TestFault14WhatIsNoContentInTheLaterLanguageIsKeptOut(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "gone")
	do(t, r.Rollback("one", "", ""))
	r.becomes("one")
	for range 2 {
		r.upgrade(t, r.unchanged)
		e := r.await(reload.EventPinned, reload.EventActivated)
		if e.Refused.Fingerprint != "gone" || r.Live().Value != "one" {
			t.Errorf("pinned = %+v, live = %q", e.Refused, r.Live().Value)
		}
	}
	if err := r.Rollback("gone", "", ""); !errors.Is(err, errBad) {
		t.Errorf("error = %v, want that of the loader", err)
	}
}

func TestFault14WhatCouldNotBeProvedInAnEarlierLanguageStaysOut(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.load, r.o.Policy = picky, "bounds"
	r.await(reload.EventActivated)
	r.restart(t, r.unchanged)
	r.becomes("one")
	renameIn(t, r.path, "far")
	r.await(reload.EventRefused)
	r.upgrade(t, r.unchanged)
	if e := r.await(reload.EventRefused); !strings.Contains(e.Err.Error(), "refused before the restart: too far") {
		t.Errorf("refusal = %v", e.Err)
	}
	r.becomes("one")
}

// A snapshot of an earlier language has no meaning to go by: its bytes have to be
// those that were in service.
func TestFault14WhatIsKeptHasToBeWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	forge := func(r *stateful, content string, language int) {
		t.Helper()
		files := []history.File{{Name: filepath.Base(r.path), Data: []byte(content)}}
		h, err := history.Open(r.state, history.Options{Name: "test"})
		do(t, err)
		do(t, h.Save(history.Snapshot{Fingerprint: "two", Language: language, Taken: time.Now(), Digest: history.Digest(files), Files: files}), h.Close())
		h, err = history.Open(r.state, history.Options{Name: "test"}) // gives it its own name
		do(t, err, h.Close())
	}
	for name, language := range map[string]int{
		"other bytes":                    0,
		"other bytes, said to be of now": 2,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			r.upgrade(t, func() {
				forge(r, "forged", language)
				do(t, os.Remove(r.path))
			})
			r.awaitPast(reload.EventActivated)
			if got := r.Live().Value; got != "two" {
				t.Errorf("live = %q, want two, which is on record", got)
			}
		})
	}
}

// The same bytes are kept with two fingerprints and count as one content.
func TestFault14LaterLanguageKeepsAsManyContents(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	r.o.StateOptions.Keep = 2
	r.restart(t, r.unchanged)
	r.awaitPast(reload.EventActivated)
	renameIn(t, r.path, "two")
	r.becomes("two")
	r.upgrade(t, r.unchanged)
	r.becomes("two")
	if kept := r.kept(); !slices.Equal(kept, []string{in2("two") + " two", "one", "two"}) {
		t.Errorf("kept = %q", kept)
	}
	renameIn(t, r.path, "three")
	r.becomes("three")
	if kept := r.kept(); !slices.Equal(kept, []string{in2("three"), in2("two") + " two", "two"}) {
		t.Errorf("kept = %q", kept)
	}
}
