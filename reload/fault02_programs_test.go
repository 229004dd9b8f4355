package reload_test

import (
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 2: the programs people save with, as they are.
func TestFault02Programs(t *testing.T) {
	t.Parallel()
	onceAndWhole(t, []way{
		{name: "cp", script: `cp "$N" "$F"`, kind: reload.KindInPlace},
		{name: "cp --remove-destination", script: `cp --remove-destination "$N" "$F"`, kind: reload.KindInPlace},
		{name: "cp after a removal", script: `rm "$F"; cp "$N" "$F"`, kind: reload.KindInPlace},
		{name: "cat >", script: `cat "$N" > "$F"`, kind: reload.KindInPlace},
		{name: "echo >", script: `echo "version = 'new'
rule = 1" > "$F"`, kind: reload.KindInPlace},
		{name: "tee", script: `tee "$F" < "$N" > /dev/null`, kind: reload.KindInPlace},
		{name: "dd without truncation", script: `dd if="$N" of="$F" conv=notrunc bs=4`, kind: reload.KindInPlace},
		{name: "install", needs: []string{"install"}, script: `install -m 644 "$N" "$F"`, kind: reload.KindInPlace},
		{name: "git checkout of a commit", needs: []string{"git"}, script: gitCommit + `git checkout -q $new`, kind: reload.KindInPlace},
		{name: "git checkout of the file", needs: []string{"git"}, script: gitCommit + `git checkout -q $new -- "$F"`, kind: reload.KindInPlace},
		{name: "sed -i", needs: []string{"sed"}, script: `sed -i s/old/new/ "$F"`, kind: reload.KindRename},
		{name: "rsync", needs: []string{"rsync"}, script: `rsync -I "$N" "$F"`, kind: reload.KindRename},
		{name: "rsync --inplace", needs: []string{"rsync"}, script: `rsync -I --inplace "$N" "$F"`, kind: reload.KindInPlace},
		{name: "vim as it comes", needs: []string{"vim"}, home: outsideTmp, script: vim + vimSave, kind: reload.KindInPlace},
		{name: "vim, renaming", needs: []string{"vim"}, home: outsideTmp, script: vim + `-c 'set backupcopy=no' ` + vimSave, kind: reload.KindInPlace},
		{name: "vim, in place", needs: []string{"vim"}, home: outsideTmp, script: vim + `-c 'set backupcopy=yes' ` + vimSave, kind: reload.KindInPlace},
		{name: "vim without a backup", needs: []string{"vim"}, script: vim + `-c 'set nowritebackup' ` + vimSave, kind: reload.KindInPlace},
		{name: "nano", needs: []string{"nano"}, save: nano, kind: reload.KindInPlace},
	})
}

const (
	vim     = `vim -Nu NONE -i NONE -n -es `
	vimSave = `-c '%s/old/new/' -c wq "$F" < /dev/null`

	// gitCommit commits the file as it is, and N in its place as $new, without
	// touching the file.
	gitCommit = `
		git init -q .; git config user.email a@b; git config user.name a
		git add "$F"; git commit -qm old
		git update-index --cacheinfo 100644,$(git hash-object -w "$N"),$(basename "$F")
		new=$(git commit-tree -p HEAD -m new $(git write-tree)); git reset -q
		`
)

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
	s := h.becomes("new").Timestamps
	if s.Noticed.After(s.Read) || s.Read.After(s.Swapped) || s.Written.IsZero() {
		t.Errorf("stamps out of order: %+v", s)
	}
}
