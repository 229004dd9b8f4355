package reload_test

import (
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/reload"
)

const linux = runtime.GOOS == "linux"

func TestWithoutAWatchThePollFindsEverySave(t *testing.T) {
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
	h.becomes("trees")
	do(t, os.Remove(h.path))
	h.await(reload.EventMissing)
	write(t, h.path, "four")
	h.becomes("four")
}

func TestPollingIsToldAtTheStart(t *testing.T) {
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

func TestLostWatchIsRegainedByThePoll(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{Poll: 100 * time.Millisecond}.WithoutClosings())
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

func TestOverflowIsFollowedByARescan(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "one"), reload.Options{})
	h.Overflow()
	h.await(reload.EventWatchLost)
	h.await(reload.EventWatchRegained)
	h.awaitRead()
	renameIn(t, h.path, "two")
	h.becomes("two")
}

func TestCloseWaitsForTheLoadAndDropsItsOutcome(t *testing.T) {
	t.Parallel()
	busy, goOn := make(chan struct{}), make(chan struct{})
	src, err := reload.Open(file(t, "one"), func(path string, data []byte) (reload.Candidate[string], error) {
		if string(data) == "two" {
			close(busy)
			<-goOn
		}
		return text(path, data)
	}, reload.Options{})
	do(t, err)
	renameIn(t, src.Status().Path, "two")
	<-busy
	closed := make(chan error)
	go func() { closed <- src.Close() }()
	select {
	case <-closed:
		t.Error("closed while loading")
	case <-time.After(20 * time.Millisecond): // there is nothing to be told about
	}
	close(goOn)
	do(t, <-closed, src.Close())
	if got := src.Live().Value; got != "one" {
		t.Errorf("live after Close = %q", got)
	}
}

func TestFiftyCyclesLeaveNothingBehind(t *testing.T) {
	if !linux {
		t.Skip("counts descriptors in /proc")
	}
	path := file(t, "one")
	cycle := func() {
		src, err := reload.Open(path, text, reload.Options{})
		do(t, err, src.Close())
		if _, err := reload.Open(path, func(string, []byte) (reload.Candidate[int], error) {
			return reload.Candidate[int]{}, errBad
		}, reload.Options{}); !errors.Is(err, errBad) {
			t.Fatal(err)
		}
	}
	cycle() // lets the runtime open what it keeps open
	files, routines := descriptors(t), goleak.IgnoreCurrent()
	for range 50 {
		cycle()
	}
	if n := descriptors(t); n > files {
		t.Errorf("descriptors: %d before, %d after", files, n)
	}
	goleak.VerifyNone(t, routines)
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	do(t, err)
	return len(entries)
}
