//go:build unix

package e2e

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What 0.1 printed as the fingerprints of the strategies in testdata/state-0.1.
const (
	springWas = "a4092b1c33403ddb4578a127782c8b09a92714c7a1035eade0e863416d836468"
	summerWas = "2aa5e1d7089f38ee724692c99b8fd7e10fb6eb7538055577549b1630dab3d910"
)

// guarded is remembering with the guardrail that testdata/state-0.1 was made with.
var guarded = strings.Replace(remembering, "state remembered\n", `state remembered
		guard {
			max_mean_change 2
			min_sample 3
		}
`, 1)

// upgraded is a gateway over what one of 0.1 left, with a strategy in the file.
func upgraded(t *testing.T, left, file string) *gateway {
	t.Helper()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, of01(t, file))
	sum := sha256.Sum256([]byte(f + "\x00"))
	state := filepath.Join(dir, "remembered", fmt.Sprintf("discount-%x", sum[:4]))
	if err := os.CopyFS(state, os.DirFS(filepath.Join("testdata", "state-0.1", left))); err != nil {
		t.Fatal(err)
	}
	g := start(t, dir, guarded)
	if g.stateOf() != state {
		t.Fatalf("the state directory is %s, and what was left in %s", g.stateOf(), state)
	}
	return g
}

// of01 is a strategy of testdata/state-0.1; another text is taken as it is.
func of01(t *testing.T, name string) string {
	t.Helper()
	if strings.Contains(name, "\n") {
		return name
	}
	data, err := os.ReadFile(filepath.Join("testdata", "state-0.1", name+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fingerprintOf is that of a strategy of testdata/state-0.1 now.
func fingerprintOf(t *testing.T, name string) string {
	t.Helper()
	out := caddy(t, filepath.Join("testdata", "state-0.1"), "discount", "export", name+".toml").good(t).out
	return fmt.Sprintf("%x", sha256.Sum256([]byte(out)))
}

// serves fails unless a strategy is in service with the fingerprint it has now, and
// tells what it was in 0.1.
func (g *gateway) serves(version, formerly, kind string) {
	g.t.Helper()
	live := g.only().Live
	if live.Version != version || live.Formerly != formerly || live.SHA256 == formerly || live.Kind != kind {
		g.t.Errorf("in service: %+v, want %s, formerly %s, by %s", live, version, formerly, kind)
	}
}

// unharmed fails if anything of the log is taken for tampered with.
func (g *gateway) unharmed() {
	g.t.Helper()
	if found := g.only().State.Found; found != "" {
		g.t.Errorf("found in the state directory: %s", found)
	}
	caddy(g.t, g.dir, "discount", "log", "verify", "--state", g.stateOf()).good(g.t)
}

func TestUpgradeFrom01ServesWhatWasInService(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left, file              string
		version, formerly, kind string
		log                     string
	}{
		"the file as it was": {left: "refused", file: "summer", version: "summer", formerly: summerWas, kind: "start", log: "strategy activated"},
		"an earlier one":     {left: "refused", file: "spring", version: "spring", formerly: springWas, kind: "start", log: "strategy activated"},
		"a broken one":       {left: "refused", file: "version = \n", version: "summer", formerly: summerWas, kind: "recall", log: "strategy refused"},
		"what the guardrail refused": {
			left: "refused", file: "winter", version: "summer", formerly: summerWas, kind: "recall", log: "refused before the restart",
		},
		"what was rolled back": {
			left: "rolled-back", file: "summer", version: "spring", formerly: springWas, kind: "recall",
			log: "rollback pinned, the strategy in the file stays out of service",
		},
		"what was rolled back, with a comment more": {
			left: "rolled-back", file: "# more\n" + of01(t, "summer"), version: "spring", formerly: springWas, kind: "recall",
			log: "rollback pinned, the strategy in the file stays out of service",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := upgraded(t, c.left, c.file)
			g.log.await(t, 0, c.log)
			g.log.await(t, 0, "strategy activated", `"formerly":"`+c.formerly+`"`)
			g.serves(c.version, c.formerly, c.kind)
			g.remembers(3)
			g.unharmed()
			log := caddy(t, g.dir, "discount", "log", "--state", g.stateOf()).good(t).out
			if last := lastLine(log); !strings.Contains(last, "formerly "+c.formerly[:12]) || !strings.Contains(last, g.only().Live.SHA256[:12]) {
				t.Errorf("the last record does not have both fingerprints: %s", last)
			}
		})
	}
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// A rollback of 0.1 is in effect, and ended and made by either fingerprint.
func TestUpgradeFrom01KeepsRollbacks(t *testing.T) {
	t.Parallel()
	summer, spring := fingerprintOf(t, "summer"), fingerprintOf(t, "spring")
	g := upgraded(t, "rolled-back", "summer")
	g.serves("spring", springWas, "recall")
	if now := g.only(); now.Held != summer || now.HeldFormerly != summerWas {
		t.Errorf("held: %s, formerly %s; want %s, formerly %s", now.Held, now.HeldFormerly, summer, summerWas)
	}
	g.log.await(t, 0, "rollback pinned, the strategy in the file stays out of service", `"sha256":"`+summer+`"`, `"formerly":"`+summerWas+`"`)

	again := caddy(t, filepath.Join("testdata", "state-0.1"), "discount", "publish", "summer.toml", filepath.Join(g.dir, "shop", "discount.toml")).good(t)
	if !strings.Contains(again.out, "caddy discount rollback "+summer[:12]) {
		t.Errorf("output = %s", again.out)
	}
	for _, c := range []struct{ to, version, formerly string }{
		{to: summer[:12], version: "summer", formerly: summerWas},
		{to: springWas[:12], version: "spring", formerly: springWas},
		{to: summerWas[:12], version: "summer", formerly: summerWas},
		{to: spring[:12], version: "spring", formerly: springWas},
	} {
		caddy(t, g.dir, "discount", "rollback", c.to).good(t)
		g.serves(c.version, c.formerly, "rollback")
	}
	caddy(t, g.dir, "discount", "rollback", springWas).says(t, "that content is in service already: its fingerprint is "+spring+" now")
	g.unharmed()
	g.kill()

	g = start(t, g.dir, guarded)
	g.serves("spring", springWas, "recall")
	if now := g.only(); now.Held != summer || now.HeldFormerly != summerWas {
		t.Errorf("held after a restart: %s, formerly %s", now.Held, now.HeldFormerly)
	}
	g.unharmed()
}
