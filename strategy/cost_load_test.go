package strategy

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/promogate/caddy-discount/strategy/document"
)

func TestTheBenchmarkedStrategyHasItsLines(t *testing.T) {
	for _, lines := range []int{10, 100, 1_000, 10_000, 100_000} {
		if got := bytes.Count(strategyOfLines(lines), []byte("\n")); got != lines {
			t.Errorf("%d lines, %d wanted", got, lines)
		}
	}
	if n := len(mustParse(t, strategyOfLines(100_000)).Warnings()); n > 0 {
		t.Errorf("%d warnings", n)
	}
}

// cost is what something allocates.
type cost struct{ objects, bytes float64 }

func costOf(do func()) cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return cost{float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)}
}

func TestLoadingAllocatesFarLessOftenThanGoTOML(t *testing.T) {
	const lines = 100_000
	data, part := strategyOfLines(lines), strategyOfLines(piece)
	theirs := costOf(func() { // in pieces, which is as many allocations in a tenth of the time
		for range lines / piece {
			strictUnmarshal(t, part)
		}
	})
	ours := costOf(func() { Compile(mustParse(t, data)) })
	t.Logf("%.0f allocations, go-toml %.0f", ours.objects, theirs.objects)
	if ours.objects > theirs.objects/4 {
		t.Errorf("%.0f allocations, want less than a quarter of go-toml's %.0f", ours.objects, theirs.objects)
	}
}

// A catalogue in a spreadsheet costs no more to load than the same in TOML, but for the
// text of each row.
func TestASpreadsheetCostsNoMoreThanTOML(t *testing.T) {
	const rows = 100_000
	inTOML, inCSV := catalogueOfRows(rows)
	load := func(sources []Source) (*Strategy, cost) {
		var s *Strategy
		c := costOf(func() {
			var err error
			if s, err = Load("", sources...); err != nil {
				t.Fatal(err)
			}
		})
		return s, c
	}
	fromTOML, theirs := load(inTOML)
	fromCSV, ours := load(inCSV)
	if fromCSV.Fingerprint() != fromTOML.Fingerprint() || len(fromCSV.Products()) != rows {
		t.Errorf("%d products mean something else than the same in TOML", len(fromCSV.Products()))
	}
	t.Logf("%.0f allocations of %.0f bytes, TOML %.0f of %.0f", ours.objects, ours.bytes, theirs.objects, theirs.bytes)
	if ours.objects > theirs.objects+1.1*rows || ours.bytes > 1.1*theirs.bytes {
		t.Errorf("%.0f allocations of %.0f bytes, about %.0f more than %.0f, and no more than %.0f, are expected", ours.objects, ours.bytes, float64(rows), theirs.objects, theirs.bytes)
	}
}

// A strategy twice as large may cost twice as much to load, and somewhat more
// where a map or list happens to grow: 2.2 times is the most measured. What grows
// with the square costs four times as much, less what it has of linear cost.
func TestLoadingAHostileStrategyIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for seconds")
	}
	const head = "version = \"v\"\ntimezone = \"UTC\"\n"
	each := func(n int, format string) string { // of which %[1]d is the number
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, text := range map[string]func(n int) string{
		"rules":                func(n int) string { return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\n") },
		"rules in no order":    func(n int) string { return each(n, "[rule.r%03[1]d]\npriority = %[1]d\ndiscount_rate = 0.1\n") },
		"rules of one group":   func(n int) string { return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\ngroup = \"g\"\n") },
		"rules behind the end": func(n int) string { return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\nstop = \"cart\"\n") },
		"groups":               func(n int) string { return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\ngroup = \"g%[1]d\"\n") },
		"channels":             func(n int) string { return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\nchannels = [\"c%[1]d\"]\n") },
		"rare categories and one": func(n int) string {
			return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\ncategories = [\"c\", \"c%[1]d\"]\n")
		},
		"rare subgroups and one": func(n int) string {
			return each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\nsubgroups = [\"c\", \"c%[1]d\"]\n")
		},
		"steps":                   func(n int) string { return each(n, "[[discounts]]\nthreshold = %[1]d\namount = 1\n") },
		"environments":            func(n int) string { return each(n, "[[env]]\nname = \"e%[1]d\"\n") },
		"SKUs of a rule":          func(n int) string { return "[rule.a]\ndiscount_rate = 0.1\nskus = [" + each(n, "\"s%[1]d\",") + "]\n" },
		"one SKU again and again": func(n int) string { return "[rule.a]\ndiscount_rate = 0.1\nskus = [" + each(n, "\"s\",") + "]\n" },
		"steps of a ladder": func(n int) string {
			return "[rule.a]\nladder = [" + each(n, "{ threshold = %[1]d, amount = 1 },") + "]\n"
		},
		"windows of a rule": func(n int) string {
			return "[rule.a]\ndiscount_rate = 0.1\ntime_windows = [" + each(n, "{ start = \"08:00\", end = \"10:00\" },") + "]\n"
		},
		"attributes": func(n int) string {
			return "[[products]]\nsku = \"a\"\n" + each(n, "a%[1]d = %[1]d\n") + "[rule.a]\ndiscount_rate = 0.1\n"
		},
		"tests of attributes": func(n int) string {
			return "[rule.a]\ndiscount_rate = 0.1\n[rule.a.where]\n" + each(n, "a%[1]d = %[1]d\n")
		},
		"unknown keys":          func(n int) string { return "[rule.a]\ndiscount_rate = 0.1\n" + each(n, "k%[1]d = 1\n") },
		"unknown keys of rules": func(n int) string { return each(n, "[rule.r%[1]d]\ndiscount_rat = 0.1\n") },
		"problems in one line":  func(n int) string { return "rule = { " + each(n, "r%[1]d = { discount_rate = 15 },") + " }\n" },
		"warnings in one line":  func(n int) string { return "rule = { " + each(n, "r%[1]d = { discount_rate = 0.8 },") + " }\n" },
		"words not in a catalogue": func(n int) string {
			return each(n, "[[products]]\nsku = \"s%[1]d\"\n") + each(n, "[rule.r%[1]d]\ndiscount_rate = 0.1\nskus = [\"t%[1]d\"]\n")
		},
		"rows of a spreadsheet": func(n int) string { return "sku,name,price\n" + each(n, "s%[1]d,n,%[1]d\n") },
		"wrong rows":            func(n int) string { return "sku,name,price\n" + each(n, "s%[1]d,n,x\n") },
		"one SKU in all rows":   func(n int) string { return "sku,name,price\n" + each(n, "s,n,%[1]d\n") },
		"cells of a row":        func(n int) string { return "sku,name\n" + each(n, "s%[1]d,") + "\n" },
		"columns":               func(n int) string { return "sku," + each(n, "a%[1]d,") + "\n1\n" },
		"lines of a cell":       func(n int) string { return "sku,a\n1,\"" + each(n, "%[1]d\n") + "\"\n" },
		"empty rows":            func(n int) string { return "sku,a\n" + each(n, ",\n\n") + "1,2\n" },
		"one product twice":     func(n int) string { return each(n, "[[products]]\nsku = \"s\"\n") },
		"parts of a key":        func(n int) string { return strings.Repeat("a.", n) + "a = 1\n" },
		"parts of a header":     func(n int) string { return "[" + strings.Repeat("a.", n) + "a]\n" },
		"a long word": func(n int) string {
			return "[[products]]\nsku = \"a\"\n[rule.a]\ndiscount_rate = 0.1\nskus = [\"" + strings.Repeat("b", n) + "\"]\n"
		},
		"an unknown long key": func(n int) string { return strings.Repeat("b", n) + " = 1\n" },
	} {
		t.Run(name, func(t *testing.T) {
			const n = 6_000
			load := func(n int) cost {
				sources := []Source{{Name: "h.toml", Data: []byte(head + text(n))}}
				if strings.HasPrefix(text(n), "sku,") {
					sources = withSheet(text(n))
				}
				return costOf(func() { _, _ = Load("", sources...) })
			}
			once, twice := load(n), load(2*n)
			if twice.objects > 2.4*once.objects+100 || twice.bytes > 2.4*once.bytes+10_000 {
				t.Errorf("%.0f objects of %.0f bytes, then %.0f of %.0f", once.objects, once.bytes, twice.objects, twice.bytes)
			}
		})
	}
}

// Both would be walked by recursion, until the stack is exhausted and the
// process ends.
func TestEndlessNestingIsRefused(t *testing.T) {
	const rule = "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n"
	for name, text := range map[string]string{
		"a key":    rule + strings.Repeat("exclude.", 101) + "skus = [\"s\"]\n",
		"excludes": rule + "exclude = " + strings.Repeat("{ exclude = ", 101) + "{ skus = [\"s\"] }" + strings.Repeat(" }", 101) + "\n",
	} {
		_, err := Parse("", Source{Name: "t.toml", Data: []byte(text)})
		var problems *document.Diagnostics
		if !errors.As(err, &problems) || len(problems.List) != 1 || !strings.Contains(err.Error(), "more than 100") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAManyTimesMistakenWordIsGuessedEachTime(t *testing.T) {
	text := "version = \"v\"\n[[products]]\nsku = \"latte\"\n"
	for i := range 1_000 {
		text += fmt.Sprintf("[rule.r%d]\nskus = [\"late\"]\ndiscount_rate = 0.1\n", i)
	}
	m := mustParse(t, []byte(text))
	warnings := m.Warnings()
	if len(warnings)+m.MoreWarnings() != 1_000 || slices.ContainsFunc(warnings, func(p document.Diagnostic) bool { return p.Hint != `did you mean "latte"?` }) {
		t.Errorf("%d warnings, the last one %v", len(warnings), warnings[len(warnings)-1])
	}
}

// The reference encodes both names.
func TestNamesAreOrderedByUTF16(t *testing.T) {
	names := []string{"", "a", "ab", "b", "é", "咖", "咖啡", "\uD7FF", "\uE000", "\uFFFD", "\U00010000", "\U0001F600", "a\uE000", "a\U00010000", "a咖"}
	for _, a := range names {
		for _, b := range names {
			want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
			if got := compareUTF16(a, b); got != want {
				t.Errorf("%q and %q compare as %d, %d wanted", a, b, got, want)
			}
		}
	}
}

func TestACatalogueIsNotSearchedForEachOfManyUnknownWords(t *testing.T) {
	const n, rules = 20_000, 2_000
	var written strings.Builder
	written.WriteString("version = \"v\"\n")
	for i := range n {
		fmt.Fprintf(&written, "[[products]]\nsku = \"s%d\"\n", i)
	}
	for i := range rules {
		fmt.Fprintf(&written, "[rule.r%d]\nskus = [\"t%d\"]\ndiscount_rate = 0.1\n", i, i)
	}
	guessed := 0
	m := mustParse(t, []byte(written.String()))
	warnings := m.Warnings()
	for _, warning := range warnings {
		if warning.Hint != "" {
			guessed++
		}
	}
	if len(warnings)+m.MoreWarnings() != rules || guessed == 0 || guessed > maxGuesses/n+1 {
		t.Errorf("%d warnings, %d of them with a guess", len(warnings), guessed)
	}
}
