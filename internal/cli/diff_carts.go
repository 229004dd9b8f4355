package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

// comparedCarts are the same carts priced by two strategies, in minor units.
type comparedCarts struct {
	Path string `json:"path"`

	// The currency and the unit of the amounts.
	Currency string `json:"currency"`
	Unit     string `json:"unit"`
	Decimals int    `json:"decimals"`
	// Carts is how many carts were read, and Unpriced how many of them at least one strategy
	// could not price. The sums are over the others.
	Carts    int            `json:"carts"`
	Unpriced int            `json:"unpriced"`
	Less     int            `json:"less"` // carts that cost less by the new strategy
	More     int            `json:"more"`
	Payable  oldNew         `json:"payable"`
	Discount oldNew         `json:"discount"` // on goods and shipping
	Each     []comparedCart `json:"each"`
}

// oldNew is an amount by the old strategy and by the new one.
type oldNew struct {
	Old int64 `json:"old"`
	New int64 `json:"new"`
}

func (b oldNew) change() int64 { return b.New - b.Old }

type comparedCart struct {
	Line     int          `json:"line"`     // of the file
	Subtotal oldNew       `json:"subtotal"` // goods and shipping, before discounts
	Payable  oldNew       `json:"payable"`
	Discount oldNew       `json:"discount"`
	Rules    []ruleChange `json:"rules"` // the rules that take off another amount
	Error    string       `json:"error,omitempty"`
}

type ruleChange struct {
	Rule string `json:"rule"`
	oldNew
}

// longestCart bounds one line of a file of carts, in bytes. It is the default bound of the
// gateway for a body.
const longestCart = 1 << 20

func compareCarts(cmd *cobra.Command, path, strategyPath string, old, next *strategy.Strategy, now time.Time) (*comparedCarts, error) {
	if old.Currency() != next.Currency() {
		return nil, fmt.Errorf("--carts compares amounts, and OLD is in %s and NEW in %s", old.Currency().Code(), next.Currency().Code())
	}
	shape, err := shapeFor(cmd, strategyPath)
	if err != nil {
		return nil, err
	}
	name, from, err := openCarts(cmd, path)
	if err != nil {
		return nil, fmt.Errorf("reading the carts: %w", err)
	}
	defer from.Close()
	in := next.Currency()
	c := &comparedCarts{Path: name, Currency: in.Code(), Unit: cart.Minor.String(), Decimals: in.Digits(), Each: []comparedCart{}}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestCart+1)
	for at := 1; lines.Scan(); at++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		one, err := shape.cartFrom(source{name, at}, lines.Bytes(), old.Currency())
		if err != nil {
			return nil, err
		}
		c.add(compareCart(one, at, old, next, now))
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("%s: a cart is longer than %d bytes, want one cart on each line", name, longestCart)
	case err != nil:
		return nil, fmt.Errorf("reading the carts: %w", err)
	case c.Carts == 0:
		return nil, fmt.Errorf("%s: there is no cart, want one on each line as JSON", name)
	}
	return c, nil
}

func openCarts(cmd *cobra.Command, path string) (string, io.ReadCloser, error) {
	if path == "-" {
		return "standard input", io.NopCloser(cmd.InOrStdin()), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return path, nil, strategyfile.PathError(path, err)
	}
	return path, f, nil
}

func compareCart(c *pricedCart, line int, old, next *strategy.Strategy, now time.Time) comparedCart {
	result := comparedCart{Line: line, Rules: []ruleChange{}}
	var was, is strategy.Quote
	oldErr, nextErr := old.QuoteInto(&was, c.Cart, now), next.QuoteInto(&is, c.Cart, now)
	switch {
	case oldErr != nil:
		return result.failed(c, "old", oldErr)
	case nextErr != nil:
		return result.failed(c, "new", nextErr)
	}
	result.Subtotal = oldNew{was.Subtotal + was.Shipping, is.Subtotal + is.Shipping}
	result.Payable = oldNew{was.Payable, is.Payable}
	result.Discount = oldNew{was.Discount + was.ShippingDiscount, is.Discount + is.ShippingDiscount}
	result.Rules = append(result.Rules, ruleChanges(old, &was, next, &is)...)
	return result
}

// failed returns the result for a cart that one of the strategies cannot price.
func (one comparedCart) failed(c *pricedCart, by string, err error) comparedCart {
	text, is := c.lineAt(err)
	if !is {
		text = err.Error()
	}
	one.Error = fmt.Sprintf("by the %s one: %s", by, text)
	return one
}

// ruleChanges lists the rules whose discounts differ, in the order of the old strategy, and then
// of the new one.
func ruleChanges(old *strategy.Strategy, was *strategy.Quote, next *strategy.Strategy, is *strategy.Quote) []ruleChange {
	var changes []ruleChange
	at := map[string]int{}
	add := func(rule string, amounts oldNew) {
		i, known := at[rule]
		if !known {
			i = len(changes)
			at[rule] = i
			changes = append(changes, ruleChange{Rule: rule})
		}
		changes[i].Old += amounts.Old
		changes[i].New += amounts.New
	}
	for _, a := range was.Applied {
		add(old.Rules()[a.Rule], oldNew{Old: a.Amount})
	}
	for _, a := range is.Applied {
		add(next.Rules()[a.Rule], oldNew{New: a.Amount})
	}
	kept := changes[:0]
	for _, c := range changes {
		if c.change() != 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

func (c *comparedCarts) add(one comparedCart) {
	c.Carts++
	c.Each = append(c.Each, one)
	if one.Error != "" {
		c.Unpriced++
		return
	}
	c.Payable.Old += one.Payable.Old
	c.Payable.New += one.Payable.New
	c.Discount.Old += one.Discount.Old
	c.Discount.New += one.Discount.New
	switch change := one.Payable.change(); {
	case change < 0:
		c.Less++
	case change > 0:
		c.More++
	}
}

// text lists the carts that change, and the sums.
func (c *comparedCarts) text(in money.Currency, at time.Time, paint paint) string {
	var text strings.Builder
	text.WriteString(printablef("%s, %s at %s, in %s\n", c.Path, brief.Count(c.Carts, "cart"), at.Format("Mon 2006-01-02 15:04:05 -07:00"), in.Code()))
	t := table{right: []int{0, 1, 2, 3}}
	t.add("line", "to pay", "instead", "change", "by")
	for _, one := range c.Each {
		switch {
		case one.Error != "":
			t.add(fmt.Sprint(one.Line), "", "", "", paint.in(red, printable(one.Error)))
		case one.Payable.change() != 0 || len(one.Rules) > 0:
			t.add(append([]string{fmt.Sprint(one.Line)}, append(one.Payable.cells(in, paint), one.by(in))...)...)
		}
	}
	t.add(append([]string{"all"}, append(c.Payable.cells(in, paint), c.share())...)...)
	text.WriteString(t.String())
	fmt.Fprintf(&text, "%d cost less, %d more, %d the same", c.Less, c.More, c.Carts-c.Unpriced-c.Less-c.More)
	if c.Unpriced > 0 {
		fmt.Fprintf(&text, ", %d could not be priced", c.Unpriced)
	}
	return text.String() + "\n"
}

func (b oldNew) cells(in money.Currency, paint paint) []string {
	colour := red // the shop gets less
	if b.change() >= 0 {
		colour = green
	}
	change := withSign(in, b.change())
	if b.change() != 0 {
		change = paint.in(colour, change)
	}
	return []string{string(in.AppendMajor(nil, b.Old)), string(in.AppendMajor(nil, b.New)), change}
}

func withSign(in money.Currency, minor int64) string {
	text := string(in.AppendMajor(nil, minor))
	if minor > 0 {
		return "+" + text
	}
	return text
}

// by lists the causes of a change: the catalogue's prices, and the rules with the difference
// between their discounts.
func (one *comparedCart) by(in money.Currency) string {
	var rules []string
	if change := one.Subtotal.change(); change != 0 {
		rules = append(rules, "prices "+withSign(in, change))
	}
	for _, r := range one.Rules {
		rules = append(rules, fmt.Sprintf("%s %s", printable(r.Rule), withSign(in, -r.change())))
	}
	return strings.Join(rules, ", ")
}

// share returns the change as a percentage of the old amount; "" if there is none.
func (c *comparedCarts) share() string {
	if c.Payable.Old == 0 || c.Payable.change() == 0 {
		return ""
	}
	percent := new(big.Rat).SetFrac64(c.Payable.change(), c.Payable.Old)
	percent.Mul(percent, big.NewRat(100, 1))
	sign := ""
	if percent.Sign() > 0 {
		sign = "+"
	}
	return sign + percent.FloatString(2) + " %"
}
