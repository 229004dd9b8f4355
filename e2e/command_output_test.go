package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	shopAt = "--now=2026-11-11T09:30:00"
	atNoon = "--now=2026-11-11T12:00:00+08:00"
)

// What people read of the commands that look at a strategy is kept in
// testdata/commands, with the exit code. The commands run in testdata.
func TestOutputOfCommands(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{name: "check-fine", args: []string{"check", "shop", atNoon}, code: 0},
		{name: "check-fine-file", args: []string{"check", "../../cookbook/vip-tiers.toml", "--strict", atNoon}, code: 0},
		{name: "check-json", args: []string{"check", "shop/", "--env", "dev", "--json", atNoon}, code: 0},
		{name: "check-wrong", args: []string{"check", "strategies/wrong.toml", atNoon}, code: 2},
		{name: "check-wrong-json", args: []string{"check", "strategies/wrong.toml", "--json", atNoon}, code: 2},
		{name: "check-grammar", args: []string{"check", "strategies/grammar.toml", atNoon}, code: 2},
		{name: "check-empty", args: []string{"check", "strategies/empty.toml", atNoon}, code: 2},
		{name: "check-test", args: []string{"check", "strategies/tested.toml", atNoon}, code: 2},
		{name: "check-warned", args: []string{"check", "strategies/warned.toml", atNoon}, code: 0},
		{name: "check-strict", args: []string{"check", "--strict", "strategies/warned.toml", atNoon}, code: 2},
		{name: "check-strict-json", args: []string{"check", "--strict", "strategies/warned.toml", "--json", atNoon}, code: 2},
		{name: "check-order", args: []string{"check", "--strict", "strategies/ordered.toml", atNoon}, code: 0},
		{name: "check-order-json", args: []string{"check", "strategies/ordered.toml", atNoon, "--json"}, code: 0},
		{name: "check-no-env", args: []string{"check", "shop", "--env", "prod", atNoon}, code: 2},
		{name: "check-staged", args: []string{"check", "strategies/staged.toml", atNoon}, code: 0},
		{name: "check-staged-json", args: []string{"check", "strategies/staged.toml", atNoon, "--json"}, code: 0},
		{name: "check-staged-since", args: []string{"check", "strategies/staged.toml", "--now", "2026-11-12T00:00:00+08:00"}, code: 0},
		{name: "explain-staged", args: []string{"explain", "strategies/staged.toml", "--cart", "cart.json", atNoon}, code: 0},
		{name: "check-codes", args: []string{"check", "strategies/codes.toml", atNoon}, code: 0},
		{name: "check-codes-wrong", args: []string{"check", "strategies/codes-wrong.toml", atNoon}, code: 2},
		{name: "explain-codes", args: []string{"explain", "strategies/codes.toml", "--cart", "cart.json", shopAt}, code: 0},
		{name: "explain-codes-json", args: []string{"explain", "strategies/codes.toml", "--cart", "cart.json", shopAt, "--json"}, code: 0},
		{name: "export-codes", args: []string{"export", "strategies/codes.toml"}, code: 0},
		{name: "diff-codes", args: []string{"diff", "strategies/codes.toml", "strategies/codes-anew.toml"}, code: 2},
		{name: "test-codes", args: []string{"test", "strategies/codes.toml"}, code: 0},
		{name: "codes-help", args: []string{"codes", "--help"}, code: 0},
		{name: "codes-make-help", args: []string{"codes", "make", "--help"}, code: 0},
		{name: "codes-make-many", args: []string{"codes", "make", "-n", "6000000"}, code: 1},
		{name: "codes-make-short", args: []string{"codes", "make", "-n", "1000000", "--length", "8"}, code: 1},
		{name: "codes-make-no-set", args: []string{"codes", "make", "--signed"}, code: 1},
		{name: "codes-make-no-key", args: []string{"codes", "make", "--signed", "--set", "letters"}, code: 1},
		{name: "codes-make-short-key", args: []string{"codes", "make", "--signed", "--set", "letters", "--key-file", "cart.json", "--key-env", "KEY"}, code: 1},
		{name: "codes-make-signed", args: []string{"codes", "make", "--signed", "--set", "letters", "--key-file", "strategies/letters.key", "--first", "7"}, code: 0},
		{name: "codes-make-signed-json", args: []string{"codes", "make", "--signed", "--set", "letters", "--key-file", "strategies/letters.key", "--first", "7", "--length", "20", "--json"}, code: 0},
		{name: "codes-check-help", args: []string{"codes", "check", "--help"}, code: 0},
		{name: "codes-check", args: []string{"codes", "check", "strategies/welcome.codes"}, code: 0},
		{name: "codes-check-json", args: []string{"codes", "check", "strategies/welcome.codes", "--json"}, code: 0},
		{name: "codes-check-twice", args: []string{"codes", "check", "strategies/twice.codes"}, code: 2},
		{name: "codes-check-twice-json", args: []string{"codes", "check", "strategies/twice.codes", "--json"}, code: 2},
		{name: "codes-check-exact", args: []string{"codes", "check", "strategies/twice.codes", "--exact"}, code: 0},
		{name: "codes-check-strategy", args: []string{"codes", "check", "strategies/codes.toml"}, code: 0},
		{name: "codes-check-strategy-json", args: []string{"codes", "check", "strategies/codes.toml", "--json"}, code: 0},
		{name: "codes-check-none", args: []string{"codes", "check", "strategies/limited.toml"}, code: 0},
		{name: "codes-check-codes", args: []string{"codes", "check", "strategies/codes.toml", "SPRING-7K3M", "x"}, code: 2},
		{name: "codes-check-signed", args: []string{"codes", "check", "strategies/codes.toml", "--key-file", "strategies/letters.key", "oO0oO7-m44c2mtnm2", "--json"}, code: 0},
		{name: "codes-check-no-file", args: []string{"codes", "check", "strategies/none.codes"}, code: 1},
		{name: "codes-import-help", args: []string{"codes", "import", "--help"}, code: 0},
		{name: "codes-import", args: []string{"codes", "import", "strategies/vouchers.csv"}, code: 2},
		{name: "codes-import-json", args: []string{"codes", "import", "strategies/vouchers.csv", "--json"}, code: 2},
		{name: "codes-import-column", args: []string{"codes", "import", "strategies/vouchers.csv", "--column", "Order"}, code: 0},
		{name: "codes-import-letter", args: []string{"codes", "import", "strategies/customers.csv", "--column", "B"}, code: 2},
		{name: "codes-import-unnamed", args: []string{"codes", "import", "strategies/customers.csv"}, code: 1},
		{name: "codes-import-no-column", args: []string{"codes", "import", "strategies/vouchers.csv", "--column", "Z"}, code: 1},
		{name: "quotas-help", args: []string{"quotas", "--help"}, code: 0},
		{name: "quotas-adjust-help", args: []string{"quotas", "adjust", "--help"}, code: 0},
		{name: "reservations-help", args: []string{"reservations", "--help"}, code: 0},
		{name: "reservations-settle-help", args: []string{"reservations", "settle", "--help"}, code: 0},
		{name: "check-help", args: []string{"check", "--help"}, code: 0},
		{name: "explain", args: []string{"explain", "shop", "--cart", "cart.json", shopAt}, code: 0},
		{name: "explain-night", args: []string{"explain", "shop", "--cart", "cart.json", "--now", "2026-11-11T17:00:00Z"}, code: 0},
		{name: "explain-dev", args: []string{"explain", "shop", "--env", "dev", "--cart", "cart.json", shopAt}, code: 0},
		{name: "explain-json", args: []string{"explain", "shop", "--cart", "cart.json", shopAt, "--json"}, code: 0},
		{name: "explain-usd", args: []string{"explain", "shop", "--cart", "cart-usd.json", shopAt}, code: 0},
		{name: "check-other-engines", args: []string{"check", "strategies/other-engines.toml", atNoon}, code: 2},
		{name: "check-limited", args: []string{"check", "strategies/limited.toml", atNoon}, code: 0},
		{name: "check-quotas", args: []string{"check", "strategies/quotas.toml", atNoon}, code: 0},
		{name: "check-quotas-json", args: []string{"check", "strategies/quotas.toml", atNoon, "--json"}, code: 0},
		{name: "check-quotas-wrong", args: []string{"check", "strategies/quotas-wrong.toml", atNoon}, code: 2},
		{name: "explain-quotas", args: []string{"explain", "strategies/quotas.toml", "--cart", "cart.json", shopAt}, code: 0},
		{name: "explain-quotas-json", args: []string{"explain", "strategies/quotas.toml", "--cart", "cart-usd.json", shopAt, "--json"}, code: 0},
		{name: "test-quotas", args: []string{"test", "strategies/quotas.toml"}, code: 2},
		{name: "diff-quotas", args: []string{"diff", "strategies/quotas.toml", "strategies/quotas-anew.toml"}, code: 2},
		{name: "diff-quotas-json", args: []string{"diff", "strategies/quotas.toml", "strategies/quotas-anew.toml", "--json"}, code: 2},
		{name: "explain-refused", args: []string{"explain", "strategies/grammar.toml", "--cart", "cart.json"}, code: 2},
		{name: "explain-refused-json", args: []string{"explain", "strategies/grammar.toml", "--cart", "cart.json", "--json"}, code: 2},
		{name: "explain-limited", args: []string{"explain", "strategies/limited.toml", "--cart", "cart.json", shopAt}, code: 0},
		{name: "explain-limited-json", args: []string{"explain", "strategies/limited.toml", "--cart", "cart.json", shopAt, "--json"}, code: 0},
		{name: "explain-mistyped", args: []string{"explain", "strategies/limited.toml", "--cart", "cart-mistyped.json", shopAt}, code: 0},
		{name: "explain-no-env", args: []string{"explain", "shop", "--cart", "cart.json", "--env", "dve"}, code: 2},
		{name: "explain-titled", args: []string{"explain", "strategies/titled.toml", "--cart", "cart.json", shopAt}, code: 0},
		{name: "explain-titled-lang", args: []string{"explain", "strategies/titled.toml", "--cart", "cart.json", shopAt, "--lang", "fr,en-GB"}, code: 0},
		{name: "explain-titled-json", args: []string{"explain", "strategies/titled.toml", "--cart", "cart.json", shopAt, "--lang", "en", "--json"}, code: 0},
		{name: "explain-no-lang", args: []string{"explain", "strategies/titled.toml", "--cart", "cart.json", "--lang", "en_GB!"}, code: 1},
		{name: "diff-texts", args: []string{"diff", "strategies/titled.toml", "strategies/titled-anew.toml"}, code: 2},
		{name: "diff-texts-json", args: []string{"diff", "strategies/titled.toml", "strategies/titled-anew.toml", "--json"}, code: 2},
		{name: "export-texts", args: []string{"export", "strategies/titled.toml", "--texts"}, code: 0},
		{name: "explain-help", args: []string{"explain", "--help"}, code: 0},
		{name: "export", args: []string{"export", "shop"}, code: 0},
		{name: "export-dev", args: []string{"export", "shop", "--env", "dev"}, code: 0},
		{name: "export-json", args: []string{"export", "shop", "--json"}, code: 0},
		{name: "export-empty", args: []string{"export", "strategies/empty.toml"}, code: 2},
		{name: "export-help", args: []string{"export", "--help"}, code: 0},
		{name: "diff", args: []string{"diff", "shop", "next"}, code: 2},
		{name: "diff-same", args: []string{"diff", "shop", "shop"}, code: 0},
		{name: "diff-carts", args: []string{"diff", "shop", "next", "--carts", "carts.jsonl", shopAt}, code: 2},
		{name: "diff-carts-json", args: []string{"diff", "shop", "next", "--carts", "carts.jsonl", shopAt, "--json"}, code: 2},
		{name: "diff-dev", args: []string{"diff", "shop", "shop", "--env", "dev", "--carts", "carts.jsonl", shopAt, "--json"}, code: 0},
		{name: "diff-wrong", args: []string{"diff", "strategies/grammar.toml", "strategies/empty.toml"}, code: 2},
		{name: "diff-wrong-json", args: []string{"diff", "shop", "strategies/empty.toml", "--json"}, code: 2},
		{name: "diff-help", args: []string{"diff", "--help"}, code: 0},
		{name: "map", args: []string{"map", "orders/own.json"}, code: 0},
		{name: "map-lines", args: []string{"map", "orders/own.jsonl", "orders/split.json", "--currency", "usd"}, code: 2},
		{name: "map-json", args: []string{"map", "orders/split.json", "--json"}, code: 0},
		{name: "map-none", args: []string{"map", "orders/none.json"}, code: 2},
		{name: "map-none-json", args: []string{"map", "orders/none.json", "--json"}, code: 2},
		{name: "map-preset", args: []string{"map", "../../cart/preset/testdata/shopify-order.json"}, code: 0},
		{name: "map-plain", args: []string{"map", "cart.json"}, code: 0},
		{name: "map-by-file", args: []string{"map", "orders/odd.json", "--map", "orders/shop.map"}, code: 2},
		{name: "map-by-preset", args: []string{"map", "orders/own.json", "--preset", "shopify-order", "--json"}, code: 2},
		{name: "map-by-config", args: []string{"map", "orders/own.json", "--config", "orders/Caddyfile", "--handler", "3"}, code: 0},
		{name: "map-help", args: []string{"map", "--help"}, code: 0},
		{name: "explain-by-config", args: []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/same.Caddyfile", shopAt}, code: 0},
		{name: "explain-by-config-json", args: []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/config.json", shopAt}, code: 0},
		{name: "explain-by-handler", args: []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/Caddyfile", "--handler", "3", shopAt}, code: 0},
		{name: "explain-by-map", args: []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--map", "orders/shop.map", shopAt}, code: 0},
		{name: "explain-by-preset", args: []string{"explain", "orders/shop.toml", "--cart", "orders/shopify.json", "--preset", "shopify-order", shopAt, "--json"}, code: 0},
		{name: "diff-by-config", args: []string{"diff", "orders/shop.toml", "orders/next.toml", "--carts", "orders/own.jsonl", "--config", "orders/same.Caddyfile", shopAt}, code: 2},
		{name: "test-by-config", args: []string{"test", "orders/shop.toml", "--config", "orders/Caddyfile"}, code: 0},
		{name: "test-by-map", args: []string{"test", "orders/shop.toml", "--map", "orders/shop.map"}, code: 0},
		{name: "test-by-handler", args: []string{"test", "orders/shop.toml", "--config", "orders/Caddyfile", "--handler", "1"}, code: 2},
		{name: "check-without-body", args: []string{"check", "orders/bodiless.toml", atNoon}, code: 2},
		{name: "bench-refused", args: []string{"bench", "strategies/grammar.toml", "--cart", "cart.json"}, code: 2},
		{name: "bench-help", args: []string{"bench", "--help"}, code: 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := caddy(t, "testdata", append([]string{"discount"}, c.args...)...)
			if r.code != c.code {
				t.Errorf("exit %d, want %d", r.code, c.code)
			}
			golden(t, filepath.Join("commands", c.name+".txt"), transcript(c.args, r))
		})
	}
}

// workingDirectory is where a command says that it looked for a file.
var workingDirectory = regexp.MustCompile(`(looked for in the working directory, )[^)]*\)`)

// transcript is a command and what it answered.
func transcript(args []string, r result) string {
	text := "$ caddy discount " + strings.Join(args, " ") + "\n" + r.out
	if !strings.HasSuffix(text, "\n") {
		text += "(no newline)\n"
	}
	if said := workingDirectory.ReplaceAllString(messages(r.err), "$1/srv/shop)"); said != "" {
		text += "--- standard error\n" + said
	}
	return fmt.Sprintf("%s--- exit %d\n", text, r.code)
}

// Wrong usage: nothing is written to the standard output, the exit code is 1,
// and the message says what is expected.
func TestUsageErrors(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	var all strings.Builder
	for _, args := range [][]string{
		{"check"},
		{"check", "a", "b"},
		{"explain", "shop", "cart.json"},
		{"rollback", "dead"},
		{"publish"},
		{"map"},
		{"map", ""},
		{"map", "nowhere.json"},
		{"map", "cart-broken.json"},
		{"map", "orders/own.json", "orders/broken.jsonl"},
		{"map", "orders/own.json", "--currency", "YUAN"},
		{"map", "orders/own.json", "--currency", "HRK"},
		{"map", "orders/own.json", "--prices", "cents"},
		{"map", "orders/own.json", "--preset", "shopify-ordr"},
		{"map", "orders/own.json", "--preset", "shopify-order", "--prices", "minor"},
		{"map", "orders/own.json", "--preset", "shopify-order", "--map", "orders/shop.map"},
		{"map", "orders/own.json", "--map", "orders/wrong.map"},
		{"map", "orders/own.json", "--map", "orders/other.map"},
		{"map", "orders/own.json", "--map", "orders/closed.map"},
		{"map", "orders/own.json", "--map", "orders/shop.map", "--prices", "minor"},
		{"map", "orders/own.json", "--map", "nowhere.map"},
		{"map", "orders/own.json", "--handler", "1"},
		{"map", "orders/own.json", "--config", "orders/Caddyfile"},
		{"map", "orders/own.json", "--config", "orders/Caddyfile", "--handler", "9"},
		{"map", "orders/own.json", "--config", "orders/Caddyfile", "--handler", "0"},
		{"map", "orders/own.json", "--config", "orders/headers.Caddyfile"},
		{"map", "orders/own.json", "--config", "orders/shop.toml"},
		{"map", "orders/own.json", "--config", "cart.json"},
		{"map", "orders/own.json", "--config", "nowhere"},
		{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/Caddyfile"},
		{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/same.Caddyfile", "--prices", "major"},
		{"explain", "orders/shop.toml", "--cart", "orders/unpriced.json", "--map", "orders/shop.map"},
		{"explain", "orders/shop.toml", "--cart", "orders/none.json", "--map", "orders/shop.map"},
		{"diff", "orders/shop.toml", "orders/next.toml", "--map", "orders/shop.map"},
		{"check", "nowhere.toml"},
		{"check", "shop", "--now", "noon"},
		{"check", "shop", "--now", "0001-01-01T00:00:00Z"},
		{"check", "commands"},
		{"check", "shop", "--stict"},
		{"check", "strategies/none.test.toml"},
		{"chek", "shop", "--now", "noon"},
		{"frobnicate"},
		{"explain", "shop", "--cart", "cart-broken.json"},
		{"diff", "shop", "next", "--carts", "cart-broken.json"},
		{"test"},
		{"fmt"},
		{"rollback"},
		{"rollback", "latest"},
		{"rollback", "3f9a41c2", "--address", "localhost:1"},
		{"explain", "shop"},
		{"explain", "shop", "--cart", "nowhere.json"},
		{"explain", "shop", "--cart", "cart-wrong.json"},
		{"explain", "shop", "--cart", "cart-none.json"},
		{"explain", "shop", "--cart", "cart-unpriced.json"},
		{"explain", "shop", "--cart", "shop/notes.txt"},
		{"log", "verfy"},
		{"log", "verify", "now"},
		{"schema", "config"},
		{"export"},
		{"export", "nowhere"},
		{"diff", "shop"},
		{"diff", "shop", "nowhere"},
		{"diff", "shop", "next", "--carts", "nowhere.jsonl"},
		{"diff", "shop", "next", "--carts", "carts-broken.jsonl"},
		{"diff", "shop", "strategies/dollars.toml", "--carts", "carts.jsonl"},
		{"bench", "shop"},
		{"bench", "shop", "--cart", "cart.json", "--time", "0s"},
		{"bench", "shop", "--cart", "cart.json", "--time", "soon"},
		{"bench", "shop", "--cart", "cart-unpriced.json"},
	} {
		r := caddy(t, "testdata", append([]string{"discount"}, args...)...)
		if r.code != 1 || r.out != "" {
			t.Errorf("%v: exit %d and %q, want 1 and nothing", args, r.code, r.out)
		}
		all.WriteString(transcript(args, r) + "\n")
	}
	golden(t, filepath.Join("commands", "wrong-use.txt"), all.String())
}

func TestTheCartMayComeFromTheStandardInput(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	cart, err := os.Open(filepath.Join("testdata", "cart.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer cart.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out bytes.Buffer
	cmd := caddyCommand(ctx, t, "testdata", "discount", "explain", "shop", "--cart", "-", shopAt)
	cmd.Stdin, cmd.Stdout = cart, &out
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if want := caddy(t, "testdata", "discount", "explain", "shop", "--cart", "cart.json", shopAt).good(t); out.String() != want.out {
		t.Errorf("from the standard input it is\n%sfrom the file\n%s", out.String(), want.out)
	}
}

func TestBench(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	args := []string{"discount", "bench", "shop", "--cart", "cart.json", "--time", "20ms", shopAt}
	r := caddy(t, "testdata", args...).good(t)
	for _, part := range []string{"shop (version 2026-11, 5 rules), a cart of 2 lines\n", "quotes a second on one core", " ns, 0.", "allocations"} {
		if !strings.Contains(r.out, part) {
			t.Errorf("no %q in\n%s", part, r.out)
		}
	}
	var figures struct {
		Quotes          int64
		QuotesPerSecond float64 `json:"quotes_per_second"`
		NsPerQuote      float64 `json:"ns_per_quote"`
		AllocsPerQuote  float64 `json:"allocs_per_quote"`
	}
	if err := json.Unmarshal([]byte(caddy(t, "testdata", append(args, "--json")...).good(t).out), &figures); err != nil {
		t.Fatal(err)
	}
	if together := figures.QuotesPerSecond * figures.NsPerQuote / 1e9; figures.Quotes == 0 || together < 0.99 || together > 1.01 || figures.AllocsPerQuote > 1 {
		t.Errorf("measured %+v", figures)
	}
}
