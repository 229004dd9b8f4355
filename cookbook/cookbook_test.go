// Package cookbook_test holds the campaigns of this directory, and the pages
// that show them, to what they claim: every worked cart is quoted.
//
// A worked cart is a comment of one line,
//
//	# cart: coffee/latte 2×18.00, tea/oolong 1×15.00; tier gold → 7.65 (5.40 + 2.25)
//
// Before the arrow is what is bought and, after semicolons, what else is known;
// after it is the discount on the goods, the share of each line and, after
// semicolons, what else comes out. A line is a SKU, with its category or
// category and subgroup before it, a quantity and a price, and then attributes
// or the word reduced. Several categories are tea+season, a quantity with a point is
// a weight, and 3=10.00 is a total for all three.
package cookbook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// noon is when a worked cart is quoted that says nothing else: a Wednesday.
const noon = "2026-11-11T12:00:00+08:00"

func TestCampaigns(t *testing.T) {
	for _, file := range campaigns(t) {
		t.Run(file, func(t *testing.T) {
			text := mustRead(t, file)
			sources := sourcesOf(t, file, text, beside(t))
			if probably := warningsOf(t, sources); probably != "" {
				t.Errorf("probably not meant: %s", probably)
			}
			gave, refused := 0, 0
			for _, w := range workedCarts(t, text) {
				t.Run(w.text, func(t *testing.T) {
					w.check(t, sources)
				})
				if w.result == "0" && len(w.further) == 0 {
					refused++
				} else {
					gave++
				}
			}
			if gave == 0 || refused == 0 || gave+refused < 3 {
				t.Errorf("%d carts that get something and %d that get nothing are too few", gave, refused)
			}
		})
	}
}

// The page shows every file as it stands, under the name the file gives itself.
func TestTheCookbookShowsTheFiles(t *testing.T) {
	page := mustRead(t, filepath.Join("..", "docs", "cookbook.md"))
	shown := 0
	for _, file := range campaigns(t) {
		text := mustRead(t, file)
		title, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		section := "## " + title + "\n\n[" + file + "](../cookbook/" + file + ")\n\n```toml\n" + text + "```\n"
		if !strings.Contains(page, section) {
			t.Errorf("the page does not show %s under %q", file, title)
		}
		for _, s := range sourcesOf(t, file, text, beside(t))[1:] {
			if !strings.Contains(page, "["+s.Name+"](../cookbook/"+s.Name+")") || !strings.Contains(page, "```csv\n"+string(s.Data)+"```\n") {
				t.Errorf("the page does not show %s", s.Name)
			}
		}
		shown++
	}
	if blocks := strings.Count(page, "```toml\n"); blocks != shown {
		t.Errorf("the page has %d campaigns, there are %d files", blocks, shown)
	}
	checkEquations(t, page)
}

func campaigns(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.toml")
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, ".test.toml") })
	if err != nil || len(files) < 15 {
		t.Fatalf("campaigns %v, %v", files, err)
	}
	return files
}

func mustRead(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// beside reads the files of this directory.
func beside(t *testing.T) func(name string) string {
	return func(name string) string {
		t.Helper()
		return mustRead(t, name)
	}
}

// sourcesOf are the files of a strategy: its text, and what it names.
func sourcesOf(t *testing.T, name, text string, beside func(name string) string) []strategy.Source {
	t.Helper()
	sources := []strategy.Source{{Name: name, Data: []byte(text)}}
	for _, name := range strategy.Companions(sources...) {
		sources = append(sources, strategy.Source{Name: name, Data: []byte(beside(name)), Companion: true})
	}
	return sources
}

// warningsOf loads a strategy and lists what in it is probably not meant.
func warningsOf(t *testing.T, sources []strategy.Source) string {
	t.Helper()
	m, err := strategy.Parse("", sources...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range m.Warnings() {
		lines = append(lines, c.String()+"\n")
	}
	return strings.Join(lines, "")
}

// worked is a worked cart: its two sides, and each cut at its semicolons.
type worked struct {
	text           string
	goods, result  string
	given, further []string
}

func workedCarts(t *testing.T, text string) []worked {
	t.Helper()
	var list []worked
	for line := range strings.Lines(text) {
		line, is := strings.CutPrefix(strings.TrimSpace(line), "# cart: ")
		if !is {
			continue
		}
		before, after, both := strings.Cut(line, " → ")
		if !both {
			t.Fatalf("no result: %s", line)
		}
		given, further := strings.Split(before, "; "), strings.Split(after, "; ")
		list = append(list, worked{text: line, goods: given[0], given: given[1:], result: further[0], further: further[1:]})
	}
	return list
}

// check quotes the cart and compares everything that is claimed. Nothing is
// claimed to be left out: no shipping discount and no gift.
func (w *worked) check(t *testing.T, sources []strategy.Source) {
	t.Helper()
	env := ""
	if i := slices.IndexFunc(w.given, func(g string) bool { return strings.HasPrefix(g, "env ") }); i >= 0 {
		env = strings.TrimPrefix(w.given[i], "env ")
	}
	s, err := strategy.Load(env, sources...)
	if err != nil {
		t.Fatal(err)
	}
	r := reading{T: t, Strategy: s}
	c, now := r.cart(w)
	x, err := s.ExplainWithin(c, now, r.left(w))
	if err != nil {
		t.Fatal(err)
	}
	want, got := append([]string{w.result}, w.further...), []string{r.goods(x, strings.Contains(w.result, "("))}
	said := func(name string) bool {
		return slices.ContainsFunc(w.further, func(f string) bool { return strings.HasPrefix(f, name+" ") })
	}
	for _, part := range []struct {
		name, text string
		always     bool
	}{
		{name: "by", text: r.applied(x), always: false},
		{name: "shipping", text: r.amount(x.ShippingDiscount), always: x.ShippingDiscount != 0},
		{name: "gift", text: r.gifts(x), always: len(x.Gifts) > 0},
		{name: "without", text: r.rejected(x), always: false},
	} {
		if part.always || said(part.name) {
			got = append(got, part.name+" "+part.text)
		}
	}
	if got, want := strings.Join(got, "; "), strings.Join(want, "; "); got != want {
		t.Errorf("the engine says → %s", got)
	}
}

// reading reads and writes the words of a worked cart.
type reading struct {
	*testing.T
	*strategy.Strategy
}

func (r reading) minor(text string) int64 {
	r.Helper()
	amount, err := r.Currency().ParseMajor(text)
	if err != nil {
		r.Fatalf("%q: %v", text, err)
	}
	return amount
}

func (r reading) whole(text string) int64 {
	r.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.Fatal(err)
	}
	return n
}

func (r reading) instant(text string) time.Time {
	r.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.Fatal(err)
	}
	return at
}

// left is what a worked cart says is left of limits, such as "left flash units 1".
func (r reading) left(w *worked) *strategy.Restriction {
	r.Helper()
	within := &strategy.Restriction{}
	for _, given := range w.given {
		words := strings.Fields(given)
		if words[0] != "left" {
			continue
		}
		at := slices.IndexFunc(r.Quotas(), func(q strategy.Quota) bool {
			return q.Name == words[1] && q.Kind.String() == words[2] && !q.PerCustomer
		})
		if at < 0 {
			r.Fatalf("%s: there is no such quota", given)
		}
		if r.Quotas()[at].Kind == strategy.QuotaBudget {
			within.SetLeft(at, r.minor(words[3]))
		} else {
			within.SetLeft(at, r.whole(words[3]))
		}
	}
	return within
}

func (r reading) cart(w *worked) (*cart.Cart, time.Time) {
	r.Helper()
	c := &cart.Cart{Customer: cart.Customer{CompletedOrders: -1}}
	now := r.instant(noon)
	for line := range strings.SplitSeq(w.goods, ", ") {
		c.Lines = append(c.Lines, r.line(strings.Fields(line)))
	}
	for _, given := range w.given {
		name, value, _ := strings.Cut(given, " ")
		switch name {
		case "at":
			now = r.instant(value)
		case "coupon":
			c.Coupons = append(c.Coupons, value)
		case "tier":
			c.Customer.Tier = value
		case "segment":
			c.Customer.Segments = append(c.Customer.Segments, value)
		case "customer":
			c.Customer.ID = value
		case "order":
			c.Customer.CompletedOrders = r.whole(value) - 1
		case "channel":
			c.Channel = value
		case "region":
			c.Region = value
		case "currency":
			c.Currency = value
		case "shipping":
			method, amount, _ := strings.Cut(value, " ")
			c.Shipping = append(c.Shipping, cart.Charge{Method: method, Amount: r.minor(amount)})
		case "env", "left":
		default:
			r.Fatalf("a cart has no %q", name)
		}
	}
	return c, now
}

// line reads `coffee/latte 2×18.00 reduced caffeine_mg=95`.
func (r reading) line(words []string) cart.Line {
	r.Helper()
	names := strings.Split(words[0], "/")
	l := cart.Line{SKU: names[len(names)-1], UnitPrice: cart.NoPrice}
	if len(names) > 1 {
		categories := strings.Split(names[0], "+")
		l.Category, l.MoreCategories = categories[0], categories[1:]
	}
	if len(names) > 2 {
		l.Subgroup = names[1]
	}
	r.amounts(&l, words[1])
	for _, word := range words[2:] {
		name, value, isAttribute := strings.Cut(word, "=")
		switch {
		case word == "reduced":
			l.Reduced = true
		case isAttribute:
			l.Attributes = append(l.Attributes, attribute(name, value))
		default:
			r.Fatalf("a line has no %q", word)
		}
	}
	return l
}

// amounts reads `2×18.00`, `2`, `0.5×18.00` or `3=10.00`.
func (r reading) amounts(l *cart.Line, text string) {
	r.Helper()
	text, total, together := strings.Cut(text, "=")
	quantity, price, priced := strings.Cut(text, "×")
	if whole, fraction, weighed := strings.Cut(quantity, "."); weighed {
		l.Quantity, l.Weight = 1, cart.Decimal{Digits: r.whole(whole + fraction), Places: uint8(len(fraction))}
	} else {
		l.Quantity = r.whole(quantity)
	}
	switch {
	case together:
		l.HasTotal, l.Subtotal = true, r.minor(total)
	case priced && l.Weight.IsZero():
		l.UnitPrice = r.minor(price)
		l.Subtotal = l.Quantity * l.UnitPrice
	case priced:
		l.UnitPrice = r.minor(price)
		l.Subtotal, _ = l.Weight.Of(l.UnitPrice)
	}
}

func attribute(name, value string) cart.Attribute {
	a := cart.Attribute{Name: name, Text: value}
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		a.Kind = cart.Number
	} else if value == "true" || value == "false" {
		a.Kind = cart.Bool
	}
	return a
}

// amount writes money as the pages do: a plain 0 for nothing.
func (r reading) amount(minor int64) string {
	if minor == 0 {
		return "0"
	}
	return string(r.Currency().AppendMajor(nil, minor))
}

// goods writes the discount on the goods and, if wanted, each line's share.
func (r reading) goods(x *strategy.Explanation, withShares bool) string {
	if !withShares {
		return r.amount(x.Discount)
	}
	shares := make([]string, len(x.Lines))
	for i := range x.Lines {
		shares[i] = r.amount(x.Lines[i].Discount)
	}
	return r.amount(x.Discount) + " (" + strings.Join(shares, " + ") + ")"
}

func (r reading) applied(x *strategy.Explanation) string {
	rules := make([]string, len(x.Applied))
	for i, a := range x.Applied {
		rules[i] = r.Rules()[a.Rule] + " " + r.amount(a.Amount)
	}
	return strings.Join(rules, ", ")
}

func (r reading) gifts(x *strategy.Explanation) string {
	gifts := make([]string, len(x.Gifts))
	for i, g := range x.Gifts {
		gifts[i] = fmt.Sprintf("%d %s", g.Quantity, g.SKU)
	}
	return strings.Join(gifts, ", ")
}

func (r reading) rejected(x *strategy.Explanation) string {
	rules := make([]string, len(x.Rejected))
	for i, j := range x.Rejected {
		rules[i] = j.Rule + ": " + j.Reason
	}
	return strings.Join(rules, ", ")
}
