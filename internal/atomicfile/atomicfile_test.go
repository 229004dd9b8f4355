package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/promogate/caddy-discount/internal/atomicfile"
)

func TestReplace(t *testing.T) {
	tests := []struct {
		name string
		at   func(t *testing.T, file string) string // the path to replace
	}{
		{
			name: "a file",
			at:   func(_ *testing.T, file string) string { return file },
		},
		{
			name: "the file that a link leads to",
			at: func(t *testing.T, file string) string {
				link := filepath.Join(t.TempDir(), "link")
				if err := os.Symlink(file, link); err != nil {
					t.Skipf("no links here: %v", err)
				}
				return link
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "file")
			if err := os.WriteFile(file, []byte("old"), 0o640); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := atomicfile.Replace(tt.at(t, file), []byte("new")); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(file)
			if err != nil || string(got) != "new" {
				t.Errorf("content = %q, %v", got, err)
			}
			after, err := os.Stat(file)
			if err != nil || after.Mode() != before.Mode() {
				t.Errorf("mode = %v, %v, want %v", after.Mode(), err, before.Mode())
			}
			if os.SameFile(before, after) {
				t.Error("the file was written in place")
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestReplaceNothing(t *testing.T) {
	dir := t.TempDir()
	if err := atomicfile.Replace(filepath.Join(dir, "none"), []byte("new")); !os.IsNotExist(err) {
		t.Errorf("error = %v, want that there is no such file", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
