package discount

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const warnedOfReaders = "key file readable by other users"

func TestKeyFilesThatOthersCanReadAreWarnedOf(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no modes there")
	}
	for _, test := range []struct {
		name      string
		mode, dir fs.FileMode
		warned    bool
	}{
		{name: "by its owner alone", mode: 0o600, dir: 0o755},
		{name: "by its group", mode: 0o640, dir: 0o755},
		{name: "by all", mode: 0o644, dir: 0o755, warned: true},
		{name: "by all, in a directory of the owner", mode: 0o644, dir: 0o700},
		{name: "by all but its group", mode: 0o604, dir: 0o711, warned: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := openToAll(t)
			path := filepath.Join(dir, "keys", "sign.pem")
			if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			var key keyPair
			key.save(t, path)
			for at, mode := range map[string]fs.FileMode{path: test.mode, filepath.Dir(path): test.dir} {
				if err := os.Chmod(at, mode); err != nil {
					t.Fatal(err)
				}
			}
			s := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tsign EdDSA {file.%s}\n}\nreverse_proxy UPSTREAM", path))
			if log := s.logged(); strings.Contains(log, warnedOfReaders) != test.warned {
				t.Errorf("warned is not %v: %s", test.warned, log)
			}
			s.close()
		})
	}
}

// A key that comes later is warned of, too; a public key may be read by all.
func TestLaterKeyFilesAreWarnedOf(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no modes there")
	}
	dir := openToAll(t)
	var key keyPair
	key.save(t, filepath.Join(dir, "sign.pem"))
	var other keyPair
	other.save(t, filepath.Join(dir, "other.pem"))
	der, err := x509.MarshalPKIXPublicKey(other.public)
	if err != nil {
		t.Fatal(err)
	}
	public := filepath.Join(dir, "public.pem")
	if err := os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tsign EdDSA {file.%s} {\n\t\tpublish {file.%s}\n\t}\n}\nreverse_proxy UPSTREAM", key.path, public))
	if log := s.logged(); strings.Contains(log, warnedOfReaders) {
		t.Fatalf("warned of a file of its owner alone, or of a public key: %s", log)
	}
	next := filepath.Join(dir, "next.pem")
	key.save(t, next)
	if err := os.Chmod(next, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(dir, "sign.pem")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the next key is warned of", func() bool { return strings.Contains(s.logged(), warnedOfReaders) })
}

func TestTheKeyOfTheLogIsWarnedOf(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no modes there")
	}
	dir := openToAll(t)
	path := filepath.Join(dir, "log.key")
	if err := os.WriteFile(path, []byte("PRIVATE+KEY+log+b6e4a2b6+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tstate %s {\n\t\tkey {file.%s}\n\t}\n}\nreverse_proxy UPSTREAM", filepath.Join(dir, "state"), path))
	if log := s.logged(); !strings.Contains(log, warnedOfReaders) {
		t.Errorf("not warned: %s", log)
	}
}

// openToAll is a directory that all users can get to: those of tests are in one of the
// user's own.
func openToAll(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != filepath.Clean(os.TempDir()) && at != filepath.Dir(at); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		if info, err := os.Stat(at); err != nil || info.Mode()&0o001 == 0 {
			t.Skipf("other users do not get to %s, %v", at, err)
		}
	}
	return dir
}
