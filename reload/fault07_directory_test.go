package reload_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// members takes *.toml, as the gateway does.
func members(o reload.Options) reload.Options {
	o.Include = func(name string) bool {
		return strings.HasSuffix(name, ".toml") && !strings.HasPrefix(name, ".")
	}
	return o
}

// directory is a fresh directory with files by name.
func directory(t testing.TB, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "strategy")
	do(t, os.Mkdir(dir, 0o755))
	for _, f := range files {
		name, content, _ := strings.Cut(f, "=")
		write(t, filepath.Join(dir, name), content)
	}
	return dir
}

func TestFault07DirectoryIsOneContentInNameOrder(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]struct {
		do   func(t *testing.T, dir string)
		want string
		kind reload.Kind

		onTheWay []string // what may be in service before
	}{
		"a member renamed in":       {func(t *testing.T, dir string) { renameIn(t, filepath.Join(dir, "b.toml"), "B") }, "aBc", reload.KindRename, nil},
		"a member written in place": {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "c.toml"), "C") }, "abC", reload.KindInPlace, nil},
		"a member added":            {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "bb.toml"), "+") }, "ab+c", reload.KindInPlace, nil},
		"a member removed":          {func(t *testing.T, dir string) { do(t, os.Remove(filepath.Join(dir, "a.toml"))) }, "bc", reload.KindInPlace, nil},
		"a member given another place": {func(t *testing.T, dir string) {
			do(t, os.Rename(filepath.Join(dir, "a.toml"), filepath.Join(dir, "z.toml")))
		}, "bca", reload.KindRename, nil},
		"several members at once": {func(t *testing.T, dir string) {
			for _, n := range []string{"a", "b", "c"} {
				renameIn(t, filepath.Join(dir, n+".toml"), strings.ToUpper(n))
			}
		}, "ABC", reload.KindRename, []string{"Abc", "ABc"}}, // each rename finishes a content
		"a member that becomes a link": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "..x"), "X")
			do(t, os.Symlink("..x", filepath.Join(dir, "l")), os.Rename(filepath.Join(dir, "l"), filepath.Join(dir, "b.toml")))
		}, "aXc", reload.KindRename, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := directory(t, "a.toml=a", "b.toml=b", "c.toml=c", "notes.txt=no")
			h := open(t, dir, members(reload.Options{}))
			if got := h.Live().Value; got != "abc" {
				t.Fatalf("live = %q, want abc", got)
			}
			edit.do(t, dir)
			e := h.becomesInTheEnd(edit.want, edit.onTheWay...)
			if e.Kind != edit.kind {
				t.Errorf("kind = %v, want %v", e.Kind, edit.kind)
			}
		})
	}
}

func TestFault07TemporariesInADirectoryAreNoMembers(t *testing.T) {
	t.Parallel()
	dir := directory(t, "a.toml=a")
	h := open(t, dir, members(reload.Options{}))
	for _, name := range []string{"4913", "a.toml~", ".a.toml.swp", ".#b.toml", "#a.toml#", "a.toml.tmp", ".a.toml.Xy12"} {
		write(t, filepath.Join(dir, name), "bad")
	}
	do(t, os.Symlink("user@host.1:2", filepath.Join(dir, ".#a.toml"))) // an editor's lock
	renameIn(t, filepath.Join(dir, "a.toml"), "A")
	h.becomes("A")
	h.never(reload.EventRefused)
}

// becomesInTheEnd waits until want is in service; what may be there before, where
// the edits take the gateway's time, is on the way.
func (h *host) becomesInTheEnd(want string, onTheWay ...string) *reload.Revision[string] {
	h.t.Helper()
	for {
		h.await(reload.EventActivated)
		switch e := h.Live(); {
		case e.Value == want:
			return e
		case !slices.Contains(onTheWay, e.Value):
			h.t.Fatalf("live = %q, want %q", e.Value, want)
		}
	}
}

// One member that is not finished keeps the others out: the content is all of
// them or none.
func TestFault07UnfinishedMemberKeepsTheOthersOut(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]reload.Options{"by lease": {}, "by close": reload.Options{}.WithoutLease()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := directory(t, "a.toml=a", "b.toml=b")
			h := open(t, dir, members(o))
			w, err := os.Create(filepath.Join(dir, "b.toml"))
			do(t, err)
			_, err = w.WriteString("B")
			do(t, err)
			renameIn(t, filepath.Join(dir, "a.toml"), "A")
			h.await(reload.EventPending)
			if got := h.Live().Value; got != "ab" {
				t.Fatalf("live = %q while b.toml is being written, want ab", got)
			}
			_, err = w.WriteString("B")
			do(t, err, w.Close())
			h.becomes("ABB")
		})
	}
}

func TestFault07BrokenMemberRefusesAll(t *testing.T) {
	t.Parallel()
	dir := directory(t, "a.toml=a", "b.toml=b")
	h := open(t, dir, members(reload.Options{}))
	before := h.Live()
	renameIn(t, filepath.Join(dir, "a.toml"), "bad")
	h.await(reload.EventRefused)
	if h.Live() != before {
		t.Errorf("live = %q after a broken member, want it unchanged", h.Live().Value)
	}
	renameIn(t, filepath.Join(dir, "a.toml"), "A")
	h.becomes("Ab")
}

func TestFault07DirectoryThatLosesItsMembersIsTheLoadersToRefuse(t *testing.T) {
	t.Parallel()
	dir := directory(t, "a.toml=a")
	h := open(t, dir, members(reload.Options{}))
	do(t, os.Remove(filepath.Join(dir, "a.toml")))
	if e := h.await(reload.EventRefused); e.Err.Error() != "empty" {
		t.Errorf("refusal = %v", e.Err)
	}
	write(t, filepath.Join(dir, "z.toml"), "z")
	h.becomes("z")
}

func TestFault07DirectoryRemovedIsMissingAndComesBack(t *testing.T) {
	t.Parallel()
	dir := directory(t, "a.toml=a")
	h := open(t, dir, members(reload.Options{}))
	// The members go before the directory and come after it: a look in between
	// finds it empty.
	do(t, os.RemoveAll(dir))
	h.await(reload.EventMissing, reload.EventRefused)
	do(t, os.Mkdir(dir, 0o755))
	write(t, filepath.Join(dir, "a.toml"), "A")
	h.await(reload.EventActivated, reload.EventRefused)
	if got := h.Live().Value; got != "A" {
		t.Errorf("live = %q, want A", got)
	}
}

// A volume of Kubernetes replaces all files at once by swapping ..data, and
// removes the old ones at once. Every content seen is of one generation.
func TestFault07VolumeSwapNeverMixesGenerations(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	generation := func(n int) string {
		name := fmt.Sprintf("..%d", n)
		do(t, os.Mkdir(filepath.Join(dir, name), 0o755))
		for _, f := range []string{"a.toml", "b.toml", "c.toml"} {
			write(t, filepath.Join(dir, name, f), fmt.Sprintf("%d ", n))
		}
		return name
	}
	do(t, os.Symlink(generation(0), filepath.Join(dir, "..data")))
	for _, f := range []string{"a.toml", "b.toml", "c.toml"} {
		do(t, os.Symlink("..data/"+f, filepath.Join(dir, f)))
	}
	h := open(t, dir, members(reload.Options{}))
	const swaps = 50
	for n := 1; n <= swaps; n++ {
		do(t, os.Symlink(generation(n), filepath.Join(dir, "..tmp")),
			os.Rename(filepath.Join(dir, "..tmp"), filepath.Join(dir, "..data")),
			os.RemoveAll(filepath.Join(dir, fmt.Sprintf("..%d", n-1))))
	}
	last := fmt.Sprintf("%d %d %d ", swaps, swaps, swaps)
	for got := h.Live().Value; got != last; {
		h.await(reload.EventActivated)
		got = h.Live().Value
		parts := strings.Fields(got)
		if len(parts) != 3 || parts[0] != parts[1] || parts[1] != parts[2] {
			t.Fatalf("live = %q, a mixture", got)
		}
	}
}

func TestFault07LinkToADirectorySwapped(t *testing.T) {
	t.Parallel()
	one, two := directory(t, "a.toml=1", "b.toml=1"), directory(t, "a.toml=2", "c.toml=2")
	link := filepath.Join(t.TempDir(), "current")
	do(t, os.Symlink(one, link))
	h := open(t, link, members(reload.Options{}))
	do(t, os.Symlink(two, link+"~"), os.Rename(link+"~", link))
	if e := h.becomes("22"); e.Kind != reload.KindRename {
		t.Errorf("kind = %v, want %v", e.Kind, reload.KindRename)
	}
	write(t, filepath.Join(two, "b.toml"), "+")
	h.becomes("2+2")
}

func TestFault07FileBesideIsPartOfTheContent(t *testing.T) {
	t.Parallel()
	path := file(t, "one ")
	h := open(t, path, reload.Options{Companions: func(name string) []string {
		return []string{strings.TrimSuffix(name, ".toml") + ".test.toml"}
	}})
	beside := strings.TrimSuffix(path, ".toml") + ".test.toml"
	write(t, beside, "tested")
	h.becomes("one tested")
	renameIn(t, path, "two ")
	h.becomes("two tested")
	do(t, os.Remove(beside))
	h.becomes("two ")
}

// named is a source whose .toml files name others: "+NAME" stands for each.
func named(o reload.Options) reload.Options {
	o.Named = func(files []reload.File) (names []string) {
		for _, f := range files {
			for _, word := range strings.Fields(string(f.Data)) {
				if name, is := strings.CutPrefix(word, "+"); is {
					names = append(names, name)
				}
			}
		}
		return names
	}
	return o
}

func TestFault07FilesThatAreNamedArePartOfTheContent(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		dir  func() (path, named string)
		file string
		o    reload.Options
	}{
		"by a file": {
			dir: func() (string, string) { f := file(t, "one "); return f, filepath.Join(filepath.Dir(f), "body.json") },
			o:   reload.Options{},
		},
		"by a member of a directory": {
			dir: func() (string, string) {
				d := directory(t, "a.toml=one ")
				return d, filepath.Join(d, "body.json")
			},
			file: "a.toml", o: members(reload.Options{}),
		},
		"by a file, without a lease": {
			dir: func() (string, string) { f := file(t, "one "); return f, filepath.Join(filepath.Dir(f), "body.json") },
			o:   reload.Options{}.WithoutLease(),
		},
		"by a file, polled": {
			dir: func() (string, string) { f := file(t, "one "); return f, filepath.Join(filepath.Dir(f), "body.json") },
			o:   reload.Options{Poll: 20 * time.Millisecond}.WithoutWatch(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, body := at.dir()
			naming := filepath.Join(path, at.file)
			write(t, body, "first")
			h := open(t, path, named(at.o))
			if got := h.Live().Value; got != "one " {
				t.Fatalf("live = %q: what no file names is none of it", got)
			}
			renameIn(t, naming, "two +body.json ")
			h.becomes("two +body.json first")
			renameIn(t, body, "second")
			h.becomes("two +body.json second")
			write(t, body, "third")
			h.becomes("two +body.json third")
			do(t, os.Remove(body))
			h.becomes("two +body.json ")
			write(t, body, "+other.json")
			write(t, filepath.Join(filepath.Dir(body), "other.json"), "other")
			h.becomes("two +body.json +other.json") // which names nothing itself
			renameIn(t, naming, "three ")
			h.becomes("three ")
		})
	}
}

// A name that is more than one, and a link that leads out of the directory, lead to
// nothing.
func TestFault07NothingOutsideIsNamed(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret.json")
	write(t, outside, "secret")
	path := file(t, "one ")
	dir := filepath.Dir(path)
	inside := filepath.Join(dir, "inside.json")
	write(t, inside, "inside")
	do(t, os.Symlink(outside, filepath.Join(dir, "link.json")), os.Symlink("inside.json", filepath.Join(dir, "near.json")))
	text := "two +link.json +../" + filepath.Base(filepath.Dir(outside)) + "/secret.json +" + outside + " +. +.. +near.json "
	h := open(t, path, named(reload.Options{}))
	renameIn(t, path, text)
	h.becomes(text + "inside")
	c, err := reload.ReadOnce(path, named(reload.Options{}))
	if err != nil || len(c.Files) != 2 || c.Files[1].Name != "near.json" {
		t.Errorf("read at once: %v, %v", c.Files, err)
	}
}

// A file that has to be where its name says is followed by a link only as a volume of
// Kubernetes has one, and counts as soon as it takes the place of another link.
func TestFault07NoLinkToAnotherNameIsFollowed(t *testing.T) {
	t.Parallel()
	plain := reload.Options{Plain: func(name string) bool { return strings.HasSuffix(name, ".csv") }}
	path := file(t, "one ")
	dir := filepath.Dir(path)
	sub := filepath.Join(dir, "..data")
	do(t, os.Mkdir(sub, 0o700))
	write(t, filepath.Join(dir, "inside.csv"), "inside")
	write(t, filepath.Join(sub, "volume.csv"), "volume")
	do(t, os.Symlink("inside.csv", filepath.Join(dir, "near.csv")), os.Symlink("..data/volume.csv", filepath.Join(dir, "volume.csv")))
	h := open(t, path, named(plain))
	const text = "two +near.csv +volume.csv "
	renameIn(t, path, text)
	h.becomes(text + "volume")
	c, err := reload.ReadOnce(path, named(plain))
	if err != nil || len(c.Files) != 2 || c.Files[1].Name != "volume.csv" {
		t.Errorf("read at once: %v, %v", c.Files, err)
	}
	renameIn(t, filepath.Join(dir, "near.csv"), "near ")
	h.becomes(text + "near volume")
}

func TestFault07DirectoryOfTooManyFilesIsRefused(t *testing.T) {
	t.Parallel()
	dir := directory(t, "a.toml=a")
	h := open(t, dir, members(reload.Options{}))
	for i := range 500 {
		write(t, filepath.Join(dir, fmt.Sprintf("m%d.toml", i)), "")
	}
	if e := h.await(reload.EventRefused, reload.EventActivated); !strings.Contains(e.Err.Error(), "501 files, the limit is 500") {
		t.Errorf("refusal = %v", e.Err)
	}
}

// Files that are named may have a bound of their own.
func TestFault07NamedFilesHaveTheirOwnBound(t *testing.T) {
	t.Parallel()
	path := file(t, "one +a.json ")
	named := named(reload.Options{MaxSize: 20, MaxNamed: 40})
	write(t, filepath.Join(filepath.Dir(path), "a.json"), strings.Repeat("x", 40))
	h := open(t, path, named)
	if got, want := h.Live().Value, "one +a.json "+strings.Repeat("x", 40); got != want {
		t.Fatalf("live = %q, want %q", got, want)
	}
	write(t, filepath.Join(filepath.Dir(path), "a.json"), strings.Repeat("x", 41))
	want := "the files that " + path + " names are 41 bytes long together, the limit is 40"
	if e := h.await(reload.EventRefused, reload.EventActivated); !strings.Contains(e.Err.Error(), want) {
		t.Errorf("error = %v, want %s", e.Err, want)
	}
	renameIn(t, path, "two +a.json "+strings.Repeat("x", 20))
	if e := h.await(reload.EventRefused, reload.EventActivated); !strings.Contains(e.Err.Error(), "32 bytes long, the limit is 20") {
		t.Errorf("error = %v", e.Err)
	}
}
