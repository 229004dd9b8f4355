package discount

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that is put into the place of the strategy is read, even another one: what it
// says is in the log of Caddy, where it is the strategy's own, and nowhere else.
func TestTheAdminAPIShowsNoTextOfOtherFiles(t *testing.T) {
	const private = "hunter2"
	for _, test := range []struct {
		name   string
		put    func(t *testing.T, dir, place string) // what comes into the place
		shown  []string                              // in the admin API
		hidden []string                              // there, in the history and in events
		logged string
	}{
		{
			name: "a mistake in a strategy", put: replaced("version = \"v\"\n[rule.a]\ndiscount_rate = \"" + private + "\"\n"),
			shown: []string{private, `discount_rate = \"hunter2\"`, `"line": 3`}, logged: private,
		},
		{
			name: "a mistake of grammar in a strategy", put: replaced("version = \"v\"\n[rule.a]\ndiscount_rate = " + private + "\n"),
			shown: []string{"discount_rate = hunter2", `"line": 3`}, logged: "strategy.toml:3:17",
		},
		{
			name: "a strategy without a version", put: replaced("[rule.hunter2]\ndiscount_rate = 9\n"),
			shown: []string{private}, logged: private,
		},
		{
			name: "a file that is no TOML", put: replaced("password: " + private + "\n"),
			shown: []string{"strategy.toml:1:9: expected '=' after key"}, hidden: []string{private}, logged: "strategy.toml:1:9",
		},
		{
			name: "a private key", put: replaced("-----BEGIN PRIVATE KEY-----\n" + private + "\n"),
			shown: []string{"expected '=' after key"}, hidden: []string{private, "BEGIN"}, logged: "expected '='",
		},
		{
			name: "TOML of another program", put: replaced("[database]\nhunter2 = \"secret\"\n[hunter2]\n"),
			shown: []string{"the file is no strategy: it has none of its keys, such as version and rule"}, hidden: []string{private, "database", "secret"}, logged: "hunter2",
		},
		{
			name: "a key of another program that is there twice", put: replaced("hunter2 = 1\nhunter2 = 2\n"),
			shown: []string{"the file is no strategy"}, hidden: []string{private}, logged: private,
		},
		{
			name: "a link to a strategy elsewhere", put: linked("elsewhere", "version = \"v\"\n[rule.hunter2]\ndiscount_rate = 9\n"),
			shown: []string{"a link to another directory leads to the file, so what it says is not shown"}, hidden: []string{private}, logged: private,
		},
		{
			name: "a link to what is no strategy", put: linked("elsewhere", "password: "+private+"\n"),
			shown: []string{"a link to another directory"}, hidden: []string{private, "expected"}, logged: "expected",
		},
		{
			name: "a link to a directory below, as Kubernetes has it", put: linked("config/..data", "version = \"v\"\n[rule.hunter2]\ndiscount_rate = 9\n"),
			shown: []string{private}, logged: private,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			place := filepath.Join(dir, "config", "strategy.toml")
			replaced(half)(t, dir, place)
			s := open(t, half, "discount "+place+"\nreverse_proxy UPSTREAM")
			a := describedAdmin(t)
			at := "/discount/strategies/" + runningEngines()[0].Key().ID()
			test.put(t, dir, place)
			eventually(t, "it is refused", func() bool {
				return strings.Contains(a.call("GET", at, "").Body.String(), `"refusal"`)
			})
			status, list := a.call("GET", at, "").Body.String(), a.call("GET", "/discount/strategies", "").Body.String()
			eventually(t, "the refusal is on record", func() bool {
				return strings.Contains(a.call("GET", at+"/history", "").Body.String(), `"refused"`)
			})
			history := a.call("GET", at+"/history", "").Body.String()
			for _, text := range test.shown {
				if !strings.Contains(status, text) || !strings.Contains(list, text) {
					t.Errorf("the admin API does not show %q: %s", text, status)
				}
			}
			for _, text := range test.hidden {
				for where, answer := range map[string]string{"status": status, "list": list, "history": history} {
					if strings.Contains(answer, text) {
						t.Errorf("the %s shows %q: %s", where, text, answer)
					}
				}
			}
			if log := s.logged(); !strings.Contains(log, test.logged) {
				t.Errorf("the log has not %q: %s", test.logged, log)
			}
		})
	}
}

// replaced renames a text into the place.
func replaced(text string) func(t *testing.T, dir, place string) {
	return func(t *testing.T, dir, place string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		replaceFile(t, place, text)
	}
}

// linked has a link in the place lead to a file in another directory.
func linked(to, text string) func(t *testing.T, dir, place string) {
	return func(t *testing.T, dir, place string) {
		t.Helper()
		target := filepath.Join(dir, to, "other.toml")
		replaced(text)(t, dir, target)
		if err := os.Symlink(target, place+".next"); err != nil {
			t.Skipf("no links here: %v", err)
		}
		if err := os.Rename(place+".next", place); err != nil {
			t.Fatal(err)
		}
	}
}
