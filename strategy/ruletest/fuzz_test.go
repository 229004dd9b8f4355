package ruletest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// FuzzRun reads and runs whatever the bytes say. What it prices is written
// down as a test of its own, which must pass, and fail by one fen.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		"", "[[test]]\n", one(`{ discount = 6, applied = ["coffee-morning"], rejected = { late-night = "time_window" } }`),
		one(`{ applied = { coffee-morning = 6 }, gifts = { mug = 1 }, not_applied = ["a"], lines = [6] }`),
		of(`{ items = [{ quantity = 20, unit_price = "10.50", reduced = true, attributes = { a = 1.5, B = "x", c = false } }] }`, `{ payable = 1 }`),
		of(`{ currency = "KWD", channel = "app", coupons = ["C"], customer = { id = 1, tier = "gold", segments = ["s"], completed_orders = 2 }, shipping = [{ id = "s", method = "m", amount = 6 }], items = [{ id = "1", sku = "a\u0022", category = "b", subgroup = "c", quantity = 0x1, unit_price = 1.234 }] }`, `{ shipping_discount = 6 }`),
		of(`{ items = [{ quantity = 999_999_999_999_999, unit_price = 9 }] }`, `{ discount = 1e400 }`),
		of(`{ items = [1, {}, []], coupons = [["a"]], channel = { a = 1 } }`, `{ lines = [[]] }`),
		strings.Replace(one(`{ discount = 6 }`), "+08:00", "", 1) + "env = [\"\", \"dev\"]\n",
	} {
		f.Add(seed)
	}
	st := load(f, "", shop)
	f.Fuzz(func(t *testing.T, text string) {
		suite, err := ruletest.Parse(strategy.Source{Name: "t.toml", Data: []byte(text)})
		if err != nil {
			if suite != nil || !strings.HasPrefix(err.Error(), "t.toml:") {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		r := suite.Run(st, "")
		if len(r.Results)+r.Skipped != suite.Len() {
			t.Fatalf("%d results and %d skipped of %d tests", len(r.Results), r.Skipped, suite.Len())
		}
		for _, result := range r.Results {
			checkResult(t, &result)
			if result.Quote != nil {
				retell(t, st, result.Cart)
			}
		}
		if again := failures(suite.Run(st, "")); again != failures(r) {
			t.Fatalf("first\n%s\nthen\n%s", failures(r), again)
		}
	})
}

func checkResult(t *testing.T, r *ruletest.Result) {
	t.Helper()
	for _, f := range r.Failures {
		if f.Key == "" || f.Got == "" || f.Position.Line < r.Position.Line || strings.Contains(f.Got, "panicked") {
			t.Fatalf("%s: %s", f.Position, f)
		}
	}
	if r.Quote == nil && len(r.Failures) == 0 {
		t.Fatal("a cart that was not priced passed")
	}
}

// noon is when retold carts are priced.
var noon = time.Date(2026, 11, 11, 9, 30, 0, 0, time.FixedZone("", 8*60*60))

// retell writes a cart and its quote as a test.
func retell(t *testing.T, st *strategy.Strategy, c *cart.Cart) {
	t.Helper()
	q, err := st.Quote(c, noon)
	if err != nil || q.Currency != st.Currency().Code() {
		return
	}
	w := teller{Strategy: st}
	right := of(w.cart(c), w.expect(q, 0))
	if err := parse(t, right).Run(st, "").Err(); err != nil {
		t.Fatalf("%v\n%s", err, right)
	}
	wrong := of(w.cart(c), w.expect(q, 1))
	if failed := failures(parse(t, wrong).Run(st, "")); strings.Count(failed, "\n") != 3+len(q.Lines) {
		t.Fatalf("a fen more of everything fails with\n%s\n%s", failed, wrong)
	}
}

// teller writes carts and quotes in the words of a test.
type teller struct{ *strategy.Strategy }

func (w teller) amount(minor int64) string { return string(w.Currency().AppendMajor(nil, minor)) }

// text quotes for TOML, which knows fewer escapes than Go.
func text(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '"' || r == '\\' || r < ' ' || r == 0x7f {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func texts(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = text(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func (w teller) cart(c *cart.Cart) string {
	var lines, charges []string
	for i := range c.Lines {
		lines = append(lines, w.line(&c.Lines[i]))
	}
	for _, s := range c.Shipping {
		charges = append(charges, fmt.Sprintf("{ id = %s, method = %s, amount = %s }", text(s.ID), text(s.Method), w.amount(s.Amount)))
	}
	customer := fmt.Sprintf("{ id = %s, tier = %s, segments = %s", text(c.Customer.ID), text(c.Customer.Tier), texts(c.Customer.Segments))
	if n := c.Customer.CompletedOrders; n >= 0 {
		customer += fmt.Sprintf(", completed_orders = %d", n)
	}
	return fmt.Sprintf("{ items = [%s], shipping = [%s], customer = %s }, coupons = %s, channel = %s, region = %s }",
		strings.Join(lines, ", "), strings.Join(charges, ", "), customer, texts(c.Coupons), text(c.Channel), text(c.Region))
}

func (w teller) line(l *cart.Line) string {
	s := fmt.Sprintf("{ id = %s, sku = %s, category = %s, subgroup = %s, quantity = %d, unit_price = %s, reduced = %v, attributes = {",
		text(l.ID), text(l.SKU), text(l.Category), text(l.Subgroup), l.Quantity, w.amount(l.UnitPrice), l.Reduced)
	for i, a := range l.Attributes {
		if i > 0 {
			s += ","
		}
		value := a.Text
		if a.Kind != cart.Bool {
			value = text(a.Text) // no rule of the shop looks at it
		}
		s += " " + text(a.Name) + " = " + value
	}
	return s + " } }"
}

// expect writes everything a quote says, each amount with so many fen more.
func (w teller) expect(q *strategy.Quote, more int64) string {
	var lines, applied []string
	for _, l := range q.Lines {
		lines = append(lines, w.amount(l.Discount+more))
	}
	for _, a := range q.Applied {
		applied = append(applied, w.Rules()[a.Rule])
	}
	gifts := make([]string, len(q.Gifts))
	for i, g := range q.Gifts {
		gifts[i] = text(g.SKU) + " = " + strconv.FormatInt(g.Quantity, 10)
	}
	return fmt.Sprintf("{ discount = %s, shipping_discount = %s, subtotal = %s, payable = %s, lines = [%s], applied = %s, gifts = { %s } }",
		w.amount(q.Discount+more), w.amount(q.ShippingDiscount+more), w.amount(q.Subtotal+more), w.amount(q.Payable+more),
		strings.Join(lines, ", "), texts(applied), strings.Join(gifts, ", "))
}
