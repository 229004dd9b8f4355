package strategy

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// AppendQuoteJSON appends the quote of a cart as JSON:
//
//	{"currency":"CNY","unit":"minor","decimals":2,"subtotal":5400,"discount":810,
//	 "shipping_discount":0,"payable":4590,
//	 "version":"20240521-v2","sha256":"…",
//	 "lines":[{"id":"l1","subtotal":5400,"discount":810,"rules":{"group-buy-2024-spring":810}}],
//	 "applied":[{"rule":"group-buy-2024-spring","amount":810,"lines":[810]}],"gifts":[]}
//
// Amounts are whole minor units of the currency; decimals is the number of its decimals.
// The lines of an applied rule are in the order of the cart. A line whose stated price
// differs from the catalogue's has that price as stated_unit_price, and the price that was
// used as unit_price. A line whose stated total differs has stated_line_total. A quote that
// no rule could apply to has a reason. A quote that changes without a change of the cart
// has changes_at, the instant of the change.
func (s *Strategy) AppendQuoteJSON(dst []byte, q *Quote, c *cart.Cart) []byte {
	return s.Wording().AppendQuoteJSON(dst, q, c)
}

// AppendQuoteJSON is [Strategy.AppendQuoteJSON] with the texts of rules in the languages of
// the wording.
func (t *Wording) AppendQuoteJSON(dst []byte, q *Quote, c *cart.Cart) []byte {
	s, w := t.s, writer(dst)
	w.raw(`{"currency":`).text(q.Currency).raw(`,"unit":"minor"`)
	if currency, err := s.currencyOf(q); err == nil {
		w.raw(`,"decimals":`).int(int64(currency.Digits()))
	}
	w.raw(`,"subtotal":`).int(q.Subtotal).raw(`,"discount":`).int(q.Discount)
	w.raw(`,"shipping_discount":`).int(q.ShippingDiscount).raw(`,"payable":`).int(q.Payable)
	w.raw(`,"version":`).text(s.version).raw(`,"sha256":`).text(hex.EncodeToString(s.fingerprint[:]))
	if q.Reason != "" {
		w.raw(`,"reason":`).text(q.Reason)
	}
	if at, ever := s.ChangesAt(q, c); ever {
		w.raw(`,"changes_at":`).text(stamp(at))
	}
	w.raw(`,"lines":[`)
	shares := q.sharesByLine()
	for i := range q.Lines {
		w.comma(i)
		shares = s.appendLine(&w, q, c, i, shares)
	}
	w.raw(`],"applied":[`)
	onLines := make([]int64, len(q.Lines))
	for i, a := range q.Applied {
		w.comma(i)
		w.raw(`{"rule":`).text(s.ids[a.Rule]).texts(t.texts(s.ids[a.Rule]))
		w.raw(`,"amount":`).int(a.Amount).raw(`,"lines":[`)
		q.putShares(a, onLines)
		for line, amount := range onLines {
			w.comma(line)
			w.int(amount)
		}
		w.raw(`]}`)
	}
	w.raw(`],"gifts":[`)
	for i, gift := range q.Gifts {
		w.comma(i)
		w.raw(`{"sku":`).text(gift.SKU).raw(`,"quantity":`).int(gift.Quantity)
		w.raw(`,"rule":`).text(s.ids[gift.Rule]).optional("title", t.Title(s.ids[gift.Rule])).raw(`}`)
	}
	w.raw(`]}`)
	return w
}

// currencyOf is the currency of a quote. A cart may be in another currency than the
// strategy.
func (s *Strategy) currencyOf(q *Quote) (money.Currency, error) {
	if q.Currency == s.currency.Code() {
		return s.currency, nil
	}
	return money.ParseCurrency(q.Currency)
}

// AppendExplanationJSON is [Strategy.AppendQuoteJSON] with three more members:
//
//	"lowered":[{"rule":"mid-autumn","from":3000,"amount":2500,
//	  "by":["rule.happy-hour","limits.max_amount"]}],
//	"rejected":[{"rule":"late-night","reason":"time_window",
//	  "detail":{"seen":"tue 09:30:00","needed":"21:00:00 to 24:00:00"},
//	  "seen":{"value":"2024-06-04T09:30:00+08:00","unit":"time"},
//	  "needed":{"value":"2024-06-04T21:00:00+08:00","unit":"time"},
//	  "text":"the rule is outside its hours: seen tue 09:30:00, needed 21:00:00 to 24:00:00"}],
//	"next":[{"rule":"coffee-80","missing_amount":1200,"saves":500,"reason":"threshold",
//	  "seen":{"value":6800,"unit":"minor"},"needed":{"value":8000,"unit":"minor"},
//	  "missing":{"value":1200,"unit":"minor"},"add":[{"amount":1200,"line":0,"sku":"latte"}],
//	  "would_save":500,"text":"goods for 12.00 CNY more would save 5.00 CNY"}]
func (s *Strategy) AppendExplanationJSON(dst []byte, x *Explanation, c *cart.Cart) []byte {
	return s.Wording().AppendExplanationJSON(dst, x, c)
}

// AppendExplanationJSON is [Strategy.AppendExplanationJSON] with the texts of rules in the
// languages of the wording.
func (t *Wording) AppendExplanationJSON(dst []byte, x *Explanation, c *cart.Cart) []byte {
	w := writer(t.AppendQuoteJSON(dst, &x.Quote, c))
	w = w[:len(w)-1] // open the object again
	w.raw(`,"lowered":[`)
	for i, l := range x.Lowered {
		w.comma(i)
		w.raw(`{"rule":`).text(l.Rule).raw(`,"from":`).int(l.From).raw(`,"amount":`).int(l.Amount).raw(`,"by":[`)
		for j, key := range l.By {
			w.comma(j)
			w.text(key)
		}
		w.raw(`]}`)
	}
	w.raw(`],"rejected":[`)
	for i := range x.Rejected {
		w.comma(i)
		w.rejected(&x.Rejected[i], t)
	}
	w.raw(`]`).nextList(x.Next, t, true)
	w.raw(`}`)
	return w
}

// AppendNextJSON is [Strategy.AppendQuoteJSON] with the member next of
// [Strategy.AppendExplanationJSON]. Each element has the title of its rule instead of the
// id.
func (t *Wording) AppendNextJSON(dst []byte, x *Explanation, c *cart.Cart) []byte {
	w := writer(t.AppendQuoteJSON(dst, &x.Quote, c))
	w = w[:len(w)-1] // open the object again
	w.nextList(x.Next, t, false).raw(`}`)
	return w
}

func (w *writer) nextList(list []Next, t *Wording, byID bool) *writer {
	w.raw(`,"next":[`)
	for i := range list {
		w.comma(i)
		w.next(&list[i], t, byID)
	}
	return w.raw(`]`)
}

func (w *writer) rejected(r *Rejected, t *Wording) {
	w.raw(`{"rule":`).text(r.Rule).optional("title", t.Title(r.Rule)).raw(`,"reason":`).text(r.Reason)
	w.raw(`,"detail":{"seen":`).text(r.Seen.Words).raw(`,"needed":`).text(r.Needed.Words).raw(`}`)
	w.value("seen", &r.Seen).value("needed", &r.Needed).raw(`,"text":`).text(r.Text).raw(`}`)
}

// next appends one element of next, with the id of its rule or only with its title.
func (w *writer) next(n *Next, t *Wording, byID bool) {
	w.raw(`{`)
	if byID {
		w.raw(`"rule":`).text(n.Rule).raw(`,`)
	}
	if title := t.Title(n.Rule); title != "" {
		w.raw(`"title":`).text(title).raw(`,`)
	}
	if n.Units > 0 {
		w.raw(`"missing_units":`).int(n.Units)
	} else {
		w.raw(`"missing_amount":`).int(n.Amount)
	}
	w.raw(`,"saves":`).int(n.Saves).raw(`,"reason":`).text(n.Reason)
	w.value("seen", &n.Seen).value("needed", &n.Needed).value("missing", &n.Missing)
	w.raw(`,"add":[`)
	for i := range n.Add {
		w.comma(i)
		w.addition(&n.Add[i])
	}
	w.raw(`],"would_save":`).int(n.Saves)
	if n.Gift.SKU != "" {
		w.raw(`,"gift":{"sku":`).text(n.Gift.SKU).raw(`,"quantity":`).int(n.Gift.Quantity).raw(`}`)
	}
	w.raw(`,"text":`).text(n.Text).raw(`}`)
}

func (w *writer) addition(a *Addition) {
	switch {
	case a.Units > 0:
		w.raw(`{"units":`).int(a.Units)
	case a.Articles > 0:
		w.raw(`{"articles":`).int(a.Articles)
	default:
		w.raw(`{"amount":`).int(a.Amount)
	}
	if a.Line >= 0 {
		w.raw(`,"line":`).int(int64(a.Line))
	}
	w.optional("sku", a.SKU).raw(`}`)
}

// texts appends the texts that a rule has.
func (w *writer) texts(t Texts) *writer {
	w.optional("title", t.Title).optional("description", t.Description)
	for i, tag := range t.Tags {
		if i == 0 {
			w.raw(`,"tags":[`)
		}
		w.comma(i)
		w.text(tag)
	}
	if len(t.Tags) > 0 {
		w.raw(`]`)
	}
	if t.Meta != nil {
		w.raw(`,"meta":`).raw(string(t.Meta))
	}
	return w
}

// optional appends a member unless it is empty.
func (w *writer) optional(name, text string) *writer {
	if text != "" {
		w.raw(`,`).text(name).raw(`:`).text(text)
	}
	return w
}

// value appends a member that is a value, unless the value is unknown.
func (w *writer) value(name string, v *Value) *writer {
	if !v.known() {
		return w
	}
	w.raw(`,`).text(name).raw(`:{"value":`)
	switch v.Unit {
	case UnitTime:
		w.text(stamp(v.Time))
	case UnitText:
		w.text(v.Text)
	default:
		w.int(v.Number)
	}
	return w.raw(`,"unit":`).text(string(v.Unit)).raw(`}`)
}

// appendLine appends a line. Its shares are the first of the given ones. It returns the
// shares of the lines after it.
func (s *Strategy) appendLine(w *writer, q *Quote, c *cart.Cart, i int, shares []lineShare) []lineShare {
	line := &q.Lines[i]
	w.raw(`{`)
	if id := c.Lines[i].ID; id != "" {
		w.raw(`"id":`).text(id).raw(`,`)
	}
	total, overruled := line.StatedTotal(&c.Lines[i])
	if overruled || line.Stated != cart.NoPrice {
		w.raw(`"unit_price":`).int(line.UnitPrice).raw(`,`)
	}
	if line.Stated != cart.NoPrice {
		w.raw(`"stated_unit_price":`).int(line.Stated).raw(`,`)
	}
	if overruled {
		w.raw(`"stated_line_total":`).int(total).raw(`,`)
	}
	w.raw(`"subtotal":`).int(line.Subtotal).raw(`,"discount":`).int(line.Discount).raw(`,"rules":{`)
	n := 0
	for ; n < len(shares) && shares[n].line == i; n++ {
		w.comma(n)
		w.text(s.ids[q.Applied[shares[n].applied].Rule]).raw(`:`).int(shares[n].amount)
	}
	w.raw(`}}`)
	return shares[n:]
}

// lineShare is the amount that one of the applied rules took off a line.
type lineShare struct {
	line, applied int
	amount        int64
}

// sharesByLine are the shares of all rules, line by line, in the order in which the rules
// applied. Searching all shares for each line would take time quadratic in the lines.
func (q *Quote) sharesByLine() []lineShare {
	shares := make([]lineShare, 0, len(q.shares))
	for i, a := range q.Applied {
		for _, share := range q.Shares(a) {
			if share.Line >= 0 {
				shares = append(shares, lineShare{share.Line, i, share.Amount})
			}
		}
	}
	slices.SortStableFunc(shares, func(a, b lineShare) int { return cmp.Compare(a.line, b.line) })
	return shares
}

// putShares fills a list of all lines with the amounts that a rule took off them.
func (q *Quote) putShares(a Applied, lines []int64) {
	clear(lines)
	for _, share := range q.Shares(a) {
		if share.Line >= 0 {
			lines[share.Line] += share.Amount
		}
	}
}

// writer appends JSON.
type writer []byte

func (w *writer) raw(json string) *writer {
	*w = append(*w, json...)
	return w
}

func (w *writer) comma(i int) {
	if i > 0 {
		*w = append(*w, ',')
	}
}

func (w *writer) int(v int64) *writer {
	*w = strconv.AppendInt(*w, v, 10)
	return w
}

func (w *writer) text(s string) *writer {
	// The only error is invalid UTF-8. The bytes are replaced, which is harmless.
	*w, _ = jsontext.AppendQuote(*w, s)
	return w
}
