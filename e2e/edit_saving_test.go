//go:build unix

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

const oneSite = siteBegins + `	discount /orders* shop/discount.toml
` + siteEnds

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
	dir, err := os.MkdirTemp(cache, "caddy-discount-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if dir, err = filepath.Abs(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ways are the ways of saving a strategy: shell scripts that turn the strategy
// $F into strategyOf($V), which is in $N too. It takes $AMOUNT off.
var ways = []struct{ name, needs, script string }{
	{name: "mv", needs: "", script: `cp "$N" "$F.new" && mv "$F.new" "$F"`},
	{name: "mv from another directory", needs: "", script: `mv "$N" "$F"`},
	{name: "cp", needs: "", script: `cp "$N" "$F"`},
	{name: "install", needs: "", script: `rm -f "$F" && install -m 644 "$N" "$F"`},
	{name: "sed -i", needs: "linux", script: `sed -i -e "s/v-[0-9]*/v-$V/" -e "s/^discount_amount.*/discount_amount = $AMOUNT/" "$F"`},
	{name: "vim", needs: "vim", script: `vim -Nu NONE -es -c "%s/v-[0-9]*/v-$V/" -c "%s/^discount_amount.*/discount_amount = $AMOUNT/" -c wq "$F"`},
	{name: "vim in place", needs: "vim", script: `vim -Nu NONE -es -c "set backupcopy=yes" -c "%s/v-[0-9]*/v-$V/" -c "%s/^discount_amount.*/discount_amount = $AMOUNT/" -c wq "$F"`},
	{name: "echo >", needs: "", script: `echo "$(cat "$N")" > "$F"`},
	{name: "cat >", needs: "", script: `cat "$N" > "$F"`},
	{name: "echo > line by line", needs: "", script: `: > "$F" && while IFS= read -r line; do echo "$line" >> "$F"; done < "$N"`},
	{name: "slow cat >", needs: "", script: `{ head -n 3 "$N"; sleep 0.1; tail -n +4 "$N"; } > "$F"`},
	{name: "delete and recreate", needs: "", script: `rm "$F" && cat "$N" > "$F"`},
}

// has reports whether what a way of saving needs is here; where everything has
// to be here it fails.
func has(t testing.TB, needs string) bool {
	t.Helper()
	if needs == "" || needs == runtime.GOOS {
		return true
	}
	_, err := exec.LookPath(needs)
	if err != nil && os.Getenv("CI") == "true" && runtime.GOOS == "linux" {
		t.Fatalf("CI must have %s: %v", needs, err)
	}
	return err == nil
}

// save runs a way of saving.
func save(t testing.TB, script, f string, n int) {
	t.Helper()
	next := f + ".d/next"
	write(t, next, strategyOf(n))
	shell(t, script, "F="+f, "N="+next, "V="+strconv.Itoa(10000 + n)[1:], "AMOUNT="+yuan(n))
}

func shell(t testing.TB, script string, env ...string) {
	t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Env = append(append(os.Environ(), "LC_ALL=C", "HOME="+t.TempDir()), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

func TestEveryWayOfSavingChangesTheNextPrice(t *testing.T) {
	t.Parallel()
	dir := outsideTmp(t)
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, oneSite)
	g.goesLive(1)
	n := 1
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			if !has(t, way.needs) {
				t.Skipf("needs %s", way.needs)
			}
			g := g.in(t)
			for range 3 {
				n++
				save(t, way.script, f, n)
				g.goesLive(n)
			}
		})
	}
}

func TestKubernetesSwapChangesTheNextPrice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mount := filepath.Join(dir, "shop")
	write(t, filepath.Join(mount, "..2026_01", "discount.toml"), strategyOf(1))
	shell(t, `cd "$M" && ln -s ..2026_01 ..data && ln -s ..data/discount.toml discount.toml`, "M="+mount)
	g := start(t, dir, oneSite)
	g.goesLive(1)
	for n := 2; n <= 5; n++ {
		now, before := "..2026_0"+strconv.Itoa(n), "..2026_0"+strconv.Itoa(n-1)
		write(t, filepath.Join(mount, now, "discount.toml"), strategyOf(n))
		swapData(t, mount, before, now)
		g.goesLive(n)
	}
}

// swapData does what the kubelet does to a ConfigMap's mount.
func swapData(t testing.TB, mount, before, now string) {
	t.Helper()
	tmp := filepath.Join(mount, "..data_tmp")
	if err := errors.Join(
		os.Symlink(now, tmp),
		os.Rename(tmp, filepath.Join(mount, "..data")),
		os.RemoveAll(filepath.Join(mount, before)),
	); err != nil {
		t.Fatal(err)
	}
}

// A mistake leaves the strategy in service where it is, says where it is in the
// log, and the next save that is right goes live.
func TestMistakeKeepsTheStrategyInService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, oneSite)
	n := 1
	for _, c := range wrongStrategies {
		if c.env != "" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			g := g.in(t)
			g.goesLive(n)
			seen := g.log.count()
			write(t, f, c.text)
			where := f + ":"
			if c.text != "" {
				where = f + c.says[0]
			}
			g.log.await(t, seen, "strategy refused", where, fmt.Sprintf(`"in_service":"v-%04d"`, n))
			g.stays(n)
			n++
			write(t, f, strategyOf(n))
			g.goesLive(n)
		})
	}
}

func TestDeletedStrategyStaysInService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, oneSite)
	seen := g.log.count()
	if err := os.Remove(f); err != nil {
		t.Fatal(err)
	}
	g.log.await(t, seen, "strategy missing")
	g.stays(1)
	write(t, f, strategyOf(2))
	g.goesLive(2)
}
