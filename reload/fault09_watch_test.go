package reload_test

import (
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

const linux = runtime.GOOS == "linux"

// Fault 9, the watch: there is none, or what it reports is lost. Where that can
// be had for real, it is in the files of Linux.
func TestFault09WithoutAWatchThePollFindsEverySave(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 20 * time.Millisecond}.WithoutWatch())
	if s := h.Status().Watch; !s.Polling || !errors.Is(s.Reason, reload.ErrNoWatch) {
		t.Errorf("health = %+v", s)
	}
	renameIn(t, h.path, "two")
	if e := h.becomes("two"); e.Kind != reload.KindPoll {
		t.Errorf("kind = %v, want %v", e.Kind, reload.KindPoll)
	}
	write(t, h.path, "three")
	h.becomes("three")
	write(t, h.path, "tree")
	write(t, h.path, "trees") // as long as three, maybe within the same tick
	h.becomesInTheEnd("trees", "tree")
	do(t, os.Remove(h.path))
	h.await(reload.EventMissing)
	write(t, h.path, "four")
	h.becomes("four")
}

func TestFault09PollingIsToldAtTheStart(t *testing.T) {
	t.Parallel()
	var kinds []reload.EventKind
	src, err := reload.Open(file(t, "one"), text, reload.Options{OnEvent: func(e reload.Event) {
		kinds = append(kinds, e.Kind)
	}}.WithoutWatch())
	do(t, err, src.Close())
	if len(kinds) != 2 || kinds[0] != reload.EventPolling || kinds[1] != reload.EventActivated {
		t.Errorf("events = %v, want polling, activated", kinds)
	}
}

func TestFault09LostWatchIsRegainedByThePoll(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 100 * time.Millisecond}.WithoutCloses())
	do(t, h.LoseWatches())
	renameIn(t, h.path, "two")
	h.await(reload.EventWatchLost)
	h.await(reload.EventWatchRegained)
	if s := h.Status().Watch; s.Polling {
		t.Errorf("health = %+v", s)
	}
	h.becomes("two")
	renameIn(t, h.path, "three")
	h.becomes("three")
}

func TestFault09OverflowIsFollowedByARescan(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	h.Overflow()
	h.await(reload.EventWatchLost)
	h.await(reload.EventWatchRegained)
	h.awaitRead()
	renameIn(t, h.path, "two")
	h.becomes("two")
}
