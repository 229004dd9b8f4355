package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const untidy = "version=\"1\" # the label\n[rule.a]\n  discount_rate=0.1\n  skus=[\"x\",\"y\"]\n"

func TestFmt(t *testing.T) {
	readsOutput(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "a.toml")
	write(t, path, untidy)
	write(t, filepath.Join(dir, "broken.toml"), "a = 1\nb = = 2\n")

	golden(t, "fmt.help.golden", caddy(t, dir, "discount", "fmt", "--help").good(t).out)
	golden(t, "fmt.golden", caddy(t, dir, "discount", "fmt", "a.toml").good(t).out)
	golden(t, "fmt.json.golden", caddy(t, dir, "discount", "fmt", "a.toml", "--json").good(t).out)

	found := caddy(t, dir, "discount", "fmt", "--check", ".")
	golden(t, "fmt.check.golden", found.out+found.err)
	if found.code != 2 {
		t.Errorf("--check: exit %d, want 2", found.code)
	}
	if read(t, path) != untidy {
		t.Error("--check wrote the file")
	}
	written := caddy(t, dir, "discount", "fmt", "--write", ".")
	if written.code != 2 || written.out != "a.toml\n" || !strings.Contains(written.err, "broken.toml:2:5: ") {
		t.Errorf("--write: %+v", written)
	}
	if got := read(t, filepath.Join(dir, "broken.toml")); got != "a = 1\nb = = 2\n" {
		t.Errorf("an invalid file was written: %q", got)
	}
	if r := caddy(t, dir, "discount", "fmt", "--check", "a.toml").good(t); r.out != "" {
		t.Errorf("not formatted by --write: %q", r.out)
	}
	if r := caddy(t, dir, "discount", "fmt", "."); r.code != 1 || !strings.Contains(r.err, "say --write or --check") {
		t.Errorf("several files: %+v", r)
	}
}

func TestFmtKeepsModeAndLink(t *testing.T) {
	readsOutput(t)
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.toml"), filepath.Join(dir, "link.toml")
	write(t, real, untidy)
	if err := os.Chmod(real, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.toml", link); err != nil {
		t.Skip(err)
	}
	caddy(t, dir, "discount", "fmt", "--write", "link.toml").good(t)
	info, err := os.Lstat(real)
	if err != nil || info.Mode() != 0o640 || read(t, real) == untidy {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if info, err = os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The examples are laid out as fmt does it.
func TestExamplesAreFormatted(t *testing.T) {
	readsOutput(t)
	caddy(t, root, "discount", "fmt", "--check", "config", "cookbook").good(t)
}
