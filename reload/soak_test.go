//go:build unix

package reload_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// TestSoak lets another process save in random ways, stall and be killed, as
// often as SOAK says, while readers look at what is in service all the time:
//
//	SOAK=1500 go test -v -timeout 60m -run 'TestSoak$' ./reload
//
// The content is sealed: it tells whether it is whole and which save it is of.
func TestSoak(t *testing.T) {
	saves, err := strconv.Atoi(os.Getenv("SOAK"))
	if err != nil {
		t.Skip("SOAK is not the number of saves to make")
	}
	if !linux {
		t.Skip("only Linux can prove that a file is finished")
	}
	for _, g := range guards {
		if g.kinds {
			t.Run(g.name, func(t *testing.T) { soak(t, g, saves) })
		}
	}
}

func soak(t *testing.T, g guarded, saves int) {
	path := filepath.Join(outsideTmp(t), "file")
	write(t, path, sealed(0, rand.New(rand.NewPCG(0, 0))))
	w := &witness{t: t, path: path}
	src, err := reload.Open(path, loader(w.load), g.o)
	do(t, err)
	stop := w.readers(src, 4)
	w.employ(g, saves)
	deadline := time.Now().Add(patience)
	for src.Live().Value.revision != saves && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond) // it is looked at, not told of
	}
	stop()
	if got := src.Live().Value.revision; got != saves {
		t.Errorf("live in the end is the content of save %d, want %d; status %+v", got, saves, src.Status())
	}
	do(t, src.Close())
	w.report(saves)
}

// A witness has seen everything: what was saved, loaded, and in service.
type witness struct {
	t    *testing.T
	path string

	loaded  []int           // revisions, in the order in which they went into service
	refused []string        // what was not whole
	left    map[string]bool // sums of what killed writers left behind
	saved   map[string]int  // by way
	killed  int

	reads, torn, disorder atomic.Int64
}

// A revision of a soak is sealed content and the number of the save it is of.
type soaked struct {
	revision int
	content  string
}

func (w *witness) load(content string) (reload.Candidate[soaked], error) {
	if !whole(content) {
		w.refused = append(w.refused, content)
		return reload.Candidate[soaked]{}, errors.New("not whole")
	}
	var s soaked
	_, body, _ := strings.Cut(content, "\n")
	if _, err := fmt.Sscanf(body, "revision %d\n", &s.revision); err != nil {
		return reload.Candidate[soaked]{}, err
	}
	s.content = content
	w.loaded = append(w.loaded, s.revision)
	return reload.Candidate[soaked]{Value: s}, nil
}

// readers starts n of them; what it returns stops them.
func (w *witness) readers(src *reload.Source[soaked], n int) (stop func()) {
	var running sync.WaitGroup
	done := make(chan struct{})
	for range n {
		running.Go(func() {
			for last := src.Live(); ; {
				select {
				case <-done:
					return
				case <-time.After(100 * time.Microsecond): // the writer needs a processor, too
				}
				last = w.read(src, last)
			}
		})
	}
	return func() { close(done); running.Wait() }
}

// read takes many looks and checks every revision it finds.
func (w *witness) read(src *reload.Source[soaked], last *reload.Revision[soaked]) *reload.Revision[soaked] {
	const looks = 256
	for range looks {
		e := src.Live()
		if e == last {
			continue
		}
		if !whole(e.Value.content) {
			w.torn.Add(1)
		}
		if e.Value.revision <= last.Value.revision || e.Sequence <= last.Sequence {
			w.disorder.Add(1)
		}
		last = e
	}
	w.reads.Add(looks)
	return last
}

// employ has a process of its own make the saves and takes down what it says.
func (w *witness) employ(g guarded, saves int) {
	w.t.Helper()
	w.left, w.saved = map[string]bool{}, map[string]int{}
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute+time.Duration(saves)*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSoakWriter$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), "SOAK_FILE="+w.path, "SOAK="+strconv.Itoa(saves), "SOAK_GUARD="+g.name)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	do(w.t, err, cmd.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var way, sum string
		switch n, _ := fmt.Sscanf(lines.Text(), "soak %s %s", &way, &sum); n {
		case 0:
			w.t.Log(lines.Text())
		case 1:
			w.saved[way]++
		case 2:
			w.killed++
			w.left[sum] = true
		}
	}
	if err := cmd.Wait(); err != nil {
		w.t.Errorf("the writer ended with: %v", err)
	}
}

// report judges and sums up. What is not whole may reach the loader only if a
// killed writer left it so. Where there is no lease, one thing else may: a file
// just emptied, which is so a moment before the kernel says it.
func (w *witness) report(saves int) {
	w.t.Helper()
	abandoned, empty, torn := 0, 0, 0
	for _, content := range w.refused {
		switch {
		case w.left[sum(content)]:
			abandoned++
		case content == "":
			empty++
		default:
			torn++
			w.t.Errorf("torn before the loader: %d bytes beginning %.40q", len(content), content)
		}
	}
	if n := w.torn.Load(); n > 0 {
		w.t.Errorf("torn in service: %d", n)
	}
	if n := w.disorder.Load(); n > 0 || !slices.IsSorted(w.loaded) {
		w.t.Errorf("out of order: %d times to a reader, loaded %v", n, w.loaded)
	}
	finished := 0
	var ways []string
	for _, way := range slices.Sorted(maps.Keys(w.saved)) {
		finished += w.saved[way]
		ways = append(ways, fmt.Sprintf("%s %d", way, w.saved[way]))
	}
	if finished+w.killed != saves {
		w.t.Errorf("%d saves finished and %d killed, want %d together", finished, w.killed, saves)
	}
	w.t.Logf("%d saves: %d finished, %d killed half way\n%s\n%d activations; refused: %d that killed writers left, %d empty\n"+
		"torn: %d before the loader, %d in service, in %d reads",
		saves, finished, w.killed, strings.Join(ways, ", "), len(w.loaded), abandoned, empty,
		torn, w.torn.Load(), w.reads.Load())
}

func sum(content string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(content))) }

// A soakWay saves any content: by a writer or by a script.
type soakWay struct {
	name   string
	writer writer
	script string
	needs  string
	two    bool // writers at once, which only a lease can tell
}

var soakWays = []soakWay{
	{name: "truncating", writer: truncating},
	{name: "flushing", writer: flushing},
	{name: "overwriting", writer: overwriting},
	{name: "recreating", writer: recreating},
	{name: "renaming", writer: renaming},
	{name: "locking", writer: locking},
	{name: "renaming-early", writer: renamingEarly, two: true},
	{name: "interrupted", writer: interrupted, two: true},
	{name: "mapping", writer: mapping, two: true},
	{name: "cp", script: `cp "$N" "$F"`},
	{name: "cp--remove-destination", script: `cp --remove-destination "$N" "$F"`},
	{name: "cat", script: `cat "$N" > "$F"`},
	{name: "tee", script: `tee "$F" < "$N" > /dev/null`},
	{name: "install", script: `install -m 644 "$N" "$F"`},
	{name: "mv", script: `mv "$N" "$F"`},
	{name: "ln", script: `cp "$N" x; ln -f x "$F"; rm x`},
	{name: "sed-i", script: `sed -i -e "1r $N" -e d "$F"`, needs: "sed"},
	{name: "rsync", script: `rsync -I "$N" "$F"`, needs: "rsync"},
	{name: "rsync--inplace", script: `rsync -I --inplace "$N" "$F"`, needs: "rsync"},
	{name: "git", needs: "git", script: `[ -d .git ] || git init -q .
		git update-index --add --cacheinfo 100644,$(git hash-object -w "$N"),file; git checkout-index -f file`},
	{name: "vim", script: vim + `-c "silent %!cat $N" -c wq "$F" < /dev/null`, needs: "vim"},
	{name: "vim-in-place", script: vim + `-c 'set backupcopy=yes' -c "silent %!cat $N" -c wq "$F" < /dev/null`, needs: "vim"},
}

// soakWaysUnder are those that a guard is good for and whose program is there.
func soakWaysUnder(t *testing.T, guard string) []soakWay {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(soakWays), func(w soakWay) bool {
		if w.two && guard != guards[0].name {
			return true
		}
		if w.needs == "" {
			return false
		}
		_, err := exec.LookPath(w.needs)
		return err != nil
	})
}

// TestSoakWriter is the process that saves. It says so after each save, and of a
// killed one what it left.
func TestSoakWriter(t *testing.T) {
	path := os.Getenv("SOAK_FILE")
	if path == "" {
		t.Skip("part of TestSoak")
	}
	saves, err := strconv.Atoi(os.Getenv("SOAK"))
	do(t, err)
	seed := uint64(time.Now().UnixNano())
	fmt.Println("seed", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	ways := soakWaysUnder(t, os.Getenv("SOAK_GUARD"))
	next := filepath.Join(outsideTmp(t), "next")
	for n := 1; n <= saves; n++ {
		way := ways[rnd.IntN(len(ways))]
		write(t, next, sealed(n, rnd))
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			way = ways[0] // the others need something to replace
		}
		switch {
		case way.writer == nil:
			sh(t, way.script, path, next)
		case n < saves && rnd.IntN(4) == 0:
			if !murder(t, way.name, path, next, time.Duration(rnd.IntN(40_000))*time.Microsecond) {
				break
			}
			left, err := os.ReadFile(path)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			fmt.Println("soak", way.name, sum(string(left)))
			pauses(rnd)()
			continue
		default:
			content, err := os.ReadFile(next)
			do(t, err, way.writer(path, string(content), pauses(rnd)))
		}
		fmt.Println("soak", way.name)
		pauses(rnd)()
	}
}

// pauses are mostly none, sometimes short, and seldom long.
func pauses(rnd *rand.Rand) func() {
	return func() {
		switch {
		case rnd.IntN(100) == 0:
			time.Sleep(time.Duration(60+rnd.IntN(240)) * time.Millisecond)
		case rnd.IntN(4) == 0:
			time.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
		}
	}
}

// murder has a process save and kills it after a while. It reports false if the
// process was faster.
func murder(t *testing.T, way, path, next string, after time.Duration) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSoakVictim$")
	cmd.Env = append(os.Environ(), "SOAK_WAY="+way, "SOAK_FILE="+path, "SOAK_NEXT="+next)
	out, err := cmd.StdoutPipe()
	do(t, err, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	do(t, err)
	time.Sleep(after)
	_ = cmd.Process.Kill() // it may be gone
	return cmd.Wait() != nil
}

// TestSoakVictim is the process that saves once and may be killed at it.
func TestSoakVictim(t *testing.T) {
	way := os.Getenv("SOAK_WAY")
	if way == "" {
		t.Skip("part of TestSoak")
	}
	content, err := os.ReadFile(os.Getenv("SOAK_NEXT"))
	do(t, err)
	for _, w := range soakWays {
		if w.name == way {
			fmt.Println("begins")
			do(t, w.writer(os.Getenv("SOAK_FILE"), string(content), pauses(rand.New(rand.NewPCG(rand.Uint64(), 0)))))
		}
	}
}
