package cart

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// bodyField reads the current value, which is not null and of no line, into its place
// in the cart.
func (d *document) bodyField(e *edge, depth int) (f *fault) {
	if d.trace != nil {
		d.noteField(e.field)
	}
	switch e.field {
	case fieldItems:
		return d.items(e, depth)
	case fieldShipping:
		return d.shipping(e, depth)
	case fieldCoupons:
		from := len(d.cart.Coupons)
		d.cart.Coupons, f = d.texts(d.cart.Coupons, e, bound{d.reader.most.coupons, d.reader.most.coupons, "coupons"}, depth)
		d.part(e, from, len(d.cart.Coupons))
	case fieldCustomerSegments:
		from := len(d.cart.Customer.Segments)
		d.cart.Customer.Segments, f = d.texts(d.cart.Customer.Segments, e, bound{d.reader.most.segments, d.reader.most.segments, "segments"}, depth)
		d.part(e, from, len(d.cart.Customer.Segments))
	case fieldCurrency:
		return d.readCurrency()
	case fieldSubtotal:
		d.stated, f = d.amount()
	case fieldDecimals:
		d.decimals, f = d.whole(wantDecimals)
	case fieldOrderID:
		d.cart.OrderID, f = d.textual()
	case fieldExpectedPayable:
		d.cart.ExpectedPayable, f = d.amount()
		d.cart.HasExpectedPayable = f == nil
	case fieldCustomerID:
		d.cart.Customer.ID, f = d.textual()
	case fieldCustomerTier:
		d.cart.Customer.Tier, f = d.textual()
	case fieldCompletedOrders:
		d.cart.Customer.CompletedOrders, f = d.whole(wantCount)
	case fieldChannel:
		d.cart.Channel, f = d.textual()
	case fieldRegion:
		d.cart.Region, f = d.textual()
	case fieldShippingID:
		d.charge.ID, f = d.textual()
	case fieldShippingMethod:
		d.charge.Method, f = d.textual()
	case fieldShippingAmount:
		d.charge.Amount, f = d.amount()
	case fieldPairName:
		d.pair.Name, f = d.textual()
	case fieldPairValue:
		f = d.pairValue(depth)
	}
	return f
}

// lineField is bodyField for what is inside a line.
func (d *document) lineField(e *edge, depth int) (f *fault) {
	if d.trace != nil {
		d.noteField(e.field)
	}
	switch e.field {
	case fieldID:
		d.line.ID, f = d.textual()
	case fieldSKU:
		d.line.SKU, f = d.textual()
	case fieldCategory:
		return d.categories(e, depth)
	case fieldSubgroup:
		d.line.Subgroup, f = d.textual()
	case fieldQuantity:
		return d.quantity()
	case fieldUnitPrice:
		d.line.UnitPrice, f = d.amount()
	case fieldLineTotal:
		d.line.Subtotal, f = d.amount()
		d.line.HasTotal = true
	case fieldReduced:
		d.line.Reduced, f = d.boolean()
	case fieldAttributes:
		return d.attributes(depth)
	}
	return f
}

// drop makes those fields absent that could not be read in full.
func (d *document) drop(of fieldSet) {
	c := d.cart
	for f := fieldCurrency; f <= fieldPairValue; f++ {
		if of&f.bit() == 0 {
			continue
		}
		switch f {
		case fieldCoupons:
			c.Coupons = c.Coupons[:0]
		case fieldCustomerSegments:
			c.Customer.Segments = c.Customer.Segments[:0]
		case fieldShipping:
			c.Shipping = c.Shipping[:0]
		case fieldCustomerID:
			c.Customer.ID = ""
		case fieldCustomerTier:
			c.Customer.Tier = ""
		case fieldCompletedOrders:
			c.Customer.CompletedOrders = -1
		case fieldChannel:
			c.Channel = ""
		case fieldRegion:
			c.Region = ""
		case fieldShippingID:
			d.charge.ID = ""
		case fieldShippingMethod:
			d.charge.Method = ""
		case fieldID:
			d.line.ID = ""
		case fieldSKU:
			d.line.SKU = ""
		case fieldCategory:
			d.line.Category, d.line.MoreCategories = "", nil
		case fieldSubgroup:
			d.line.Subgroup = ""
		case fieldReduced:
			d.line.Reduced = false
		case fieldAttributes:
			d.line.Attributes = nil
		}
		d.forget(f)
	}
	d.dropped &^= of
}

// forget takes the reads of a field that was dropped out of the trace.
func (d *document) forget(of field) {
	switch {
	case d.trace == nil:
	case of.bit()&ofLine != 0:
		d.trace.forget(of, len(d.cart.Lines)-1, -1)
	case of.bit()&ofCharge != 0:
		d.trace.forget(of, -1, len(d.cart.Shipping)-1)
	default:
		d.trace.forget(of, -1, -1)
	}
}

func (d *document) readCurrency() *fault {
	if d.next() != '"' {
		return wants(d.seen(), wantCode+"CNY")
	}
	code := d.str()
	if code == "" {
		return nil // as good as absent
	}
	var f *fault
	d.currency, f = stated(code, d.currency)
	d.cart.Currency = d.currency.Code()
	return f
}

const wantCode = "an ISO 4217 currency code, such as "

// stated is the currency of a code in any case; defaultCurrency is the one it most likely is.
func stated(code string, defaultCurrency money.Currency) (money.Currency, *fault) {
	if len(code) == 3 && strings.EqualFold(code, defaultCurrency.Code()) { // three bytes, so in ASCII
		return defaultCurrency, nil
	}
	currency, err := money.ParseCurrency(inCapitals(code))
	if err != nil {
		return defaultCurrency, wants(quote(code), wantCode+exampleFor(err))
	}
	return currency, nil
}

// exampleFor is an example of a valid code, for the error about another one.
func exampleFor(err error) string {
	var refused *money.CodeError
	if errors.As(err, &refused) {
		return refused.Example()
	}
	return "CNY"
}

// inCapitals is a text with its ASCII letters in capitals.
func inCapitals(code string) string {
	if len(code) != 3 {
		return code
	}
	capitals := [3]byte{}
	for i := range capitals {
		if capitals[i] = code[i]; 'a' <= code[i] && code[i] <= 'z' {
			capitals[i] -= 'a' - 'A'
		}
	}
	return string(capitals[:])
}

// textual reads a text. Many shops write names as numbers, of which the digits are kept. An integer
// of 2^53 or more is refused unless exact_ids is on: a parser that reads it as a double may take
// two articles for one.
func (d *document) textual() (string, *fault) {
	if d.next() == '"' {
		return d.str(), nil
	}
	if d.number() {
		at := d.pos
		text := d.scalar()
		digits := onlyDigits(text)
		if digits && (len(text) <= surelyExact || d.reader.exactIDs && fits(text) || isExact(text)) {
			return text, nil
		}
		d.pos = at
		if digits {
			return "", wants(shorten(text), "a text, or an integer below 2^53").hint("exact_ids on takes its digits")
		}
	}
	return "", wants(d.seen(), wantText)
}

// surelyExact is how many digits an integer may have to be below 2^53 in any case.
const surelyExact = 15

func isExact(digits string) bool {
	value, err := strconv.ParseInt(digits, 10, 64)
	return err == nil && value <= maxExact
}

// amount reads an amount: in minor units, or packed until the currency is known.
func (d *document) amount() (int64, *fault) {
	if d.reader.prices == Minor {
		if value, ok := d.plain(); ok {
			return value, nil
		}
	} else if number, ok := d.plainDecimal(); ok {
		return number.packed(), nil
	}
	return d.spelled()
}

// spelled is amount for all that is not digits alone.
func (d *document) spelled() (int64, *fault) {
	at := d.scanner
	number, flaw, ok := d.readNumber()
	switch {
	case !ok:
	case flaw != flawless:
		return 0, wants(at.seen(), d.reader.prices.spelling()+flaw.reason())
	case d.reader.prices == Major:
		return number.packed(), nil
	case isMinor(at.raw()):
		if value, fits := number.whole(); fits {
			return value, nil
		}
	default:
		return 0, wants(at.seen(), wantMinor).hint("prices major takes decimals")
	}
	return 0, wants(at.seen(), d.reader.prices.spelling())
}

// isMinor reports whether a number has no fraction, or ".0".
func isMinor(text string) bool {
	for i := range len(text) {
		if text[i] == '.' {
			return text[i:] == ".0"
		}
	}
	return true
}

// readNumber reads a number, or the number in a text; it reports false if there is
// neither.
func (d *document) readNumber() (decimal, flaw, bool) {
	switch {
	case d.number():
		number, flaw := parseDecimal(d.scalar())
		return number, flaw, true
	case d.next() == '"':
		text := d.str()
		if len(text) > maxNumberText {
			return decimal{}, flawLength, true
		}
		number, flaw := parseDecimal(text)
		return number, flaw, true
	}
	return decimal{}, flawless, false
}

// raw is the text of the current number or string.
func (s scanner) raw() string {
	if s.next() == '"' {
		return s.str()
	}
	return s.scalar()
}

// whole reads a whole number.
func (d *document) whole(wanted string) (int64, *fault) {
	if value, ok := d.plain(); ok {
		return value, nil
	}
	at := d.scanner
	number, flaw, ok := d.readNumber()
	if ok && flaw == flawless {
		if value, fits := number.whole(); fits {
			return value, nil
		}
	}
	return 0, wants(at.seen(), wanted+flaw.reason())
}

// quantity reads how many units a line has, or how much of one.
func (d *document) quantity() *fault {
	if value, ok := d.plain(); ok {
		d.line.Quantity = value
		return nil
	}
	at := d.scanner
	number, flaw, ok := d.readNumber()
	value, fits := number.whole()
	switch {
	case !ok || flaw != flawless:
		return wants(at.seen(), d.reader.wantedQuantity()+flaw.reason())
	case fits:
		d.line.Quantity = value
		return nil
	case number.places == 0:
		return wants(at.seen(), d.reader.wantedQuantity())
	case !d.reader.fractional:
		return wants(at.seen(), wantCount).hint("fractional line takes it")
	case number.places > maxWeightPlaces || number.digits/powersOfTen[number.places] > money.Max:
		return wants(at.seen(), fmt.Sprintf("%s with at most %d decimals", wantFraction, maxWeightPlaces))
	case number.isWholeDouble(at.raw()):
		return wants(at.seen(), "fewer digits: to parsers with 64 bits of floating point it is a whole number")
	}
	d.line.Quantity = 1
	d.line.Weight = Decimal{Digits: number.digits, Places: uint8(number.places)}
	return nil
}

// wantedQuantity is what a quantity looks like, for a reason.
func (r *Reader) wantedQuantity() string {
	if r.fractional {
		return wantFraction
	}
	return wantCount
}

// maxWeightPlaces is how many decimals a quantity may have.
const maxWeightPlaces = 18

func (d *document) boolean() (bool, *fault) {
	at, text := d.scanner, ""
	c := d.next()
	switch {
	case c == 't' || c == 'f':
		d.scalar()
		return c == 't', nil
	case c == '"':
		text = d.str()
	case d.number():
		text = d.scalar()
	}
	value, ok := flag(text)
	switch {
	case ok && (c != '"' || d.reader.textFlags):
		return value, nil
	case ok:
		return false, wants(at.seen(), wantFlag).hint("text_flags on takes it as a text")
	}
	return false, wants(at.seen(), wantFlag)
}

// flag is the value of a word for true or false.
func flag(word string) (value, ok bool) {
	switch word {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

const wantFlag = "true, false, 1 or 0"
