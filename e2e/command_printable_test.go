//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// acts is what a terminal would act on: it clears the screen, renames the window, turns
// the direction of writing, and begins a line.
const acts = "\x1b[2J\x1b]0;x\a\u009b31m\u202e"

// isPlain fails the test where a terminal would act on what a command wrote.
func (r result) isPlain(t testing.TB) result {
	t.Helper()
	for _, text := range []string{r.out, r.err} {
		for _, c := range text {
			if c != '\n' && c != '\t' && !unicode.IsPrint(c) {
				t.Errorf("%U is written:\n%q", c, text)
				break
			}
		}
	}
	return r
}

// Whatever a file is called, and whatever is in it, no command writes what a terminal acts on.
func TestOutputIsPrintable(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	name := "shop" + acts
	good, bad, other := filepath.Join(dir, name+".toml"), filepath.Join(dir, name+"2.toml"), filepath.Join(dir, name+"3.toml")
	write(t, good, "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\nskus = [\"x\\u001b[2Jy\"]\n[rule.b]\nladder = [{ threshold = 1000, rate = 0.1 }]\n[[env]]\nname = \"day\"\n")
	write(t, strings.TrimSuffix(good, ".toml")+".test.toml", "[[test]]\nname = \"a\\u001b[2Jb\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ sku = \"x\\u001b[2Jy\", quantity = 1, unit_price = 1 }] }\nexpect = { discount = 7 }\n")
	write(t, bad, "version = \"v\x1b[2J\"\n[rule.\"a\\u001b[2J\"]\n\"k\\u001b\" = 1\n")
	write(t, other, "version = \"w\"\n[rule.a]\ndiscount_rate = 0.2\nskus = [\"z\\u001b[2Jy\"]\n")
	cart := filepath.Join(dir, "cart"+acts+".json")
	write(t, cart, `{"items": [{"sku": "x\u001b[2Jy", "quantity": 1, "unit_price": 1000, "quantitY\u001b": 1}], "coupoms": []}`)
	missing := filepath.Join(dir, acts+"missing.toml")

	for name, args := range map[string][]string{
		"check":                 {"check", good},
		"check of what is not":  {"check", missing},
		"check of what is bad":  {"check", bad},
		"test":                  {"test", good, "--coverage"},
		"test of what is bad":   {"test", bad},
		"test of nothing":       {"test", good, "--run", "x" + acts},
		"explain":               {"explain", good, "--cart", cart},
		"explain without cart":  {"explain", good, "--cart", missing},
		"explain in no env":     {"explain", good, "--cart", cart, "--env", acts},
		"diff":                  {"diff", good, other},
		"diff of carts":         {"diff", good, other, "--carts", cart},
		"diff of what is bad":   {"diff", good, bad},
		"fmt":                   {"fmt", good, "--check"},
		"fmt of what is not":    {"fmt", missing},
		"bench":                 {"bench", good, "--cart", cart, "--time", "1ms"},
		"map":                   {"map", cart},
		"map by preset":         {"map", cart, "--preset", "x" + acts},
		"publish":               {"publish", other, good},
		"publish a failed test": {"publish", good, other},
		"publish what is bad":   {"publish", bad, good},
		"init":                  {"init", filepath.Join(dir, "new"+acts)},
		"log":                   {"log", "--state", missing},
		"log of no export":      {"log", "verify", "--export", missing},
		"rollback":              {"rollback", acts},
		"export of what is bad": {"export", bad},
	} {
		t.Run(name, func(t *testing.T) {
			if r := caddy(t, dir, append([]string{"discount"}, args...)...).isPlain(t); strings.Contains(r.err, "unknown flag") {
				t.Error(r.err)
			}
		})
	}
}

// The reason of a rollback is another person's text.
func TestTheLogShowsReasonsPrintably(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	_, dir, _, first := afterASave(t)
	caddy(t, dir, "discount", "rollback", first[:10], "--reason", "too"+acts+"dear").good(t).isPlain(t)
	if log := caddy(t, dir, "discount", "log").good(t).isPlain(t); !strings.Contains(log.out, "rolled_back") || !strings.Contains(log.out, "dear") {
		t.Errorf("the log:\n%s", log.out)
	}
}

// oneLine is a strategy of one line with so many mistakes, each below a name as long as
// half of it.
func oneLine(mistakes int) string {
	var b strings.Builder
	b.WriteString("rule = { \"" + strings.Repeat(`\u0001`, mistakes) + "\" = { ")
	for i := range mistakes {
		fmt.Fprintf(&b, "k%d = 1, ", i)
	}
	return b.String() + "} }\n"
}

// A small file does not make a large answer, of a command or of the admin API.
func TestAnswersAboutAHostileFileAreBounded(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	const most = 2 << 20
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, remembering)
	hostile := filepath.Join(dir, "hostile.toml")
	write(t, hostile, oneLine(5_000))
	for _, args := range [][]string{
		{"check", hostile}, {"check", hostile, "--json"}, {"check", hostile, hostile, "--json"}, {"test", hostile, "--json"},
		{"export", hostile, "--json"}, {"publish", hostile, f, "--json"},
	} {
		r := caddy(t, dir, append([]string{"discount"}, args...)...).isPlain(t)
		if n := len(r.out) + len(r.err); n > most || r.code == 0 {
			t.Errorf("%q: exit %d, %d bytes", args, r.code, n)
		}
	}
	seen := g.log.count()
	write(t, f, oneLine(5_000))
	g.log.await(t, seen, "strategy refused")
	write(t, f, strategyOf(2))
	g.goesLive(2)
	res, err := g.client.Get("http://" + g.admin + "/discount/strategies")
	if err != nil {
		t.Fatal(err)
	}
	defer drain(res)
	var all []json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil || res.StatusCode != http.StatusOK || len(all) != 1 || len(all[0]) > most {
		t.Errorf("%d strategies, %v", len(all), err)
	}
}

// Of the failures of many tests two hundred are listed, and each failed test is named.
func TestTheFailuresOfManyTestsAreBounded(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop.toml")
	var rules, tests strings.Builder
	for i := range 300 {
		fmt.Fprintf(&rules, "[rule.a-rule-with-a-long-name-%d]\ndiscount_rate = 0.001\n", i)
		fmt.Fprintf(&tests, "[[test]]\nname = \"t%d\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ quantity = 1, unit_price = 1000 }] }\nexpect = { applied = [] }\n", i)
	}
	write(t, f, "version = \"v\"\n"+rules.String())
	write(t, filepath.Join(dir, "shop.test.toml"), tests.String())
	var all []struct {
		Failed int `json:"failed"`
		Tests  []struct {
			Failures     []string `json:"failures"`
			MoreFailures int      `json:"more_failures"`
		} `json:"tests"`
	}
	r := caddy(t, dir, "discount", "test", f, "--json")
	if err := json.Unmarshal([]byte(r.out), &all); err != nil || r.code != 2 || len(all) != 1 {
		t.Fatalf("exit %d, %v\n%s", r.code, err, r.err)
	}
	told := 0
	for i, test := range all[0].Tests {
		told += len(test.Failures)
		if len(test.Failures)+test.MoreFailures == 0 || len(strings.Join(test.Failures, "")) > 2000 {
			t.Errorf("test %d: %+v", i, test)
		}
	}
	if told != 200 || all[0].Failed != 300 {
		t.Errorf("%d failures are told of %d", told, all[0].Failed)
	}
	if text := caddy(t, dir, "discount", "test", f).out; strings.Count(text, "failed \"t") != 200 || !strings.Contains(text, "and 100 more failed tests\n") {
		t.Errorf("the text:\n%.3000s", text)
	}
}

// Of what orders have beside what is read, map lists two hundred; and a long name above all
// lines is not told with each of them.
func TestOutputOfMapIsBounded(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "orders.jsonl")
	write(t, f, strings.Repeat(`{"items": [{"sku": "s", "quantity": 2, "unit_price": 1800, "total": 1}], "discount": 5}`+"\n", 150))
	var found struct {
		Each []struct {
			Ignored     []json.RawMessage `json:"ignored"`
			MoreIgnored int               `json:"more_ignored"`
		} `json:"each"`
	}
	r := caddy(t, dir, "discount", "map", f, "--json")
	if err := json.Unmarshal([]byte(r.out), &found); err != nil {
		t.Fatalf("%v\n%s", err, r.err)
	}
	told, more := 0, 0
	for _, order := range found.Each {
		told, more = told+len(order.Ignored), more+order.MoreIgnored
	}
	if told != 200 || more != 100 {
		t.Errorf("%d members are told, and %d more", told, more)
	}

	lines := strings.Repeat(`{"sku": "s", "quantity": 1, "unit_price": 1800}, `, 100)
	write(t, f, `{"`+strings.Repeat("k", 20_000)+`": {"items": [`+strings.TrimSuffix(lines, ", ")+`]}}`)
	for _, flags := range [][]string{{}, {"--json"}} {
		if r := caddy(t, dir, append([]string{"discount", "map", f}, flags...)...); len(r.out) > 400_000 || !strings.Contains(r.out, "…") {
			t.Errorf("map %q: exit %d, %d bytes\n%s", flags, r.code, len(r.out), r.err)
		}
	}
}
