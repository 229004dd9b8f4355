package reload_test

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/reload"
)

// What a reload must survive is a numbered list of faults. The tests of fault n
// are named TestFault<n> and are in the files fault<n>_*_test.go:
//
//	1 renames                      8 writes behind the name, mounts of one file
//	2 the programs people save by  9 lost directories, watches, descriptors
//	3 zero bytes                  10 identities that repeat
//	4 unfinished content          11 what is refused or cannot be read
//	5 deletion                    12 locks, writers and loaders without end
//	6 links                       13 sources that come and go
//	7 directories                 14 the state directory (and package history)
func TestMain(m *testing.M) {
	// These tests wait much and compute little.
	flag.Parse()
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// patience bounds every wait for something that is announced.
const patience = time.Minute

var errBad = errors.New("bad content")

// text loads a file as its text. Comments have no meaning, and lines that start with
// "~" are texts; content that starts with "bad" is refused and with "panic" panics.
var text = loader(meaning)

func meaning(s string) (reload.Candidate[string], error) {
	switch {
	case s == "":
		return reload.Candidate[string]{}, errors.New("empty")
	case strings.HasPrefix(s, "bad"):
		return reload.Candidate[string]{}, errBad
	case strings.HasPrefix(s, "panic"):
		panic("at the loader")
	}
	var b, texts strings.Builder
	for line := range strings.Lines(s) {
		switch {
		case strings.HasPrefix(line, "~"):
			texts.WriteString(line)
		case !strings.HasPrefix(line, "#"):
			b.WriteString(line)
		}
	}
	return reload.Candidate[string]{Value: s, Fingerprint: b.String(), Texts: texts.String(), Version: "v"}, nil
}

// loader makes a Loader of what a test does with the content of its files, one
// after the other.
func loader[T any](load func(content string) (reload.Candidate[T], error)) reload.Loader[T] {
	return func(c reload.Content, _ *reload.Revision[T]) (reload.Candidate[T], error) {
		var content strings.Builder
		for _, f := range c.Files {
			content.Write(f.Data)
		}
		return load(content.String())
	}
}

// first is text that calls seen with every content before it loads it.
func first(seen func(content string)) reload.Loader[string] {
	return loader(func(content string) (reload.Candidate[string], error) {
		seen(content)
		return meaning(content)
	})
}

// plain takes every content as it is, after check.
func plain(check func(content string)) reload.Loader[string] {
	return loader(func(content string) (reload.Candidate[string], error) {
		check(content)
		return reload.Candidate[string]{Value: content}, nil
	})
}

// A host is a Source with a listener.
type host struct {
	*reload.Source[string]
	t      testing.TB
	seen   []reload.EventKind // by await
	path   string
	events chan reload.Event
	reads  chan struct{}
}

func open(t testing.TB, path string, o reload.Options) *host {
	t.Helper()
	return openWith(t, path, text, o)
}

func openWith(t testing.TB, path string, load reload.Loader[string], o reload.Options) *host {
	t.Helper()
	h := &host{t: t, path: path, events: make(chan reload.Event, 1<<12), reads: make(chan struct{}, 1<<12)}
	o.OnEvent = func(e reload.Event) { h.events <- e }
	src, err := reload.Open(path, load, o.Reads(func() { h.reads <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	h.Source = src
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	if e := h.await(reload.EventActivated); e.Live.Kind != reload.KindStart || e.Live.Sequence != 1 {
		t.Fatalf("first revision = %v, number %d, want start, 1", e.Live.Kind, e.Live.Sequence)
	}
	<-h.reads
	return h
}

// await returns the next event of the kind, and fails on an activation or a
// refusal that no test awaited, unless it is one of those that may be before.
func (h *host) await(kind reload.EventKind, before ...reload.EventKind) reload.Event {
	h.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case e := <-h.events:
			h.seen = append(h.seen, e.Kind)
			if e.Kind == kind {
				return e
			}
			if (e.Kind == reload.EventActivated || e.Kind == reload.EventRefused) && !slices.Contains(before, e.Kind) {
				h.t.Fatalf("got event %v (%q, %v), want %v", e.Kind, h.Live().Value, e.Err, kind)
			}
		case <-timeout:
			h.t.Fatalf("no event %v; live %q, status %+v", kind, h.Live().Value, h.Status())
		}
	}
}

// never fails if await passed over an event of the kind.
func (h *host) never(kind reload.EventKind) {
	h.t.Helper()
	if slices.Contains(h.seen, kind) {
		h.t.Errorf("there was an event %v among %v", kind, h.seen)
	}
}

// awaitRead returns once the file has been read completely again.
func (h *host) awaitRead() {
	h.t.Helper()
	select {
	case <-h.reads:
	case <-time.After(patience):
		h.t.Fatalf("the file was not read; status %+v", h.Status())
	}
}

// endsWith waits until want is in service. Others may be before it, but no
// refusal and no absence.
func (h *host) endsWith(want string) {
	h.t.Helper()
	h.endsWithout(want, reload.EventRefused, reload.EventMissing)
}

// endsWithout waits until want is in service, and fails on any of the events.
func (h *host) endsWithout(want string, none ...reload.EventKind) {
	h.t.Helper()
	timeout := time.After(patience)
	for h.Live().Value != want {
		select {
		case e := <-h.events:
			if slices.Contains(none, e.Kind) {
				h.t.Fatalf("got event %v: %v", e.Kind, e.Err)
			}
		case <-timeout:
			h.t.Fatalf("live is %.40q, want %.40q; status %+v", h.Live().Value, want, h.Status())
		}
	}
}

// becomes waits for the next activation, which must be of want.
func (h *host) becomes(want string) *reload.Revision[string] {
	h.t.Helper()
	h.await(reload.EventActivated)
	e := h.Live()
	if e.Value != want {
		h.t.Fatalf("live = %q, want %q", e.Value, want)
	}
	return e
}

// stillOn fails unless the revision in service is want, and nothing else ever
// went into service since. A save that must not be noticed is followed by one
// that must: if the next number is the next one's, there was nothing between.
func (h *host) stillOn(e *reload.Revision[string]) {
	h.t.Helper()
	if got := h.Live(); got != e {
		h.t.Fatalf("live = %q (number %d), want still %q", got.Value, got.Sequence, e.Value)
	}
	renameIn(h.t, h.path, "sentinel")
	if got := h.becomes("sentinel"); got.Sequence != e.Sequence+1 {
		h.t.Fatalf("sequence = %d, want %d", got.Sequence, e.Sequence+1)
	}
}

// write writes a file and closes it for good. A program that another test starts
// meanwhile would inherit the descriptor and hold it until it is executed, so that
// the last close, which decides what kind of save this is, came after write.
func write(t testing.TB, path, content string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func renameIn(t testing.TB, path, content string) {
	t.Helper()
	write(t, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func do(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// file is a fresh file in a directory of its own.
func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.toml")
	write(t, path, content)
	return path
}

// need skips without the program, but not where everything has to be there.
func need(t testing.TB, programs ...string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a Unix shell")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		} else if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have %s: %v", p, err)
		} else {
			t.Skipf("no %s: %v", p, err)
		}
	}
}

// sh runs a script with F naming the file and N a file with the new content in
// another directory of the same file system.
func sh(t testing.TB, script, f, n string) {
	t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = filepath.Dir(f)
	cmd.Env = append(os.Environ(), "F="+f, "N="+n, "HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}
