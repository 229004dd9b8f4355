package reload_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

const (
	before = "version = 'old'\nrule = 1\n"
	after  = "version = 'new'\nrule = 1\n"
)

// A way is how a program saves: it leaves the file as after.
type way struct {
	name   string
	needs  []string
	script string // with F for the file and N for a file that holds after
	kind   reload.Kind

	// save does what a script cannot; then there is no script.
	save func(t *testing.T, f, n string)

	home func(t testing.TB) string // where the file is; a temporary directory if nil
	from func(t testing.TB) string // where N is; another one if nil
}

func (w way) run(t *testing.T, f, n string) {
	t.Helper()
	if w.save != nil {
		w.save(t, f, n)
		return
	}
	sh(t, w.script, f, n)
}

// guarded are options under which a file is read with one kind of proof.
type guarded struct {
	name  string
	o     reload.Options
	guard reload.ReadProof
	kinds bool // whether renames are told from other saves
}

var guards = []guarded{
	{"by lease", reload.Options{}, reload.ProofLease, true},
	{"by lease alone", reload.Options{}.WithoutCloses(), reload.ProofLease, false},
	{"by close", reload.Options{}.WithoutLease(), reload.ProofClose, true},
	{"by stillness", reload.Options{}.WithoutLease().WithoutCloses(), reload.ProofStillness, false},
}

// polled is to find every save without being told.
var polled = guarded{"by lease, polled", reload.Options{Poll: 50 * time.Millisecond}.WithoutWatch(), reload.ProofLease, false}

// onceAndWhole saves in every way under every guard: the new content must be in
// service, and nothing before it.
func onceAndWhole(t *testing.T, ways []way) {
	for _, g := range guards {
		for _, w := range ways {
			t.Run(g.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				need(t, w.needs...)
				f, n := filepath.Join(place(t, w.home), "file.toml"), filepath.Join(place(t, w.from), "new")
				write(t, f, before)
				write(t, n, after)
				o := g.o
				if g.kinds {
					o.Poll = time.Hour // or else on a busy machine the poll may find a save before its report
				}
				if w.kind == reload.KindRename {
					o.Settle = 200 * time.Millisecond // which a rename is not to wait for
				}
				h := open(t, f, o)
				w.run(t, f, n)
				e := h.becomes(after)
				if runtime.GOOS != "linux" {
					return
				}
				if g.kinds && e.Kind != w.kind {
					t.Errorf("kind = %v, want %v", e.Kind, w.kind)
				}
				if got := h.Status().Proof; got != g.guard && w.name != "ln over" {
					t.Errorf("guard = %v, want %v", got, g.guard)
				}
			})
		}
	}
}

func place(t testing.TB, where func(testing.TB) string) string {
	t.Helper()
	if where == nil {
		return t.TempDir()
	}
	return where(t)
}

// outsideTmp is a directory where vim saves as it does for people: it makes no
// backups in /tmp.
func outsideTmp(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err == nil {
		err = os.MkdirAll(cache, 0o755)
	}
	if err != nil {
		cache = "testdata"
	}
	return scratch(t, cache)
}

// inMemory is a directory of another file system than the usual ones.
func inMemory(t testing.TB) string {
	t.Helper()
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err != nil || !info.IsDir() {
		t.Skipf("no second file system: %v", err)
	}
	return scratch(t, shm)
}

func scratch(t testing.TB, in string) string {
	t.Helper()
	dir, err := os.MkdirTemp(in, "caddy-discount-test-")
	do(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	dir, err = filepath.Abs(dir)
	do(t, err)
	return dir
}
