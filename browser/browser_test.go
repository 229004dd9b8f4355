package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is for what a slow and loaded machine may take; nothing waits for it to pass.
const patience = 4 * time.Minute

// chromium is the program of a Chromium. Where there is none, the test is skipped; CI has
// one.
func chromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("no Chromium is installed: none of %s", strings.Join(names, ", "))
	}
	t.Skipf("no Chromium is installed (none of %s): the pages were not tried in a browser", strings.Join(names, ", "))
	return ""
}

// open starts a Chromium that reaches loopback alone, with an empty page.
func open(t *testing.T) context.Context {
	t.Helper()
	browser := chromium(t)
	if _, err := program(); err != nil { // takes as long as it takes, before the clock runs
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-gpu", true),
		// shop.example and the like are this machine, and nothing else has an address.
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1, MAP localhost 127.0.0.1, EXCLUDE 127.0.0.1, MAP * ~NOTFOUND"),
		chromedp.Flag("lang", "en-US"),
		chromedp.WSURLReadTimeout(patience),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to sandbox as root
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// do runs an action for which no value is of interest.
func do(ctx context.Context, t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// evaluate is the value of an expression in the page, awaited if it is a promise.
func evaluate[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression in the page is true.
func await(ctx context.Context, t *testing.T, expression string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))); err != nil {
		page, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
		t.Fatalf("%s does not come true: %v\n%s", expression, err, page)
	}
}

// program is the gateway, built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(temporary, "caddy.exe")
	out, err := exec.Command("go", "build", "-C", "..", "-tags", "nobadger,nomysql,nopgx", "-o", path, "./cmd/caddy").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the gateway: %w\n%s", err, out)
	}
	return path, nil
})

var temporary string

func TestMain(m *testing.M) {
	code := func() int {
		var err error
		if temporary, err = os.MkdirTemp("", "caddy-discount-browser-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(temporary)
		return m.Run()
	}()
	os.Exit(code)
}

// run runs the gateway with a Caddyfile in a directory until the test ends.
func run(t *testing.T, dir, caddyfile, address string) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "Caddyfile"), caddyfile)
	log, err := os.Create(filepath.Join(t.TempDir(), "caddy.log"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, path, "run", "--config", "Caddyfile")
	c.Dir, c.Stdout, c.Stderr = dir, log, log
	c.Env = append(os.Environ(), "XDG_DATA_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	t.Cleanup(func() {
		stop()
		<-ended
		_ = log.Close()
	})
	awaitGateway(t, address, ended, log.Name())
}

// awaitGateway waits until the gateway answers.
func awaitGateway(t *testing.T, address string, ended <-chan struct{}, log string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		answer, err := http.Get("http://" + address + "/quote")
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			return
		}
		select {
		case <-ended:
			err = errors.New("it has ended")
		case <-time.After(50 * time.Millisecond):
			if time.Now().Before(deadline) {
				continue
			}
		}
		text, _ := os.ReadFile(log)
		t.Fatalf("the gateway does not answer: %v\n%s", err, text)
	}
}

// freeAddress is a loopback address on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// write puts a file into place whole, as a gateway that watches it reads it at once.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".next", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".next", path); err != nil {
		t.Fatal(err)
	}
}
