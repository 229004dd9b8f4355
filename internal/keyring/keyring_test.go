package keyring

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/reload"
)

// secret returns the text of a key; each n has another.
func secret(n int) string { return strings.Repeat(fmt.Sprint(n), 32) }

// opened opens a keyring of the files, in which the secrets 0, 1 and so on are written.
func opened(t *testing.T, files ...string) (*Keyring, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	logger := zap.New(core)
	o := Options{
		Algorithm: assertion.HS256,
		Signer:    assertion.Options{Issuer: "gateway", Audience: "order-service", Lifetime: time.Minute},
		Logger:    func() *zap.Logger { return logger },
	}
	for i, file := range files {
		save(t, file, secret(i))
		o.Keys = append(o.Keys, Key{File: file})
	}
	k, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Destruct(); err != nil {
			t.Error(err)
		}
	})
	return k, logs
}

// save replaces a file.
func save(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".next", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".next", path); err != nil {
		t.Fatal(err)
	}
}

// awaitLog waits for the nth line of the log with a message.
func awaitLog(t *testing.T, logs *observer.ObservedLogs, message string, n int) observer.LoggedEntry {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if found := logs.FilterMessage(message).All(); len(found) >= n {
			return found[n-1]
		}
	}
	t.Fatalf("the log has no %d of %q: %v", n, message, logs.All())
	return observer.LoggedEntry{}
}

// kid is the id of a key.
func kid(t *testing.T, text string) string {
	t.Helper()
	key, err := assertion.ParseKey(assertion.HS256, text, "")
	if err != nil {
		t.Fatal(err)
	}
	return key.ID()
}

// signs reports whether the keyring signs with a key: the header of an assertion names it.
func signs(t *testing.T, k *Keyring, text string) bool {
	t.Helper()
	key, err := assertion.ParseKey(assertion.HS256, text, "")
	if err != nil {
		t.Fatal(err)
	}
	alone, err := assertion.NewSigner([]*assertion.Key{key}, k.o.Signer)
	if err != nil {
		t.Fatal(err)
	}
	header := func(s *assertion.Signer) string {
		before, _, _ := strings.Cut(string(s.Append(nil, &assertion.Claims{Status: "none"}, time.Unix(0, 0))), ".")
		return before
	}
	return header(k.Signer()) == header(alone)
}

func TestAKeyringFollowsItsFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	k, logs := opened(t, file)
	if first := awaitLog(t, logs, "signing key activated", 1); first.ContextMap()["kid"] != kid(t, secret(0)) || !signs(t, k, secret(0)) {
		t.Errorf("the first key: %v", first)
	}
	before := k.Signer()

	save(t, file, "too short")
	refused := awaitLog(t, logs, "signing key refused", 1)
	if refused.Level != zap.ErrorLevel || k.Signer() != before {
		t.Errorf("a key that is none: %v", refused)
	}
	if text := fmt.Sprint(refused.ContextMap()); strings.Contains(text, "too short") {
		t.Errorf("the log has the key: %s", text)
	}

	save(t, file, secret(1))
	if second := awaitLog(t, logs, "signing key activated", 2); second.ContextMap()["kid"] != kid(t, secret(1)) || !signs(t, k, secret(1)) {
		t.Errorf("the second key: %v", second)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	awaitLog(t, logs, "signing key refused", 2)
	if !signs(t, k, secret(1)) {
		t.Error("the key is gone with its file")
	}
}

func TestAKeyThatIsThereAlreadyIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k, logs := opened(t, filepath.Join(dir, "one"), filepath.Join(dir, "two"))
	before := k.Signer()
	save(t, filepath.Join(dir, "two"), secret(0))
	refused := awaitLog(t, logs, "signing key refused", 1)
	if k.Signer() != before || refused.ContextMap()["path"] != filepath.Join(dir, "two") {
		t.Errorf("%v", refused)
	}
}

// Two keys that fit when they are read may conflict when the later one is to be used. The log must
// not say that this one is in use.
func TestAKeyThatFitsNoLongerIsNotActivated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k, logs := opened(t, filepath.Join(dir, "one"), filepath.Join(dir, "two"))
	before, activated := k.Signer(), logs.FilterMessage("signing key activated").Len()
	same, err := assertion.ParseKey(assertion.HS256, secret(0), "")
	if err != nil {
		t.Fatal(err)
	}
	k.onEvent(1, reload.Event{Kind: reload.EventActivated, Path: filepath.Join(dir, "two"), Value: same})
	if n := logs.FilterMessage("signing key activated").Len(); n != activated {
		t.Errorf("the log says %d times that a key is activated, want %d", n, activated)
	}
	if refused := awaitLog(t, logs, "signing key refused", 1); refused.Level != zap.ErrorLevel || k.Signer() != before {
		t.Errorf("%v", refused)
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	save(t, good, secret(0))
	save(t, bad, "too short")
	for _, test := range []struct {
		name string
		keys []Key
		says string
	}{
		{name: "no file", keys: []Key{{File: filepath.Join(dir, "none")}}, says: "none"},
		{name: "a file without a key", keys: []Key{{File: good}, {File: bad}}, says: "the key in " + bad},
		{name: "the same key twice", keys: []Key{{File: good}, {Text: secret(0)}}, says: "kid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(Options{
				Algorithm: assertion.HS256, Keys: test.keys, Logger: zap.NewNop,
				Signer: assertion.Options{Issuer: "gateway", Audience: "order-service", Lifetime: time.Minute},
			})
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "too short") {
				t.Errorf("error = %v, want one that says %q", err, test.says)
			}
		})
	}
}
