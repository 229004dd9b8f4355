//go:build unix

package reload_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/reload"
)

// sealed is content that can tell whether it is whole: its first line is the
// length and the sum of the rest.
func sealed(n int, rnd *rand.Rand) string {
	var b strings.Builder
	fmt.Fprintf(&b, "revision %d\n", n)
	for range rnd.IntN(400) {
		fmt.Fprintf(&b, "rule %d\n", rnd.Uint64())
	}
	body := b.String()
	return fmt.Sprintf("%d %x\n%s", len(body), sha256.Sum256([]byte(body)), body)
}

func whole(s string) bool {
	head, body, _ := strings.Cut(s, "\n")
	return head == fmt.Sprintf("%d %x", len(body), sha256.Sum256([]byte(body)))
}

// A writer saves content at path in its own way, pausing as if it had to think.
type writer func(path, content string, pause func()) error

// pieces writes content to w in pieces, each of which reaches the file at once.
func pieces(w *os.File, content string, pause func()) error {
	for len(content) > 0 {
		n := min(len(content), 1+len(content)/3)
		if _, err := w.WriteString(content[:n]); err != nil {
			return err
		}
		content = content[n:]
		pause()
	}
	return nil
}

func truncating(path, content string, pause func()) error {
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	pause()
	return errors.Join(pieces(w, content, pause), w.Close())
}

func overwriting(path, content string, pause func()) error {
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = pieces(w, content, pause)
	return errors.Join(err, w.Truncate(int64(len(content))), w.Close())
}

func recreating(path, content string, pause func()) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return truncating(path, content, pause)
}

func renaming(path, content string, pause func()) error {
	if err := truncating(path+"~", content, pause); err != nil {
		return err
	}
	return os.Rename(path+"~", path)
}

// renamingEarly renames a file it has not finished.
func renamingEarly(path, content string, pause func()) error {
	w, err := os.Create(path + "~")
	if err != nil {
		return err
	}
	err = pieces(w, content[:len(content)/2], pause)
	err = errors.Join(err, os.Rename(path+"~", path))
	return errors.Join(err, pieces(w, content[len(content)/2:], pause), w.Close())
}

// interrupted is closed by a second writer while the first goes on.
func interrupted(path, content string, pause func()) error {
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	err = pieces(w, content[:len(content)/2], pause)
	second, err2 := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	err = errors.Join(err, err2, second.Close())
	pause()
	return errors.Join(err, pieces(w, content[len(content)/2:], pause), w.Close())
}

// locking opens and closes the file for every piece, but holds a lock.
func locking(path, content string, pause func()) error {
	lock, err := os.Open(path)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return err
	}
	for flag := os.O_TRUNC; len(content) > 0; flag = os.O_APPEND {
		w, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
		if err != nil {
			return err
		}
		n := min(len(content), 1+len(content)/2)
		_, err = w.WriteString(content[:n])
		if err := errors.Join(err, w.Close()); err != nil {
			return err
		}
		content = content[n:]
		pause()
	}
	return unix.Flock(int(lock.Fd()), unix.LOCK_UN)
}

// mapping writes through memory, which no notice tells of until the end.
func mapping(path, content string, pause func()) error {
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := w.Truncate(int64(len(content))); err != nil {
		return errors.Join(err, w.Close())
	}
	mem, err := unix.Mmap(int(w.Fd()), 0, len(content), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err := errors.Join(err, w.Close()); err != nil { // the mapping keeps it open for writing
		return err
	}
	half := copy(mem, content[:len(content)/2])
	pause()
	copy(mem[half:], content[half:])
	return unix.Munmap(mem)
}

// Every prefix of every content is accepted by the loader, which only notes
// whether it is whole. Nothing that is not may ever be in service.
func TestFault04NothingTornEverGoesLive(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]reload.Options{
		"by lease":       {},
		"by lease alone": reload.Options{}.WithoutCloses(),
	} {
		for i := range 4 {
			t.Run(fmt.Sprint(name, "/", i), func(t *testing.T) {
				t.Parallel()
				scribble(t, o, []writer{
					truncating, overwriting, recreating, renaming, locking,
					renamingEarly, interrupted, mapping,
				}, uint64(i))
			})
		}
	}
}

// Without a lease the first close counts, so one writer at a time is all that
// can be asked. That is why this is not run beside the tests that start
// programs: see TestFault04LateCloseOfACopy.
func TestFault04WithoutALease(t *testing.T) {
	g := guards[2]
	for i := range 8 {
		t.Run(fmt.Sprint("nothing of a single writer is torn/", i), func(t *testing.T) {
			t.Parallel()
			scribble(t, g.o, []writer{
				truncating, overwriting, recreating, renaming, locking,
			}, uint64(i))
		})
	}
	t.Run("every prefix is valid", func(t *testing.T) {
		t.Parallel()
		everyPrefixIsValid(t, g)
	})
	t.Run("stalled writer is pending", func(t *testing.T) {
		t.Parallel()
		if !linux {
			t.Skip("only Linux tells of closes")
		}
		stalledWriterIsPending(t, g)
	})
	t.Run("truncated file waits for its writer", func(t *testing.T) {
		t.Parallel()
		truncatedFileWaits(t, g)
	})
}

// A process that is being started has a copy of every open file of the one that
// starts it until it executes its program, and the kernel reports the close of
// the last copy. If the next save has begun by then, that is two writers: where
// the first close counts, it is taken for the close of the save under way. A
// lease is not to be had before both are gone.
func TestFault04LateCloseOfACopy(t *testing.T) {
	t.Parallel()
	if !linux {
		t.Skip("only Linux tells of closes")
	}
	for _, g := range guards[:3] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			need(t)
			h := open(t, file(t, "old"), g.o)
			one, err := os.Create(h.path)
			do(t, err)
			_, err = one.WriteString("one")
			do(t, err)
			end := inherited(t, one)
			do(t, one.Close()) // of which nothing is heard
			two, err := os.Create(h.path)
			do(t, err)
			_, err = two.WriteString("half")
			do(t, err)
			end()
			if g.guard == reload.ProofClose {
				h.becomes("half")
			} else {
				time.Sleep(200 * time.Millisecond) // to be slow
			}
			_, err = two.WriteAt([]byte("whole"), 0)
			do(t, err, two.Close())
			h.becomes("whole")
		})
	}
}

// inherited has a process keep a copy of f until it is ended.
func inherited(t *testing.T, f *os.File) (end func()) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "read _")
	cmd.ExtraFiles = []*os.File{f}
	in, err := cmd.StdinPipe()
	do(t, err, cmd.Start())
	return func() {
		in.Close()
		_ = cmd.Wait() // read found the end of its input
	}
}

func scribble(t *testing.T, o reload.Options, scribes []writer, seed uint64) {
	t.Helper()
	if !linux {
		t.Skip("only Linux can prove that a file is finished")
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "file")
	content := sealed(0, rnd)
	write(t, path, content)
	latest := make(chan string, 1<<10)
	src, err := reload.Open(path, first(func(got string) {
		// Emptied is so a moment before the kernel says it, which is long where
		// there is no processor to be had; it is refused in any case.
		if !whole(got) && got != "" {
			t.Errorf("torn: %d bytes beginning %.40q", len(got), got)
		}
		latest <- got
	}), o)
	do(t, err)
	defer src.Close()
	pause := func() {
		if rnd.IntN(3) == 0 {
			time.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
		}
	}
	for n := range 25 {
		content = sealed(n+1, rnd)
		do(t, scribes[rnd.IntN(len(scribes))](path, content, pause))
		pause()
	}
	timeout := time.After(patience)
	for {
		select {
		case got := <-latest:
			if got == content {
				return
			}
		case <-timeout:
			t.Fatalf("the last save never went live; status %+v", src.Status())
		}
	}
}
