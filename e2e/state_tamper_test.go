//go:build unix

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An older log is in order by itself. What is kept beside it, and a checkpoint in the
// log of Caddy, say that there was a later one.
func TestOlderLogThatIsPutBackIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, remembering)
	g.remembers(1)
	state := g.stateOf()
	older := make(map[string]string)
	for _, name := range []string{"log", "checkpoint", "hashes"} {
		older[name] = read(t, filepath.Join(state, name))
	}
	seen := g.log.count()
	write(t, f, strategyOf(2))
	g.goesLive(2)
	g.remembers(2)
	caddy(t, dir, "discount", "log", "verify", "--state", state).good(t)
	g.log.await(t, seen, "log of the strategy signed", `\n2\n`)
	checkpoint := filepath.Join(dir, "kept.checkpoint")
	write(t, checkpoint, g.lastCheckpoint())
	caddy(t, dir, "discount", "log", "verify", "--state", state, "--checkpoint", checkpoint).good(t)
	g.kill()

	for name, data := range older {
		write(t, filepath.Join(state, name), data)
	}
	verify := func(args ...string) {
		t.Helper()
		found := caddy(t, dir, append([]string{"discount", "log", "verify", "--state", state}, args...)...)
		if found.code != 2 {
			t.Errorf("verify %q: exit %d, want 2:\n%s%s", args, found.code, found.out, found.err)
		}
	}
	verify()
	verify("--checkpoint", checkpoint)
	g = start(t, dir, remembering)
	g.log.await(t, 0, "log of the strategy is not as it was left", "a later log was removed")
	g.remembers(1)
	verify()
	verify("--checkpoint", checkpoint)
	g.kill()
	g = start(t, dir, remembering)
	g.remembers(2)
	verify()
}

// lastCheckpoint is the one that the log of Caddy has last.
func (g *gateway) lastCheckpoint() string {
	g.t.Helper()
	for _, line := range slices.Backward(strings.Split(g.log.all(), "\n")) {
		var signed struct{ Msg, Checkpoint string }
		if err := json.Unmarshal([]byte(line), &signed); err == nil && signed.Msg == "log of the strategy signed" {
			return signed.Checkpoint
		}
	}
	g.t.Fatal("the log of Caddy has no checkpoint")
	return ""
}

func TestLogThatIsRemovedWithItsKeyIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
	g := start(t, dir, remembering)
	g.remembers(1)
	state := g.stateOf()
	g.kill()
	for _, name := range []string{"log", "checkpoint", "hashes", "key.pub"} {
		if err := os.Remove(filepath.Join(state, name)); err != nil {
			t.Fatal(err)
		}
	}
	if found := caddy(t, dir, "discount", "log", "verify", "--state", state); found.code != 2 {
		t.Errorf("exit %d, want 2:\n%s%s", found.code, found.out, found.err)
	}
	g = start(t, dir, remembering)
	g.log.await(t, 0, "log of the strategy is not as it was left")
	g.remembers(1)
	if found := caddy(t, dir, "discount", "log", "verify", "--state", state); found.code != 2 {
		t.Errorf("afterwards exit %d, want 2:\n%s%s", found.code, found.out, found.err)
	}
}

// What is kept goes into service as it was there, or not at all.
func TestEditedContentIsNotRolledBackTo(t *testing.T) {
	t.Parallel()
	g, dir, f, first := afterASave(t)
	write(t, f, strategyOf(3))
	g.goesLive(3)
	third := g.only().Live.SHA256
	g.remembers(3)
	// The second content, under its own fingerprint, says that it was the first.
	snapshots := filepath.Join(g.stateOf(), "snapshots")
	entries, err := os.ReadDir(snapshots)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(snapshots, e.Name())
		header, data, _ := strings.Cut(read(t, path), "\n")
		var h map[string]any
		if err := json.Unmarshal([]byte(header), &h); err != nil {
			t.Fatal(err)
		}
		switch h["fingerprint"] {
		case first:
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		case third:
		default:
			h["formerly"] = first
			forged, err := json.Marshal(h)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, string(forged)+"\n"+data)
		}
	}
	rolled := caddy(t, dir, "discount", "rollback", first)
	if rolled.code == 0 {
		t.Errorf("it was carried out: %s", rolled.out)
	}
	g.stays(3)
}
