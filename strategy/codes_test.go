package strategy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy/document"
)

// withCodes is a strategy with a set of codes in welcome.codes, and that file.
func withCodes(text string) []Source {
	return []Source{
		{Name: "shop/discount.toml", Data: []byte("version = \"v\"\n[codes.welcome]\nfile = \"welcome.codes\"\n[rule.welcome]\ncodes = \"welcome\"\ndiscount_amount = 20\n")},
		{Name: "shop/welcome.codes", Data: []byte(text), Companion: true},
	}
}

// cartWith is a cart of one article for 100.00 with coupons.
func cartWith(coupons ...string) *cart.Cart {
	return &cart.Cart{Currency: "CNY", Coupons: coupons, Lines: []cart.Line{{SKU: "a", Quantity: 1, UnitPrice: 10000, Subtotal: 10000}}}
}

// loadedFrom is a strategy that is right, with the files that it names.
func loadedFrom(t testing.TB, sources ...Source) *Strategy {
	t.Helper()
	s, err := Load("", sources...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// quoted is the quote of a cart within a restriction.
func quoted(t testing.TB, s *Strategy, within *Restriction, c *cart.Cart) *Quote {
	t.Helper()
	q := &Quote{}
	if _, err := s.Prepare(q, c, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	s.Restrict(q, within)
	if err := s.Complete(q); err != nil {
		t.Fatal(err)
	}
	return q
}

// usedIn lists the codes that a quote uses up.
func usedIn(s *Strategy, q *Quote) (used []Code) {
	for _, d := range s.Demands(nil, q) {
		if d.Quota == CodeDemand {
			used = append(used, d.Code)
		}
	}
	return used
}

// The meaning of a set is its codes, however the file is written.
func TestCodesMeanTheSameInEveryKindOfFile(t *testing.T) {
	t.Parallel()
	want := canonicalOf(t, withCodes("ab-1\nab-2\nstraße\n")...)
	for name, text := range map[string]string{
		"another order":        "ab-2\nstraße\nab-1\n",
		"another case":         "AB-1\nAb-2\nSTRASSE\n",
		"space":                "  ab-1 \n\n\tab-2\u00a0\n\u3000straße",
		"lines of Windows":     "\xef\xbb\xbfab-1\r\nab-2\r\nstraße\r\n",
		"lines of an old Mac":  "ab-1\rab-2\rstraße\r",
		"a name of the column": "code\nab-1\nab-2\nstraße\n",
		"a spreadsheet":        "Coupon code,made,for\nab-1,2026-01-01,x\nab-2,,\nstraße\n",
		"semicolons":           "ab-1;a,b\nab-2;c\nstraße;",
		"tabs":                 "券码\tx\nab-1\ty\nab-2\nstraße\t\t\n",
		"a declared separator": "sep=;\r\ncode;x\r\nab-1;1\r\nab-2;2\r\nstraße;3\r\n",
		"quoted cells":         "\"code\",\"note\"\n\"ab-1\",\"two\nlines\"\n\n\" ab-2 \",\"7\"\" plate\"\nstraße\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := canonicalOf(t, withCodes(text)...); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("ab-1\nab-2\nstraße\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := canonicalOf(t, withCodes(utf16)...); got != want {
		t.Errorf("in UTF-16: got  %s\nwant %s", got, want)
	}
	if got := canonicalOf(t, withCodes("ab-1\nab-2\nstraße\nx\n")...); got == want {
		t.Error("one code more changes nothing")
	}
	const set = `"codes":{"welcome":{"count":3,"sha256":"`
	if !strings.Contains(want, set) || !strings.Contains(want, `"codes":"welcome"`) || strings.Contains(want, "ab-1") {
		t.Errorf("the canonical form is %s", want)
	}
}

func TestProblemsOfCodes(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("x\n", maxCodeFindings+3)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":             {text: "", want: "shop/welcome.codes:1:1: codes.welcome: there is no code in the file (write one code a line)"},
		"a header alone":      {text: "code\n\n", want: "shop/welcome.codes:1:1: codes.welcome: there is no code in the file (write one code a line)"},
		"a code twice":        {text: "ab\ncd\nAB\n", want: `shop/welcome.codes:3:1: codes.welcome: the code is on line 1, too (leave one of them out; codes are compared without case, unless coupon_case = "exact" is at the top)`},
		"a code many times":   {text: many, want: fmt.Sprintf("shop/welcome.codes:%d:1: codes.welcome: and 2 more codes twice in the file", maxCodeFindings+3)},
		"an empty column":     {text: "a\n,b\n", want: "shop/welcome.codes:2:1: codes.welcome: the first column is empty (a file of codes has one code a line, or in the first column)"},
		"a long line":         {text: "a\n" + strings.Repeat("x", 129) + "\n", want: "shop/welcome.codes:2:1: codes.welcome: the code has 129 bytes, want at most 128 (a file of codes has one code a line, or in the first column)"},
		"a control character": {text: "a\x07b\n", want: "shop/welcome.codes:1:1: codes.welcome: the code has a control character (a file of codes has one code a line, or in the first column)"},
		"another encoding":    {text: "a\nb\xff\xfec\n", want: `shop/welcome.codes:2:2: codes.welcome: the file is neither UTF-8, UTF-16 with a byte order mark nor GB 18030 here (save it as "CSV UTF-8")`},
		"no text":             {text: "a\x00b\n", want: `shop/welcome.codes:1:1: codes.welcome: the file has NUL characters, as UTF-16 without a byte order mark has (save it as "CSV UTF-8")`},
		"a workbook":          {text: "PK\x03\x04", want: `shop/welcome.codes:1:1: codes.welcome: the file is a workbook of a spreadsheet program and no text (save it as "CSV UTF-8")`},
		"an open quote":       {text: "a\n\"b\n", want: `shop/welcome.codes:2:1: codes.welcome: the quote that this cell begins with is not closed up to the end of the file (a cell with quotes in it is written in quotes, and each of its own twice: "7"" plate")`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("", withCodes(c.text)...)
			if err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if problems := new(document.Diagnostics); errors.As(err, &problems) && problems.List[0].Text != "" {
				t.Errorf("a line of the file is shown: %q", problems.List[0].Text)
			}
		})
	}
}

func TestWarningsOfCodes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"zero and O":            {text: "A0\nb\nao\n", want: "shop/welcome.codes:3:1: codes.welcome: the code looks like that on line 1: 0 and O are alike, and so are 1, I and L"},
		"one, I and L":          {text: "a1\naI\nal\n", want: "shop/welcome.codes:3:1: codes.welcome: the code looks like that on line 1: 0 and O are alike, and so are 1, I and L"},
		"a character not shown": {text: "a\nb\u200bc\n", want: "shop/welcome.codes:2:1: codes.welcome: the code has a character that is not seen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := Parse("", withCodes(c.text)...)
			if err != nil {
				t.Fatal(err)
			}
			list := m.Warnings()
			if len(list) == 0 || list[len(list)-1].String() != c.want {
				t.Errorf("got  %v\nwant %s", list, c.want)
			}
		})
	}
}

func TestMistakesInSetsOfCodes(t *testing.T) {
	t.Parallel()
	const rule = "\n[rule.r]\ncodes = \"a\"\ndiscount_amount = 1\n"
	for name, c := range map[string]struct{ text, want string }{
		"no file":          {text: "[codes.a]\nuses = 2" + rule, want: `t.toml:2:8: codes.a: there is no file (write file = "welcome.codes", or signed = true for codes that carry a signature)`},
		"file and signed":  {text: "[codes.a]\nfile = \"x.codes\"\nsigned = true" + rule, want: `t.toml:4:10: codes.a.signed: the codes are in a file, too (leave out one of them: a signed code needs no file)`},
		"a missing file":   {text: "[codes.a]\nfile = \"b.codes\"" + rule, want: `t.toml:3:8: codes.a.file: there is no file b.codes beside the strategy (did you mean "a.codes"?)`},
		"a path":           {text: "[codes.a]\nfile = \"../a.codes\"" + rule, want: `t.toml:3:8: codes.a.file: "../a.codes" is not the name of a file beside the strategy, without a directory, that ends in .codes, .csv, .tsv, .txt (such as "welcome.codes")`},
		"another suffix":   {text: "[codes.a]\nfile = \"a.toml\"" + rule, want: `t.toml:3:8: codes.a.file: "a.toml" is not the name of a file`},
		"no uses":          {text: "[codes.a]\nsigned = true\nuses = 0" + rule, want: `t.toml:4:8: codes.a.uses: 0 is out of range, want 1 to 2147483647`},
		"an unknown key":   {text: "[codes.a]\nsigned = true\nuse = 2" + rule, want: `t.toml:4:1: codes.a.use: unknown key "use" (did you mean uses?)`},
		"a list of codes":  {text: "codes = [\"A\"]" + rule, want: `t.toml:2:1: codes: this is a list, want tables such as [codes.welcome]`},
		"no table":         {text: "codes.a = \"a.codes\"" + rule, want: `t.toml:2:7: codes.a: a set of codes is a table (such as { file = "welcome.codes" })`},
		"an unknown set":   {text: "[codes.ab]\nsigned = true" + rule, want: `t.toml:5:9: rule."r".codes: there is no set of codes "a" (did you mean "ab"?)`},
		"no set":           {text: rule, want: `t.toml:4:9: rule."r".codes: there is no set of codes "a" (write the table [codes.a]; codes that the rule lists itself are coupons)`},
		"a list in a rule": {text: "[codes.a]\nsigned = true\n[rule.r]\ncodes = [\"a\"]\ndiscount_amount = 1", want: `t.toml:5:1: rule."r".codes: this is a list, want a string`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("", Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + c.text)}, Source{Name: "a.codes", Data: []byte("x\n"), Companion: true})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	unused := "version = \"v\"\n[codes.a]\nsigned = true\n[rule.r]\ndiscount_amount = 1\n"
	if got, want := problemsOf(t, Source{Name: "t.toml", Data: []byte(unused)}), `warning: t.toml:2:8: codes.a: no rule names the set, so its codes are good for nothing (write codes = "a" in a rule)`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Each of the environments may have its own file, and all of them are watched.
func TestFilesOfCodesAreThoseOfEveryEnvironment(t *testing.T) {
	t.Parallel()
	const text = "version = \"v\"\nproducts = { file = \"c.csv\" }\n[codes.a]\nfile = \"a.codes\"\n[codes.b]\nfile = \"../b.codes\"\n" +
		"[rule.r]\ncodes = \"a\"\ndiscount_amount = 1\n[[env]]\nname = \"dev\"\ncodes = { a = { file = \"dev.txt\" } }\n"
	sources := []Source{{Name: "t.toml", Data: []byte(text)}}
	if got, want := strings.Join(Companions(sources...), " "), "c.csv a.codes dev.txt"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARuleWithCodes(t *testing.T) {
	t.Parallel()
	s := loadedFrom(t, withCodes("Spring-1\nSpring-2\n")...)
	for name, c := range map[string]struct {
		coupons []string
		used    int // the coupon; -1 for none
	}{
		"no coupon":          {used: -1},
		"another coupon":     {coupons: []string{"x"}, used: -1},
		"a code":             {coupons: []string{"Spring-1"}, used: 0},
		"in another case":    {coupons: []string{" SPRING-1 "}, used: 0},
		"the first of two":   {coupons: []string{"x", "spring-2", "spring-1"}, used: 1},
		"the eighth coupon":  {coupons: []string{"1", "2", "3", "4", "5", "6", "7", "spring-1"}, used: 7},
		"the ninth coupon":   {coupons: []string{"1", "2", "3", "4", "5", "6", "7", "8", "spring-1"}, used: -1},
		"sixty-four coupons": {coupons: append(strings.Split(strings.Repeat("y ", 63), " "), "spring-1"), used: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := quoted(t, s, nil, cartWith(c.coupons...))
			used := usedIn(s, q)
			if c.used < 0 {
				if len(used) != 0 || q.Discount != 0 {
					t.Errorf("%d off with %v", q.Discount, used)
				}
				return
			}
			want := Code{Set: "welcome", Digest: digestOf([]byte(strings.ToLower(strings.TrimSpace(c.coupons[c.used])))).bytes(), Coupon: c.used, Uses: 1}
			if len(used) != 1 || used[0] != want || q.Discount != 2000 {
				t.Errorf("%d off with %v, want %v", q.Discount, used, want)
			}
		})
	}
}

// Rules of one set use up one code, and rules that give nothing use up none.
func TestUsedCodesAreThoseOfAppliedRules(t *testing.T) {
	t.Parallel()
	s := loadedFrom(t, Source{Name: "t.toml", Data: []byte(`version = "v"
[codes.a]
file = "a.codes"
uses = 3
[codes.b]
file = "a.codes"
[codes.c]
file = "a.codes"
[rule.1]
codes = "a"
discount_amount = 1
[rule.2]
codes = "a"
discount_amount = 1
[rule.3]
codes = "b"
discount_amount = 1
[rule.4]
codes = "c"
min_subtotal = 200
discount_amount = 1
`)}, Source{Name: "a.codes", Data: []byte("x\n"), Companion: true})
	used := usedIn(s, quoted(t, s, nil, cartWith("y", "x")))
	if len(used) != 2 || used[0].Set != "a" || used[0].Uses != 3 || used[1].Set != "b" || used[1].Uses != 1 || used[0].Coupon != 1 || used[0].Digest != used[1].Digest {
		t.Errorf("%+v", used)
	}
}

// coupon_case = "exact" tells codes apart.
func TestCodesComparedExactly(t *testing.T) {
	t.Parallel()
	sources := withCodes("Spring\nSPRING\n")
	sources[0].Data = append([]byte("coupon_case = \"exact\"\n"), sources[0].Data...)
	s := loadedFrom(t, sources...)
	for coupon, off := range map[string]int64{"Spring": 2000, "SPRING": 2000, "spring": 0, "Spring ": 0} {
		if q := quoted(t, s, nil, cartWith(coupon)); q.Discount != off {
			t.Errorf("%q: %d off, want %d", coupon, q.Discount, off)
		}
	}
}

// What a customer is told lists no code, and does not tell a code of another set from none.
func TestReasonsListNoCodes(t *testing.T) {
	t.Parallel()
	s := loadedFrom(t, withCodes("Spring-1\n")...)
	for coupon, want := range map[string]string{
		"":  "the cart has no code of the rule: seen no coupon, needed a code of the rule",
		"x": "the cart has no code of the rule: seen no valid code, needed a code of the rule",
	} {
		c := cartWith(strings.Fields(coupon)...)
		x, err := s.Explain(c, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		if len(x.Rejected) != 1 || x.Rejected[0].Reason != ReasonCodes || x.Rejected[0].Text != want {
			t.Errorf("%q: %+v, want %s", coupon, x.Rejected, want)
		}
	}
}

// A table has what was put into it and nothing else.
func TestCodeTables(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfDistinct(rapid.StringMatching(`[a-z0-9]{1,4}`), rapid.ID).Draw(t, "in")
		f := &codeFile{}
		table := f.read([]byte(strings.Join(in, "\n")))
		if (table == nil) != (len(in) == 0) {
			t.Fatalf("%v: %v", in, f.problems)
		}
		if table == nil || len(in) == 1 && IsCodesColumn(in[0]) {
			return
		}
		for _, code := range in {
			if !table.has(digestOf([]byte(code))) {
				t.Fatalf("%s is not in the table", code)
			}
		}
		other := rapid.StringMatching(`[A-Z]{1,4}`).Draw(t, "other")
		if table.has(digestOf([]byte(other))) {
			t.Fatalf("%s is in the table", other)
		}
	})
}

// The sixth million is refused with the line at which it begins.
func TestSixMillionCodes(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 54 MB")
	}
	t.Parallel()
	_, err := Parse("", withCodes(string(manyCodes(6_000_000)))...)
	if want := "shop/welcome.codes:5000001:1: codes.welcome: the file has more than 5000000 codes (codes that carry a signature need no file: signed = true)"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// manyCodes is a file of so many codes.
func manyCodes(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "K%07X\n", i)
	}
	return b.Bytes()
}

// Of several codes the first one that is not denied counts, and a code that is in the cart twice
// is denied in both places.
func TestDeniedCodes(t *testing.T) {
	t.Parallel()
	s := loadedFrom(t, withCodes("c1\nc2\nc3\n")...)
	for name, c := range map[string]struct {
		coupons, denied string
		used            int // the coupon; -1 for none
	}{
		"none":               {coupons: "c1 c2", used: 0},
		"the first":          {coupons: "c1 c2 c3", denied: "c1", used: 1},
		"the first two":      {coupons: "c1 c2 c3", denied: "c2 c1", used: 2},
		"one that is later":  {coupons: "c1 c2", denied: "c2", used: 0},
		"all":                {coupons: "c1 c2", denied: "c1 c2", used: -1},
		"one in both places": {coupons: "c1 C1 c2", denied: "c1", used: 2},
		"one of another set": {coupons: "c1", denied: "other/c1", used: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &Restriction{}
			for _, code := range strings.Fields(c.denied) {
				set := "welcome"
				if of, is := strings.CutPrefix(code, "other/"); is {
					set, code = "other", of
				}
				r.DenyCode(Code{Set: set, Digest: digestOf([]byte(code)).bytes()})
			}
			used := usedIn(s, quoted(t, s, r, cartWith(strings.Fields(c.coupons)...)))
			switch {
			case c.used < 0 && len(used) > 0, c.used >= 0 && (len(used) != 1 || used[0].Coupon != c.used):
				t.Errorf("used %v", used)
			}
			x, err := s.ExplainWithin(cartWith(strings.Fields(c.coupons)...), time.Unix(0, 0), r)
			if err != nil {
				t.Fatal(err)
			}
			if c.used < 0 {
				if len(x.Rejected) != 1 || x.Rejected[0].Reason != ReasonQuota || !strings.Contains(x.Rejected[0].Text, "seen a code that is used up, needed a code of the rule") {
					t.Errorf("%+v", x.Rejected)
				}
			} else if len(x.Rejected) != 0 {
				t.Errorf("%+v", x.Rejected)
			}
		})
	}
}

// A quote with denied codes is the quote of the cart without them.
func TestADeniedCodeIsAsIfItWereNotThere(t *testing.T) {
	t.Parallel()
	s := loadedFrom(t, append(withCodes("c1\nc2\nc3\n"), Source{Name: "z.toml", Data: []byte("[codes.b]\nfile = \"b.txt\"\n[rule.b]\ncodes = \"b\"\ndiscount_rate = 0.1\n")},
		Source{Name: "b.txt", Data: []byte("c2\nc4\n"), Companion: true})...)
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SliceOfN(rapid.SampledFrom([]string{"c1", "c2", "c3", "c4", "x"}), 0, 8)
		coupons, denied, r := of.Draw(t, "coupons"), of.Draw(t, "denied"), &Restriction{}
		var left []string
		for _, coupon := range coupons {
			if !slices.Contains(denied, coupon) {
				left = append(left, coupon)
			}
		}
		for _, code := range denied {
			for _, set := range []string{"welcome", "b"} {
				r.DenyCode(Code{Set: set, Digest: digestOf([]byte(code)).bytes()})
			}
		}
		with, without := &Quote{}, &Quote{}
		for q, c := range map[*Quote]*cart.Cart{with: cartWith(coupons...), without: cartWith(left...)} {
			if _, err := s.Prepare(q, c, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			if q == with {
				s.Restrict(q, r)
			}
			if err := s.Complete(q); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(with.Applied, without.Applied) || with.Payable != without.Payable {
			t.Fatalf("%v with codes denied, %v without them", with.Applied, without.Applied)
		}
	})
}

// What is in service is taken over where the bytes are the same, and what is not there is taken
// from it by drafts alone.
func TestCodesInServiceAreTakenOver(t *testing.T) {
	t.Parallel()
	sources := withCodes("a0\nao\n")
	served := loadedFrom(t, sources...)
	exact := slices.Clone(sources)
	exact[0].Data = append([]byte("coupon_case = \"exact\"\n"), sources[0].Data...)
	for name, c := range map[string]struct {
		sources []Source
		draft   bool
		same    bool // the table is that in service
		fails   bool
	}{
		"the same bytes":            {sources: sources, same: true},
		"other bytes":               {sources: withCodes("a0\nao\n\n")},
		"another form":              {sources: exact},
		"no file":                   {sources: sources[:1], fails: true},
		"no file of a draft":        {sources: sources[:1], draft: true, same: true},
		"another file of a draft":   {sources: withCodes("x\n"), draft: true},
		"a draft in another form":   {sources: exact[:1], draft: true, fails: true},
		"the same bytes of a draft": {sources: sources, draft: true, same: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := Parser{InService: served, Draft: c.draft}.Parse(c.sources...)
			if (err != nil) != c.fails {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			if same := m.codes[0].table == served.codeSets[0].table; same != c.same {
				t.Errorf("the table is that in service: %v", same)
			}
			if c.same && len(c.sources) > 1 && len(m.Warnings()) != 1 {
				t.Errorf("the warnings are %v", m.Warnings())
			}
		})
	}
	if !served.HasCodesOf("welcome.codes") || served.HasCodesOf("other.codes") {
		t.Error("it has other codes")
	}
}

// Codes that were used up are good again in a set of another name, and if they are compared in another
// way.
func TestCodesThatStartAtZero(t *testing.T) {
	t.Parallel()
	const was = "[codes.a]\nfile = \"a.codes\"\n[codes.s]\nsigned = true\n[rule.a]\ncodes = \"a\"\ndiscount_amount = 1\n[rule.s]\ncodes = \"s\"\ndiscount_amount = 1\n"
	const renamed = "b counts its codes from zero, and those are good again that were used up: it was named a"
	load := func(text string) *Strategy {
		return loadedFrom(t, Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + text)},
			Source{Name: "a.codes", Data: []byte("ONE-1\nTWO-2\n"), Companion: true}, Source{Name: "b.codes", Data: []byte("ONE-3\n"), Companion: true})
	}
	for name, c := range map[string]struct{ now, want string }{
		"the same":           {now: was},
		"more uses":          {now: strings.Replace(was, "\"a.codes\"", "\"a.codes\"\nuses = 2", 1)},
		"another file":       {now: strings.Replace(was, "a.codes", "b.codes", 1)},
		"another name":       {now: strings.NewReplacer("codes.a", "codes.b", "codes = \"a\"", "codes = \"b\"").Replace(was), want: renamed},
		"another name, file": {now: strings.NewReplacer("codes.a", "codes.b", "codes = \"a\"", "codes = \"b\"", "a.codes", "b.codes").Replace(was)},
		"signed, renamed":    {now: strings.NewReplacer("codes.s", "codes.t", "codes = \"s\"", "codes = \"t\"").Replace(was)},
		"compared exactly": {
			now:  "coupon_case = \"exact\"\n" + was,
			want: "a counts its codes from zero, and those are good again that were used up: coupon_case is another one",
		},
	} {
		var texts []string
		for _, r := range load(c.now).RecountsAfter(load(was)) {
			if !r.Codes {
				t.Errorf("%s: %+v is not of codes", name, r)
			}
			texts = append(texts, r.Text)
		}
		if got := strings.Join(texts, "\n"); got != c.want {
			t.Errorf("%s: got %s\nwant %s", name, got, c.want)
		}
	}
}
