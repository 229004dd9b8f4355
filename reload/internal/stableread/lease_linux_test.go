package stableread

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func readerOf(path string) *Reader {
	return &Reader{Set: &Fileset{
		Path:       path,
		MaxSize:    1 << 20,
		Companions: func(string) []string { return nil },
	}}
}

func leased(t *testing.T, path string) *opened {
	t.Helper()
	r := readerOf(path)
	files, err := r.open(r.Set.Locate())
	if err != nil {
		t.Fatal(err)
	}
	f := &files[0]
	if err := r.lease(f.f); err != nil {
		f.f.Close()
		t.Skipf("no leases here: %v", err)
	}
	f.proof = ByLease
	return f
}

func TestLeaseIsRefusedWhileAnyoneHasTheFileOpenForWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r := readerOf(path)
	if err := r.Free(); !errors.Is(err, BeingWritten) {
		t.Errorf("free with a writer = %v, want %v", err, BeingWritten)
	}
	w.Close()
	if err := r.Free(); err != nil {
		t.Errorf("free without a writer = %v", err)
	}
}

// The kernel tells the holder of a lease about a writer by a signal, SIGIO
// unless asked otherwise, whose default is to end the process. This process is
// still here afterwards, and the writer got in as soon as the file was closed.
func TestWriterThatMeetsTheLeaseWaitsForItAndEndsNoProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := leased(t, path)
	writer := exec.Command("sh", "-c", `echo ready; echo new > "$0"`, path)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	for broken := time.Now(); ; {
		kind, err := control(f.f, unix.F_GETLEASE, 0)
		if err != nil {
			t.Fatal(err)
		}
		if kind == unix.F_UNLCK {
			break
		}
		if time.Since(broken) > 5*time.Second {
			t.Fatal("the writer never came")
		}
	}
	if data, _ := os.ReadFile(path); string(data) != "old" {
		t.Errorf("file under lease = %q, want it untouched", data)
	}
	released := time.Now()
	f.f.Close()
	if err := writer.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("writer through and gone %s after the release", time.Since(released))
	if waited := time.Since(released); waited > 5*time.Second {
		t.Errorf("writer was through %s after the release", waited)
	}
	if data, _ := os.ReadFile(path); string(data) != "new\n" {
		t.Errorf("file after the release = %q, want the writer's", data)
	}
}

func TestContentIsNotTakenOnceTheLeaseIsBroken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := leased(t, path)
	defer f.f.Close()
	// O_NONBLOCK fails instead of waiting, and breaks the lease all the same.
	if w, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0); !errors.Is(err, unix.EWOULDBLOCK) {
		w.Close()
		t.Fatalf("opening for writing under a lease = %v, want %v", err, unix.EWOULDBLOCK)
	}
	r := readerOf(path)
	if r.stillHeld(f) {
		t.Error("the lease still counts as held")
	}
	if _, err := r.content(f); !errors.Is(err, BeingWritten) {
		t.Errorf("content = %v, want %v", err, BeingWritten)
	}
}
