package fields

import (
	"strconv"
	"strings"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/strategy"
)

// Priced is a cart that was priced.
type Priced struct {
	By        *engine.Compiled
	Quote     *strategy.Quote
	Coupons   []string              // of the cart
	Granted   *reservations.Granted // what the order holds of quotas; nil for nothing
	Exhausted []int                 // the rules of which too little is left
}

// Form is how the values of a priced cart are written.
type Form struct {
	Lines     bool // the discount of every line is one of them
	Compact   bool // the Dictionary is made
	Assertion int  // how many bytes of the 4 KiB an assertion takes at most; 0 for none
}

// Write sets the values of a cart that was priced. They share one string, but for the gifts and what is
// for the order service alone. It writes them in the memory of buf, which it returns.
func (v *Values) Write(buf []byte, p *Priced, f Form) []byte {
	q := p.Quote
	gifts := giftItems(q)
	v.Status, v.Strategy, v.Currency, v.Gifts = StatusNone, p.By, q.Currency, strings.Join(gifts, ", ")
	if len(q.Applied) > 0 {
		v.Status = StatusApplied
	}
	if q.Reason != "" {
		v.Reason = Reason(q.Reason)
	}
	var ends [6]int
	b := strconv.AppendInt(buf[:0], q.Discount, 10)
	ends[0] = len(b)
	b = strconv.AppendInt(b, q.ShippingDiscount, 10)
	ends[1] = len(b)
	b = strconv.AppendInt(b, q.Subtotal, 10)
	ends[2] = len(b)
	b = strconv.AppendInt(b, q.Payable, 10)
	ends[3] = len(b)
	b = p.appendRules(b, ", ")
	ends[4] = len(b)
	if f.Lines {
		b = appendLines(b, q)
	}
	ends[5] = len(b)
	size := maxSize - len(p.By.Header.Strategy) - f.Assertion - v.writeQuotas(p, f)
	left := omit(size, ends[4]-ends[3], ends[5]-ends[4], len(v.Gifts))
	if f.Compact {
		b = v.appendDictionary(b, p, b[ends[4]:ends[5]], gifts, left)
	}
	all := string(b)
	v.Amount, v.Shipping = all[:ends[0]], all[ends[0]:ends[1]]
	v.Subtotal, v.Payable = all[ends[1]:ends[2]], all[ends[2]:ends[3]]
	v.Rules, v.Lines, v.compact = all[ends[3]:ends[4]], all[ends[4]:ends[5]], all[ends[5]:]
	left.apply(v)
	return b
}

// appendRules writes the rules that applied, with a separator: "spring";amount=810, "vip";amount=90. A
// rule with a quota has its units, and a rule with codes the one of the cart's coupons that it used.
func (p *Priced) appendRules(b []byte, separator string) []byte {
	for i, a := range p.Quote.Applied {
		if i > 0 {
			b = append(b, separator...)
		}
		b = append(b, p.By.Header.Rules[a.Rule]...)
		b = append(b, ";amount="...)
		b = strconv.AppendInt(b, a.Amount, 10)
		if p.By.IsCounted(a.Rule) {
			b = append(b, ";units="...)
			b = strconv.AppendInt(b, a.Units, 10)
		}
		if code, has := p.By.CodeOf(p.Quote, a.Rule); has {
			b = append(b, ";code="...)
			b = append(b, text(p.Coupons[code.Coupon])...)
		}
	}
	return b
}

// appendLines writes the discounts by position in the cart: (343 257).
func appendLines(b []byte, q *strategy.Quote) []byte {
	b = append(b, '(')
	for i := range q.Lines {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, q.Lines[i].Discount, 10)
	}
	return append(b, ')')
}

// giftItems are the goods that come with the order, each as an item such as "sticker-pack";q=1. Few
// orders have any. It is leftOut alone if a header cannot carry the SKU of one.
func giftItems(q *strategy.Quote) []string {
	if len(q.Gifts) == 0 {
		return nil
	}
	items := make([]string, len(q.Gifts))
	for i, g := range q.Gifts {
		item := httpsfv.NewItem(sfv.Bare(g.SKU))
		item.Params.Add("q", g.Quantity)
		var err error
		if items[i], err = httpsfv.Marshal(item); err != nil {
			return []string{leftOut}
		}
	}
	return items
}

// mostExhausted is the most bytes that the list of exhausted rules takes.
const mostExhausted = 512

// writeQuotas sets what an order holds and what is exhausted of quotas. It returns how many bytes of
// the header that takes.
func (v *Values) writeQuotas(p *Priced, f Form) int {
	if !p.By.CountsOrders() {
		return 0
	}
	size := 0
	if g := p.Granted; g != nil {
		v.Reservation = strconv.Quote(g.Order.String()) + ";until=@" + strconv.FormatInt(g.Until.Unix(), 10)
		size += len(v.Reservation)
	}
	v.Exhausted = p.exhausted(", ")
	if f.Compact {
		v.inner = p.exhausted(" ")
	}
	if size += len(v.Exhausted); size > 0 && f.Assertion > 0 {
		size += assertion.QuotaSize
	}
	return size
}

// exhausted writes the exhausted rules with a separator; it is "?0" for more than the list may take.
func (p *Priced) exhausted(separator string) string {
	var b []byte
	for i, rule := range p.Exhausted {
		if i > 0 {
			b = append(b, separator...)
		}
		if b = append(b, p.By.Header.Rules[rule]...); len(b) > mostExhausted {
			return leftOut
		}
	}
	return string(b)
}
