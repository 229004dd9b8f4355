package reload_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
	<-src.Closing()
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
	files, heard, routines := descriptors(t), watches(t), goleak.IgnoreCurrent()
	for range 50 {
		cycle()
	}
	if n := descriptors(t); n > files {
		t.Errorf("descriptors: %d before, %d after", files, n)
	}
	if n := watches(t); n > heard {
		t.Errorf("watches: %d before, %d after", heard, n)
	}
	goleak.VerifyNone(t, routines)
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	do(t, err)
	return len(entries)
}

func TestFault13AHundredSavesLeaveNothingBehind(t *testing.T) {
	if !linux {
		t.Skip("counts descriptors and watches in /proc")
	}
	dir, path := volume(t, "0")
	h := open(t, path, reload.Options{})
	files, heard, routines := descriptors(t), watches(t), runtime.NumGoroutine()
	if heard == 0 {
		t.Fatal("no watch to begin with")
	}
	for n := range 100 {
		content := fmt.Sprint(n + 1)
		swap(t, dir, fmt.Sprint("..", n+1), fmt.Sprint("..", n+2), content)
		h.becomes(content)
	}
	if n := descriptors(t); n > files {
		t.Errorf("descriptors: %d before, %d after", files, n)
	}
	if n := watches(t); n > heard {
		t.Errorf("watches: %d before, %d after", heard, n)
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("goroutines: %d before, %d after", routines, n)
	}
}

// watches is the number of inotify watches of this process.
func watches(t *testing.T) int {
	t.Helper()
	infos, err := filepath.Glob("/proc/self/fdinfo/*")
	do(t, err)
	n := 0
	for _, info := range infos {
		text, err := os.ReadFile(info)
		if errors.Is(err, os.ErrNotExist) {
			continue // it was that of the listing
		}
		do(t, err)
		n += strings.Count("\n"+string(text), "\ninotify wd:")
	}
	return n
}
