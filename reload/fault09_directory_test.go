package reload_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 9, the directory: it goes, and another or the same one comes.
func TestFault09DirectoryRenamedAwayAndBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	do(t, os.Mkdir(dir, 0o755))
	path := filepath.Join(dir, "file")
	write(t, path, "one")
	h := open(t, path, reload.Options{})
	do(t, os.Rename(dir, dir+"-away"))
	h.await(reload.EventMissing)
	write(t, filepath.Join(dir+"-away", "file"), "two")
	do(t, os.Rename(dir+"-away", dir))
	h.becomes("two")
	renameIn(t, path, "three")
	h.becomes("three")
}

func TestFault09DirectoryReplacedByAnother(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	do(t, os.Mkdir(dir, 0o755), os.Mkdir(dir+"-new", 0o755))
	path := filepath.Join(dir, "file")
	write(t, path, "one")
	write(t, filepath.Join(dir+"-new", "file"), "two")
	h := open(t, path, reload.Options{})
	do(t, os.Rename(dir, dir+"-old"), os.Rename(dir+"-new", dir))
	h.becomes("two")
	write(t, path, "three")
	h.becomes("three")
}
