package cart

import (
	"fmt"
	"math/bits"
	"strconv"

	"github.com/promogate/caddy-discount/money"
)

// complete completes a cart that was read: it puts the lines in order, converts amounts in major
// units, for which the currency had to be known, and adds up.
func (d *document) complete() *fault {
	if d.dropped != 0 {
		d.drop(d.dropped)
	}
	d.inOrder()
	if f := d.checkDecimals(); f != nil {
		return f
	}
	var sums totals
	for i := range d.cart.Lines {
		line := &d.cart.Lines[i]
		if d.reader.prices != Minor { // those were read so
			if f := d.completeLine(line, i); f != nil {
				return f
			}
		}
		if f := sums.line(line); f != nil {
			return f.ofLine(i)
		}
	}
	for i := range d.cart.Shipping {
		charge := &d.cart.Shipping[i]
		amount, ok := d.minorUnits(charge.Amount)
		if !ok {
			return d.notMinorUnits(fieldShippingAmount, -1, i)
		}
		charge.Amount = amount
		if f := sums.charge(charge); f != nil {
			f.spot = spot{field: fieldShipping, line: -1, charge: i}
			return f
		}
	}
	if f := d.completeExpected(); f != nil {
		return f
	}
	return d.checkSubtotal(sums.goods)
}

// completeExpected converts the sum that the customer was shown to minor units.
func (d *document) completeExpected() *fault {
	if !d.cart.HasExpectedPayable {
		return nil
	}
	var ok bool
	if d.cart.ExpectedPayable, ok = d.minorUnits(d.cart.ExpectedPayable); !ok {
		return d.notMinorUnits(fieldExpectedPayable, -1, -1)
	}
	return nil
}

// completeLine converts a line's price and total to minor units.
func (d *document) completeLine(line *Line, i int) *fault {
	var ok bool
	if line.UnitPrice != NoPrice {
		if line.UnitPrice, ok = d.minorUnits(line.UnitPrice); !ok {
			return d.notMinorUnits(fieldUnitPrice, i, -1)
		}
	}
	if line.HasTotal {
		if line.Subtotal, ok = d.minorUnits(line.Subtotal); !ok {
			return d.notMinorUnits(fieldLineTotal, i, -1)
		}
	}
	return nil
}

// minorUnits is an amount in minor units.
func (d *document) minorUnits(amount int64) (int64, bool) {
	if d.reader.prices == Minor {
		return amount, true // it was read so
	}
	return unpacked(amount).minor(d.currency.Digits())
}

func (d *document) notMinorUnits(of field, line, charge int) *fault {
	return &fault{spot: spot{field: of, line: line, charge: charge, wanted: d.reader.prices.wanted(d.currency)}}
}

// checkDecimals compares the number of decimals that the body states with that of the currency.
func (d *document) checkDecimals() *fault {
	if d.given&fieldDecimals.bit() == 0 || d.decimals == int64(d.currency.Digits()) {
		return nil
	}
	return &fault{spot: spot{field: fieldDecimals, line: -1, charge: -1,
		wanted: fmt.Sprintf("%d, the decimals of %s", d.currency.Digits(), d.currency.Code())}}
}

// checkSubtotal compares the sum of the goods that the body states with the lines.
func (d *document) checkSubtotal(goods int64) *fault {
	if d.given&fieldSubtotal.bit() == 0 {
		return nil
	}
	subtotal, ok := d.minorUnits(d.stated)
	if !ok {
		return d.notMinorUnits(fieldSubtotal, -1, -1)
	}
	for i := range d.cart.Lines {
		if line := &d.cart.Lines[i]; line.Quantity > 0 && !line.HasTotal && line.UnitPrice == NoPrice {
			return faulty("has no price, want one: the subtotal of the body cannot be compared with the lines without it").ofLine(i)
		}
	}
	if subtotal == goods {
		return nil
	}
	by, than := subtotal-goods, "more"
	if by < 0 {
		by, than = -by, "less"
	}
	f := faulty(fmt.Sprintf("is %d minor units, want %d, which the lines add up to: it is %d %s", subtotal, goods, by, than))
	f.spot = spot{field: fieldSubtotal, line: -1, charge: -1}
	return f
}

// totals adds up a cart and checks that every sum is at most [money.Max], the largest that a header
// can carry.
type totals struct {
	quantity, goods, shipping int64
}

// line fills in the line's subtotal and adds it.
func (t *totals) line(line *Line) *fault {
	var ok bool
	if t.quantity, ok = money.Add(t.quantity, line.Quantity); !ok {
		return tooMuch("the quantities up to this line add up to")
	}
	switch {
	case line.Quantity == 0:
		line.Subtotal = 0
		return nil
	case line.HasTotal:
		if !line.agrees() {
			return disagree(line)
		}
	case line.UnitPrice == NoPrice:
		return nil
	default:
		if line.Subtotal, ok = line.worth(); !ok {
			return faulty(fmt.Sprintf("is %s × %d minor units, want at most %d", line.amountText(), line.UnitPrice, money.Max))
		}
	}
	if t.goods, ok = money.Add(t.goods, line.Subtotal); !ok {
		return tooMuch("the goods up to this line add up to")
	}
	return nil
}

// worth is what a line costs at its unit price.
func (l *Line) worth() (int64, bool) {
	if !l.Weight.IsZero() {
		return l.Weight.Of(l.UnitPrice)
	}
	return money.Mul(l.Quantity, l.UnitPrice)
}

// agrees reports whether the total of a line is what its unit price makes, give or take
// half a minor unit a unit: the price may be a rounded one. Less than a unit has half a
// minor unit as well, since the total may be rounded, too.
func (l *Line) agrees() bool {
	if l.UnitPrice == NoPrice {
		return true
	}
	// Units are digits × 10^-places, of which a whole quantity has no places.
	digits, scale := uint64(l.Quantity), uint64(1)
	if !l.Weight.IsZero() {
		digits, scale = uint64(l.Weight.Digits), uint64(powersOfTen[l.Weight.Places])
	}
	highTotal, lowTotal := bits.Mul64(uint64(l.Subtotal), scale)
	highPrice, lowPrice := bits.Mul64(uint64(l.UnitPrice), digits)
	low, borrow := bits.Sub64(lowTotal, lowPrice, 0)
	high, negative := bits.Sub64(highTotal, highPrice, borrow)
	if negative != 0 {
		low, borrow = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, borrow)
	}
	return high == 0 && low <= max(digits, scale)/2
}

func disagree(line *Line) *fault {
	return faulty(fmt.Sprintf("has a total of %d minor units, want %s × %d, give or take half a minor unit a unit",
		line.Subtotal, line.amountText(), line.UnitPrice))
}

// amountText is how much there is of a line's goods.
func (l *Line) amountText() string {
	if l.Weight.IsZero() {
		return strconv.FormatInt(l.Quantity, 10)
	}
	return l.Weight.String()
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
