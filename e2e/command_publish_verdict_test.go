//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// railed refuses an edit that moves the mean discount much, once an order was priced.
const railed = siteBegins + `	discount /orders* shop/discount.toml {
		state remembered
		guard {
			max_mean_change 1.5
			min_sample      1
		}
	}
` + siteEnds

// verdictOf is what publish says of the gateway as JSON.
type verdictOf struct {
	Changed bool
	PutBack bool `json:"put_back"`
	Gateway struct {
		Verdict, Reason string
		Strategies      []struct {
			ID, Env, Verdict, Error string
			Problems                []struct{ Reason string }
			Before                  bool `json:"refused_before"`
		}
	}
}

func (r result) verdict(t testing.TB) verdictOf {
	t.Helper()
	var v verdictOf
	if err := json.Unmarshal([]byte(r.out), &v); err != nil {
		t.Fatalf("exit %d: %v\n%s%s", r.code, err, r.out, r.err)
	}
	return v
}

// What a guardrail refuses is not published: the file is the one it was, and the
// gateway goes by it.
func TestPublishReportsAGuardrail(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir, target, g := shopOf(t, railed, 100)
	if _, err := g.order(); err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(contents(t, filepath.Dir(target)))
	writePair(t, filepath.Join(dir, "next.toml"), 500)
	r := caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml")
	if r.code != 2 {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	for _, part := range []string{"refused at " + g.admin, "guardrail max_mean_change: the mean discount of 1 cart", "shop/discount.toml: not published, put back as it was\n"} {
		if !strings.Contains(r.out, part) {
			t.Errorf("no %q in\n%s", part, r.out)
		}
	}
	if after := fmt.Sprint(contents(t, filepath.Dir(target))); after != before {
		t.Errorf("was %v, is %v", before, after)
	}
	g.stays(100)
	v := caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml", "--json").verdict(t)
	if v.Changed || !v.PutBack || v.Gateway.Verdict != "refused" || len(v.Gateway.Strategies) != 1 || !strings.Contains(v.Gateway.Strategies[0].Error, "max_mean_change") {
		t.Errorf("%+v", v)
	}

	// A smaller step is taken, and is in service when the command returns.
	writePair(t, filepath.Join(dir, "next.toml"), 140)
	r = caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml").good(t)
	if !strings.Contains(r.out, "shop/discount.toml: published, version v-0140 (1 rule, 1 test passed)\n") || !strings.Contains(r.out, "in service at "+g.admin+"\n") {
		t.Errorf("output = %s", r.out)
	}
	g.stays(140)
	if left := temporaries(t, filepath.Dir(target)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A first strategy has nothing to be put back to: the files that came are gone again.
func TestPublishRemovesWhatWasNotThereBefore(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir, target, g := shopOf(t, railed, 100)
	if _, err := g.order(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"discount.toml", "discount.test.toml"} {
		if err := os.Remove(filepath.Join(dir, "shop", name)); err != nil {
			t.Fatal(err)
		}
	}
	g.log.await(t, 0, "strategy missing")
	writePair(t, filepath.Join(dir, "next.toml"), 500)
	if v := caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml", "--json").verdict(t); v.Gateway.Verdict != "refused" || !v.PutBack {
		t.Errorf("%+v", v)
	}
	if left := names(t, filepath.Dir(target)); len(left) > 0 {
		t.Errorf("in the directory there are %v", left)
	}
	g.stays(100)
}

// A directory behind a link is led back where it led.
func TestPublishRestoresALink(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, absolute := range []bool{false, true} {
		t.Run(fmt.Sprintf("absolute=%v", absolute), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "shop", "first", "10.toml"), strategyOf(100))
			to := "first"
			if absolute {
				to = filepath.Join(dir, "shop", "first")
			}
			if err := os.Symlink(to, filepath.Join(dir, "shop", "live")); err != nil {
				t.Fatal(err)
			}
			g := start(t, dir, strings.Replace(railed, "shop/discount.toml", "shop/live", 1))
			if _, err := g.order(); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "next", "10.toml"), strategyOf(500))
			if r := caddy(t, dir, "discount", "publish", "next", "shop/live"); r.code != 2 || !strings.Contains(r.out, "max_mean_change") {
				t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
			}
			if got := names(t, filepath.Join(dir, "shop")); !slices.Equal(got, []string{"first", "live"}) {
				t.Errorf("there are %v", got)
			}
			if got, err := os.Readlink(filepath.Join(dir, "shop", "live")); err != nil || got != to {
				t.Errorf("the link leads to %q, %v", got, err)
			}
			g.stays(100)
			write(t, filepath.Join(dir, "next", "10.toml"), strategyOf(120))
			caddy(t, dir, "discount", "publish", "next", "shop/live").good(t)
			g.stays(120)
		})
	}
}

// A file of a directory is one of the strategy's, however the directory is named.
func TestPublishAsksAboutAFileOfADirectory(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, c := range []struct {
		name, dst string // of what the gateway watches as shop/live
		link      bool
	}{
		{name: "relative", dst: "shop/live"},
		{name: "with a separator", dst: "./shop/live/"},
		{name: "absolute", dst: "DIR/shop/live"},
		{name: "a link", dst: "shop/live", link: true},
		{name: "a link, absolute", dst: "DIR/shop/live", link: true},
		{name: "past the link", dst: "shop/first", link: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			at := filepath.Join(dir, "shop", "live")
			if c.link {
				at = filepath.Join(dir, "shop", "first")
			}
			write(t, filepath.Join(at, "10.toml"), strategyOf(100))
			if c.link {
				if err := os.Symlink("first", filepath.Join(dir, "shop", "live")); err != nil {
					t.Fatal(err)
				}
			}
			g := start(t, dir, strings.Replace(railed, "shop/discount.toml", "shop/live", 1))
			if _, err := g.order(); err != nil {
				t.Fatal(err)
			}
			publish := func(n int) result {
				write(t, filepath.Join(dir, "next", "10.toml"), strategyOf(n))
				return caddy(t, dir, "discount", "publish", "next/10.toml", strings.Replace(c.dst, "DIR", dir, 1), "--json")
			}
			if r := publish(500); r.code != 2 || r.verdict(t).Gateway.Verdict != "refused" || read(t, filepath.Join(at, "10.toml")) != strategyOf(100) {
				t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
			}
			if v := publish(120).good(t).verdict(t); v.Gateway.Verdict != "in_service" {
				t.Errorf("%+v", v)
			}
			if v := publish(120).good(t).verdict(t); v.Changed || v.Gateway.Verdict != "in_service" {
				t.Errorf("again: %+v", v)
			}
			g.stays(120)
		})
	}
}

// Edits of every kind get their verdict, not only those that price otherwise.
func TestPublishWaitsForTheVerdictOnEveryKindOfEdit(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "shop", "discount.toml")
	next := filepath.Join(dir, "next", "discount.toml")
	write(t, target, strategyOf(1))
	g := start(t, dir, remembering)
	publish := func() verdictOf {
		t.Helper()
		return caddy(t, dir, "discount", "publish", "next/discount.toml", "shop/discount.toml", "--json").good(t).verdict(t)
	}
	catalogued := "version = \"v\"\ncurrency = \"CNY\"\nproducts = { file = \"catalogue.csv\" }\n[rule.\"off\"]\ndiscount_amount = 1\n"
	for _, c := range []struct {
		name, strategy, catalogue, tests string
		want                             string
	}{
		{name: "another discount", strategy: strategyOf(2), catalogue: "", tests: "", want: "in_service"},
		{name: "a comment", strategy: strategyOf(2) + "# the same\n", catalogue: "", tests: "", want: "in_service"},
		{name: "a title", strategy: strategyOf(2) + "title = \"off\"\n", catalogue: "", tests: "", want: "in_service"},
		{name: "tests alone", strategy: strategyOf(2) + "title = \"off\"\n", catalogue: "", tests: testsOf(2), want: "in_service"},
		{name: "for later", strategy: "activate_at = 2199-01-01T00:00:00+08:00\n" + strategyOf(3), catalogue: "", tests: testsOf(3), want: "staged"},
		{name: "a spreadsheet", strategy: catalogued, catalogue: "sku,price\ntea,10.00\n", tests: testsOf(100), want: "in_service"},
		{name: "the spreadsheet alone", strategy: catalogued, catalogue: "sku,price\ntea,12.00\n", tests: testsOf(100), want: "in_service"},
	} {
		write(t, next, c.strategy)
		for path, text := range map[string]string{"catalogue.csv": c.catalogue, "discount.test.toml": c.tests} {
			if text != "" {
				write(t, filepath.Join(dir, "next", path), text)
			}
		}
		if v := publish(); !v.Changed || v.Gateway.Verdict != c.want || len(v.Gateway.Strategies) != 1 {
			t.Errorf("%s: %+v", c.name, v)
		}
		if v := publish(); v.Changed || v.Gateway.Verdict != c.want {
			t.Errorf("%s, again: %+v", c.name, v)
		}
	}
	if got := g.only().Live.Version; got != "v" {
		t.Errorf("in service is %s", got)
	}
}

// A file that one environment of the gateway refuses stays out of all of them; one
// that was refused before does not keep it from the others.
func TestPublishAsksAllStrategiesOfTheFile(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	// Each environment has a limit of its own to how much may be off.
	envs := func(off int, days string) string {
		return strategyOf(off) + "\n[[env]]\nname = \"day\"\n" + days
	}
	target := filepath.Join(dir, "shop", "discount.toml")
	good := "[env.rule.\"off\"]\ndiscount_amount = 2\n"
	bad := "[env.rule.\"off\"]\ndiscount_rate = 20\n"
	write(t, target, envs(1, good))
	g := start(t, dir, siteBegins+`	discount /orders* shop/discount.toml {
		state off
	}
	discount /day* shop/discount.toml {
		env day
		state off
	}
`+siteEnds)
	publish := func(text string) result {
		write(t, filepath.Join(dir, "next.toml"), text)
		return caddy(t, dir, "discount", "publish", "next.toml", "shop/discount.toml", "--json")
	}
	v := publish(envs(2, good)).good(t).verdict(t)
	if v.Gateway.Verdict != "in_service" || len(v.Gateway.Strategies) != 2 {
		t.Errorf("%+v", v)
	}
	g.stays(2)
	r := publish(envs(3, bad))
	v = r.verdict(t)
	if r.code != 2 || !v.PutBack || v.Gateway.Verdict != "refused" || read(t, target) != envs(2, good) {
		t.Errorf("exit %d: %+v", r.code, v)
	}
	for _, s := range v.Gateway.Strategies {
		if s.Env == "day" && (s.Verdict != "refused" || len(s.Problems) != 2) || s.Env == "" && s.Verdict != "in_service" {
			t.Errorf("%+v", s)
		}
	}
	g.stays(2) // again: the command waits for that

	seen := g.log.count()
	write(t, target, envs(4, bad)) // by hand
	g.log.await(t, seen, "strategy refused")
	g.goesLive(4)
	v = publish(envs(5, bad)).good(t).verdict(t)
	if v.Gateway.Verdict != "in_service" || !v.Changed {
		t.Errorf("%+v", v)
	}
	g.stays(5)
}

// A gateway that serves other files says nothing of this one.
func TestPublishWithAGatewayOfOtherFiles(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
	g := start(t, dir, oneSite)
	write(t, filepath.Join(dir, "next.toml"), strategyOf(2))
	r := caddy(t, dir, "discount", "publish", "next.toml", "other.toml").good(t)
	for _, part := range []string{"put in place; a gateway may still refuse it", "the gateway at " + g.admin + " serves other files only: " + filepath.Join(dir, "shop", "discount.toml")} {
		if !strings.Contains(r.out, part) {
			t.Errorf("no %q in\n%s", part, r.out)
		}
	}
	if r := caddy(t, dir, "discount", "publish", "next.toml", "other.toml", "--wait", "0").good(t); !strings.Contains(r.out, "no gateway was asked (--wait 0)") {
		t.Errorf("output = %s", r.out)
	}
	g.stays(1)
}

// adminThat is an admin API that answers the list of strategies as it is told,
// call by call; the last answer is given for ever.
func adminThat(t testing.TB, answers ...func(w http.ResponseWriter)) string {
	t.Helper()
	calls := make(chan int, 1)
	calls <- 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := <-calls
		calls <- min(n+1, len(answers)-1)
		answers[n](w)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func serving(path, file string) func(w http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		fmt.Fprintf(w, `[{"id": "shop-1", "path": %q, "file": %s, "refusal": {"time": "2026-01-01T00:00:00Z", "standing": true, "error": "open: permission denied"}}]`, path, file)
	}
}

// Without a verdict in time it says so, and the file is as it was.
func TestPublishWithoutAVerdict(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	none := func(w http.ResponseWriter) { http.Error(w, `{"error": "no such call"}`, http.StatusNotFound) }
	const old = `{"digest": "0000000000000000000000000000000000000000000000000000000000000000", "outcome": "in_service", "number": 4}`
	attempt := func(n int) string { return fmt.Sprintf(`{"outcome": "refused", "number": %d}`, n) }
	for _, c := range []struct {
		name    string
		answers func(path string) []func(w http.ResponseWriter)
		code    int
		says    string
		puts    bool
	}{
		{name: "a gateway that has not read it", answers: func(path string) []func(http.ResponseWriter) { return []func(http.ResponseWriter){serving(path, old)} },
			code: 1, says: "waited for 2s (--wait)", puts: false},
		{name: "one that stops to answer", answers: func(path string) []func(http.ResponseWriter) {
			return []func(http.ResponseWriter){serving(path, old), none}
		},
			code: 1, says: "no such call; waited for 2s (--wait)", puts: false},
		{name: "one of an earlier version", answers: func(path string) []func(http.ResponseWriter) {
			return []func(http.ResponseWriter){serving(path, "null")}
		},
			code: 0, says: "is of an earlier version, which does not say what becomes of a save", puts: true},
		{name: "one that cannot read it", answers: func(path string) []func(http.ResponseWriter) {
			return []func(http.ResponseWriter){serving(path, old), serving(path, attempt(5)), serving(path, attempt(6)), serving(path, attempt(7))}
		}, code: 2, says: "open: permission denied", puts: false},
		{name: "something else", answers: func(string) []func(http.ResponseWriter) { return []func(http.ResponseWriter){none} },
			code: 0, says: "no such call", puts: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			target := filepath.Join(dir, "discount.toml")
			write(t, target, strategyOf(1))
			write(t, filepath.Join(dir, "next", "next.toml"), strategyOf(2))
			before := fmt.Sprint(contents(t, dir))
			wait := "2s" // which a loaded machine has to answer in
			if c.code == 2 {
				wait = "20s"
			}
			r := caddy(t, dir, "discount", "publish", "next/next.toml", "discount.toml", "--address", adminThat(t, c.answers(target)...), "--wait", wait)
			if r.code != c.code || !strings.Contains(r.out, c.says) {
				t.Errorf("exit %d, no %q in\n%s%s", r.code, c.says, r.out, r.err)
			}
			if c.puts != (read(t, target) == strategyOf(2)) || !c.puts && fmt.Sprint(contents(t, dir)) != before {
				t.Errorf("in the place there is %q, beside it %v", read(t, target), names(t, dir))
			}
		})
	}
}

// An admin API that takes a call and never answers does not keep the command.
func TestPublishDoesNotWaitForASilentAddress(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for seconds")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "next.toml"), strategyOf(2))
	r := caddy(t, dir, "discount", "publish", "next.toml", "discount.toml", "--address", l.Addr().String()).good(t)
	if !strings.Contains(r.out, "no answer within 5s") {
		t.Errorf("output = %s", r.out)
	}
}

// What another program saves meanwhile is not overwritten by what is put back, and an
// interruption puts back.
func TestPublishWhileItWaitsForTheVerdict(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	const old = `{"digest": "0000000000000000000000000000000000000000000000000000000000000000", "outcome": "in_service", "number": 4}`
	late := func(path string) func(http.ResponseWriter) { return serving(path, old) }
	// takesOther has not read what was published, and takes what another program saves.
	takesOther := func(path string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			file := old
			if text, err := os.ReadFile(path); err == nil && string(text) == strategyOf(3) {
				file = fmt.Sprintf(`{"digest": %q, "outcome": "in_service", "number": 5}`, history.Digest([]history.File{{Name: filepath.Base(path), Data: text}}))
			}
			serving(path, file)(w)
		}
	}
	change := func(t *testing.T, target string, _ *os.Process) {
		write(t, target+".new", strategyOf(3))
		if err := os.Rename(target+".new", target); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		admin func(path string) func(http.ResponseWriter)
		do    func(t *testing.T, target string, publisher *os.Process)
		says  string
		left  string
	}{
		{name: "it is changed", admin: late, do: change, says: "was changed by another program meanwhile, and is left as that has it", left: strategyOf(3)},
		{name: "it is changed and that is taken", admin: takesOther, do: change, says: "was changed by another program meanwhile, and is left as that has it", left: strategyOf(3)},
		{name: "it is interrupted", admin: late, do: func(t *testing.T, _ string, publisher *os.Process) {
			if err := publisher.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}, says: "interrupted", left: strategyOf(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			target := filepath.Join(dir, "shop", "discount.toml")
			write(t, target, strategyOf(1))
			write(t, filepath.Join(dir, "next.toml"), strategyOf(2))
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			var errs strings.Builder
			cmd := caddyCommand(ctx, t, dir, "discount", "publish", "next.toml", "shop/discount.toml", "--address", adminThat(t, c.admin(target)), "--wait", "1m")
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if !poll(patience, func() bool { return read(t, target) == strategyOf(2) }) {
				t.Fatal("it was never put into its place")
			}
			c.do(t, target, cmd.Process)
			_ = cmd.Wait() // its exit code is asked for
			if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit %d: %s", code, errs.String())
			}
			if got := read(t, target); got != c.left {
				t.Errorf("in the place there is %q", got)
			}
			if got := names(t, filepath.Dir(target)); len(got) != 1 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}
