//go:build unix

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// testsOf pass with strategyOf(n) and with no other.
func testsOf(n int) string {
	return fmt.Sprintf(`[[test]]
name = "so much off"
now = 2026-11-11T12:00:00Z
cart = { items = [{ sku = "tea", quantity = 1, unit_price = 1000 }] }
expect = { discount = %s }
`, yuan(n))
}

// writePair writes strategyOf(n) and its tests.
func writePair(t testing.TB, strategy string, n int) {
	t.Helper()
	write(t, strategy, strategyOf(n))
	write(t, strings.TrimSuffix(strategy, ".toml")+".test.toml", testsOf(n))
}

// contents are the files of a directory by name, with their permissions; a link
// is where it leads to.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			stat := info.Sys().(*syscall.Stat_t)
			all[e.Name()] += fmt.Sprintf(" %d %d %s", stat.Ino, info.ModTime().UnixNano(), read(t, path))
		case info.Mode()&os.ModeSymlink != 0:
			if all[e.Name()], err = os.Readlink(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	for name := range contents(t, dir) {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// A body that a test names goes along, before the test and the strategy.
func TestPublishTakesTheBodiesOfTests(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	const order = `{"order": {"lines": [{"qty": 1, "price": "1000.00"}]}}`
	bodied := func(n int) string {
		return strings.Replace(testsOf(n), `cart = { items = [{ sku = "tea", quantity = 1, unit_price = 1000 }] }`, `body = "order.json"`, 1)
	}
	const options = "prices major\nmap {\n\titems order.lines\n\tquantity qty\n\tunit_price price\n}\n"
	publish := func(t *testing.T, dir string, args ...string) result {
		t.Helper()
		return caddy(t, dir, append([]string{"discount", "publish"}, args...)...)
	}
	start := func(t *testing.T) string {
		t.Helper()
		dir := t.TempDir()
		write(t, filepath.Join(dir, "next", "discount.toml"), strategyOf(300))
		write(t, filepath.Join(dir, "next", "discount.test.toml"), bodied(300))
		write(t, filepath.Join(dir, "next", "order.json"), order)
		write(t, filepath.Join(dir, "shop.map"), options)
		return dir
	}
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		dir := start(t)
		write(t, filepath.Join(dir, "live", "discount.toml"), strategyOf(200))
		publish(t, dir, "next/discount.toml", "live/discount.toml", "--map", "shop.map").good(t)
		if got := names(t, filepath.Join(dir, "live")); !slices.Equal(got, []string{"discount.test.toml", "discount.toml", "order.json"}) {
			t.Errorf("published %q", got)
		}
		if got := read(t, filepath.Join(dir, "live", "order.json")); got != order {
			t.Errorf("the body is %s", got)
		}
		// Tests that stay are run with the bodies that are there.
		write(t, filepath.Join(dir, "alone.toml"), strategyOf(400))
		if r := publish(t, dir, "alone.toml", "live/discount.toml", "--map", "shop.map"); r.code != 2 || !strings.Contains(r.out, "expect.discount: got 4.00 CNY, want 3.00 CNY") {
			t.Errorf("exit %d: %s", r.code, r.out)
		}
		if r := publish(t, dir, "next/discount.toml", "live/discount.toml"); r.code != 2 || !strings.Contains(r.out, "there are no goods at items") {
			t.Errorf("without the map: exit %d: %s", r.code, r.out)
		}
	})
	t.Run("a directory", func(t *testing.T) {
		t.Parallel()
		dir := start(t)
		for range 3 { // the third time, what the first made is removed
			publish(t, dir, "next", "live", "--map", "shop.map").good(t)
			write(t, filepath.Join(dir, "next", "discount.toml"), read(t, filepath.Join(dir, "next", "discount.toml"))+"# again\n")
		}
		if got := names(t, filepath.Join(dir, "live")); !slices.Equal(got, []string{"discount.test.toml", "discount.toml", "order.json"}) {
			t.Errorf("published %q", got)
		}
		if all, _ := filepath.Glob(filepath.Join(dir, "live.published-*")); len(all) != 2 {
			t.Errorf("there are %q", all)
		}
	})
	t.Run("a body that is missing", func(t *testing.T) {
		t.Parallel()
		dir := start(t)
		if err := os.Remove(filepath.Join(dir, "next", "order.json")); err != nil {
			t.Fatal(err)
		}
		r := publish(t, dir, "next/discount.toml", "live.toml", "--map", "shop.map")
		if r.code != 2 || !strings.Contains(r.out, "there is no file order.json beside the test") {
			t.Errorf("exit %d: %s", r.code, r.out)
		}
	})
}

// What people read of publish is kept in testdata/commands. The commands run one
// after the other in one directory.
func TestOutputOfPublish(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	writePair(t, filepath.Join(dir, "discount.toml"), 300)
	write(t, filepath.Join(dir, "alone.toml"), "version = \"v\"\n[rule.\"share\"]\ndiscount_rate = 0.8\n")
	write(t, filepath.Join(dir, "wrong.toml"), "version = \"v\"\n[rule.\"share\"]\ndiscount_rate = 80\n")
	write(t, filepath.Join(dir, "failing.toml"), strategyOf(301))
	write(t, filepath.Join(dir, "failing.test.toml"), testsOf(300))
	write(t, filepath.Join(dir, "untested.toml"), strategyOf(301))
	write(t, filepath.Join(dir, "mistested.toml"), strategyOf(300))
	write(t, filepath.Join(dir, "mistested.test.toml"), testsOf(300)+"nope = 1\n")
	write(t, filepath.Join(dir, "mistaken.toml"), strings.Replace(strategyOf(300), "discount_amount", "discount_amont", 1))
	write(t, filepath.Join(dir, "mistaken.test.toml"), testsOf(300)+"nope = 1\n")
	write(t, filepath.Join(dir, "parts", "10-head.toml"), "version = \"v\"\n")
	write(t, filepath.Join(dir, "parts", "20-rules.toml"), "[rule.\"a\"]\ndiscount_amount = 3\n")
	write(t, filepath.Join(dir, "20-rules.toml"), "[rule.\"a\"]\ndiscount_amount = 4\n")
	write(t, filepath.Join(dir, "whole", "10-head.toml"), "version = \"v\"\n")
	write(t, filepath.Join(dir, "whole", "20-rules.toml"), "[rule.\"a\"]\ndiscount_amount = 3\n")
	write(t, filepath.Join(dir, "30-rules.toml"), "[rule.\"a\"]\ndiscount_amount = 4\n")
	write(t, filepath.Join(dir, "live", "kept.toml"), strategyOf(1))
	write(t, filepath.Join(dir, "staged.toml"), "activate_at = 2199-01-01T00:00:00+08:00\ntimezone = \"Asia/Shanghai\"\n"+strategyOf(7))
	write(t, filepath.Join(dir, "tested", "10-all.toml"), strategyOf(8))
	write(t, filepath.Join(dir, "tested", "10-all.test.toml"), testsOf(8))
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{name: "publish-help", args: []string{"--help"}, code: 0},
		{name: "publish-first", args: []string{"discount.toml", "live/discount.toml"}, code: 0},
		{name: "publish-unchanged", args: []string{"discount.toml", "live/discount.toml", "--json"}, code: 0},
		{name: "publish-failing", args: []string{"failing.toml", "live/discount.toml"}, code: 2},
		{name: "publish-failing-there", args: []string{"untested.toml", "live/discount.toml"}, code: 2},
		{name: "publish-broken-test", args: []string{"mistested.toml", "live/discount.toml"}, code: 2},
		{name: "publish-broken-both", args: []string{"mistaken.toml", "live/discount.toml"}, code: 2},
		{name: "publish-alone", args: []string{"alone.toml", "live/alone.toml"}, code: 0},
		{name: "publish-wrong", args: []string{"wrong.toml", "live/discount.toml"}, code: 2},
		{name: "publish-wrong-json", args: []string{"wrong.toml", "live/discount.toml", "--json"}, code: 2},
		{name: "publish-failing-json", args: []string{"failing.toml", "live/discount.toml", "--json"}, code: 2},
		{name: "publish-no-env", args: []string{"discount.toml", "live/discount.toml", "--env", "prod"}, code: 2},
		{name: "publish-member", args: []string{"20-rules.toml", "parts/"}, code: 0},
		{name: "publish-member-twice", args: []string{"30-rules.toml", "parts"}, code: 2},
		{name: "publish-link", args: []string{"parts", "linked"}, code: 0},
		{name: "publish-member-refused", args: []string{"20-rules.toml", "whole/20-rules.toml"}, code: 2},
		{name: "publish-member-alone", args: []string{"untested.toml", "whole/20-rules.toml"}, code: 0},
		{name: "publish-tested-link", args: []string{"tested", "linked"}, code: 0},
		{name: "publish-tests-gone", args: []string{"parts", "linked"}, code: 0},
		{name: "publish-staged", args: []string{"staged.toml", "live/staged.toml"}, code: 0},
		{name: "publish-staged-json", args: []string{"staged.toml", "live/staged.toml", "--json"}, code: 0},
		{name: "publish-no-directory", args: []string{"discount.toml", "nowhere/discount.toml"}, code: 1},
		{name: "publish-no-directory-for-link", args: []string{"parts", "nowhere/parts"}, code: 1},
		{name: "publish-same", args: []string{"live/discount.toml", "live/../live/discount.toml"}, code: 1},
		{name: "publish-same-member", args: []string{"parts/10-head.toml", "parts"}, code: 1},
		{name: "publish-same-directory", args: []string{"parts", "parts/"}, code: 1},
		{name: "publish-no-member", args: []string{"discount.test.toml", "parts"}, code: 1},
		{name: "publish-into-tests", args: []string{"alone.toml", "live/discount.test.toml"}, code: 1},
		{name: "publish-odd-name", args: []string{"discount.toml", "live/new"}, code: 1},
		{name: "publish-no-link", args: []string{"parts", "live"}, code: 1},
		{name: "publish-over-file", args: []string{"parts", "live/discount.toml"}, code: 1},
		{name: "publish-dangling", args: []string{"discount.toml", "dangling"}, code: 1},
		{name: "publish-dangling-link", args: []string{"parts", "dangling"}, code: 1},
		{name: "publish-no-source", args: []string{"nowhere.toml", "live/discount.toml"}, code: 1},
		{name: "publish-one-argument", args: []string{"discount.toml"}, code: 1},
	} {
		args := append([]string{"publish"}, c.args...)
		if c.code != 1 && c.name != "publish-help" {
			args = append(args, "--address", "unix/none.sock")
		}
		before := contents(t, filepath.Join(dir, "live"))
		r := caddy(t, dir, append([]string{"discount"}, args...)...)
		if r.code != c.code {
			t.Errorf("%s: exit %d, want %d", c.name, r.code, c.code)
		}
		if after := contents(t, filepath.Join(dir, "live")); r.code != 0 && fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("%s: was %v, is %v", c.name, before, after)
		}
		golden(t, filepath.Join("commands", c.name+".txt"), transcript(args, r))
	}
	want := []string{"alone.toml", "discount.test.toml", "discount.toml", "kept.toml", "staged.toml"}
	if got := names(t, filepath.Join(dir, "live")); !slices.Equal(got, want) {
		t.Errorf("in the directory there are %v, want %v", got, want)
	}
}

// Rules come into service with their tests, and a gateway never holds them
// against the tests of others: that would be a refusal in its log.
func TestPublishedStrategyPricesTheNextOrder(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, c := range []struct{ name, site, source, file, first, target string }{
		{name: "one file", site: "shop/discount.toml", source: "next/discount.toml", file: "", first: "shop/discount.toml", target: "shop/discount.toml"},
		{name: "one file of a directory", site: "shop", source: "next/discount.toml", file: "", first: "shop/discount.toml", target: "shop"},
		{name: "a directory", site: "shop/live", source: "next", file: "discount.toml", first: "shop/first/discount.toml", target: "shop/live"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writePair(t, filepath.Join(dir, c.first), 1)
			if c.name == "a directory" {
				if err := os.Symlink("first", filepath.Join(dir, "shop", "live")); err != nil {
					t.Fatal(err)
				}
			}
			g := start(t, dir, strings.Replace(oneSite, "shop/discount.toml", c.site, 1))
			for n := 2; n <= 12; n++ {
				writePair(t, filepath.Join(dir, c.source, c.file), n)
				caddy(t, dir, "discount", "publish", c.source, c.target).good(t)
				g.goesLive(n)
			}
			if log := g.log.all(); strings.Contains(log, "refused") {
				t.Errorf("a mixture was read:\n%s", log)
			}
		})
	}
}

// shopOf runs a gateway with a strategy and its tests in the place that is published to.
func shopOf(t *testing.T, caddyfile string, n int) (dir, target string, g *gateway) {
	t.Helper()
	dir = t.TempDir()
	target = filepath.Join(dir, "shop", "discount.toml")
	writePair(t, target, n)
	return dir, target, start(t, dir, caddyfile)
}

func TestRefusedStrategyIsNotPublished(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir, _, g := shopOf(t, oneSite, 1)
	before := fmt.Sprint(contents(t, filepath.Join(dir, "shop")))
	for _, c := range wrongStrategies {
		if c.env != "" || c.text == "" {
			continue
		}
		write(t, filepath.Join(dir, "next.toml"), c.text)
		if r := caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml"); r.code != 2 || !strings.Contains(r.out, "next.toml"+c.says[0]) {
			t.Errorf("%s: exit %d\n%s%s", c.name, r.code, r.out, r.err)
		}
	}
	write(t, filepath.Join(dir, "next.toml"), strategyOf(2))
	write(t, filepath.Join(dir, "next.test.toml"), testsOf(3))
	if r := caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml"); r.code != 2 || !strings.Contains(r.out, `next.test.toml:1: failed "so much off"`) {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	if after := fmt.Sprint(contents(t, filepath.Join(dir, "shop"))); after != before {
		t.Errorf("was %v, is %v", before, after)
	}
	g.stays(1)
}

func TestPublishKeepsPermissionsAndLink(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	writePair(t, filepath.Join(dir, "next.toml"), 2)
	real, shop := filepath.Join(dir, "real"), filepath.Join(dir, "shop")
	write(t, filepath.Join(real, "v1.toml"), strategyOf(1))
	write(t, filepath.Join(shop, "other.txt"), "")
	if err := os.Chmod(filepath.Join(real, "v1.toml"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../real/v1.toml", filepath.Join(shop, "discount.toml")); err != nil {
		t.Fatal(err)
	}
	caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml").good(t)
	if to, err := os.Readlink(filepath.Join(shop, "discount.toml")); err != nil || to != "../real/v1.toml" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	// The gateway looks for tests beside the link.
	for path, want := range map[string]string{"real/v1.toml": strategyOf(2), "shop/discount.test.toml": testsOf(2)} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode() != 0o640 || read(t, filepath.Join(dir, path)) != want {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	for at, want := range map[string][]string{real: {"v1.toml"}, shop: {"discount.test.toml", "discount.toml", "other.txt"}} {
		if got := names(t, at); !slices.Equal(got, want) {
			t.Errorf("in %s there are %v, want %v", at, got, want)
		}
	}
}

func TestPublishWritesOnlyWhatDiffers(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	writePair(t, filepath.Join(dir, "next.toml"), 2)
	caddy(t, dir, "discount", "publish", "next.toml", "discount.toml").good(t)
	before := contents(t, dir)
	caddy(t, dir, "discount", "publish", "next.toml", "discount.toml").good(t)
	if after := contents(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("was %v, is %v", before, after)
	}
	commented := strategyOf(2) + "# the same meaning\n"
	write(t, filepath.Join(dir, "next.toml"), commented)
	caddy(t, dir, "discount", "publish", "next.toml", "discount.toml").good(t)
	if after := contents(t, dir); read(t, filepath.Join(dir, "discount.toml")) != commented || after["discount.test.toml"] != before["discount.test.toml"] {
		t.Errorf("was %v, is %v", before, after)
	}
}

// A directory is replaced whole, files that are gone among them, and the one
// before it stays, but not those of long ago.
func TestPublishReplacesADirectory(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	next := filepath.Join(dir, "next")
	write(t, filepath.Join(next, "10-head.toml"), "version = \"v\"\n")
	write(t, filepath.Join(next, "notes.txt"), "not a part")
	for n := range 4 {
		write(t, filepath.Join(next, fmt.Sprintf("20-%d.toml", n)), "[rule.\"a\"]\ndiscount_amount = 3\n")
		_ = os.Remove(filepath.Join(next, fmt.Sprintf("20-%d.toml", n-1))) // there is none at first
		caddy(t, dir, "discount", "publish", "next", "live").good(t)
		if got, want := names(t, filepath.Join(dir, "live")+"/"), []string{"10-head.toml", fmt.Sprintf("20-%d.toml", n)}; !slices.Equal(got, want) {
			t.Errorf("in the directory there are %v, want %v", got, want)
		}
	}
	before := contents(t, dir)
	if len(before) != 4 { // next, the link, its directory, the one before
		t.Errorf("beside the link there are %v", names(t, dir))
	}
	caddy(t, dir, "discount", "publish", "next", "live").good(t)
	if after := contents(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("was %v, is %v", before, after)
	}
}

// Of two publishers at the same time, each one's files are in the place
// together: the later one's are at the end.
func TestOfTwoPublishersTheLaterOneWins(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir, target, g := shopOf(t, oneSite, 1)
	const publishers, rounds = 3, 5
	for n := range publishers {
		writePair(t, filepath.Join(dir, fmt.Sprintf("%d.toml", n)), 10+n)
	}
	for range rounds {
		lock := holdLock(t, filepath.Dir(target))
		done := make(chan result)
		for n := range publishers {
			go func() {
				done <- caddy(t, dir, "discount", "publish", fmt.Sprintf("%d.toml", n), "shop/discount.toml")
			}()
		}
		lock.Close()
		for range publishers {
			(<-done).good(t)
		}
		won := slices.IndexFunc([]int{10, 11, 12}, func(n int) bool { return read(t, target) == strategyOf(n) })
		if won < 0 || read(t, filepath.Join(dir, "shop", "discount.test.toml")) != testsOf(10+won) {
			t.Fatalf("a mixture: %v", contents(t, filepath.Dir(target)))
		}
		g.goesLive(10 + won)
	}
	if got := names(t, filepath.Dir(target)); len(got) != 2 {
		t.Errorf("left behind: %v", got)
	}
	if log := g.log.all(); strings.Contains(log, "refused") {
		t.Errorf("a mixture was read:\n%s", log)
	}
}

// holdLock locks a file or directory as a program does that writes there.
func holdLock(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Interrupted while another program writes the file, publish leaves nothing behind.
func TestInterruptedPublishLeavesNothingBehind(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			shop := filepath.Join(dir, "shop")
			writePair(t, filepath.Join(shop, "discount.toml"), 1)
			writePair(t, filepath.Join(dir, "next.toml"), 2)
			before := contents(t, shop)
			holdLock(t, filepath.Join(shop, "discount.toml"))

			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			var errs strings.Builder
			cmd := caddyCommand(ctx, t, dir, "discount", "publish", "next.toml", "shop/discount.toml")
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if !poll(patience, func() bool { return len(temporaries(t, shop)) == 4 }) {
				t.Fatalf("there are %v", names(t, shop))
			}
			time.Sleep(20 * time.Millisecond) // into the wait for the lock
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // its exit code is asked for
			if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(errs.String(), "publishing next.toml: interrupted") {
				t.Errorf("exit %d: %s", code, errs.String())
			}
			if after := contents(t, shop); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("was %v, is %v", before, after)
			}
		})
	}
}

// temporaries are the names that publish lets wait.
func temporaries(t testing.TB, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A lock that a program holds on the file while it writes there is waited for.
func TestPublishWaitsForALockOnTheFile(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "discount.toml")
	write(t, target, strategyOf(1))
	write(t, filepath.Join(dir, "next", "next.toml"), strategyOf(2))
	lock := holdLock(t, target)
	done := make(chan result)
	go func() { done <- caddy(t, dir, "discount", "publish", "next/next.toml", "discount.toml") }()
	if !poll(patience, func() bool { return len(temporaries(t, dir)) == 2 }) {
		t.Fatal("it never came to the lock")
	}
	if got := read(t, target); got != strategyOf(1) {
		t.Errorf("published under a lock: %q", got)
	}
	lock.Close()
	(<-done).good(t)
	if got := read(t, target); got != strategyOf(2) {
		t.Errorf("in the place there is %q", got)
	}
}
