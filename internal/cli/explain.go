package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

func explainCommand() *cobra.Command {
	c := command("explain PATH --cart FILE", "Says what a cart costs by a strategy, and why", `
Prices a cart by the strategy at PATH, and says what each rule took off each
line, why each other rule did not apply, and what the customer is close to.

The cart is JSON in the shape that the gateway reads by default, with amounts in
minor units, unless --config, --map or --preset says how it is written:

  {"currency": "CNY",
   "items": [{"sku": "latte-hot", "quantity": 2, "unit_price": 2000}],
   "customer": {"tier": "gold"}, "coupons": ["SPRING"],
   "shipping": [{"method": "standard", "amount": 600}]}

Titles of rules are in the languages of --lang, the best first, or in the first
that the strategy has.

With --json it prints the quote that the gateway answers, with "rejected" and
"next", amounts in minor units.`,
		`  caddy discount explain config/discount.toml --cart cart.json
  caddy discount explain config --cart cart.json --now 2026-11-11T09:30:00
  curl -s https://shop.example/cart/42 | caddy discount explain config --cart - --json
  caddy discount explain config/discount.toml --cart order.json --config Caddyfile
  caddy discount explain config/discount.toml --cart order.json --preset shopify-order`, pathOfExplain, runExplain)
	addEnvFlag(c)
	addCartFlag(c)
	addShapeFlags(c)
	addNowFlag(c)
	addLangFlag(c)
	return c
}

// pathOfExplain requires one argument. A second one is mostly the cart.
func pathOfExplain(cmd *cobra.Command, args []string) error {
	if len(args) == 2 && flag(cmd, "cart") == "" {
		return fmt.Errorf("two arguments are given (%q), want one PATH, and the cart as --cart %s", args, args[1])
	}
	return onePath(cmd, args)
}

func runExplain(cmd *cobra.Command, args []string) (int, error) {
	m, err := modelAt(cmd, args[0])
	if err != nil {
		return exitFailed, err
	}
	s, c, now, err := toPrice(cmd, m, args[0])
	if err != nil {
		return exitFailed, err
	}
	texts, err := wordingOf(cmd, s)
	if err != nil {
		return exitFailed, err
	}
	x, err := s.Explain(c.Cart, now)
	if err != nil {
		return exitFailed, c.unpriced(err)
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), json.RawMessage(texts.AppendExplanationJSON(nil, x, c.Cart)))
	}
	w := cmd.OutOrStdout()
	e := explained{Strategy: s, texts: texts, cart: c.Cart, x: x, due: dueAfter(now, m), paint: paintFor(w)}
	e.currency, _ = money.ParseCurrency(x.Currency) // a cart or a strategy with another is refused
	if _, err := io.WriteString(w, e.text(args[0], flag(cmd, "env"), now)); err != nil {
		return exitFailed, fmt.Errorf("writing the result: %w", err)
	}
	return exitFine, nil
}

// explained is an explanation for people.
type explained struct {
	*strategy.Strategy
	texts    *strategy.Wording
	cart     *cart.Cart
	x        *strategy.Explanation
	due      string // when the strategy goes into service; "" unless in the future
	currency money.Currency
	paint    paint
}

func (e *explained) text(path, env string, now time.Time) string {
	var text strings.Builder
	sum := e.Fingerprint()
	if env != "" {
		env = ", env " + env
	}
	text.WriteString(printablef("%s%s: version %s, sha256 %x…\nat %s\n", path, env, e.Version(), sum[:6],
		now.In(e.Location()).Format(explainedTime)))
	if e.due != "" {
		fmt.Fprintf(&text, "The strategy goes into service at %s, and prices no order before.\n", e.due)
	}
	for _, part := range []struct {
		title string
		body  string
	}{
		{"Lines", e.lines()},
		{"Rules that applied", e.applied()},
		{"Gifts", e.gifts()},
		{"Rules that did not apply", e.rejected()},
		{"Close to", e.next()},
	} {
		if part.body != "" {
			text.WriteString("\n" + e.paint.in(bold, part.title) + "\n" + part.body)
		}
	}
	if at, ever := e.ChangesAt(&e.x.Quote, e.cart); ever {
		fmt.Fprintf(&text, "\nWithout a change of the cart this holds until %s.\n", at.Format(explainedTime))
	}
	return text.String()
}

// explainedTime is the layout of instants.
const explainedTime = "Mon 2006-01-02 15:04:05 -07:00"

// named returns the id of a rule with its title, if it has one.
func (e *explained) named(id string) string {
	if title := e.texts.Title(id); title != "" {
		return printable(id) + " (" + printable(title) + ")"
	}
	return printable(id)
}

// major returns an amount in the main unit of the currency.
func (e *explained) major(minor int64) string { return string(e.currency.AppendMajor(nil, minor)) }

func (e *explained) money(minor int64) string { return e.major(minor) + " " + e.currency.Code() }

// lines returns a table of the goods and the shipping charges with the discounts of each.
func (e *explained) lines() string {
	t := table{right: []int{2, 3, 4}}
	code := " " + e.currency.Code()
	t.add("", "", "before"+code, "off"+code, "to pay"+code, "by,"+code)
	for i := range e.x.Lines {
		l := &e.x.Lines[i]
		t.add(fmt.Sprint(i+1), e.lineText(i), e.major(l.Subtotal), e.major(l.Discount), e.major(l.Subtotal-l.Discount), e.by(i, -1))
	}
	for i, c := range e.x.Charges {
		t.add("", "shipping "+printable(e.cart.Shipping[i].Method), e.major(c.Amount), e.major(c.Discount), e.major(c.Amount-c.Discount), e.by(-1, i))
	}
	x := e.x
	t.add("", "together", e.major(x.Subtotal+x.Shipping), e.major(x.Discount+x.ShippingDiscount), e.paint.in(bold, e.major(x.Payable)), "")
	text := t.String() + "  To pay: " + e.paint.in(bold, e.money(x.Payable))
	if x.Payable != x.Subtotal+x.Shipping {
		text += " instead of " + e.money(x.Subtotal+x.Shipping)
	}
	return text + "\n"
}

// lineText describes a line with its price, such as "3 × mug at 59.00 CNY".
func (e *explained) lineText(i int) string {
	from, l := &e.cart.Lines[i], &e.x.Lines[i]
	name := from.SKU
	for _, other := range []string{from.ID, "(no SKU)"} {
		if name == "" {
			name = other
		}
	}
	if from.Quantity == 0 {
		return printable(name) + ", cancelled"
	}
	amount := from.Weight.String()
	if from.Weight.IsZero() {
		amount = fmt.Sprint(from.Quantity)
	}
	text := amount + " × " + printable(name)
	if l.UnitPrice != cart.NoPrice {
		text += " at " + e.money(l.UnitPrice)
	}
	if !atPrice(from, l) {
		text += ", " + e.money(l.Subtotal) + " together"
	}
	var claims []string
	if l.Stated != cart.NoPrice {
		claims = append(claims, e.money(l.Stated))
	}
	if total, overruled := l.StatedTotal(from); overruled {
		claims = append(claims, e.money(total)+" together")
	}
	if len(claims) > 0 {
		text += fmt.Sprintf(" (the catalogue's price; the cart says %s)", strings.Join(claims, ", "))
	}
	return text
}

// atPrice reports whether the subtotal of a line is its unit price times its quantity or weight.
func atPrice(from *cart.Line, l *strategy.QuotedLine) bool {
	switch {
	case l.UnitPrice == cart.NoPrice:
		return false
	case from.Weight.IsZero():
		return l.Subtotal == from.Quantity*l.UnitPrice
	}
	worth, _ := from.Weight.Of(l.UnitPrice)
	return l.Subtotal == worth
}

// by lists the rules that took something off a line or a charge, with the amounts.
func (e *explained) by(line, charge int) string {
	var rules []string
	for _, a := range e.x.Applied {
		for _, share := range e.x.Shares(a) {
			if share.Line == line && share.Charge == charge {
				rules = append(rules, printable(e.Rules()[a.Rule])+" "+e.major(share.Amount))
			}
		}
	}
	return strings.Join(rules, ", ")
}

func (e *explained) applied() string {
	if len(e.x.Applied) == 0 {
		return "  none\n"
	}
	t := table{right: []int{1}}
	for _, a := range e.x.Applied {
		id := e.Rules()[a.Rule]
		t.add(e.paint.in(green, e.named(id)), e.money(a.Amount), e.lowered(id))
	}
	return t.String()
}

// lowered describes the limit that lowered the discount of a rule; "" if none did.
func (e *explained) lowered(id string) string {
	for i := range e.x.Lowered {
		if l := &e.x.Lowered[i]; l.Rule == id {
			return fmt.Sprintf("lowered from %s by %s", e.money(l.From), l.ByText())
		}
	}
	return ""
}

func (e *explained) gifts() string {
	t := table{}
	for _, g := range e.x.Gifts {
		t.add(fmt.Sprintf("%d × %s", g.Quantity, printable(g.SKU)), "by "+e.named(e.Rules()[g.Rule]))
	}
	return t.String()
}

func (e *explained) rejected() string {
	t := table{}
	t.add("rule", "because of", "seen", "needed")
	for _, r := range e.x.Rejected {
		t.add(e.named(r.Rule), printable(r.Reason), printable(r.Seen.Words), printable(r.Needed.Words))
	}
	if len(e.x.Rejected) == 0 {
		return ""
	}
	return t.String()
}

func (e *explained) next() string {
	t := table{}
	for _, n := range e.x.Next {
		missing := "goods for " + e.money(n.Amount) + " more"
		if n.Units > 0 {
			missing = printable(n.Missing.Words)
		}
		t.add(e.named(n.Rule), missing, e.would(&n))
	}
	return t.String()
}

// would describes what the customer would get for what is missing.
func (e *explained) would(n *strategy.Next) string {
	if n.Gift.SKU == "" {
		return "would save " + e.money(n.Saves)
	}
	text := fmt.Sprintf("would bring %d × %s", n.Gift.Quantity, printable(n.Gift.SKU))
	if n.Saves > 0 {
		text += " and save " + e.money(n.Saves)
	}
	return text
}
