package stableread

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func TestResolve(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := func(names ...string) []string {
		for i, n := range names {
			names[i] = filepath.Join(root, n)
		}
		return names
	}
	for _, err := range []error{
		os.MkdirAll(filepath.Join(root, "d", "e"), 0o755),
		os.WriteFile(filepath.Join(root, "d", "file"), nil, 0o644),
		os.Symlink("d/file", filepath.Join(root, "rel")),
		os.Symlink(filepath.Join(root, "rel"), filepath.Join(root, "abs")),
		os.Symlink("d/e", filepath.Join(root, "dir")),
		os.Symlink("nowhere/at/all", filepath.Join(root, "dangling")),
		os.Symlink("loop", filepath.Join(root, "loop")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, path, target string
		names              []string
		err                error
	}{
		{"plain file", "d/file", "d/file", in("d/file"), nil},
		{"dots and slashes", "./d//./file", "d/file", in("d/file"), nil},
		{"relative link", "rel", "d/file", in("rel", "d/file"), nil},
		{"absolute link to a link", "abs", "d/file", in("abs", "rel", "d/file"), nil},
		{"up from a linked directory", "dir/../file", "d/file", in("dir", "d/file"), nil},
		{"no such file", "d/none", "d/none", in("d/none"), os.ErrNotExist},
		{"no such directory", "none/file", "none", in("none"), os.ErrNotExist},
		{"dangling link", "dangling", "nowhere", in("dangling", "nowhere"), os.ErrNotExist},
		{"through a file", "d/file/x", "d/file/x", in("d/file/x"), syscall.ENOTDIR},
		{"loop", "loop", "loop", nil, syscall.ELOOP},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := resolve(root + string(filepath.Separator) + tt.path)
			if want := filepath.Join(root, tt.target); p.target != want {
				t.Errorf("target = %s, want %s", p.target, want)
			}
			if tt.names != nil && !slices.Equal(p.names, tt.names) {
				t.Errorf("names = %q, want %q", p.names, tt.names)
			}
			if !errors.Is(p.err, tt.err) || (p.err == nil) != (tt.err == nil) {
				t.Errorf("err = %v, want %v", p.err, tt.err)
			}
		})
	}
}
