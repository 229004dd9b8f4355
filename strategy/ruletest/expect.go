package ruletest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// amounts are the sums a test can expect.
var amounts = []struct {
	key string
	of  func(*strategy.Quote) int64
}{
	{"subtotal", func(q *strategy.Quote) int64 { return q.Subtotal }},
	{"discount", func(q *strategy.Quote) int64 { return q.Discount }},
	{"shipping_discount", func(q *strategy.Quote) int64 { return q.ShippingDiscount }},
	{"payable", func(q *strategy.Quote) int64 { return q.Payable }},
}

// number are the kinds an amount may be written in.
var number = []document.Kind{document.Integer, document.Float, document.String}

// expectation checks the form of what is expected; amounts and rules are checked
// against a strategy.
func (r *reader) expectation(n *document.Node, path string) {
	r.known(n, path, "subtotal", "discount", "shipping_discount", "payable", "lines", "applied", "not_applied", "rejected", "gifts")
	if len(n.Fields) == 0 {
		r.wrong(n.Pos, path, "nothing is expected", "such as { discount = 6.00 }")
	}
	for _, a := range amounts {
		r.member(n, path, a.key, number...)
	}
	r.list(n, path, "lines", number...)
	r.list(n, path, "not_applied", document.String)
	r.table(n, path, "rejected", document.String)
	r.table(n, path, "gifts", document.Integer)
	if applied := r.member(n, path, "applied", document.Array, document.Table); applied != nil && applied.Kind == document.Table {
		r.table(n, path, "applied", number...)
	} else {
		r.list(n, path, "applied", document.String)
	}
}

func (r *reader) list(n *document.Node, path, key string, kinds ...document.Kind) {
	if list := r.member(n, path, key, document.Array); list != nil {
		for i, item := range list.Items {
			if !slices.Contains(kinds, item.Kind) {
				r.wrong(item.Pos, fmt.Sprintf("%s[%d]", join(path, key), i), fmt.Sprintf("this is %s, %s is wanted", item.Kind, kinds[0]), "")
			}
		}
	}
}

func (r *reader) table(n *document.Node, path, key string, kinds ...document.Kind) {
	if table := r.member(n, path, key, document.Table); table != nil {
		for i := range table.Fields {
			if f := &table.Fields[i]; !slices.Contains(kinds, f.Value.Kind) {
				r.wrong(f.Value.Pos, join(path, key)+"."+f.Key, fmt.Sprintf("this is %s, %s is wanted", f.Value.Kind, kinds[0]), "")
			}
		}
	}
}

// A Failure is one thing that is not as expected.
type Failure struct {
	Place document.Place
	Key   string // such as expect.discount
	Want  string
	Got   string
}

// String is the failure on one line.
func (f Failure) String() string {
	return fmt.Sprintf("%s: %s: %s is expected, it is %s", f.Place, f.Key, f.Want, f.Got)
}

// comparison holds what a strategy made of a cart against what was expected.
type comparison struct {
	doc      *document.Document
	expect   *document.Node
	strategy *strategy.Strategy
	got      *strategy.Explanation
	failures []Failure
}

func (c *comparison) fail(at document.Pos, key, want, got string) {
	c.failures = append(c.failures, Failure{Place: c.doc.Locate(at), Key: "expect." + key, Want: want, Got: got})
}

func (c *comparison) run() []Failure {
	for _, a := range amounts {
		if n := c.expect.Get(a.key); n != nil {
			c.amount(n, a.key, a.of(&c.got.Quote))
		}
	}
	c.lines()
	c.applied()
	c.notApplied()
	c.rejected()
	c.gifts()
	return c.failures
}

// amount compares exactly; both are shown in major units.
func (c *comparison) amount(n *document.Node, key string, got int64) {
	currency := c.strategy.Currency()
	want, err := currency.ParseMajor(strings.TrimPrefix(n.Text, "+"))
	if err != nil {
		c.fail(n.Pos, key, fmt.Sprintf("an amount of %s", currency.Code()), fmt.Sprintf("%q: %v", n.Text, err))
		return
	}
	if want != got {
		c.fail(n.Pos, key, major(currency, want), major(currency, got))
	}
}

func major(c money.Currency, minor int64) string { return string(c.AppendMajor(nil, minor)) }

func (c *comparison) lines() {
	list := c.expect.Get("lines")
	if list == nil {
		return
	}
	if len(list.Items) != len(c.got.Lines) {
		c.fail(list.Pos, "lines", fmt.Sprintf("%d lines", len(list.Items)), fmt.Sprintf("%d", len(c.got.Lines)))
		return
	}
	for i, n := range list.Items {
		c.amount(n, fmt.Sprintf("lines[%d]", i), c.got.Lines[i].Discount)
	}
}

// took are the rules that applied, in their order, with what they took off.
func (c *comparison) took() (ids []string, amounts map[string]int64) {
	amounts = map[string]int64{}
	for _, a := range c.got.Applied {
		id := c.strategy.Rules()[a.Rule]
		ids, amounts[id] = append(ids, id), a.Amount
	}
	return ids, amounts
}

func (c *comparison) applied() {
	n := c.expect.Get("applied")
	if n == nil {
		return
	}
	ids, took := c.took()
	if n.Kind == document.Array {
		want := texts(n)
		for i, id := range want {
			c.rule(n.Items[i].Pos, "applied", id)
		}
		if !slices.Equal(want, ids) {
			c.fail(n.Pos, "applied", listed(want), listed(ids))
		}
		return
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if c.rule(f.Pos, "applied", f.Key) {
			c.amount(f.Value, "applied."+f.Key, took[f.Key])
		}
	}
	for _, id := range ids {
		if n.Get(id) == nil {
			c.fail(n.Pos, "applied", "nothing of "+id, major(c.strategy.Currency(), took[id]))
		}
	}
}

func (c *comparison) notApplied() {
	n := c.expect.Get("not_applied")
	if n == nil {
		return
	}
	ids, took := c.took()
	for i, id := range texts(n) {
		if c.rule(n.Items[i].Pos, "not_applied", id) && slices.Contains(ids, id) {
			c.fail(n.Items[i].Pos, "not_applied", "nothing of "+id, major(c.strategy.Currency(), took[id]))
		}
	}
}

func (c *comparison) rejected() {
	n := c.expect.Get("rejected")
	if n == nil {
		return
	}
	why := map[string]strategy.Rejected{}
	for _, r := range c.got.Rejected {
		why[r.Rule] = r
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if !c.rule(f.Pos, "rejected", f.Key) {
			continue
		}
		r, rejected := why[f.Key]
		switch {
		case !rejected:
			c.fail(f.Pos, "rejected."+f.Key, "rejected for "+f.Value.Text, "applied")
		case r.Reason != f.Value.Text:
			c.fail(f.Pos, "rejected."+f.Key, "rejected for "+f.Value.Text, reason(r))
		}
	}
}

func reason(r strategy.Rejected) string {
	text := "rejected for " + r.Reason
	if r.Seen != "" || r.Needed != "" {
		text += fmt.Sprintf(" (%s seen, %s needed)", cmp.Or(r.Seen, "nothing"), cmp.Or(r.Needed, "nothing"))
	}
	return text
}

func (c *comparison) gifts() {
	n := c.expect.Get("gifts")
	if n == nil {
		return
	}
	want, got := map[string]int64{}, map[string]int64{}
	for i := range n.Fields {
		want[n.Fields[i].Key], _ = document.ParseInteger(n.Fields[i].Value.Text) // its kind was checked
	}
	for _, g := range c.got.Gifts {
		got[g.SKU] += g.Quantity
	}
	if w, g := counted(want), counted(got); w != g {
		c.fail(n.Pos, "gifts", w, g)
	}
}

// rule reports whether there is a rule of that id; if not, the test fails.
func (c *comparison) rule(at document.Pos, key, id string) bool {
	all := c.strategy.AllRules()
	if slices.Contains(all, id) {
		return true
	}
	got := "no rule of the strategy"
	if meant := document.Closest(id, all); meant != "" {
		got += " (did you mean " + meant + "?)"
	}
	c.fail(at, key, fmt.Sprintf("a rule %q", id), got)
	return false
}

func texts(list *document.Node) []string {
	all := make([]string, len(list.Items))
	for i, n := range list.Items {
		all[i] = n.Text
	}
	return all
}

func listed(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

func counted(goods map[string]int64) string {
	var all []string
	for sku, n := range goods {
		if n != 0 {
			all = append(all, fmt.Sprintf("%d %s", n, sku))
		}
	}
	slices.Sort(all)
	return listed(all)
}
