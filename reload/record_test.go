package reload_test

import (
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

func TestWhatIsDoneBesideContentsIsOnRecord(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one", "two")
	recorded, err := r.Record("counted", "by hand")
	if !recorded || err != nil {
		t.Fatalf("recorded: %t, %v", recorded, err)
	}
	want := []string{"activated one start", "activated two rename", "counted two"}
	r.has(t, want...)
	if last := r.History().Records[2]; last.Reason != "by hand" || last.Time.IsZero() || last.Digest != "" {
		t.Errorf("record %+v", last)
	}
	r.restart(t, func() {})
	if r.Live().Fingerprint != "two" {
		t.Errorf("%s is in service after a restart", r.Live().Fingerprint)
	}
	if got := r.written(t); !slices.Equal(got[:3], want) {
		t.Errorf("log %q after a restart", got)
	}
	do(t, r.Rollback("one", "", "back"))
	if r.Live().Fingerprint != "one" {
		t.Errorf("%s is in service after a rollback", r.Live().Fingerprint)
	}
}

func TestAClosedSourceRecordsNothing(t *testing.T) {
	t.Parallel()
	r := openStateful(t, "one")
	do(t, r.Close())
	if recorded, err := r.Record("counted", "late"); err == nil || !recorded {
		t.Errorf("recorded: %t, %v", recorded, err)
	}
}

func TestWithoutAStateDirectoryNothingIsRecorded(t *testing.T) {
	t.Parallel()
	src, err := reload.Open(file(t, "one"), dated, reload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { do(t, src.Close()) }()
	recorded, err := src.Record("counted", "by hand")
	if recorded || err != nil {
		t.Errorf("recorded: %t, %v", recorded, err)
	}
}
