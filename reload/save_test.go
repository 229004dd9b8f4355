package reload_test

import (
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

// saves are the ways in which real programs save. All leave the file as after.
var saves = []struct {
	name   string
	needs  []string
	script string
	kind   reload.Kind
}{
	{"mv within the directory", nil, `cp "$N" x; mv x "$F"`, reload.KindRename},
	{"mv from another directory", nil, `mv "$N" "$F"`, reload.KindRename},
	{"sed -i", []string{"sed"}, `sed -i s/old/new/ "$F"`, reload.KindRename},
	{"vim, renaming", []string{"vim"}, vim + `-c 'set backupcopy=no' ` + vimSave, reload.KindInPlace},
	{"vim, in place", []string{"vim"}, vim + `-c 'set backupcopy=yes' ` + vimSave, reload.KindInPlace},
	{"cp over", nil, `cp "$N" "$F"`, reload.KindInPlace},
	{"cp --remove-destination", nil, `cp --remove-destination "$N" "$F"`, reload.KindInPlace},
	{"cat >", nil, `cat "$N" > "$F"`, reload.KindInPlace},
	{"echo >", nil, `echo "version = 'new'
rule = 1" > "$F"`, reload.KindInPlace},
	{"tee", nil, `tee "$F" < "$N" > /dev/null`, reload.KindInPlace},
	{"dd without truncation", nil, `dd if="$N" of="$F" conv=notrunc bs=4`, reload.KindInPlace},
	{"install", []string{"install"}, `install -m 644 "$N" "$F"`, reload.KindInPlace},
	{"rm, then cp", nil, `rm "$F"; cp "$N" "$F"`, reload.KindInPlace},
	{"rm, then mv", nil, `rm "$F"; mv "$N" "$F"`, reload.KindRename},
	{"ln over", nil, `ln -f "$N" "$F"`, reload.KindRename},
	{"git checkout", []string{"git"}, `
		git init -q .; git config user.email a@b; git config user.name a
		git add "$F"; git commit -qm old; git checkout -qb other
		cp "$N" copy; git rm -q --cached "$F"
		git update-index --add --cacheinfo 100644,$(git hash-object -w copy),$(basename "$F")
		git commit -qm new; git reset -q
		git checkout -q -- "$F"`, reload.KindInPlace},
	{"rsync", []string{"rsync"}, `rsync -I "$N" "$F"`, reload.KindRename},
	{"rsync --inplace", []string{"rsync"}, `rsync -I --inplace "$N" "$F"`, reload.KindInPlace},
}

const (
	// vim makes no backup, and so saves differently, where backupskip says.
	vim     = `vim -Nu NONE -i NONE -n -es -c 'set backupskip= writebackup' `
	vimSave = `-c '%s/old/new/' -c wq "$F" < /dev/null`
)

func TestEverySaveIsInServiceOnceAndWhole(t *testing.T) {
	t.Parallel()
	guards := []struct {
		name  string
		o     reload.Options
		guard reload.Guard
		kinds bool // whether renames are told from other saves
	}{
		{"by lease", reload.Options{}, reload.GuardLease, true},
		{"by lease alone", reload.Options{}.WithoutClosings(), reload.GuardLease, false},
		{"by close", reload.Options{}.WithoutLease(), reload.GuardClose, true},
		{"by stillness", reload.Options{}.WithoutLease().WithoutClosings(), reload.GuardStill, false},
	}
	for _, g := range guards {
		for _, save := range saves {
			t.Run(g.name+"/"+save.name, func(t *testing.T) {
				t.Parallel()
				need(t, save.needs...)
				f, n := file(t, before), filepath.Join(t.TempDir(), "new")
				write(t, n, after)
				o := g.o
				if save.kind == reload.KindRename {
					o.Settle = 200 * time.Millisecond // which a rename is not to wait for
				}
				h := open(t, f, o)
				sh(t, save.script, f, n)
				e := h.becomes(after)
				if runtime.GOOS != "linux" {
					return
				}
				if g.kinds && e.Kind != save.kind {
					t.Errorf("kind = %v, want %v", e.Kind, save.kind)
				}
				if got := h.Status().Guard; got != g.guard && save.name != "ln over" {
					t.Errorf("guard = %v, want %v", got, g.guard)
				}
			})
		}
	}
}

func TestPauseShorterThanSettleDoesNotEndASave(t *testing.T) {
	t.Parallel()
	need(t)
	h := open(t, file(t, before), reload.Options{Settle: time.Second})
	sh(t, `echo one > "$F"; echo two >> "$F"; echo three >> "$F"`, h.path, "")
	h.becomes("one\ntwo\nthree\n")
}

func TestStampsAreInOrder(t *testing.T) {
	t.Parallel()
	h := open(t, file(t, "old"), reload.Options{})
	write(t, h.path, "new")
	s := h.becomes("new").Stamps
	if s.Noticed.After(s.Read) || s.Read.After(s.Swapped) || s.Written.IsZero() {
		t.Errorf("stamps out of order: %+v", s)
	}
}
