// Package e2e tests the whole program from outside: commands by their output and exit
// code, and running gateways through sockets, files and signals.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/promogate/caddy-discount"
)

// root is the root of the module, seen from this package.
const root = ".."

// The test binary runs as the program of cmd/caddy when this variable is set.
// Nothing has to be built, and with -race the program under test has the race
// detector too.
const asCaddy = "CADDY_DISCOUNT_TEST_AS_CADDY"

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	if os.Getenv(asCaddy) != "" {
		caddycmd.Main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// caddyCommand is the real program, with a home of its own.
func caddyCommand(ctx context.Context, t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	home := t.TempDir()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = dir
	cmd.WaitDelay = patience
	cmd.Env = append(os.Environ(), asCaddy+"=1", "CADDY_ADMIN=unix/"+filepath.Join(home, "admin.sock"), // not that of another gateway
		"HOME="+home, "AppData="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home)
	return cmd
}

// readsOutput skips a test with -short, which starts a command for every answer and
// reads what it prints. CI runs those without the race detector: each start takes
// seconds with it, and a command that ends by itself shares nothing.
func readsOutput(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts a program for every answer")
	}
}

// result is what became of a command.
type result struct {
	out, err string
	code     int
}

// caddy runs a command to its end.
func caddy(t testing.TB, dir string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := caddyCommand(ctx, t, dir, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("caddy %s: %v\n%s", strings.Join(args, " "), errors.Join(err, ctx.Err()), errs.String())
	}
	if strings.Contains(errs.String(), "DATA RACE") {
		t.Errorf("caddy %s: %s", strings.Join(args, " "), errs.String())
	}
	return result{out: out.String(), err: errs.String(), code: cmd.ProcessState.ExitCode()}
}

// good fails the test unless the command succeeded.
func (r result) good(t testing.TB) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	return r
}

// says fails the test unless the command failed and its message has all parts.
func (r result) says(t testing.TB, parts ...string) {
	t.Helper()
	if r.code == 0 {
		t.Errorf("exit 0, want an error")
	}
	message := messages(r.err)
	for _, part := range parts {
		if !strings.Contains(message, part) {
			t.Errorf("no %q in the message:\n%s", part, message)
		}
	}
}

// messages are the texts of the errors in a log, without their quoting.
func messages(log string) string {
	var all strings.Builder
	for line := range strings.Lines(log) {
		var entry struct{ Level, Msg, Error string }
		if json.Unmarshal([]byte(line), &entry) != nil {
			all.WriteString(line) // not from the log
		} else if entry.Level == "error" {
			all.WriteString(entry.Msg + " " + entry.Error + "\n")
		}
	}
	return all.String()
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// golden compares with a file of testdata, or rewrites it.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		write(t, path, got)
		return
	}
	if want := read(t, path); got != want {
		t.Errorf("%s differs (go test ./e2e -update rewrites it); got:\n%s", path, got)
	}
}
