package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/strategy"
)

// broken is a disk that does not flush names.
func broken(string) error { return syscall.EIO }

// If the new names cannot be flushed to the disk, the target is as it was, and the error says so.
func TestAFlushThatFailsPutsThePreviousFilesBack(t *testing.T) {
	t.Parallel()
	const rules = "version = \"%\"\n"
	was, next := strings.ReplaceAll(rules, "%", "1"), strings.ReplaceAll(rules, "%", "2")
	for _, test := range []struct {
		name   string
		target func(t *testing.T, dir string) Target
		before bool
	}{
		{name: "a file", target: fileIn, before: true},
		{name: "a new file", target: fileIn, before: false},
		{name: "a link", target: linkIn, before: true},
		{name: "a new link", target: linkIn, before: false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			source := filepath.Join(dir, "next", "a.toml")
			mustWrite(t, source, next)
			if test.before {
				change, err := test.target(t, dir).Apply(context.Background(), []strategy.Source{{Name: source, Data: []byte(was)}}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := change.Keep(); err != nil {
					t.Fatal(err)
				}
			}
			before := contentOf(t, filepath.Join(dir, "live"))
			change, err := withFlush(test.target(t, dir), broken).Apply(context.Background(), []strategy.Source{{Name: source, Data: []byte(next)}}, nil)
			if change != nil || !errors.Is(err, syscall.EIO) || !strings.HasSuffix(err.Error(), "; the previous files are put back") {
				t.Errorf("change %v, %v", change, err)
			}
			if after := contentOf(t, filepath.Join(dir, "live")); after != before {
				t.Errorf("there is\n%s\nwant\n%s", after, before)
			}
		})
	}
}

// What another program saved before the flush failed stays, and the error says so.
func TestAFlushThatFailsLeavesWhatWasSavedMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	live, source := filepath.Join(dir, "live", "a.toml"), filepath.Join(dir, "next", "a.toml")
	target := fileIn(t, dir)
	mustWrite(t, live, "version = \"1\"\n")
	mustWrite(t, source, "version = \"2\"\n")
	saved := func(string) error {
		mustWrite(t, live, "version = \"3\"\n")
		return syscall.EIO
	}
	change, err := withFlush(target, saved).Apply(context.Background(), []strategy.Source{{Name: source, Data: []byte("version = \"2\"\n")}}, nil)
	if change != nil || !errors.Is(err, syscall.EIO) || !errors.Is(err, errChangedSince) {
		t.Fatalf("change %v, %v", change, err)
	}
	if text, err := os.ReadFile(live); err != nil || string(text) != "version = \"3\"\n" {
		t.Errorf("there is %q, %v", text, err)
	}
	_, kept, _ := strings.Cut(err.Error(), "the previous content is in ")
	if text, err := os.ReadFile(strings.TrimSpace(kept)); err != nil || string(text) != "version = \"1\"\n" {
		t.Errorf("the previous content: %q, %v", text, err)
	}
}

// What is put back stays, even if that cannot be flushed.
func TestARevertThatCannotBeFlushedIsInPlace(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]func(t *testing.T, dir string) Target{"a file": fileIn, "a link": linkIn} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			source := filepath.Join(dir, "next", "a.toml")
			mustWrite(t, source, "version = \"1\"\n")
			before := contentOf(t, filepath.Join(dir, "live"))
			flush := atomicfile.SyncDir
			change, err := withFlush(target(t, dir), func(path string) error { return flush(path) }).
				Apply(context.Background(), []strategy.Source{{Name: source, Data: []byte("version = \"1\"\n")}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			flush = broken
			if err := change.Revert(context.Background()); !errors.Is(err, syscall.EIO) {
				t.Errorf("error = %v", err)
			}
			if after := contentOf(t, filepath.Join(dir, "live")); after != before {
				t.Errorf("there is\n%s\nwant\n%s", after, before)
			}
		})
	}
}

func fileIn(t *testing.T, dir string) Target {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "live"), 0o755); err != nil {
		t.Fatal(err)
	}
	to, err := fileAt(filepath.Join(dir, "live", "a.toml"), "")
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func linkIn(t *testing.T, dir string) Target {
	t.Helper()
	live := filepath.Join(dir, "live")
	if err := os.MkdirAll(live, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(live, "shop")
	at, err := os.Stat(path)
	if err != nil {
		at = nil
	}
	to, err := linkTo(path, at)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func withFlush(to Target, flush flushDir) Target {
	switch to := to.(type) {
	case *fileTarget:
		to.flush = flush
	case *linkTarget:
		to.flush = flush
	}
	return to
}

// contentOf lists the names in a directory with what they lead to.
func contentOf(t *testing.T, dir string) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err) && path == dir:
			return filepath.SkipAll
		case err != nil:
			return err
		case path == dir: // it may be made by the target
			return nil
		}
		text := ""
		if e.Type()&fs.ModeSymlink != 0 {
			text, err = os.Readlink(path)
		} else if !e.IsDir() {
			var data []byte
			data, err = os.ReadFile(path)
			text = string(data)
		}
		list.WriteString(path + " " + text + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}
