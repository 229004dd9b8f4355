package reload_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// dated loads text of which the first line may be the instant it is due:
// "@RFC3339". The instant is not part of its meaning.
func dated(c reload.Content, live *reload.Revision[string]) (reload.Candidate[string], error) {
	due, rest, found := strings.Cut(string(c.Files[0].Data), "\n")
	at, isTime := strings.CutPrefix(due, "@")
	if !found || !isTime {
		return text(c, live)
	}
	c.Files = []reload.File{{Name: c.Files[0].Name, Data: []byte(rest)}}
	candidate, err := text(c, live)
	if err == nil {
		candidate.Due, err = time.Parse(time.RFC3339Nano, at)
	}
	return candidate, err
}

func at(due time.Time, content string) string {
	return "@" + due.Format(time.RFC3339Nano) + "\n" + content
}

// leadTime is how far ahead a revision is staged that a test waits for: enough for
// it to be read before it is due on a machine that is busy with other tests.
const leadTime = 5 * time.Second

func TestStagedRevisionGoesLiveAtItsInstant(t *testing.T) {
	t.Parallel()
	h := openWith(t, file(t, "one"), dated, reload.Options{})
	due := time.Now().Add(leadTime).Round(0)
	renameIn(t, h.path, at(due, "two"))
	e := h.await(reload.EventStaged)
	if !e.Next.Due.Equal(due) || e.Next.Fingerprint != "two" || e.Live.Fingerprint != "one" {
		t.Errorf("staged event = %+v", e)
	}
	if s := h.Status(); h.Live().Value != "one" || s.Staged.Fingerprint != "two" {
		t.Errorf("live = %q, staged %+v", h.Live().Value, s.Staged)
	}
	live := h.becomes("two")
	if live.Timestamps.Swapped.Before(due) || !live.Due.Equal(due) || live.Kind != reload.KindRename {
		t.Errorf("info = %+v, want a swap not before %v", live.Info, due)
	}
	if s := h.Status(); s.Staged != (reload.Info{}) {
		t.Errorf("still staged: %+v", s.Staged)
	}
}

// Several sources that hold the same file switch at the same instant.
func TestAllThatHoldAStagedRevisionSwitchTogether(t *testing.T) {
	t.Parallel()
	path := file(t, "one")
	var hosts []*host
	for range 5 {
		hosts = append(hosts, openWith(t, path, dated, reload.Options{}))
	}
	due := time.Now().Add(leadTime).Round(0)
	renameIn(t, path, at(due, "two"))
	var latest time.Duration
	for _, h := range hosts {
		h.await(reload.EventStaged)
	}
	for _, h := range hosts {
		late := h.becomes("two").Timestamps.Swapped.Sub(due)
		if late < 0 {
			t.Errorf("swapped %v before its instant", -late)
		}
		latest = max(latest, late)
	}
	t.Logf("the last of %d swapped %v after the instant", len(hosts), latest)
}

func TestWhatBecomesOfAStagedRevision(t *testing.T) {
	t.Parallel()
	far := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		edit   func(t *testing.T, path string)
		events []reload.EventKind
		live   string
		staged string
	}{
		"another is saved without an instant": {
			func(t *testing.T, path string) { renameIn(t, path, "three") },
			[]reload.EventKind{reload.EventWithdrawn, reload.EventActivated}, "three", "",
		},
		"another is staged": {
			func(t *testing.T, path string) { renameIn(t, path, at(far, "three")) },
			[]reload.EventKind{reload.EventWithdrawn, reload.EventStaged}, "one", "three",
		},
		"the same is saved for another instant": {
			func(t *testing.T, path string) { renameIn(t, path, at(far.Add(time.Hour), "two")) },
			[]reload.EventKind{reload.EventWithdrawn, reload.EventStaged}, "one", "two",
		},
		"the same is saved for now": {
			func(t *testing.T, path string) { renameIn(t, path, "two") },
			[]reload.EventKind{reload.EventWithdrawn, reload.EventActivated}, "two", "",
		},
		"only a comment is added": {
			func(t *testing.T, path string) { renameIn(t, path, at(far, "# no meaning\ntwo")) },
			[]reload.EventKind{reload.EventUnchanged}, "one", "two",
		},
		"what is in service is saved again": {
			func(t *testing.T, path string) { renameIn(t, path, "one") },
			[]reload.EventKind{reload.EventWithdrawn}, "one", "",
		},
		"something broken is saved": {
			func(t *testing.T, path string) { renameIn(t, path, "bad") },
			[]reload.EventKind{reload.EventRefused}, "one", "two",
		},
		"the file is deleted": {
			func(t *testing.T, path string) { do(t, os.Remove(path)) },
			[]reload.EventKind{reload.EventWithdrawn, reload.EventMissing}, "one", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := openWith(t, file(t, "one"), dated, reload.Options{})
			renameIn(t, h.path, at(far, "two"))
			h.await(reload.EventStaged)
			c.edit(t, h.path)
			for _, want := range c.events {
				if e := h.await(want); (e.Next.Fingerprint != c.staged) && want != reload.EventWithdrawn {
					t.Errorf("%v event names %q as next, want %q", want, e.Next.Fingerprint, c.staged)
				}
			}
			if s := h.Status(); h.Live().Value != c.live || s.Staged.Fingerprint != c.staged {
				t.Errorf("live = %q, staged %q, want %q, %q", h.Live().Value, s.Staged.Fingerprint, c.live, c.staged)
			}
		})
	}
}

func TestInstantInThePastIsNow(t *testing.T) {
	t.Parallel()
	h := openWith(t, file(t, at(time.Now().Add(-time.Hour), "one")), dated, reload.Options{})
	renameIn(t, h.path, at(time.Now().Add(-time.Second), "two"))
	h.becomes("two")
	h.never(reload.EventStaged)
}

func TestOpenFailsIfThereIsNothingUntilTheInstant(t *testing.T) {
	t.Parallel()
	_, err := reload.Open(file(t, at(time.Now().Add(time.Hour), "one")), dated, reload.Options{})
	if err == nil || !strings.Contains(err.Error(), "there is nothing to serve until then") {
		t.Errorf("error = %v", err)
	}
}
