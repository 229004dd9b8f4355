package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// codesStrategy takes a tenth off with a code of welcome.codes.
const codesStrategy = `version = "codes"
[codes.welcome]
file = "welcome.codes"
uses = 1000000
[rule.welcome]
codes = "welcome"
discount_rate = 0.1
`

// What is made is random, so it has no golden file: how many there are, that all differ, who may
// read them, and that the other commands take them.
func TestCodesThatAreMade(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "welcome.codes")
	made := func() []string {
		t.Helper()
		if info, err := os.Stat(out); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Fatalf("%v %v", info.Mode(), err)
		}
		codes := strings.Fields(read(t, out))
		shape := regexp.MustCompile(`^[2-9BCDFGHJKMNPQRSTVWXYZ]{12}$`)
		for _, code := range codes {
			if !shape.MatchString(code) {
				t.Fatalf("made %q", code)
			}
		}
		if slices.Sort(codes); len(slices.Compact(slices.Clone(codes))) != 1000 {
			t.Fatalf("%d codes", len(codes))
		}
		return codes
	}
	make := []string{"discount", "codes", "make", "-n", "1000", "--out", "welcome.codes"}
	if r := caddy(t, dir, make...).good(t); r.out != "wrote 1000 codes to welcome.codes\n" {
		t.Errorf("output = %s", r.out)
	}
	first := made()
	if r := caddy(t, dir, make...); r.code != 1 || !strings.Contains(r.err, "welcome.codes is there already") || !slices.Equal(made(), first) {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	caddy(t, dir, append(make, "--force")...).good(t)
	if slices.Equal(made(), first) {
		t.Error("the codes are the same again")
	}
	write(t, filepath.Join(dir, "shop.toml"), codesStrategy)
	write(t, filepath.Join(dir, "key"), strings.Repeat("k", 32))
	write(t, filepath.Join(dir, "short"), strings.Repeat("k", 31))
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a file":      {args: []string{"check", "welcome.codes"}, says: "welcome.codes: 1000 codes, "},
		"a strategy":  {args: []string{"check", "shop.toml"}, says: "welcome  1000 codes  for 1000000 orders each\n"},
		"a code":      {args: []string{"check", "shop.toml", strings.ToLower(made()[7])}, says: "code 1  of welcome\n"},
		"other codes": {args: []string{"check", "shop.toml", made()[7], first[7]}, code: 2, says: "code 1  of welcome\ncode 2  of no set\n"},
		"a short key": {args: []string{"make", "--signed", "--set", "a", "--key-file", "short"}, code: 1, says: "has 31 bytes, want at least 32"},
		"no key":      {args: []string{"make", "--signed", "--set", "a", "--key-env", "NO_SUCH_KEY"}, code: 1, says: "the environment variable NO_SUCH_KEY is empty"},
		"an import":   {args: []string{"import", "welcome.codes", "--out", "other.codes"}, says: "wrote 1000 codes to other.codes\n"},
	} {
		r := caddy(t, dir, append([]string{"discount", "codes"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
			t.Errorf("%s: exit %d: %s%s", name, r.code, r.out, r.err)
		}
	}
	if read(t, filepath.Join(dir, "other.codes")) != read(t, out) {
		t.Error("the import is not what was imported")
	}
}
