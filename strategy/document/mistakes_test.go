package document_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy/document"
)

// mistakes are the problems of texts, one a line; the sources are a.toml, b.toml.
func mistakes(t *testing.T, texts ...string) string {
	t.Helper()
	var sources []document.Source
	for i, text := range texts {
		sources = append(sources, document.Source{Name: string(rune('a'+i)) + ".toml", Data: []byte(text)})
	}
	_, err := document.Parse(sources...)
	if err == nil {
		return ""
	}
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	return err.Error() + "\n"
}

func TestAByteOrderMarkIsPassedOver(t *testing.T) {
	const mark = "\ufeff"
	data := []byte(mark + "a = 1\nb = \"x\"\n")
	sources := []document.Source{{Name: "a.toml", Data: data}, {Name: "b.toml", Data: []byte(mark + "[c]\n")}}
	doc, err := document.Parse(sources...)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"a": "a.toml:1:1", "b": "a.toml:2:1", "c": "b.toml:1:2"} {
		if got := doc.Locate(doc.Root.Field(key).Pos).String(); got != want {
			t.Errorf("%s is at %s, want %s", key, got, want)
		}
	}
	if string(sources[0].Data) != string(data) {
		t.Error("what the caller passed has changed")
	}
	for name, c := range map[string]struct{ text, want string }{
		"a mistake in the first line": {text: mark + "a = ?\n", want: "a.toml:1:5: unexpected character U+003F '?' at start of value\n"},
		"a mark within the text":      {text: "a = 1\n" + mark + "b = 2\n", want: "a.toml:2:1: unexpected byte order mark, a zero-width no-break space, (U+FEFF) (it is invisible: take it out)\n"},
		"two marks":                   {text: mark + mark + "a = 1\n", want: "a.toml:1:1: unexpected byte order mark, a zero-width no-break space, (U+FEFF) (it is invisible: take it out)\n"},
		"UTF-16":                      {text: "\xff\xfea\x00", want: "a.toml:1:1: the file is UTF-16, which TOML is not written in (save it as UTF-8)\n"},
		"a mark alone":                {text: mark, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mistakes(t, c.text); got != c.want {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

func TestMergeConflicts(t *testing.T) {
	const hint = " (keep one of the versions, and take out the lines that begin with <<<<<<<, |||||||, ======= or >>>>>>>)\n"
	conflictAt := func(place string, until int) string {
		return fmt.Sprintf("%s:1: a merge conflict is left here, up to line %d%s", place, until, hint)
	}
	leftAt := func(place string) string { return place + ":1: a line of a merge conflict is left here" + hint }
	const sides = "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> feature\n"
	for name, c := range map[string]struct {
		texts []string
		want  string
	}{
		"one":                          {texts: []string{"x = 1\n" + sides + "b = 1\n"}, want: conflictAt("a.toml:2", 6)},
		"one with carriage returns":    {texts: []string{strings.ReplaceAll("x = 1\n"+sides, "\n", "\r\n")}, want: conflictAt("a.toml:2", 6)},
		"one behind a mark":            {texts: []string{"\ufeff" + sides}, want: conflictAt("a.toml:1", 5)},
		"one without a last line feed": {texts: []string{strings.TrimSuffix(sides, "\n")}, want: conflictAt("a.toml:1", 5)},
		"with the common ancestor":     {texts: []string{"<<<<<<< ours\na = 1\n||||||| base\na = 0\n=======\na = 2\n>>>>>>> theirs\n"}, want: conflictAt("a.toml:1", 7)},
		"one within the ancestor":      {texts: []string{"<<<<<<< a\n||||||| b\n<<<<<<<<< c\n=========\n>>>>>>>>> d\n=======\n>>>>>>> e\n"}, want: conflictAt("a.toml:1", 7)},
		"two":                          {texts: []string{sides + "c = 1\n" + sides}, want: conflictAt("a.toml:1", 5) + conflictAt("a.toml:7", 11)},
		"in two files":                 {texts: []string{sides, "c = 1\n" + sides}, want: conflictAt("a.toml:1", 5) + conflictAt("b.toml:2", 6)},
		"in the second file alone":     {texts: []string{"c = 1\n", sides}, want: conflictAt("b.toml:1", 5)},
		"in a list":                    {texts: []string{"a = [\n<<<<<<< HEAD\n  \"x\",\n=======\n  \"y\",\n>>>>>>> b\n]\n"}, want: conflictAt("a.toml:2", 6)},
		"with a string that begins in both": {
			texts: []string{"<<<<<<< HEAD\na = \"\"\"\nx\n=======\na = \"\"\"\ny\n>>>>>>> b\n\"\"\"\n" + sides},
			want:  conflictAt("a.toml:1", 7) + conflictAt("a.toml:9", 13),
		},
		"with one sign too many in it":       {texts: []string{"<<<<<<< HEAD\na ＝ 1\n=======\na = 2\n>>>>>>> b\n"}, want: conflictAt("a.toml:1", 5)},
		"behind another mistake":             {texts: []string{"a = ?\n" + sides}, want: "a.toml:1:5: unexpected character U+003F '?' at start of value\n" + conflictAt("a.toml:2", 6)},
		"behind a key that is twice":         {texts: []string{"x = 1\nx = 2\n" + sides}, want: "a.toml:2:1: x: \"x\" is already there, on line 1\n" + conflictAt("a.toml:3", 7)},
		"the first line gone":                {texts: []string{"a = 1\n=======\na = 2\n>>>>>>> b\n"}, want: leftAt("a.toml:2")},
		"all but the last line gone":         {texts: []string{"a = 1\n>>>>>>> b\n"}, want: leftAt("a.toml:2")},
		"all but the middle gone":            {texts: []string{"a = 1\n=======\nb = 1\n"}, want: leftAt("a.toml:2")},
		"the last line gone":                 {texts: []string{"<<<<<<< HEAD\na = 1\n=======\n"}, want: leftAt("a.toml:1")},
		"the last line gone, another behind": {texts: []string{"<<<<<<< HEAD\na = 1\n=======\n" + sides}, want: leftAt("a.toml:1") + conflictAt("a.toml:4", 8)},
		"in a string of several lines":       {texts: []string{"a = \"\"\"\n" + sides + "\"\"\"\nb = '''\n" + sides + "'''\n"}, want: ""},
		"in a comment":                       {texts: []string{"# <<<<<<< HEAD\n# =======\na = 1 # <<<<<<<\n"}, want: ""},
		"behind a string of several lines":   {texts: []string{"a = \"\"\"\nit's \\\"\"\" # x\n\"\"\"\"\" # \"\"\"\n" + sides}, want: conflictAt("a.toml:4", 8)},
		"six signs":                          {texts: []string{"<<<<<< HEAD\n"}, want: "a.toml:1:1: invalid character at start of key: U+003C '<'\n"},
		"seven signs and a word":             {texts: []string{"=======x\n"}, want: "a.toml:1:1: invalid character at start of key: U+003D '='\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mistakes(t, c.texts...); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// Every odd sign is named where it stands, wherever it is in the grammar.
func TestOddSignsAreNamedWhereTheyStand(t *testing.T) {
	places := []string{"§a = 1", "a§ = 1", "a§b = 1", "a §= 1", "a = §1", "a = 1§", "a = 0.§1", `a = "x"§`, "a = [§1]", "a = [1§, 2]", "a = [1,§ 2]",
		"a = [1, 2]§", "a = {§b = 1}", "a = {b§ = 1}", "a = {b = 1§}", "a = {b = 1}§", "[§a]", "[a§]", "[a§.b]", "[a]§", "§[a]", "a = tr§ue",
		"a = true§", "§", "a = 20§24-01-01", "a = 08:00:00§", `a = §"x"`, `a = "x" §# c`, `"x" § = 1`, "a = in§f", "a = 'x'§"}
	for sign, want := range map[string]string{
		"\u00a0": "unexpected no-break space (U+00A0) (type a plain space in its place, or take it out)",
		"\u200b": "unexpected zero-width space (U+200B) (it is invisible: take it out)",
		"\u3000": "unexpected ideographic space (U+3000) (type a plain space in its place, or take it out)",
		"\u2009": "unexpected thin space (U+2009) (type a plain space in its place, or take it out)",
		"\u200e": "unexpected mark of the writing direction (U+200E) (it is invisible: take it out)",
		"\ufe0f": "unexpected variation selector (U+FE0F) (it is invisible: take it out)",
		"\u00ad": "unexpected soft hyphen (U+00AD) (it is invisible: take it out)",
		"\v":     "unexpected vertical tab (U+000B) (type a plain space in its place, or take it out)",
		"＝":      "unexpected full-width equals sign ＝ (U+FF1D) (type a plain = in its place)",
		"，":      "unexpected full-width comma ， (U+FF0C) (type a plain , in its place)",
		"：":      "unexpected full-width colon ： (U+FF1A) (a key is followed by =, and a time such as 08:30:00 has the plain :)",
		"“":      "unexpected left double quote “ (U+201C) (the quote of TOML is the straight \")",
		"”":      "unexpected right double quote ” (U+201D) (the quote of TOML is the straight \")",
		"＇":      "unexpected full-width single quote ＇ (U+FF07) (the quote of TOML is the straight \" or ')",
		"［":      "unexpected full-width opening bracket ［ (U+FF3B) (type a plain [ in its place)",
		"］":      "unexpected full-width closing bracket ］ (U+FF3D) (type a plain ] in its place)",
		"｛":      "unexpected full-width opening brace ｛ (U+FF5B) (type a plain { in its place)",
		"｝":      "unexpected full-width closing brace ｝ (U+FF5D) (type a plain } in its place)",
		"（":      "unexpected full-width opening parenthesis （ (U+FF08) (TOML has no parentheses: a list is written in [ and ], a table in { and })",
		"＃":      "unexpected full-width number sign ＃ (U+FF03) (type a plain # in its place)",
		"．":      "unexpected full-width point ． (U+FF0E) (type a plain . in its place)",
		"。":      "unexpected ideographic full stop 。 (U+3002) (type . in its place)",
		"、":      "unexpected ideographic comma 、 (U+3001) (type , in its place)",
		"－":      "unexpected full-width minus sign － (U+FF0D) (type a plain - in its place)",
		"–":      "unexpected dash – (U+2013) (type - in its place)",
		"−":      "unexpected dash − (U+2212) (type - in its place)",
		"＿":      "unexpected full-width underscore ＿ (U+FF3F) (type a plain _ in its place)",
		"５":      "unexpected full-width digit 5 ５ (U+FF15) (type a plain 5 in its place)",
		"ｔ":      "unexpected full-width letter t ｔ (U+FF54) (type a plain t in its place)",
		"﹦":      "unexpected small equals sign ﹦ (U+FE66) (type a plain = in its place)",
		"𝟏":      "unexpected form of the digit 1 𝟏 (U+1D7CF) (type a plain 1 in its place)",
		"【":      "unexpected left black bracket 【 (U+3010) (type [ in its place)",
		"「":      "unexpected left corner bracket 「 (U+300C) (the quote of TOML is the straight \")",
		"％":      "unexpected full-width percent sign ％ (U+FF05) (a rate is a fraction: 15 % is written 0.15)",
		"￥":      "unexpected currency sign ￥ (U+FFE5) (an amount is written without the sign of its currency)",
	} {
		for _, place := range places {
			before, _, _ := strings.Cut(place, "§")
			text := "x = \"，\" # ＝\n" + strings.Replace(place, "§", sign, 1) + "\ny = 2\n"
			at := fmt.Sprintf("a.toml:2:%d: ", len([]rune(before))+1)
			if got := mistakes(t, text); got != at+want+"\n" {
				t.Errorf("of %q it is said\n%swant\n%s", text, got, at+want)
			}
		}
	}
}

func TestEachLineWithAnOddSignIsTold(t *testing.T) {
	got := mistakes(t, "a ＝ “x，y”\nb = \"，\"\n# ＝\nc ＝ 1\nd = '''\n＝\n'''\nｅ = 2\nf = 3\n")
	const want = "a.toml:1:3: unexpected full-width equals sign ＝ (U+FF1D) (type a plain = in its place)\n" +
		"a.toml:4:3: unexpected full-width equals sign ＝ (U+FF1D) (type a plain = in its place)\n" +
		"a.toml:8:1: unexpected full-width letter e ｅ (U+FF45) (type a plain e in its place)\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestOddSignsAreContentOfStringsAndComments(t *testing.T) {
	const odd = "\u00a0\u200b\u3000＝，：“”［］｛｝（）＃．－"
	if got := mistakes(t, "a = \""+odd+"\"\n'"+odd+"' = '"+odd+"' # "+odd+"\nc = \"\"\"\n"+odd+"\n\"\"\"\n"); got != "" {
		t.Error(got)
	}
	// A sign behind a backslash in a string is not what is wrong there.
	if got := mistakes(t, "a = \"\\，\"\n"); strings.Contains(got, "full-width") {
		t.Error(got)
	}
}

func TestOtherSlips(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a carriage return alone":  {text: "a = 1\rb = 2\r", want: "a.toml:1:6: unexpected carriage return alone (U+000D) (a line ends with a line feed, before which a carriage return may stand: save the file with such line ends)\n"},
		"a backtick":               {text: "a = `x`", want: "a.toml:1:5: unexpected backtick ` (U+0060) (the quote of TOML is the straight \" or ')\n"},
		"a sign of dollars":        {text: "a = $20", want: "a.toml:1:5: unexpected dollar sign $ (U+0024) (an amount is written without the sign of its currency)\n"},
		"an hour of one digit":     {text: "a = 8:00", want: "a.toml:1:6: unexpected : after a number (an hour has two digits, such as 08:30:00)\n"},
		"a string without an end":  {text: "a = \"x\r\n", want: "a.toml:1:7: the string does not end on its line (end it with the quote it begins with)\n"},
		"midnight as a time":       {text: "end = 24:00:00", want: "a.toml:1:7: end: 24:00:00: there is no such time (the end of a time window may be \"24:00\", in quotes; any other time is before 24:00:00)\n"},
		"midnight without seconds": {text: "end = 24:00", want: "a.toml:1:7: end: 24:00: there is no such time (the end of a time window may be \"24:00\", in quotes; any other time is before 24:00:00)\n"},
		"midnight in a table":      {text: "w = { end = 24:00:00 }", want: "a.toml:1:13: end: 24:00:00: there is no such time (the end of a time window may be \"24:00\", in quotes; any other time is before 24:00:00)\n"},
		"the end of a day": {text: "a = 2026-06-30T24:00:00",
			want: "a.toml:1:5: a: 2026-06-30T24:00:00: there is no such date-time (the last second of the day is 2026-06-30T23:59:59, and the one after it 2026-07-01T00:00:00)\n"},
		"the end of a day with an offset": {text: "a = 2026-12-31 24:00:00+08:00",
			want: "a.toml:1:5: a: 2026-12-31 24:00:00+08:00: there is no such date-time (the last second of the day is 2026-12-31T23:59:59+08:00, and the one after it 2027-01-01T00:00:00+08:00)\n"},
		"past midnight":          {text: "a = 24:00:01", want: "a.toml:1:5: a: 24:00:01: there is no such time (hours go from 00 to 23)\n"},
		"minute sixty":           {text: "a = 08:60:00", want: "a.toml:1:5: a: 08:60:00: there is no such time (minutes go from 00 to 59)\n"},
		"second sixty":           {text: "a = 2026-06-30T23:59:60Z", want: "a.toml:1:5: a: 2026-06-30T23:59:60Z: there is no such date-time (seconds go from 00 to 59)\n"},
		"a day too many":         {text: "a = 2026-02-30", want: "a.toml:1:5: a: 2026-02-30: there is no such date (February 2026 has 28 days)\n"},
		"a day too many, a time": {text: "a = 2026-02-30T24:00:00", want: "a.toml:1:5: a: 2026-02-30T24:00:00: there is no such date-time (February 2026 has 28 days)\n"},
		"month thirteen":         {text: "a = 2026-13-01", want: "a.toml:1:5: a: 2026-13-01: there is no such date (months go from 01 to 12)\n"},
		"an integer too large":   {text: "a = 99999999999999999999", want: "a.toml:1:5: a: 99999999999999999999: the integer does not fit 64 bits\n"},
		"a number too large":     {text: "a = 1e400", want: "a.toml:1:5: a: 1e400: the number is out of range\n"},
		"a month of one digit":   {text: "a = 2026-6-30", want: "a.toml:1:5: a: 2026-6-30: there is no such date (a date has four digits for the year and two each for month and day, such as 2026-06-01)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mistakes(t, c.text); got != c.want {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

// Of many problems the first in the text are told, in its order, whatever the order they
// were found in.
func TestSoManyProblemsAreToldAndThenHowMany(t *testing.T) {
	doc, err := document.Parse(document.Source{Name: "a.toml", Data: []byte(strings.Repeat("#\n", 10_000))})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ found, told, more int }{
		"none":      {},
		"one":       {found: 1, told: 1},
		"as many":   {found: document.MaxListed, told: document.MaxListed},
		"one more":  {found: document.MaxListed + 1, told: document.MaxListed, more: 1},
		"very many": {found: 9_999, told: document.MaxListed, more: 9_999 - document.MaxListed},
	} {
		t.Run(name, func(t *testing.T) {
			r := document.NewReader(doc)
			for i := range c.found {
				place := (i*7919)%c.found + 1 // 7919 is a prime: each once, in no order
				r.Add(doc.At(place), "", fmt.Sprint(place), "")
			}
			if r.Count() != c.found {
				t.Errorf("%d are counted", r.Count())
			}
			err := r.Err()
			if c.found == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var problems *document.Diagnostics
			if !errors.As(err, &problems) || len(problems.List) != c.told || problems.More != c.more {
				t.Fatalf("%d are told and %d more", len(problems.List), problems.More)
			}
			for i, p := range problems.List {
				if p.Line != i+1 {
					t.Fatalf("the problem told at %d is on line %d", i, p.Line)
				}
			}
			if lines := strings.Split(err.Error(), "\n"); c.more > 0 && lines[len(lines)-1] != document.MoreText(c.more, "problem") {
				t.Errorf("the last line is %q", lines[len(lines)-1])
			}
		})
	}
}
