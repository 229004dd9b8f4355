package cookbook_test

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// Every toml block of the reference is loaded and its worked carts are quoted.
// A block after which the page shows messages is refused or warned of with
// exactly those; one after which it shows canonical JSON has that meaning. A block
// of csv is the spreadsheet that the one after it names.
func TestTheReferenceIsTrue(t *testing.T) {
	page := mustRead(t, filepath.Join("..", "docs", "strategy.md"))
	blocks, carts := blocksOf(t, page), 0
	for i, b := range blocks {
		if b.kind != "toml" {
			continue
		}
		before, next := block{}, block{}
		if i > 0 {
			before = blocks[i-1]
		}
		if i+1 < len(blocks) {
			next = blocks[i+1]
		}
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) {
			carts += b.check(t, before, next)
		})
	}
	if carts < 100 {
		t.Errorf("only %d worked carts were found", carts)
	}
	checkEquations(t, page)
}

// block is a fenced block of a page. In what a page shows of output, a backslash at the
// end of a line joins it with the next one.
type block struct {
	line       int
	kind, text string
}

func blocksOf(t *testing.T, page string) []block {
	t.Helper()
	var list []block
	inside := false
	n := 0
	for line := range strings.Lines(page) {
		n++
		kind, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && !inside:
			list = append(list, block{line: n, kind: kind})
			inside = true
		case fence:
			inside = false
			if last := &list[len(list)-1]; strings.HasPrefix(last.kind, "text") || last.kind == "json canonical" {
				last.text = strings.ReplaceAll(last.text, "\\\n", "")
			}
		case inside:
			list[len(list)-1].text += line
		}
	}
	if inside {
		t.Fatalf("the block of line %d does not end", list[len(list)-1].line)
	}
	return list
}

const reference = "discount.toml"

// check loads a block and reports how many carts it worked out.
func (b block) check(t *testing.T, before, next block) int {
	t.Helper()
	sources := func(text string) []strategy.Source {
		return sourcesOf(t, reference, text, func(name string) string {
			if before.kind != "csv" {
				t.Fatalf("it names %s, and %q is before it", name, before.kind)
			}
			return before.text
		})
	}
	if next.kind == "text refused" {
		_, err := strategy.Load("", sources(b.text)...)
		if got := fmt.Sprintln(err); got != next.text {
			t.Errorf("the page shows\n%sthe message is\n%s", next.text, got)
		}
		return 0
	}
	text := b.completed()
	warnings := ""
	if next.kind == "text warned" {
		text, warnings = b.text, next.text
	}
	if got := warningsOf(t, sources(text)); got != warnings {
		t.Errorf("the page shows\n%sthe warning is\n%s", warnings, got)
	}
	if next.kind == "json canonical" {
		checkMeaning(t, text, next.text)
	}
	list := workedCarts(t, text)
	for _, w := range list {
		t.Run(w.text, func(t *testing.T) { w.check(t, sources(text)) })
	}
	return len(list)
}

// completed is the block as a whole strategy. The page says so at its top: a
// block that begins with `# in a rule` is the inside of one, and what every
// strategy needs is added where it is not there.
func (b block) completed() string {
	text := b.text
	if strings.HasPrefix(text, "# in a rule\n") {
		text = "[rule.example]\n" + text
	}
	has := func(keys string) bool { return regexp.MustCompile(`(?m)^` + keys).MatchString(text) }
	if !has(`\[rule\.|\[\[discounts\]\]`) {
		text += "[rule.example]\ndiscount_rate = 0.1\n"
	}
	if !has(`timezone\s*=`) {
		text = "timezone = \"Asia/Shanghai\"\n" + text
	}
	if !has(`version\s*=`) {
		text = "version = \"doc\"\n" + text
	}
	return text
}

// checkMeaning holds the canonical form on the page, and the fingerprint on its
// second line, against the engine's.
func checkMeaning(t *testing.T, text, shown string) {
	t.Helper()
	m, err := strategy.Parse("", strategy.Source{Name: reference, Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	canonical := m.Canonical()
	if got := fmt.Sprintf("%s\n%x\n", canonical, sha256.Sum256(canonical)); got != shown {
		t.Errorf("the page shows\n%sthe meaning is\n%s", shown, got)
	}
}

var (
	sums     = regexp.MustCompile(`(\d+(?:\.\d+)?(?: [×+−] \d+(?:\.\d+)?)+) = (\d+(?:\.\d+)?)`)
	percents = regexp.MustCompile(`(\d+(?:\.\d+)?)% of (\d+(?:\.\d+)?) = (\d+(?:\.\d+)?)`)
)

// checkEquations works out every `2 × 18.00 + 15.00 = 51.00` and every
// `15% of 51.00 = 7.65` of a page.
func checkEquations(t *testing.T, page string) {
	t.Helper()
	page = strings.Join(strings.Fields(page), " ") // an equation may be broken into two lines
	for _, m := range sums.FindAllStringSubmatch(page, -1) {
		if number(m[2]).Cmp(sum(strings.Fields(m[1]))) != 0 {
			t.Errorf("%s", m[0])
		}
	}
	for _, m := range percents.FindAllStringSubmatch(page, -1) {
		part := new(big.Rat).Mul(number(m[1]), number(m[2]))
		if number(m[3]).Cmp(part.Quo(part, big.NewRat(100, 1))) != 0 {
			t.Errorf("%s", m[0])
		}
	}
}

func number(text string) *big.Rat {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return n
}

// sum works out numbers with ×, + and − between them, × first.
func sum(words []string) *big.Rat {
	total, term, sign := new(big.Rat), number(words[0]), int64(1)
	for i := 1; i+1 < len(words); i += 2 {
		n := number(words[i+1])
		if words[i] == "×" {
			term.Mul(term, n)
			continue
		}
		total.Add(total, term.Mul(term, big.NewRat(sign, 1)))
		term, sign = n, 1
		if words[i] == "−" {
			sign = -1
		}
	}
	return total.Add(total, term.Mul(term, big.NewRat(sign, 1)))
}
