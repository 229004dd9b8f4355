package format_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/promogate/caddy-discount/strategy/format"
)

func TestLayout(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"equals signs in line", "a=1\nlong = 2\n\nb=3\n", "a    = 1\nlong = 2\n\nb = 3\n"},
		{"a comment begins a block", "a=1\n# why\nlong=2\n", "a = 1\n# why\nlong = 2\n"},
		{"one blank line between tables", "[a]\n\n\nx=1\n[b]\n\n\n\n[c]", "[a]\nx = 1\n\n[b]\n\n[c]\n"},
		{"comments stay above their table", "x=1\n# about b\n[b]", "x = 1\n\n# about b\n[b]\n"},
		{"no indentation", "[ rule . \"a b\" ]\n  enabled=true\n", "[rule.\"a b\"]\nenabled = true\n"},
		{"inline tables are spaced", "a={b=1,c={},d=[1,2,]}", "a = { b = 1, c = {}, d = [1, 2] }\n"},
		{"a list that was opened stays open", "a=[\n1,2]", "a = [\n\t1,\n\t2,\n]\n"},
		{"a list that was broken later is joined", "a=[1,\n2]", "a = [1, 2]\n"},
		{"comments in a list", "a=[ # first\n1, # one\n# two\n2\n# end\n]", "a = [\n\t# first\n\t1, # one\n\t# two\n\t2,\n\t# end\n]\n"},
		{"comments at line ends", "a=1 # x\nlong=\"z\"   # y\n", "a    = 1   # x\nlong = \"z\" # y\n"},
		{"dates and strings", "d=2024-01-01 10:00:00 # d\ns='''\n a # b\n'''\n", "d = 2024-01-01 10:00:00 # d\ns = '''\n a # b\n'''\n"},
		{"long lists", "a = [\"" + strings.Repeat("x", 70) + "\", \"" + strings.Repeat("y", 70) + "\"]", "a = [\n\t\"" + strings.Repeat("x", 70) + "\",\n\t\"" + strings.Repeat("y", 70) + "\",\n]\n"},
		{"a long list of one", "a = [\"" + strings.Repeat("x", 140) + "\"]", "a = [\"" + strings.Repeat("x", 140) + "\"]\n"},
		{"windows line ends", "a=1\r\n# b\r\n", "a = 1\n# b\n"},
		{"a byte order mark", "\ufeff# a\nb=1\n", "# a\nb = 1\n"},
		{"a byte order mark alone", "\ufeff", ""},
		{"wide keys", "\"产地\"=1\na=2\n", "\"产地\" = 1\na      = 2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := format.Source("x.toml", []byte(c.in))
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			lawful(t, []byte(c.in))
		})
	}
}

func TestInvalidIsReportedWithItsPlace(t *testing.T) {
	_, err := format.Source("x.toml", []byte("a = 1\na = 2\n"))
	if err == nil || err.Error() != `x.toml:2:1: a: "a" is already there, on line 1` {
		t.Errorf("got %v", err)
	}
}

func FuzzSource(f *testing.F) {
	for _, path := range examples(f) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a = [ [ 1, # x\n 2 ], { b = [\n] } ] # y\nc = \"\"\"a\\\"\"\"\"\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) { lawful(t, data) })
}

func examples(t testing.TB) []string {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"../../config/*.toml", "../../cookbook/*.toml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		paths = append(paths, found...)
	}
	return paths
}

// lawful checks what holds for every text: the same meaning, the same comments,
// and nothing left to do.
func lawful(t *testing.T, data []byte) {
	t.Helper()
	once, err := format.Source("x.toml", data)
	if err != nil {
		if once != nil || strings.Contains(err.Error(), "the formatted text is not valid") {
			t.Fatalf("%q: %v", data, err)
		}
		return
	}
	twice, err := format.Source("x.toml", once)
	if err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("not done at once: %q\n%q\n%q, %v", data, once, twice, err)
	}
	if before, after := tree(t, data), tree(t, once); before != after {
		t.Fatalf("the meaning changed: %q\n%s\n%q\n%s", data, before, once, after)
	}
	if before, after := comments(data), comments(once); before != after {
		t.Fatalf("the comments changed: %q\n%s\n%q\n%s", data, before, once, after)
	}
}

// comments are those that go-toml's parser finds, each on a line.
func comments(data []byte) string {
	p := unstable.Parser{KeepComments: true}
	p.Reset(bytes.TrimPrefix(data, []byte("\ufeff"))) // which go-toml refuses
	var all []byte
	for p.NextExpression() {
		all = gather(all, p.Expression())
	}
	return string(all)
}

func gather(all []byte, n *unstable.Node) []byte {
	for ; n != nil; n = n.Next() {
		if n.Kind == unstable.Comment {
			all = append(append(all, bytes.TrimRight(n.Data, " \t\r")...), '\n')
		}
		all = gather(all, n.Child())
	}
	return all
}
