package reload_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// volume lays out a directory as Kubernetes mounts a ConfigMap.
func volume(t *testing.T, content string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	do(t, os.Mkdir(filepath.Join(dir, "..1"), 0o755))
	write(t, filepath.Join(dir, "..1", "file"), content)
	do(t,
		os.Symlink("..1", filepath.Join(dir, "..data")),
		os.Symlink("..data/file", filepath.Join(dir, "file")))
	return dir, filepath.Join(dir, "file")
}

// swap does what the kubelet does for an update.
func swap(t *testing.T, dir, from, to, content string) {
	t.Helper()
	do(t, os.Mkdir(filepath.Join(dir, to), 0o755))
	write(t, filepath.Join(dir, to, "file"), content)
	do(t,
		os.Symlink(to, filepath.Join(dir, "..data_tmp")),
		os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")),
		os.RemoveAll(filepath.Join(dir, from)))
}

// Fault 6: the name leads through links.
func TestFault06KubernetesVolumeUpdate(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]reload.Options{"by lease": {}, "by close": reload.Options{}.WithoutLease()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, path := volume(t, "one")
			h := open(t, path, o)
			swap(t, dir, "..1", "..2", "two")
			if e := h.becomes("two"); e.Kind != reload.KindRename {
				t.Errorf("kind = %v, want %v", e.Kind, reload.KindRename)
			}
			swap(t, dir, "..2", "..3", "three")
			h.becomes("three")
		})
	}
}

// The old directory is removed while it may still be read from: what is read
// is whole all the same, and its absence is no error.
func TestFault06OldDirectoryRemovedMidRead(t *testing.T) {
	t.Parallel()
	const lines = 1 << 17 // so that a read takes a while
	content := func(n int) string { return strings.Repeat(fmt.Sprintf("revision %06d\n", n), lines) }
	for _, g := range guards[:3] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			dir, path := volume(t, content(1))
			h := openWith(t, path, plain(func(got string) {
				if line, _, _ := strings.Cut(got, "\n"); got != strings.Repeat(line+"\n", lines) {
					t.Errorf("torn: %d bytes beginning %q", len(got), line)
				}
			}), g.o)
			n := 1
			for range 20 {
				swap(t, dir, fmt.Sprint("..", n), fmt.Sprint("..", n+1), content(n+1))
				n++
				time.Sleep(time.Duration(n) * 100 * time.Microsecond) // to meet the read at another place each time
			}
			h.endsWith(content(n))
		})
	}
}

func TestFault06LinkTargetWrittenInPlaceElsewhere(t *testing.T) {
	t.Parallel()
	for _, g := range guards {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			target, link := file(t, "old"), filepath.Join(t.TempDir(), "link")
			do(t, os.Symlink(target, link))
			o := g.o
			o.Poll = time.Hour
			h := open(t, link, o)
			write(t, target, "new")
			if e := h.becomes("new"); e.Kind != reload.KindInPlace {
				t.Errorf("kind = %v, want %v", e.Kind, reload.KindInPlace)
			}
		})
	}
}

func TestFault06ChainOfLinks(t *testing.T) {
	t.Parallel()
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	target := filepath.Join(c, "target")
	write(t, target, "one")
	do(t,
		os.Symlink(target, filepath.Join(b, "middle")),
		os.Symlink(filepath.Join(b, "middle"), filepath.Join(a, "file")))
	h := open(t, filepath.Join(a, "file"), reload.Options{})
	if got := h.Status().Target; got != resolved(t, target) {
		t.Errorf("target = %s, want %s", got, target)
	}
	write(t, target, "written in place at the end")
	h.becomes("written in place at the end")
	renameIn(t, target, "renamed in at the end")
	h.becomes("renamed in at the end")
	write(t, filepath.Join(b, "other"), "middle link swapped")
	do(t,
		os.Symlink("other", filepath.Join(b, "tmp")),
		os.Rename(filepath.Join(b, "tmp"), filepath.Join(b, "middle")))
	h.becomes("middle link swapped")
	renameIn(t, filepath.Join(a, "file"), "first link replaced by a file")
	h.becomes("first link replaced by a file")
}

func TestFault06LinkedDirectorySwap(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, v := range []string{"v1", "v2"} {
		do(t, os.Mkdir(filepath.Join(root, v), 0o755))
		write(t, filepath.Join(root, v, "file"), v)
	}
	current := filepath.Join(root, "current")
	do(t, os.Symlink("v1", current))
	h := open(t, filepath.Join(current, "file"), reload.Options{})
	do(t, os.Symlink("v2", current+"~"), os.Rename(current+"~", current))
	h.becomes("v2")
	write(t, filepath.Join(root, "v2", "file"), "v2, edited")
	h.becomes("v2, edited")
}

func resolved(t *testing.T, path string) string {
	t.Helper()
	p, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
