package strategy

import (
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// Quote is the price of a cart under a strategy at an instant. All amounts are minor units of
// Currency. A quote may be used again for another cart, so that its memory is used again.
type Quote struct {
	Currency string // ISO 4217
	// Reason is [ReasonCurrency] if the cart is in another currency, so that no rule can
	// apply; otherwise it is empty.
	Reason string
	// Subtotal is the value of the goods before discounts. Discount is what is taken off them.
	Subtotal, Discount int64
	// Shipping is the sum of the shipping charges before discounts. ShippingDiscount is what
	// is taken off them.
	Shipping, ShippingDiscount int64
	// Payable is the sum of goods and shipping after all discounts.
	Payable int64
	// Lines are in the order of the cart.
	Lines []QuotedLine
	// Charges are the shipping charges in the order of the cart.
	Charges []QuotedCharge
	// Applied are the rules that gave something, in the order in which they applied.
	Applied []Applied
	// Gifts are goods for the order service to add to the order.
	Gifts []Gift

	shares []Share
	work   evaluation
}

// QuotedLine is one line of the quote. All amounts are minor units.
type QuotedLine struct {
	// UnitPrice is the price before discounts of one unit, or of one unit of weight for goods
	// by weight. It is the catalogue's price, or else the price that the cart states. It is
	// cart.NoPrice if the cart states only the total of the line.
	UnitPrice int64
	// Subtotal is the value of the line before discounts, and Discount is what is taken off
	// it. Both are shared evenly by the units of the line. Odd minor units are on the first
	// units.
	Subtotal int64
	Discount int64
	// Stated is the unit price that the cart states, if the catalogue has another one, which
	// counts; cart.NoPrice otherwise.
	Stated int64
}

// StatedTotal is the total that the cart states for a line, in minor units; from is the line of
// the cart. overruled reports whether the catalogue's price gave the line another total, which
// counts.
func (l *QuotedLine) StatedTotal(from *cart.Line) (total int64, overruled bool) {
	return from.Subtotal, from.HasTotal && from.Quantity > 0 && from.Subtotal != l.Subtotal
}

// QuotedCharge is one shipping charge of the quote, in minor units.
type QuotedCharge struct {
	Amount   int64 // before discounts
	Discount int64
}

// Gift is free goods for the order service to add to the order.
type Gift struct {
	SKU      string
	Quantity int64
	Rule     int // index into Strategy.Rules
}

// Applied is one rule that gave something. Amount is what it took off, in minor units.
type Applied struct {
	Rule   int // index into Strategy.Rules
	Amount int64
	// Units are the units of goods that it reduced, and those of its gift.
	Units int64
	first int // of its shares
	last  int
}

// Share is what one rule took off one line or one shipping charge. Amount is in minor units.
type Share struct {
	Line   int // index into the cart's lines; -1 for a charge
	Charge int // index into the cart's shipping charges; -1 for a line
	Amount int64
}

// Shares lists what a rule took off each line and shipping charge. Their sum is its Amount.
func (q *Quote) Shares(a Applied) []Share { return q.shares[a.first:a.last] }

// LineError says why a line of the cart cannot be priced.
type LineError struct {
	Line   int    // index into the cart's lines; 0 where goods and shipping together are too much
	Field  string // "unit_price", "quantity", or [FieldSKU] or [FieldSums]
	Reason string
}

func (e *LineError) Error() string {
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Field, e.Reason)
}

// Quote computes a cart's discounts at an instant. The error is a *[LineError] or
// [ErrTooManySteps].
func (s *Strategy) Quote(c *cart.Cart, now time.Time) (*Quote, error) {
	q := &Quote{}
	if err := s.QuoteInto(q, c, now); err != nil {
		return nil, err
	}
	return q, nil
}

// QuoteInto is [Strategy.Quote] into a quote whose memory is used again. After an error the
// contents of the quote are undefined.
func (s *Strategy) QuoteInto(q *Quote, c *cart.Cart, now time.Time) error {
	if _, err := s.Prepare(q, c, now); err != nil {
		return err
	}
	return s.Complete(q)
}

// Prepare is the first part of [Strategy.QuoteInto]: it prices the lines and finds the rules
// that the cart can touch. It returns an estimate of the steps that [Strategy.Complete], the
// second part, takes. The cart must not change in between. The error is a *[LineError].
func (s *Strategy) Prepare(q *Quote, c *cart.Cart, now time.Time) (steps int64, err error) {
	q.reset(s.currency.Code())
	foreign := c.Currency != "" && c.Currency != s.currency.Code()
	if foreign {
		q.Currency, q.Reason = c.Currency, ReasonCurrency
	}
	q.work.begin(s, c, now)
	if err := s.price(q, c, foreign); err != nil {
		return 0, err
	}
	if err := q.add(q.work.extras); err != nil {
		return 0, err
	}
	if err := q.ship(c); err != nil {
		return 0, err
	}
	if foreign {
		return 0, nil
	}
	q.work.budget = s.limits.budget(q.Subtotal)
	s.find(&q.work)
	return s.estimate(&q.work), nil
}

// Complete applies the rules to a prepared quote. The error is [ErrTooManySteps].
func (s *Strategy) Complete(q *Quote) error {
	if q.work.codes.n > 0 {
		s.restrictCodes(&q.work, q.work.quota.within)
	}
	switch {
	case q.Reason != "":
	case s.quotas != nil || q.work.quota.within != nil:
		s.evaluateWithin(q)
	default:
		s.evaluate(q)
	}
	q.Payable = q.Subtotal - q.Discount + q.Shipping - q.ShippingDiscount
	q.work.cart = nil // a quote may outlive its cart
	if q.work.tooManySteps() {
		return ErrTooManySteps
	}
	return nil
}

func (q *Quote) reset(currency string) {
	q.work.reset()
	q.Currency, q.Reason = currency, ""
	q.Subtotal, q.Discount, q.Shipping, q.ShippingDiscount, q.Payable = 0, 0, 0, 0, 0
	q.Lines, q.Charges = q.Lines[:0], q.Charges[:0]
	q.Applied, q.Gifts, q.shares = q.Applied[:0], q.Gifts[:0], q.shares[:0]
}

// add adds goods that an explanation tries to the quote, each as a line of its own.
func (q *Quote) add(extras []item) error {
	e := &q.work
	for i := range extras {
		of := extras[i]
		sum, ok := money.Add(q.Subtotal, of.original)
		if !ok {
			return tooMuch(len(q.Lines))
		}
		q.Subtotal = sum
		of.line = int32(len(q.Lines))
		of.lastLine, of.lines = of.line, 1
		q.Lines = append(q.Lines, QuotedLine{UnitPrice: of.unitPrice, Subtotal: of.original, Stated: cart.NoPrice})
		e.items = append(e.items, of)
		if of.further != nil {
			e.lookup.categories = append(e.lookup.categories, *of.further...)
		}
	}
	return nil
}

// ship adds the shipping charges.
func (q *Quote) ship(c *cart.Cart) error {
	e := &q.work
	e.goods = len(e.items)
	for i := range c.Shipping {
		charge := &c.Shipping[i]
		if charge.Amount > money.Max-q.Subtotal-q.Shipping {
			return &LineError{Field: "unit_price", Reason: fmt.Sprintf("goods and shipping together are above %d minor units", money.Max)}
		}
		q.Shipping += charge.Amount
		q.Charges = append(q.Charges, QuotedCharge{Amount: charge.Amount})
		e.items = append(e.items, item{
			charge: charge, quantity: 1, largest: 1, unitPrice: charge.Amount,
			original: charge.Amount, stage: charge.Amount, left: charge.Amount,
		})
	}
	return nil
}

// price prices the lines by the catalogue and the cart, and adds them up.
func (s *Strategy) price(q *Quote, c *cart.Cart, foreign bool) error {
	q.work.articles.begin(len(c.Lines))
	for i := range c.Lines {
		q.work.items = append(q.work.items, item{})
		l := &q.work.items[len(q.work.items)-1]
		s.recognize(&q.work, &c.Lines[i], l)
		l.line, l.lastLine, l.lines = int32(i), int32(i), 1
		if s.unknown == rejectUnknown {
			if err := s.unknownArticle(c, i, l); err != nil {
				return err
			}
		}
		q.Lines = append(q.Lines, QuotedLine{})
		quoted := &q.Lines[i]
		if err := priceLine(quoted, l, c, i, foreign); err != nil {
			return err
		}
		l.uncounted = !s.zeroCounts && l.atNothing()
		sum, ok := money.Add(q.Subtotal, quoted.Subtotal)
		if !ok {
			return tooMuch(i)
		}
		q.Subtotal = sum
		q.work.join(l, len(q.work.items)-1)
	}
	return nil
}

// priceLine decides what a line costs: the catalogue's price if it has one in the cart's
// currency, otherwise what the cart states.
func priceLine(quoted *QuotedLine, l *item, c *cart.Cart, i int, foreign bool) error {
	from := &c.Lines[i]
	quoted.UnitPrice, quoted.Subtotal, quoted.Stated = from.UnitPrice, from.Subtotal, cart.NoPrice
	known := l.product != nil && !foreign
	l.unitPrice = from.UnitPrice
	switch {
	case l.quantity == 0: // worth nothing, whatever the cart states
		quoted.Subtotal = 0
	case known && l.product.price != cart.NoPrice:
		if from.UnitPrice != l.product.price {
			quoted.Stated = from.UnitPrice
		}
		quoted.UnitPrice, l.unitPrice = l.product.price, l.product.price
		subtotal, ok := worth(from, quoted.UnitPrice)
		if !ok {
			return tooMuch(i)
		}
		quoted.Subtotal = subtotal
	case from.UnitPrice != cart.NoPrice || c.Sums:
	case from.HasTotal:
		l.priceByTotal()
	default:
		return &LineError{Line: i, Field: "unit_price", Reason: "the line has no price and the catalogue knows none"}
	}
	l.original, l.stage, l.left = quoted.Subtotal, quoted.Subtotal, quoted.Subtotal
	if known && l.product.floor > 0 {
		l.setFloor(l.product.floor)
	}
	return nil
}

func tooMuch(line int) error {
	return &LineError{Line: line, Field: "quantity", Reason: fmt.Sprintf("with this line the goods are above %d minor units", money.Max)}
}

// recognize looks a cart line up in the catalogue and finds the symbols of its words. It skips
// both for a line without units.
func (s *Strategy) recognize(e *evaluation, from *cart.Line, l *item) {
	l.from, l.quantity, l.largest, l.reduced = from, from.Quantity, from.Quantity, from.Reduced
	if l.quantity == 0 {
		e.articles.hash += spreading // else the line would share a bucket with the line before
		return
	}
	l.weighed = !from.Weight.IsZero()
	if s.spelling.skus == asWritten {
		l.sku, e.articles.hash = s.skuTable.find(from.SKU)
	} else {
		l.sku, e.articles.hash = s.skuTable.findBytes(e.coupons.fold(from.SKU, s.spelling.skus))
	}
	if p := s.catalogue[l.sku]; p != nil && l.sku != unnamed {
		l.product = p
		l.category, l.subgroup = s.words[l.sku].category, s.words[l.sku].subgroup
		if s.further != nil {
			e.categorizeKnown(s, l)
		}
		return
	}
	if len(from.MoreCategories) > 0 {
		e.categorize(s, l)
	}
	if from.Category != "" {
		l.category = s.categories[from.Category]
	}
	if from.Subgroup != "" {
		l.subgroup = s.subgroups[from.Subgroup]
	}
}
