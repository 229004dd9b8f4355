package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// What editors, keyboards and merges leave in a file is accepted, or named.
func TestCheckExplainsTypingErrors(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	const rule = "version = \"t\"\ncurrency = \"CNY\"\ntimezone = \"Asia/Shanghai\"\n[rule.a]\ndiscount_rate = 0.1\n"
	for name, c := range map[string]struct {
		text  string
		code  int
		parts []string
	}{
		"a byte order mark":           {text: "\ufeff" + rule, parts: []string{"fine", "1 rule"}},
		"a coupon with a space":       {text: rule + "coupons = [\"ABCD \"]\n", parts: []string{`shop.toml:6:12: warning: rule."a".coupons[0]: "ABCD " ends with a space`, `hint: write "ABCD"`, "1 warning"}},
		"a merge conflict":            {text: strings.Replace(rule, "discount", "<<<<<<< HEAD\nx = 1\n=======\n>>>>>>> b\ndiscount", 1), code: 2, parts: []string{"shop.toml:5:1: a merge conflict", "    <<<<<<< HEAD\n", "1 error"}},
		"two merge conflicts":         {text: rule + "<<<<<<< a\n=======\n>>>>>>> b\nx\n<<<<<<< a\n=======\n>>>>>>> b\n", code: 2, parts: []string{"shop.toml:6:1: a merge", "shop.toml:10:1: a merge", "2 errors"}},
		"a zero-width space":          {text: rule + "\u200bcoupons = [\"A\"]\n", code: 2, parts: []string{"shop.toml:6:1: unexpected zero-width space (U+200B)", "hint: it is invisible", "1 error"}},
		"a Chinese keyboard":          {text: rule + "coupons ＝ ［“A”，“B”］\n", code: 2, parts: []string{"shop.toml:6:9: unexpected full-width equals sign ＝", "hint: type a plain = in its place", "1 error"}},
		"a time zone of the machine":  {text: strings.Replace(rule, "Asia/Shanghai", "localtime", 1), code: 2, parts: []string{"shop.toml:3:12: timezone: ", "would depend on where it is computed", "1 error"}},
		"a date-time of hour 24":      {text: rule + "valid_until = 2026-06-30T24:00:00\n", code: 2, parts: []string{"shop.toml:6:15: ", "2026-06-30T23:59:59, and the one after it 2026-07-01T00:00:00", "1 error"}},
		"an id with a dot, no quotes": {text: rule + "[rule.b.c]\ndiscount_amount = 1\n", code: 2, parts: []string{"shop.toml:6:9: ", `[rule."b.c"]`, "1 error"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "shop.toml"), c.text)
			r := caddy(t, dir, "discount", "check", "shop.toml")
			if r.code != c.code {
				t.Errorf("exit %d, want %d", r.code, c.code)
			}
			for _, part := range c.parts {
				if !strings.Contains(r.out, part) {
					t.Errorf("no %q in\n%s", part, r.out)
				}
			}
		})
	}
}

// A mark may be before each file of a directory and before tests; laying out leaves it out.
func TestByteOrderMarksInADirectory(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	const mark = "\ufeff"
	write(t, filepath.Join(dir, "shop", "10.toml"), mark+"version = \"v\"\n\n[rule.a]\ndiscount_rate = 0.1\n")
	write(t, filepath.Join(dir, "shop", "20.toml"), mark+"[rule.b]\ndiscount_rate = 0.1\n")
	write(t, filepath.Join(dir, "shop", "shop.test.toml"), mark+"[[test]]\nname   = \"one\"\nnow    = 2026-11-11T09:30:00+08:00\nbody   = \"order.json\"\nexpect = { applied = [\"a\", \"b\"] }\n")
	write(t, filepath.Join(dir, "shop", "order.json"), mark+`{"items":[{"sku":"x","quantity":1,"unit_price":1000}]}`)
	before := caddy(t, dir, "discount", "export", "shop").good(t).out
	caddy(t, dir, "discount", "test", "shop").good(t)
	if r := caddy(t, dir, "discount", "fmt", "--check", "shop"); r.code != 2 || strings.Count(r.out, "\n") != 3 {
		t.Errorf("exit %d, and to be laid out are\n%s", r.code, r.out)
	}
	caddy(t, dir, "discount", "fmt", "--write", "shop").good(t)
	for _, name := range []string{"10.toml", "20.toml", "shop.test.toml"} {
		if text := read(t, filepath.Join(dir, "shop", name)); strings.HasPrefix(text, mark) {
			t.Errorf("%s still begins with a mark", name)
		}
	}
	if after := caddy(t, dir, "discount", "export", "shop").good(t).out; after != before {
		t.Error("the meaning changed")
	}
}

func TestManyErrorsAreCounted(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.toml")
	var text strings.Builder
	text.WriteString("version = \"v\"\n")
	for i := range 300 {
		fmt.Fprintf(&text, "[rule.r%03d]\ndiscount_rate = 0.1\ncoupons = [\"A \"]\nnope = 1\n", i)
	}
	write(t, path, text.String())
	const last = "\nand 100 more errors\n"
	r := caddy(t, dir, "discount", "check", "shop.toml")
	if r.code != 2 || strings.Count(r.out, "unknown key") != 200 || !strings.Contains(r.out, last) ||
		!strings.Contains(r.out, "\nand 100 more warnings\n") || !strings.HasSuffix(r.out, "300 errors, 300 warnings in shop.toml\n") {
		t.Errorf("exit %d, the end is %s", r.code, r.out[max(0, len(r.out)-500):])
	}
	var found struct {
		Errors, Warnings []any
		MoreErrors       int `json:"more_errors"`
		MoreWarnings     int `json:"more_warnings"`
	}
	for _, command := range []string{"check", "explain"} {
		args := []string{"discount", command, "shop.toml", "--json"}
		if command == "explain" {
			write(t, filepath.Join(dir, "cart.json"), `{"items":[]}`)
			args = append(args, "--cart", "cart.json")
		}
		if err := json.Unmarshal([]byte(caddy(t, dir, args...).out), &found); err != nil {
			t.Fatal(err)
		}
		if len(found.Errors) != 200 || found.MoreErrors != 100 || command == "check" && (len(found.Warnings) != 200 || found.MoreWarnings != 100) {
			t.Errorf("%s: %d and %d more errors, %d and %d more warnings", command, len(found.Errors), found.MoreErrors, len(found.Warnings), found.MoreWarnings)
		}
	}
	write(t, filepath.Join(dir, "shop.test.toml"), "[[test]]\n")
	if r := caddy(t, dir, "discount", "test", "shop.toml"); !strings.Contains(r.err, "\nand 104 more errors\n") || !strings.HasSuffix(r.err, "304 errors in shop.toml: no test was run\n") {
		t.Errorf("the end is %s", r.err[max(0, len(r.err)-500):])
	}
	write(t, filepath.Join(dir, "Caddyfile"), site("discount shop.toml"))
	caddy(t, dir, "validate", "--config", "Caddyfile").says(t, "and 100 more problems")
}
