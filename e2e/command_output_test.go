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
func TestCommandsThatLookAtAStrategy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"check-fine", []string{"check", "shop", atNoon}, 0},
		{"check-fine-file", []string{"check", "../../cookbook/vip-tiers.toml", "--strict", atNoon}, 0},
		{"check-json", []string{"check", "shop/", "--env", "dev", "--json", atNoon}, 0},
		{"check-wrong", []string{"check", "strategies/wrong.toml", atNoon}, 2},
		{"check-wrong-json", []string{"check", "strategies/wrong.toml", "--json", atNoon}, 2},
		{"check-grammar", []string{"check", "strategies/grammar.toml", atNoon}, 2},
		{"check-empty", []string{"check", "strategies/empty.toml", atNoon}, 2},
		{"check-test", []string{"check", "strategies/tested.toml", atNoon}, 2},
		{"check-warned", []string{"check", "strategies/warned.toml", atNoon}, 0},
		{"check-strict", []string{"check", "--strict", "strategies/warned.toml", atNoon}, 2},
		{"check-strict-json", []string{"check", "--strict", "strategies/warned.toml", "--json", atNoon}, 2},
		{"check-order", []string{"check", "--strict", "strategies/ordered.toml", atNoon}, 0},
		{"check-order-json", []string{"check", "strategies/ordered.toml", atNoon, "--json"}, 0},
		{"check-no-env", []string{"check", "shop", "--env", "prod", atNoon}, 2},
		{"check-staged", []string{"check", "strategies/staged.toml", atNoon}, 0},
		{"check-staged-json", []string{"check", "strategies/staged.toml", atNoon, "--json"}, 0},
		{"check-staged-since", []string{"check", "strategies/staged.toml", "--now", "2026-11-12T00:00:00+08:00"}, 0},
		{"explain-staged", []string{"explain", "strategies/staged.toml", "--cart", "cart.json", atNoon}, 0},
		{"check-help", []string{"check", "--help"}, 0},
		{"explain", []string{"explain", "shop", "--cart", "cart.json", shopAt}, 0},
		{"explain-night", []string{"explain", "shop", "--cart", "cart.json", "--now", "2026-11-11T17:00:00Z"}, 0},
		{"explain-dev", []string{"explain", "shop", "--env", "dev", "--cart", "cart.json", shopAt}, 0},
		{"explain-json", []string{"explain", "shop", "--cart", "cart.json", shopAt, "--json"}, 0},
		{"explain-usd", []string{"explain", "shop", "--cart", "cart-usd.json", shopAt}, 0},
		{"check-other-engines", []string{"check", "strategies/other-engines.toml", atNoon}, 2},
		{"check-limited", []string{"check", "strategies/limited.toml", atNoon}, 0},
		{"explain-refused", []string{"explain", "strategies/grammar.toml", "--cart", "cart.json"}, 2},
		{"explain-refused-json", []string{"explain", "strategies/grammar.toml", "--cart", "cart.json", "--json"}, 2},
		{"explain-limited", []string{"explain", "strategies/limited.toml", "--cart", "cart.json", shopAt}, 0},
		{"explain-limited-json", []string{"explain", "strategies/limited.toml", "--cart", "cart.json", shopAt, "--json"}, 0},
		{"explain-mistyped", []string{"explain", "strategies/limited.toml", "--cart", "cart-mistyped.json", shopAt}, 0},
		{"explain-no-env", []string{"explain", "shop", "--cart", "cart.json", "--env", "dve"}, 2},
		{"explain-titled", []string{"explain", "strategies/titled.toml", "--cart", "cart.json", shopAt}, 0},
		{"explain-titled-lang", []string{"explain", "strategies/titled.toml", "--cart", "cart.json", shopAt, "--lang", "fr,en-GB"}, 0},
		{"explain-titled-json", []string{"explain", "strategies/titled.toml", "--cart", "cart.json", shopAt, "--lang", "en", "--json"}, 0},
		{"explain-no-lang", []string{"explain", "strategies/titled.toml", "--cart", "cart.json", "--lang", "en_GB!"}, 1},
		{"diff-texts", []string{"diff", "strategies/titled.toml", "strategies/titled-anew.toml"}, 2},
		{"diff-texts-json", []string{"diff", "strategies/titled.toml", "strategies/titled-anew.toml", "--json"}, 2},
		{"export-texts", []string{"export", "strategies/titled.toml", "--texts"}, 0},
		{"explain-help", []string{"explain", "--help"}, 0},
		{"export", []string{"export", "shop"}, 0},
		{"export-dev", []string{"export", "shop", "--env", "dev"}, 0},
		{"export-json", []string{"export", "shop", "--json"}, 0},
		{"export-empty", []string{"export", "strategies/empty.toml"}, 2},
		{"export-help", []string{"export", "--help"}, 0},
		{"diff", []string{"diff", "shop", "next"}, 2},
		{"diff-same", []string{"diff", "shop", "shop"}, 0},
		{"diff-carts", []string{"diff", "shop", "next", "--carts", "carts.jsonl", shopAt}, 2},
		{"diff-carts-json", []string{"diff", "shop", "next", "--carts", "carts.jsonl", shopAt, "--json"}, 2},
		{"diff-dev", []string{"diff", "shop", "shop", "--env", "dev", "--carts", "carts.jsonl", shopAt, "--json"}, 0},
		{"diff-wrong", []string{"diff", "strategies/grammar.toml", "strategies/empty.toml"}, 2},
		{"diff-wrong-json", []string{"diff", "shop", "strategies/empty.toml", "--json"}, 2},
		{"diff-help", []string{"diff", "--help"}, 0},
		{"map", []string{"map", "orders/own.json"}, 0},
		{"map-lines", []string{"map", "orders/own.jsonl", "orders/split.json", "--currency", "usd"}, 2},
		{"map-json", []string{"map", "orders/split.json", "--json"}, 0},
		{"map-none", []string{"map", "orders/none.json"}, 2},
		{"map-none-json", []string{"map", "orders/none.json", "--json"}, 2},
		{"map-preset", []string{"map", "../../cart/preset/testdata/shopify-order.json"}, 0},
		{"map-plain", []string{"map", "cart.json"}, 0},
		{"map-by-file", []string{"map", "orders/odd.json", "--map", "orders/shop.map"}, 2},
		{"map-by-preset", []string{"map", "orders/own.json", "--preset", "shopify-order", "--json"}, 2},
		{"map-by-config", []string{"map", "orders/own.json", "--config", "orders/Caddyfile", "--handler", "3"}, 0},
		{"map-help", []string{"map", "--help"}, 0},
		{"explain-by-config", []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/same.Caddyfile", shopAt}, 0},
		{"explain-by-config-json", []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/config.json", shopAt}, 0},
		{"explain-by-handler", []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--config", "orders/Caddyfile", "--handler", "3", shopAt}, 0},
		{"explain-by-map", []string{"explain", "orders/shop.toml", "--cart", "orders/own.json", "--map", "orders/shop.map", shopAt}, 0},
		{"explain-by-preset", []string{"explain", "orders/shop.toml", "--cart", "orders/shopify.json", "--preset", "shopify-order", shopAt, "--json"}, 0},
		{"diff-by-config", []string{"diff", "orders/shop.toml", "orders/next.toml", "--carts", "orders/own.jsonl", "--config", "orders/same.Caddyfile", shopAt}, 2},
		{"test-by-config", []string{"test", "orders/shop.toml", "--config", "orders/Caddyfile"}, 0},
		{"test-by-map", []string{"test", "orders/shop.toml", "--map", "orders/shop.map"}, 0},
		{"test-by-handler", []string{"test", "orders/shop.toml", "--config", "orders/Caddyfile", "--handler", "1"}, 2},
		{"check-without-body", []string{"check", "orders/bodiless.toml", atNoon}, 2},
		{"bench-refused", []string{"bench", "strategies/grammar.toml", "--cart", "cart.json"}, 2},
		{"bench-help", []string{"bench", "--help"}, 0},
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
// and the message says what is wanted.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts a program for every answer")
	}
	var all strings.Builder
	for _, args := range [][]string{
		{"check"},
		{"check", "a", "b"},
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
