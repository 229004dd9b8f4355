package cli

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/money"
)

// shownOrders is how many orders are shown in full. Further orders are shown only if they are not
// read or do not add up.
const shownOrders = 3

// text returns the result for people.
func (m *mapped) text(paint paint) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s, %d not read\n", brief.Count(m.Orders, "order"), m.Unread)
	switch {
	case m.Error != "":
		fmt.Fprintf(&text, "\n%s\n", paint.in(red, printable(m.Error)))
	case m.Proposal != nil:
		text.WriteString(m.Proposal.text(paint))
	default:
		fmt.Fprintf(&text, "read as %s says\n", printable(m.Given))
	}
	for i := range m.Each {
		one := &m.Each[i]
		if i >= shownOrders && one.Error == "" && len(one.Odds)+one.MoreOdds == 0 {
			continue
		}
		text.WriteString(one.text(m.currency, i < shownOrders, paint))
	}
	if hidden := len(m.Each) - shownOrders; hidden > 0 {
		fmt.Fprintf(&text, "\nThe first %d orders are shown in full, of the others only what is wrong; --json has all.\n", shownOrders)
	}
	return text.String()
}

func (p *proposedMap) text(paint paint) string {
	var text strings.Builder
	if p.Caddyfile == "" {
		text.WriteString("\nNo map is needed: these orders are in the default shape.\n")
	} else {
		text.WriteString("\n" + paint.in(bold, "To paste into the discount handler of a Caddyfile") + "\n\n")
		for line := range strings.Lines(p.Caddyfile) {
			text.WriteString("\t" + printableLines(line))
		}
	}
	text.WriteString("\n" + paint.in(bold, "Why") + "\n")
	t := table{}
	for _, r := range p.Reasons {
		t.add(r.Field, printable(brief.Text(r.Paths.String(), maxPointerBytes)), printable(r.Why))
	}
	text.WriteString(t.String())
	if len(p.Doubts) > 0 {
		text.WriteString("\n" + paint.in(bold, "To look at") + "\n")
		for _, doubt := range p.Doubts {
			text.WriteString("  " + paint.in(yellow, printable(doubt)) + "\n")
		}
	}
	return text.String()
}

func (o *mappedOrder) text(defaultCurrency money.Currency, full bool, paint paint) string {
	var text strings.Builder
	text.WriteString("\n" + paint.in(bold, printable(source{o.File, o.Line}.String())) + "\n")
	if full {
		text.WriteString(o.readText())
	}
	if o.Error != "" {
		text.WriteString("  " + paint.in(red, "not read: ") + printable(pointerText(o.Pointer)+": "+o.Error) + "\n")
	} else {
		text.WriteString("  " + o.together(defaultCurrency) + "\n")
	}
	if full && len(o.Ignored)+o.MoreIgnored > 0 {
		text.WriteString("\n  Not read, and looks like\n" + o.ignoredText())
	}
	if len(o.Odds) > 0 {
		text.WriteString("\n  Does not add up\n")
		for _, odd := range o.Odds {
			text.WriteString("  " + paint.in(red, printable(odd)) + "\n")
		}
	}
	if o.MoreOdds > 0 {
		fmt.Fprintf(&text, "  and %d more that does not add up\n", o.MoreOdds)
	}
	return text.String()
}

// together returns the number of lines of the order, and its subtotal.
func (o *mappedOrder) together(defaultCurrency money.Currency) string {
	currency, note := defaultCurrency, " (the order states no currency)"
	if stated, err := money.ParseCurrency(o.Currency); err == nil {
		currency, note = stated, ""
	}
	return fmt.Sprintf("%s, %s %s%s", brief.Count(o.Lines, "line"), currency.AppendMajor(nil, o.Subtotal), currency.Code(), note)
}

// readText lists the values that were read. Those of a line or a charge are below its name.
func (o *mappedOrder) readText() string {
	t := table{}
	t.add("", "", "from")
	of := ""
	for _, r := range o.Reads {
		switch at := partOf(r); {
		case at == "":
			of = ""
			t.add(r.Field, printable(r.Text), printable(r.Pointer))
		case at != of:
			of = at
			t.add(at, "", printable(r.Pointer))
			fallthrough
		default:
			if r.Field != "items" && r.Field != "shipping" {
				t.add("  "+r.Field, printable(r.Text), printable(r.Pointer))
			}
		}
	}
	return t.String()
}

// partOf names the line or the charge of a value; "" for a value of the whole order.
func partOf(r mappedRead) string {
	switch {
	case r.Line >= 0:
		return fmt.Sprintf("line %d", r.Line+1)
	case r.Charge >= 0:
		return fmt.Sprintf("shipping %d", r.Charge+1)
	}
	return ""
}

func (o *mappedOrder) ignoredText() string {
	const shown = 12
	t := table{}
	for _, i := range o.Ignored[:min(len(o.Ignored), shown)] {
		count := ""
		if i.Count > 1 {
			count = fmt.Sprintf("%d of them", i.Count)
		}
		t.add(i.Like, printable(i.Text), printable(i.Path), count)
	}
	switch more := len(o.Ignored) - shown; {
	case o.MoreIgnored > 0:
		return t.String() + fmt.Sprintf("  and %d more\n", max(more, 0)+o.MoreIgnored)
	case more > 0:
		return t.String() + fmt.Sprintf("  and %d more, which --json has\n", more)
	}
	return t.String()
}
