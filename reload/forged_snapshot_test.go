package reload_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// plant writes a snapshot's file as a person with an editor does, under a fingerprint.
func (r *stateful) plant(t *testing.T, fingerprint, formerly, content string) {
	t.Helper()
	name := filepath.Base(r.path)
	files := []history.File{{Name: name, Data: []byte(content)}}
	header, err := json.Marshal(map[string]any{
		"fingerprint": fingerprint, "formerly": formerly, "version": "v", "taken": "2030-01-01T00:00:00Z",
		"digest": history.Digest(files), "files": []map[string]any{{"name": name, "size": len(content)}},
	})
	do(t, err, os.WriteFile(r.snapshot(fingerprint), append(append(header, '\n'), content...), 0o600))
}

func (r *stateful) snapshot(fingerprint string) string {
	return filepath.Join(r.state, "snapshots", fingerprint)
}

// The ways to have other bytes served for what was in service.
func forgeries(r *stateful) map[string]func(t *testing.T) {
	return map[string]func(t *testing.T){
		"other texts of the same meaning": func(t *testing.T) { r.plant(t, "one", "", "~forged\none") },
		"a comment in the same meaning":   func(t *testing.T) { r.plant(t, "one", "", "# forged\none") },
		"another content under the name":  func(t *testing.T) { r.plant(t, "one", "", "evil") },
		"one that says it was that formerly": func(t *testing.T) {
			do(t, os.Remove(r.snapshot("one")))
			r.plant(t, "evil", "one", "evil")
		},
		"a byte": func(t *testing.T) {
			data, err := os.ReadFile(r.snapshot("one"))
			do(t, err, os.WriteFile(r.snapshot("one"), bytes.Replace(data, []byte("\none"), []byte("\nonE"), 1), 0o600))
		},
		"what is on record for another": func(t *testing.T) { r.plant(t, "one", "", "two") },
	}
}

func TestForgedContentIsNotRolledBackTo(t *testing.T) {
	t.Parallel()
	for name := range forgeries(nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			r.written(t)
			forgeries(r)[name](t)
			if err := r.Rollback("one", "two", ""); err == nil {
				t.Errorf("rolled back to %q", r.Live().Value)
			} else if !errors.Is(err, reload.ErrNotKept) && !strings.Contains(err.Error(), "publish what is meant instead") {
				t.Errorf("error = %v, which does not say what to do", err)
			}
			if got := r.Live().Value; got != "two" {
				t.Errorf("live = %q, want two", got)
			}
		})
	}
}

func TestForgedContentIsNotRecalled(t *testing.T) {
	t.Parallel()
	for name := range forgeries(nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "zero", "one")
			r.restart(t, func() {
				renameIn(t, r.path, "bad")
				forgeries(r)[name](t)
			})
			r.await(reload.EventRefused)
			r.becomes("zero")
			if e := r.await(reload.EventTampered); e.Err == nil {
				t.Error("the event does not say why")
			}
			if names, err := filepath.Glob(filepath.Join(r.state, "snapshots.broken-*", "*")); err != nil || len(names) == 0 && !strings.HasPrefix(name, "one that") {
				t.Errorf("set aside: %v, %v", names, err)
			}
		})
	}
}

// A record that is not under the checkpoint was never acknowledged and may be
// anybody's.
func TestRecordThatWasNotSignedIsNotActedOn(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"an activation": `{"number":2,"action":"activated","fingerprint":"evil","digest":"DIGEST","kind":"rename"}`,
		"a rollback":    `{"number":2,"action":"rolled_back","fingerprint":"evil","digest":"DIGEST","against":"two"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			r.restart(t, func() {
				do(t, os.Remove(r.path))
				r.plant(t, "evil", "", "evil")
				digest := history.Digest([]history.File{{Name: filepath.Base(r.path), Data: []byte("evil")}})
				f, err := os.OpenFile(filepath.Join(r.state, "log"), os.O_APPEND|os.O_WRONLY, 0)
				do(t, err)
				_, err = f.WriteString(strings.Replace(line, "DIGEST", digest, 1) + "\n")
				do(t, err, f.Close())
			})
			r.await(reload.EventMissing)
			r.becomes("two")
			if pinned := r.Status().Pinned; pinned != (reload.Identity{}) {
				t.Errorf("pinned = %+v", pinned)
			}
		})
	}
}

// A rollback that finds the log changed is in the log that begins then, with what it
// put back.
func TestRollbackThatFindsTheLogChangedHolds(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.written(t)
	log := filepath.Join(r.state, "log")
	data, err := os.ReadFile(log)
	do(t, err, os.WriteFile(log, bytes.Replace(data, []byte("rename"), []byte("remane"), 1), 0o600))
	do(t, r.Rollback("one", "two", ""))
	r.becomes("one")
	r.await(reload.EventTampered)
	for range 2 {
		r.restart(t, r.unchanged)
		if e := r.await(reload.EventPinned, reload.EventActivated); e.Live.Fingerprint != "one" || e.Refused.Fingerprint != "two" {
			t.Errorf("in service is %q, kept out %q", e.Live.Fingerprint, e.Refused.Fingerprint)
		}
	}
}

// A crash may leave a content that is on no record beside the one that is.
func TestContentThatACrashKeptFromTheRecordBlocksNothing(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]struct{ fingerprint, formerly, content string }{
		"other texts":                            {fingerprint: "one", content: "~b\none"},
		"what says that it was another formerly": {fingerprint: "three", formerly: "one", content: "three"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "~a\none", "two")
			r.written(t)
			recorded, err := os.ReadFile(r.snapshot("one"))
			do(t, err)
			r.restart(t, func() {
				r.plant(t, left.fingerprint, left.formerly, left.content)
				do(t, os.Rename(r.snapshot(left.fingerprint), r.snapshot(".new-000000099")))
				do(t, os.WriteFile(r.snapshot("one"), recorded, 0o600))
			})
			r.becomes("two")
			do(t, r.Rollback("one", "", ""))
			if got := r.Live().Value; got != "~a\none" {
				t.Errorf("live = %q, want what was in service", got)
			}
			if found := r.Status().State.Found; found != nil {
				t.Errorf("found = %v", found)
			}
		})
	}
}

// Where the log is not as it was left nothing that it says counts, and without a
// file there is nothing to serve.
func TestLogThatIsNotAsItWasLeftIsNotActedOn(t *testing.T) {
	t.Parallel()
	in := func(r *stateful, name string) string { return filepath.Join(r.state, name) }
	edit := func(t *testing.T, path, old, new string) {
		data, err := os.ReadFile(path)
		do(t, err, os.WriteFile(path, bytes.Replace(data, []byte(old), []byte(new), 1), 0o600))
	}
	for name, tamper := range map[string]func(t *testing.T, r *stateful){
		"a record changed": func(t *testing.T, r *stateful) {
			edit(t, in(r, "log"), `"fingerprint":"two"`, `"fingerprint":"one"`)
		},
		"no log":        func(t *testing.T, r *stateful) { do(t, os.Remove(in(r, "log"))) },
		"no checkpoint": func(t *testing.T, r *stateful) { do(t, os.Remove(in(r, "checkpoint"))) },
		"all but the contents": func(t *testing.T, r *stateful) {
			for _, f := range []string{"log", "checkpoint", "hashes", "key", "key.pub"} {
				do(t, os.Remove(in(r, f)))
			}
		},
		"another key": func(t *testing.T, r *stateful) {
			other := openStateful(t, "other")
			other.written(t)
			data, err := os.ReadFile(in(other, "key"))
			do(t, err, os.WriteFile(in(r, "key"), data, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openStateful(t, "one", "two")
			r.written(t)
			do(t, r.Close())
			renameIn(t, r.path, "bad")
			tamper(t, r)
			if src, err := reload.Open(r.path, r.load, r.o); err == nil {
				t.Errorf("it serves %q", src.Live().Value)
				do(t, src.Close())
			} else if !errors.Is(err, errBad) || !strings.Contains(err.Error(), "not as it was left") {
				t.Errorf("error = %v, want what is wrong with the file and with the log", err)
			}
			renameIn(t, r.path, "three")
			r.start(t, r.path)
			r.becomes("three")
			r.await(reload.EventTampered)
			if err := r.Rollback("one", "", ""); !errors.Is(err, reload.ErrNotKept) {
				t.Errorf("rolled back to what no record proves: %v", err)
			}
		})
	}
}

// Every checkpoint leaves the machine with the log of the host.
func TestCheckpointsAreTold(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	r.written(t)
	renameIn(t, r.path, "three")
	r.becomes("three")
	var told []string
	for range 3 { // as many as there are records, or fewer that are later
		told = append(told, r.await(reload.EventSigned, reload.EventActivated).Checkpoint)
		if strings.Contains(told[len(told)-1], "\n3\n") {
			break
		}
	}
	if last := told[len(told)-1]; !strings.HasPrefix(last, "test\n3\n") || !slices.IsSorted(told) {
		t.Errorf("told = %q", told)
	}
	export, err := history.ExportOf(r.state)
	do(t, err)
	for _, checkpoint := range told {
		if _, err := export.Verify(history.Trust{Checkpoint: []byte(checkpoint)}); err != nil {
			t.Errorf("the log is no continuation of %q: %v", checkpoint, err)
		}
	}
}

// What is recorded last, when the source is closed, is told as well.
func TestLastCheckpointIsToldAtTheEnd(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	renameIn(t, r.path, "bad")
	r.await(reload.EventRefused, reload.EventActivated)
	do(t, r.Close())
	last := ""
	for len(r.events) > 0 {
		if e := <-r.events; e.Kind == reload.EventSigned {
			last = e.Checkpoint
		}
	}
	if !strings.HasPrefix(last, "test\n2\n") {
		t.Errorf("the last checkpoint that was told is %q, want the one of two records", last)
	}
}
