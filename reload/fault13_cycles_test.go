package reload_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 13: sources come and go, as with every reload of the configuration.
func TestFault13CloseWaitsForTheLoadAndDropsItsOutcome(t *testing.T) {
	t.Parallel()
	busy, goOn := make(chan struct{}), make(chan struct{})
	src, err := reload.Open(file(t, "one"), first(func(content string) {
		if content == "two" {
			close(busy)
			<-goOn
		}
	}), reload.Options{})
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

func TestFault13FiftyCyclesLeaveNothingBehind(t *testing.T) {
	if !linux {
		t.Skip("counts descriptors in /proc")
	}
	path := file(t, "one")
	refuse := loader(func(string) (reload.Candidate[int], error) { return reload.Candidate[int]{}, errBad })
	cycle := func() {
		src, err := reload.Open(path, text, reload.Options{})
		do(t, err, src.Close())
		if _, err := reload.Open(path, refuse, reload.Options{}); !errors.Is(err, errBad) {
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
