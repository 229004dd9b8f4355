//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const remembering = siteBegins + `	discount /orders* shop/discount.toml {
		state remembered
	}
` + siteEnds

// shown is a strategy as the admin API shows it.
type shown struct {
	ID   string
	Live struct {
		Version, SHA256, Formerly, Kind string
		Rules                           int
	}
	Staged *struct{ Version, Due string }
	Held   string

	HeldFormerly string `json:"held_formerly"`
	State        struct{ Dir, Error, Found string }
}

// only is the one strategy in service.
func (g *gateway) only() shown {
	g.t.Helper()
	var all []shown
	if err := json.Unmarshal([]byte(g.get("/discount/strategies")), &all); err != nil || len(all) != 1 {
		g.t.Fatalf("strategies: %v, %v", all, err)
	}
	return all[0]
}

// recorded are the versions that were activated, as far as they are on record.
func (g *gateway) recorded(id string) []string {
	g.t.Helper()
	var past struct {
		Records []struct{ Action, Version string }
	}
	if err := json.Unmarshal([]byte(g.get("/discount/strategies/"+id+"/history")), &past); err != nil {
		g.t.Fatal(err)
	}
	var versions []string
	for _, r := range past.Records {
		if r.Action == "activated" {
			versions = append(versions, r.Version)
		}
	}
	return versions
}

// remembers waits until so many activations of the one strategy are on record:
// the state directory is opened a moment after the start.
func (g *gateway) remembers(activations int) {
	g.t.Helper()
	id := g.only().ID
	if !poll(patience, func() bool { return len(g.recorded(id)) >= activations }) {
		g.t.Fatalf("on record: %v, want %d", g.recorded(id), activations)
	}
}

// stateOf is the state directory of the one strategy in service.
func (g *gateway) stateOf() string { return filepath.Join(g.dir, "remembered", g.only().ID) }

func TestValidateLeavesNoTrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
	write(t, filepath.Join(dir, "Caddyfile"), strings.NewReplacer("ADMIN", "off", "SITE", "127.0.0.1:0", "UPSTREAM", "127.0.0.1:1").Replace(remembering))
	caddy(t, dir, "validate", "--config", "Caddyfile").good(t)
	if _, err := os.Stat(filepath.Join(dir, "remembered")); !os.IsNotExist(err) {
		t.Errorf("there is a state directory: %v", err)
	}
}

// What was in service is there again after a kill, whatever became of the file.
func TestKilledAtAnyInstantItStartsWithWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	saved := 1
	rnd := rand.New(rand.NewPCG(7, 7))
	for range 8 {
		g := start(t, dir, remembering)
		id := g.only().ID
		stop, begun, acknowledged := make(chan struct{}), make(chan struct{}), make(chan string)
		go func() {
			last, begin := "", sync.OnceFunc(func() { close(begun) })
			defer begin()
			defer func() { acknowledged <- last }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				res, err := g.client.Get("http://" + g.admin + "/discount/strategies/" + id + "/history")
				if err != nil {
					return // it was killed
				}
				var past struct {
					Records []struct{ Action, Version string }
				}
				if json.NewDecoder(res.Body).Decode(&past) == nil {
					for _, r := range past.Records {
						if r.Action == "activated" {
							last = r.Version
							begin()
						}
					}
				}
				drain(res)
			}
		}()
		for deadline := time.Now().Add(time.Duration(100+rnd.IntN(200)) * time.Millisecond); time.Now().Before(deadline); {
			saved++
			write(t, f+".new", strategyOf(saved))
			if err := os.Rename(f+".new", f); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rnd.IntN(8)) * time.Millisecond)
		}
		<-begun // before that nothing is promised
		g.kill()
		close(stop)
		last := <-acknowledged
		write(t, f, "version = \"half")
		g = start(t, dir, remembering)
		g.log.await(t, 0, "strategy refused")
		if got := g.only().Live; got.Version < last || got.Kind != "recall" {
			t.Errorf("in service after the kill: %+v, but %s was acknowledged", got, last)
		}
		if _, err := g.order(); err != nil {
			t.Errorf("order after the kill: %v", err)
		}
		caddy(t, dir, "discount", "log", "verify", "--state", g.stateOf()).good(t)
		g.kill()
		saved++
		write(t, f, strategyOf(saved))
	}
}

// afterASave is a gateway that remembers, in a directory, with a strategy at a path that
// was saved once more since the start, and the fingerprint of the first one.
func afterASave(t *testing.T) (g *gateway, dir, path, first string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "shop", "discount.toml")
	write(t, path, strategyOf(1))
	g = start(t, dir, remembering)
	first = g.only().Live.SHA256
	write(t, path, strategyOf(2))
	g.goesLive(2)
	return g, dir, path, first
}

func TestRollbackByCommand(t *testing.T) {
	t.Parallel()
	g, dir, f, first := afterASave(t)

	rolled := caddy(t, dir, "discount", "rollback", first[:10], "--reason", "too dear").good(t)
	if !strings.Contains(rolled.out, "version v-0001 ("+first+") is in service, in place of v-0002") {
		t.Errorf("output = %s", rolled.out)
	}
	g.stays(1)
	if held := g.only().Held; held == "" {
		t.Error("nothing is held back")
	}
	caddy(t, dir, "discount", "rollback", first[:10]).says(t, "that content is in service already")
	caddy(t, dir, "discount", "rollback", first[:5]).says(t, fmt.Sprintf("%q is too short for a fingerprint, want its first 6 digits or more", first[:5]))
	caddy(t, dir, "discount", "rollback", "feedface").says(t, `no content is kept whose fingerprint begins with "feedface"`)

	// It holds across a restart, and until something else is saved.
	g.kill()
	g = start(t, dir, remembering)
	g.stays(1)
	g.log.await(t, 0, "a rollback keeps the strategy in the file out of service", `"version":"v-0002"`, `"in_service":"v-0001"`)
	seen := g.log.count()
	write(t, f, strategyOf(2)+"# the same\n")
	g.log.await(t, seen, "a rollback keeps the strategy in the file out of service", `"version":"v-0002"`, `"in_service":"v-0001"`)
	seen = g.log.count()
	write(t, f, strategyOf(3))
	g.log.await(t, seen, "strategy activated", "v-0003")
	g.stays(3)

	// The record of an activation comes a moment after it.
	for _, part := range []string{"activated", "v-0001", "rolled_back", "too dear", first[:12], "v-0003"} {
		var log string
		if !poll(patience, func() bool {
			log = caddy(t, dir, "discount", "log", "--state", g.stateOf()).good(t).out
			return strings.Contains(log, part)
		}) {
			t.Errorf("no %q in the log:\n%s", part, log)
		}
	}
}

// What was rolled back stays out when it is published again, which fails and says how
// it comes back.
func TestWhatWasRolledBackComesBackByItsFingerprint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	write(t, filepath.Join(dir, "next.toml"), strategyOf(2))
	g := start(t, dir, remembering)
	first := g.only().Live.SHA256
	caddy(t, dir, "discount", "publish", "next.toml", f).good(t)
	g.goesLive(2)
	second := g.only().Live.SHA256
	caddy(t, dir, "discount", "rollback", first).good(t)
	g.stays(1)
	var back string // the arguments of the command that brings it back
	for _, comment := range []string{"", "# the same\n"} {
		write(t, filepath.Join(dir, "next.toml"), strategyOf(2)+comment)
		again := caddy(t, dir, "discount", "publish", "next.toml", f)
		if again.code != 2 || !strings.Contains(again.out, "not published") || !strings.Contains(again.out, "it comes back with: caddy discount rollback "+second[:12]) {
			t.Errorf("exit %d\n%s%s", again.code, again.out, again.err)
		}
		if read(t, f) != strategyOf(2) {
			t.Error("the file is not as it was")
		}
		_, back, _ = strings.Cut(again.out, "it comes back with: caddy ")
		back, _, _ = strings.Cut(back, "\n")
	}
	g.stays(1)
	caddy(t, t.TempDir(), strings.Fields(back)...).good(t) // where no Caddyfile says the address
	g.stays(2)
	if held := g.only().Held; held != "" {
		t.Errorf("%s is held back", held)
	}
}

func TestRollbackNeedsToKnowWhatItReplaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, remembering)
	one := g.only()
	write(t, f, strategyOf(2))
	g.goesLive(2)
	body := fmt.Sprintf(`{"sha256": %q}`, one.Live.SHA256)
	for name, c := range map[string]struct {
		method, id, ifMatch, body string
		status                    int
	}{
		"another is in service": {method: "POST", id: one.ID, ifMatch: `"` + one.Live.SHA256 + `"`, body: body, status: http.StatusPreconditionFailed},
		"nothing said":          {method: "POST", id: one.ID, ifMatch: "", body: body, status: http.StatusPreconditionRequired},
		"a strange body":        {method: "POST", id: one.ID, ifMatch: `"x"`, body: `{"sha": "x"}`, status: http.StatusBadRequest},
		"an unknown strategy":   {method: "POST", id: "none", ifMatch: `"x"`, body: body, status: http.StatusNotFound},
		"the wrong method":      {method: "GET", id: one.ID, ifMatch: "", body: "", status: http.StatusMethodNotAllowed},
	} {
		req, err := http.NewRequest(c.method, "http://"+g.admin+"/discount/strategies/"+c.id+"/rollback", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.ifMatch != "" {
			req.Header.Set("If-Match", c.ifMatch)
		}
		res, err := g.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Error string }
		err = json.NewDecoder(res.Body).Decode(&answer)
		drain(res)
		if res.StatusCode != c.status || err != nil || answer.Error == "" {
			t.Errorf("%s: status %d (%v, %q), want %d", name, res.StatusCode, err, answer.Error, c.status)
		}
	}
	g.stays(2)
}

func TestRollbackCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, strings.Replace(remembering, "state remembered", "state remembered {\n\t\t\trollback off\n\t\t}", 1))
	first := g.only().Live.SHA256
	write(t, f, strategyOf(2))
	g.goesLive(2)
	caddy(t, dir, "discount", "rollback", first).says(t, "rollback is switched off in the configuration", "switched off")
	g.stays(2)
}

func TestLogThatWasChangedIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, remembering)
	write(t, f, strategyOf(2))
	g.goesLive(2)
	g.remembers(2)
	state := g.stateOf()
	export := filepath.Join(dir, "export")
	write(t, export, caddy(t, dir, "discount", "log", "export", "--state", state).good(t).out)
	caddy(t, dir, "discount", "log", "verify", "--export", export).good(t)
	none := caddy(t, dir, "discount", "log", "verify", "--export", export, "--checkpoint", f)
	none.says(t, "what is given as the earlier checkpoint is none")
	if none.code != 1 {
		t.Errorf("exit %d of what is no checkpoint, want 1", none.code)
	}

	log := filepath.Join(state, "log")
	g.kill()
	write(t, log, strings.Replace(read(t, log), "v-0001", "v-9999", 1))
	found := caddy(t, dir, "discount", "log", "verify", "--state", state)
	found.says(t, "record 0")
	if found.code != 2 {
		t.Errorf("exit %d, want 2", found.code)
	}
	g = start(t, dir, remembering)
	g.log.await(t, 0, "log of the strategy is not as it was left")
	g.stays(2)
}

func TestBrokenFileAtTheStartServesTheLastGoodOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, remembering)
	g.remembers(1)
	g.kill()
	if err := os.Remove(f); err != nil {
		t.Fatal(err)
	}
	g = start(t, dir, remembering)
	g.log.await(t, 0, "strategy is missing")
	g.log.await(t, 0, "strategy activated", `"kind":"recall"`)
	g.stays(1)
	write(t, f, strategyOf(2))
	g.goesLive(2)
}
