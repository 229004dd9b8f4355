package symlink

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
		os.Symlink("../file", filepath.Join(root, "d", "e", "inner")),
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
		last               string
		err                error
	}{
		{name: "plain file", path: "d/file", target: "d/file", names: in("d/file")},
		{name: "dots and slashes", path: "./d//./file", target: "d/file", names: in("d/file")},
		{name: "relative link", path: "rel", target: "d/file", names: in("rel", "d/file"), last: "rel"},
		{name: "absolute link to a link", path: "abs", target: "d/file", names: in("abs", "rel", "d/file"), last: "rel"},
		{name: "up from a linked directory", path: "dir/../file", target: "d/file", names: in("dir", "d/file")},
		{name: "a link in a linked directory", path: "dir/../../dir/inner", target: "d/file", names: in("dir", "dir", "d/e/inner", "d/file"), last: "d/e/inner"},
		{name: "no such file", path: "d/none", target: "d/none", names: in("d/none"), err: os.ErrNotExist},
		{name: "no such directory", path: "none/file", target: "none", names: in("none"), err: os.ErrNotExist},
		{name: "dangling link", path: "dangling", target: "nowhere", names: in("dangling", "nowhere"), last: "dangling", err: os.ErrNotExist},
		{name: "through a file", path: "d/file/x", target: "d/file/x", names: in("d/file/x"), err: syscall.ENOTDIR},
		{name: "loop", path: "loop", target: "loop", last: "loop", err: syscall.ELOOP},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Resolve(root + string(filepath.Separator) + tt.path)
			if want := filepath.Join(root, tt.target); p.Target != want {
				t.Errorf("target = %s, want %s", p.Target, want)
			}
			if tt.names != nil && !slices.Equal(p.Names, tt.names) {
				t.Errorf("names = %q, want %q", p.Names, tt.names)
			}
			if last := p.Last; last != "" && tt.last == "" || tt.last != "" && last != filepath.Join(root, tt.last) {
				t.Errorf("last = %s, want %q", last, tt.last)
			}
			if !errors.Is(p.Err, tt.err) || (p.Err == nil) != (tt.err == nil) {
				t.Errorf("err = %v, want %v", p.Err, tt.err)
			}
		})
	}
}
