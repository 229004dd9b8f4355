package lazylog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"

	"github.com/promogate/caddy-discount/internal/freeport"
)

// A Caddy writes the entries of real requests to a log with each encoder and to one with the same
// encoder within lazy. The two logs are the same but for the order of headers, which Caddy writes in
// any.
func TestLogsOfACaddyAreTheSame(t *testing.T) {
	for name, c := range map[string]struct{ level, credentials string }{
		"at DEBUG":         {level: "DEBUG"},
		"at INFO":          {level: "INFO"},
		"with credentials": {level: "DEBUG", credentials: "log_credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			serve(t, dir, c.level, c.credentials)
			secret := 0
			for name := range pairs {
				plain, lazy := entries(t, dir, name+".plain"), entries(t, dir, name+".lazy")
				if !slices.Equal(plain, lazy) {
					t.Errorf("%s: without lazy\n%s\nwith it\n%s", name, strings.Join(plain, "\n"), strings.Join(lazy, "\n"))
				}
				text := strings.Join(lazy, "\n")
				for message, want := range map[string]bool{
					"handled request": true, "aborting with incomplete response": true, "upstream roundtrip": c.level == "DEBUG",
				} {
					if name != "names and formats" && strings.Contains(text, message) != want {
						t.Errorf("%s has no %q, or one too many:\n%s", name, message, text)
					}
				}
				if !strings.Contains(text, `"X-Two"`) {
					t.Errorf("%s does not have the headers:\n%s", name, text)
				}
				secret += strings.Count(text, "a secret")
			}
			if (secret > 0) != (c.credentials != "") {
				t.Errorf("credentials are logged %d times", secret)
			}
		})
	}
}

// serve answers an order and one whose answer ends too early, by a Caddy with the logs of all pairs
// in dir.
func serve(t *testing.T, dir, level, credentials string) {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/short" {
			w.Header().Set("Content-Length", "10")
		}
		fmt.Fprint(w, "priced")
	}))
	defer upstream.Close()
	address := freeport.Address(t)
	caddyfile := fmt.Sprintf("{\n admin off\n persist_config off\n servers {\n %s\n }\n}\nhttp://%s {\n log\n reverse_proxy %s\n}\n",
		credentials, address, upstream.Listener.Addr())
	adapted, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := caddy.Load(withLogs(t, adapted, dir, level), true); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/orders?q=1&p=2", "/short"} {
		r, err := http.NewRequest(http.MethodPost, "http://"+address+path, strings.NewReader("an order"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"X-Two": {"1", "2"}, "X-Secret": {"hide this"}, "Authorization": {"a secret"}, "Cookie": {"a=b"}}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
		}
	}
	// The entry of an answer is written after it, to one log after the other.
	for name := range pairs {
		awaitEntries(t, filepath.Join(dir, name+".plain"), 2)
		awaitEntries(t, filepath.Join(dir, name+".lazy"), 2)
	}
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
}

// awaitEntries waits until a log has so many entries of the access log.
func awaitEntries(t *testing.T, path string, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(path)
		if err == nil && bytes.Count(text, []byte("resp_headers")) == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v\n%s", path, err, text)
		}
	}
}

// withLogs gives a configuration the logs.
func withLogs(t *testing.T, adapted []byte, dir, level string) []byte {
	t.Helper()
	var config map[string]any
	if err := json.Unmarshal(adapted, &config); err != nil {
		t.Fatal(err)
	}
	logs := map[string]any{"default": map[string]any{"writer": map[string]any{"output": "discard"}}}
	for name, pair := range pairs {
		for _, kind := range []struct{ name, encoder string }{{name + ".plain", pair.plain}, {name + ".lazy", pair.lazy}} {
			logs[kind.name] = map[string]any{
				"encoder": json.RawMessage(kind.encoder), "level": level, "include": []string{"http.log.access", "http.handlers.reverse_proxy"},
				"writer": map[string]any{"output": "file", "filename": filepath.Join(dir, kind.name)},
			}
		}
	}
	config["logging"] = map[string]any{"logs": logs}
	out, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// entries are the lines of a log, with the headers in the order of their names.
func entries(t *testing.T, dir, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	for i, line := range lines {
		if before, _, ok := strings.Cut(line, "{"); ok {
			object := json.NewDecoder(strings.NewReader(line[len(before):]))
			object.UseNumber()
			sorted := ordered(t, object, false)
			lines[i] = before + sorted + line[len(before)+int(object.InputOffset()):]
		}
	}
	return lines
}

// ordered is the next value as it is written, but for the order of headers and spaces.
func ordered(t *testing.T, in *json.Decoder, headers bool) string {
	t.Helper()
	token, err := in.Token()
	if err != nil {
		t.Fatal(err)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		text, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var parts []string
	for in.More() {
		part := ordered(t, in, false)
		if delim == '{' {
			part += ":" + ordered(t, in, strings.HasSuffix(part, `headers"`))
		}
		parts = append(parts, part)
	}
	end, err := in.Token()
	if err != nil {
		t.Fatal(err)
	}
	if headers {
		slices.Sort(parts)
	}
	return fmt.Sprint(delim) + strings.Join(parts, ",") + fmt.Sprint(end)
}
