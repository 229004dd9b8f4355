package cart

import (
	"fmt"

	"github.com/promogate/caddy-discount/money"
)

// settle reads the amounts that had to wait for the currency and adds up the
// cart: until then UnitPrice and Amount of major units are where in the text they
// are.
func (d *document) settle() *fault {
	var sums totals
	for i := range d.cart.Lines {
		line := &d.cart.Lines[i]
		if line.UnitPrice != NoPrice {
			price, f := d.amount(line.UnitPrice)
			if f != nil {
				return f.within(d.reader.unitPrice).at(i).within(d.reader.items)
			}
			line.UnitPrice = price
		}
		if f := sums.line(line); f != nil {
			return f.at(i).within(d.reader.items)
		}
	}
	for i := range d.cart.Shipping {
		charge := &d.cart.Shipping[i]
		amount, f := d.amount(charge.Amount)
		if f != nil {
			return f.within(d.reader.amount).at(i).within(d.reader.shipping)
		}
		charge.Amount = amount
		if f := sums.charge(charge); f != nil {
			return f.at(i).within(d.reader.shipping)
		}
	}
	return nil
}

// amount reads the amount at a place in the text. It may be a string, since many
// a sender knows that its numbers go through floating point.
func (d *document) amount(at int64) (int64, *fault) {
	if d.reader.prices == Minor {
		return at, nil // it was read in its place
	}
	d.pos = int(at)
	text := ""
	switch c := d.next(); {
	case d.number():
		text = d.scalar()
	case c == '"':
		text = d.str()
	}
	if text != "" {
		if amount, ok := d.reader.prices.parse(text, d.currency); ok {
			return amount, nil
		}
	}
	d.pos = int(at)
	return 0, wants(d.seen(), d.reader.prices.wanted(d.currency))
}

// totals adds up a cart and sees that every sum stays within what a header can
// carry.
type totals struct {
	quantity, goods, shipping int64
}

// line fills in the line's subtotal and adds it.
func (t *totals) line(line *Line) *fault {
	var ok bool
	if t.quantity, ok = money.Add(t.quantity, line.Quantity); !ok {
		return tooMuch("the quantities up to this line add up to")
	}
	if line.UnitPrice == NoPrice {
		return nil
	}
	if line.Subtotal, ok = money.Mul(line.Quantity, line.UnitPrice); !ok {
		return faulty(fmt.Sprintf("is %d × %d minor units, want at most %d",
			line.Quantity, line.UnitPrice, money.Max))
	}
	if t.goods, ok = money.Add(t.goods, line.Subtotal); !ok {
		return tooMuch("the goods up to this line add up to")
	}
	return nil
}

// charge adds a shipping charge. What is to be paid must fit as well.
func (t *totals) charge(charge *Charge) *fault {
	var ok bool
	if t.shipping, ok = money.Add(t.shipping, charge.Amount); ok {
		_, ok = money.Add(t.goods, t.shipping)
	}
	if !ok {
		return tooMuch("the goods and the shipping up to this charge add up to")
	}
	return nil
}

func tooMuch(what string) *fault {
	return faulty(fmt.Sprintf("%s more than %d", what, money.Max))
}
