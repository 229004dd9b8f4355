package embedded_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/embedded"
)

// configured is a module with the options of a block, as a configuration has it.
func configured(t *testing.T, block string) *embedded.Module {
	t.Helper()
	var m embedded.Module
	if err := m.UnmarshalCaddyfile(caddyfile.NewTestDispenser("embedded {\n" + block + "\n}")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	t.Cleanup(cancel)
	if err := m.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Cleanup(); err != nil {
			t.Error(err)
		}
	})
	return &m
}

func opened(t *testing.T, m *embedded.Module, o quota.Origin) quota.Opened {
	t.Helper()
	l, err := m.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestModuleIsRegistered(t *testing.T) {
	t.Parallel()
	info, err := caddy.GetModule("http.discount.ledgers.embedded")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := info.New().(quota.Engine); !ok {
		t.Errorf("%T opens no ledger", info.New())
	}
}

func TestOptionsOfTheModule(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", quota.LeastKey)
	m := configured(t, "namespace shop\nkey "+key+"\ntimeout 20ms\nhold 1m\nremember 1h\nunresolved keep")
	dir := t.TempDir()
	l := opened(t, m, quota.Origin{Namespace: "discount.toml", StateDir: dir})
	want := quota.Terms{Hold: time.Minute, Remember: time.Hour, Keep: true}
	if l.Terms != want || l.Timeout != 20*time.Millisecond || l.Digester.KeyID() != digester(t, "k").KeyID() {
		t.Errorf("opened %+v", l)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(names) != 1 || names[0] != filepath.Join(dir, "ledger", "shop.db") {
		t.Errorf("files %v, %v", names, err)
	}
	asJSON, err := json.Marshal(m)
	if err != nil || !strings.Contains(string(asJSON), `"hold":60000000000`) {
		t.Errorf("as JSON %s, %v", asJSON, err)
	}
}

func TestModuleTakesNoArgument(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"embedded /var/lib/ledger", "embedded {\nurl redis://host\n}"} {
		var m embedded.Module
		if err := m.UnmarshalCaddyfile(caddyfile.NewTestDispenser(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// The key of a ledger is made once and kept beside it.
func TestKeyIsMadeAndKept(t *testing.T) {
	t.Parallel()
	origin := quota.Origin{Namespace: "discount.toml", StateDir: t.TempDir()}
	key := filepath.Join(origin.StateDir, "ledger", "discount.toml.key")

	m := configured(t, "")
	made := opened(t, m, origin).Digester.KeyID()
	info, err := os.Stat(key)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %v", info.Mode())
	}
	if err := m.Cleanup(); err != nil {
		t.Fatal(err)
	}
	if again := opened(t, configured(t, ""), origin).Digester.KeyID(); again != made {
		t.Error("another key was made")
	}
	if left, err := filepath.Glob(filepath.Join(origin.StateDir, "ledger", ".*")); err != nil || len(left) > 0 {
		t.Errorf("files %v are left, %v", left, err)
	}
}

// Two configurations, such as before and after a reload, share one ledger, until neither uses it.
func TestConfigurationsShareALedger(t *testing.T) {
	t.Parallel()
	origin := quota.Origin{Namespace: "discount.toml", StateDir: t.TempDir()}
	first, second := configured(t, ""), configured(t, "hold 1m")
	a, b := opened(t, first, origin), opened(t, second, origin)
	if a.Ledger != b.Ledger || a.Terms == b.Terms {
		t.Errorf("%+v and %+v", a, b)
	}
	if err := first.Cleanup(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Ledger.Reserve(context.Background(), request(1)); err != nil {
		t.Errorf("after the first ended: %v", err)
	}
	if err := second.Cleanup(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Ledger.Reserve(context.Background(), request(2)); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("after both ended: %v", err)
	}
	other := origin
	other.Namespace = "other.toml"
	if c := opened(t, configured(t, ""), other); c.Ledger == a.Ledger {
		t.Error("two namespaces share a ledger")
	}
}

func TestLedgersThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	withKey := "key " + strings.Repeat("l", quota.LeastKey)
	tests := map[string]struct {
		prepare func(t *testing.T, o *quota.Origin)
		block   string
		says    string
	}{
		"no state directory": {prepare: func(_ *testing.T, o *quota.Origin) { o.StateDir = "" }, says: "ledger: it needs a state directory"},
		"the state directory is a file": {prepare: func(t *testing.T, o *quota.Origin) {
			o.StateDir = filepath.Join(o.StateDir, "file")
			write(t, o.StateDir, "")
		}, says: "ledger: mkdir "},
		"the key is missing": {prepare: func(t *testing.T, o *quota.Origin) { write(t, ledgerFile(t, *o, ".db"), "") },
			says: "ledger: the key of the ledger is missing: restore "},
		"the key is short": {prepare: func(t *testing.T, o *quota.Origin) { write(t, ledgerFile(t, *o, ".key"), "short") },
			says: ".key: the key of the ledger has 5 bytes, want 32 or more"},
		"the key is damaged": {prepare: func(t *testing.T, o *quota.Origin) { write(t, ledgerFile(t, *o, ".key"), "base64:!") },
			says: ".key: what follows base64: "},
		"in use with another key": {prepare: func(t *testing.T, o *quota.Origin) { opened(t, configured(t, ""), *o) },
			block: withKey, says: "is in use with another key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			origin := quota.Origin{Namespace: "discount.toml", StateDir: t.TempDir()}
			tt.prepare(t, &origin)
			if _, err := configured(t, tt.block).Open(origin); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("opening = %v, want one that says %q", err, tt.says)
			}
		})
	}
}

// A gateway whose ledger cannot be read starts: its orders are not lost.
func TestStartWithoutItsLedger(t *testing.T) {
	t.Parallel()
	origin := quota.Origin{Namespace: "discount.toml", StateDir: t.TempDir()}
	write(t, ledgerFile(t, origin, ".key"), "base64:"+strings.Repeat("AAAA", 11))
	write(t, ledgerFile(t, origin, ".db"), strings.Repeat("no ledger\n", 4096))
	l := opened(t, configured(t, ""), origin)
	if _, _, err := l.Ledger.Reserve(context.Background(), request(1)); err == nil || !strings.Contains(err.Error(), "discount.toml.db: invalid database") {
		t.Errorf("reserving = %v", err)
	}
}

// ledgerFile is a file of a ledger, whose directory it makes.
func ledgerFile(t *testing.T, o quota.Origin, ext string) string {
	t.Helper()
	dir := filepath.Join(o.StateDir, "ledger")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, o.Namespace+ext)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
