package reload_test

import (
	"slices"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// changes are the kinds of change on record, with what they are of.
func (r *stateful) changes() []string {
	var list []string
	for _, record := range r.History().Records {
		list = append(list, string(record.Action)+" "+record.Fingerprint+" "+record.Change)
	}
	return list
}

func TestEditOfTextsAloneIsInServiceAndOnRecord(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "~a\none")
	first := r.Live()
	renameIn(t, r.path, "~b\none")
	r.await(reload.EventActivated)
	second := r.becomes("~b\none")
	if second.Change != reload.ChangeTexts || first.Change != reload.ChangeMeaning || second.Fingerprint != first.Fingerprint {
		t.Errorf("first %+v, second %+v", first.Info, second.Info)
	}
	renameIn(t, r.path, "~b\n# a comment\none")
	if e := r.await(reload.EventUnchanged); e.Live != second.Info {
		t.Errorf("in service after a comment is %+v", e.Live)
	}
	renameIn(t, r.path, "~b\ntwo")
	if third := r.becomes("~b\ntwo"); third.Change != reload.ChangeMeaning {
		t.Errorf("third %+v", third.Info)
	}
	want := []string{"activated one meaning", "activated one texts", "activated two meaning"}
	if got := r.changes(); !slices.Equal(got, want) {
		t.Errorf("records %q, want %q", got, want)
	}
}

// What was in service last is taken up with the texts that it had last.
func TestTextsOfASnapshotAreTheLast(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "~a\none", "~b\none", "two")
	if err := r.Rollback("one", "two", "test"); err != nil {
		t.Fatal(err)
	}
	if e := r.Live(); e.Value != "~b\none" || e.Change != reload.ChangeMeaning {
		t.Errorf("in service is %q, %+v", e.Value, e.Info)
	}
}

// Texts alone do not bring back a meaning that a rollback keeps out.
func TestTextsDoNotEndAHold(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	if err := r.Rollback("one", "two", "test"); err != nil {
		t.Fatal(err)
	}
	r.becomes("one")
	renameIn(t, r.path, "~a\ntwo")
	if e := r.await(reload.EventPinned); e.Live.Fingerprint != "one" || e.Refused.Fingerprint != "two" {
		t.Errorf("pinned event %+v", e)
	}
}

// What is staged is staged again when only its texts are saved anew.
func TestTextsOfWhatIsStaged(t *testing.T) {
	t.Parallel()
	h := openWith(t, file(t, "~a\none"), dated, reload.Options{})
	due := time.Now().Add(time.Hour)
	renameIn(t, h.path, at(due, "~a\ntwo"))
	if e := h.await(reload.EventStaged); e.Next.Change != reload.ChangeMeaning {
		t.Errorf("staged event %+v", e.Next)
	}
	renameIn(t, h.path, at(due, "~b\ntwo"))
	if e := h.await(reload.EventStaged); e.Next.Texts != "~b\n" {
		t.Errorf("staged event %+v", e.Next)
	}
	renameIn(t, h.path, at(due, "~b\none"))
	if e := h.await(reload.EventStaged); e.Next.Change != reload.ChangeTexts {
		t.Errorf("staged event %+v", e.Next)
	}
}
