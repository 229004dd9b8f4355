package document_test

import (
	"fmt"
	"strings"
)

// seeds are texts at the edges of the grammar, and of the tree's own ways of
// keeping texts and members.
func seeds() []string {
	var list []string
	for _, value := range values {
		list = append(list, "k = "+value, "[[a]]\nx = ["+value+"]\n[a.b]\n\"\" = "+value+"\r\n")
	}
	many := "" // members from the twelfth on are found by a map
	for i := range 14 {
		many += fmt.Sprintf("key%d = %d\n", i, i)
	}
	list = append(list, many, many+"key13 = 1\n", many+"[key3]\n", "[t]\n"+many+"[t.u]\n"+many+"[v]\n[t.w]\n",
		strings.Repeat("a.", 99)+"a = 1\n", strings.Repeat("a.", 100)+"a = 1\n")
	return append(list, layouts...)
}

var values = []string{
	"nan", "-nan", "+nan", "+inf", "-0", "-0.0", "+1", "1e06", "6.26e-34", "1_0.0_1", "1.", ".1", "01", "0xDEAD_BEEF", "0o17", "0b101", "0b2",
	"9007199254740993", "-9223372036854775809", "0x8000000000000000", "5e-324", "1e309", "true", "True",
	"1979-05-27", "1979-02-29", "0000-01-01", "07:32:00.999999999", "07:32:60", "23:59", "1979-05-27t07:32:00z", "1979-05-27T07:32",
	"1979-05-27 07:32:00-23:59", "1979-05-27T07:32:00.1234567891Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "1979-05-27T07:32:00+1:00",
	`""`, `''`, `"\u00e9\U0001F600\e\x41"`, `"\ud800"`, `"\q"`, "\"tab\there\"", "\"del\x7f\"", `"""a"""`, "\"\"\"\na \"\"b\\\n  c\"\"\"\"\"",
	"'''\n'a''''", "'''\r\nx'''", `'咖啡'`, `"咖\n啡"`,
	"[]", "[,]", "[1, 'a', [true, {}]]", "[[[[]]]]", "[1 2]", "{}", "{,}", "{a = 1,}", "{a = 1\n}", "{a.b = 1, a.c = {d = 2}, e = []}",
	"{a = 1, a = 2}", "{a.b = 1, a = 2}", "{a = {b = 1}, a.c = 2}",
}

var layouts = []string{
	// Members of one table that do not stand side by side.
	"[a]\nb = 1\nc = {d = 1}\ne = {f.g = 2, f.h = 3}\ni = 4\n[a.j]\nk = 5\n[l]\n[a.m]\nn = 6\n",
	"[a]\nb.c = 1\nd = 2\nb.e = 3\n", "a.b.c = 1\na.d = 2\n[e]\nf.g = 1\n[e.h]\n[e.f.i]\n",
	"[[a.b]]\n[[a.b.c]]\nd = 1\n[[a.b.c]]\n[a.b.c.e]\n[[a.b]]\n[a]\nf = 1\n",
	"[a]\n[[a]]\n", "[[a]]\n[a]\n", "a = []\n[[a]]\n", "a = [{}]\n[a.b]\n", "[a.b]\n[a]\n[a.b.c]\n[a.b]\n",
	// Keys.
	"'a b'.\"c\\u00e9\" . d = 1\n\"a b\".e = 2\n", "\"a\" = 1\na = 2\n", "\"\\u0061\" = 1\na = 2\n", "咖啡 = 1\n", "'咖啡'.'茶' = 1 # 咖\n  \"咖啡\".x = 2\n",
	"a\n", "= 1\n", "[]\n", "[a\n", "[[a]\n", "[a]]\n", "[ a . 'b' ]# c\n", "a = 1 b = 2\n",
	// What is no TOML text at all.
	"\xef\xbb\xbfa = 1\n", "a = '\xff'\n", "# \xff\n", "a = 1\rb = 2\n", "# \x00\n",
}
