package publish

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/strategy"
)

// If the second file cannot be put into its place, the first one's is as it was,
// whether there was something or not.
func TestPublishGoesBackWhenItCannotGoOn(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{"from a file": "old", "from none": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			source := filepath.Join(dir, "source")
			place := filepath.Join(dir, "live", "a.test.toml")
			blocked := filepath.Join(dir, "live", "a.toml", "a directory in the way")
			mustWrite(t, source, "new")
			if err := os.MkdirAll(blocked, 0o755); err != nil {
				t.Fatal(err)
			}
			if before != "" {
				mustWrite(t, place, before)
			}
			first, err := replacementAt(place)
			if err != nil {
				t.Fatal(err)
			}
			if differs, err := first.read(strategy.Source{Name: source, Data: []byte("new")}); err != nil || !differs {
				t.Fatalf("differs: %v, %v", differs, err)
			}
			second := &replacement{name: "a.toml", target: filepath.Dir(blocked), data: []byte("new"), mode: 0o644}
			if err := replace(context.Background(), []*replacement{first, second}, atomicfile.SyncDir); err == nil {
				t.Fatal("a directory was replaced by a file")
			}
			got, err := os.ReadFile(place)
			if string(got) != before || before == "" && !os.IsNotExist(err) {
				t.Errorf("in the place there is %q, %v", got, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "live", ".*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// An interruption before a link is switched elsewhere leaves no directory behind.
func TestInterruptedPublishLeavesNoDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := filepath.Join(dir, "next", "a.toml")
	mustWrite(t, source, "new")
	to, err := linkTo(filepath.Join(dir, "live"), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if incoming, err := to.Apply(ctx, []strategy.Source{{Name: source, Data: []byte("new")}}, nil); incoming != nil || !errors.Is(err, ErrInterrupted) {
		t.Errorf("incoming: %v, %v", incoming, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func mustWrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
