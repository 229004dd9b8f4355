package cart

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// field reads the value at hand, which is not null and of no line, into its place
// in the cart.
func (d *document) field(of field, depth int) (f *fault) {
	switch of {
	case fieldItems, fieldShipping, fieldCoupons, fieldCustomerSegments:
		return d.list(of, depth)
	case fieldCurrency:
		return d.readCurrency()
	case fieldCustomerID:
		d.cart.Customer.ID, f = d.identifier()
	case fieldCustomerTier:
		d.cart.Customer.Tier, f = d.textual()
	case fieldCompletedOrders:
		d.cart.Customer.CompletedOrders, f = d.integer(0, wantCount)
	case fieldChannel:
		d.cart.Channel, f = d.textual()
	case fieldRegion:
		d.cart.Region, f = d.textual()
	case fieldShippingID:
		d.charge.ID, f = d.identifier()
	case fieldShippingMethod:
		d.charge.Method, f = d.textual()
	case fieldShippingAmount:
		d.charge.Amount, f = d.later(depth)
	}
	return f
}

// lineField is field for what is inside a line.
func (d *document) lineField(of field, depth int) (f *fault) {
	switch of {
	case fieldID:
		d.line.ID, f = d.identifier()
	case fieldSKU:
		d.line.SKU, f = d.identifier()
	case fieldCategory:
		d.line.Category, f = d.textual()
	case fieldSubgroup:
		d.line.Subgroup, f = d.textual()
	case fieldQuantity:
		d.line.Quantity, f = d.integer(1, wantQuantity)
	case fieldUnitPrice:
		d.line.UnitPrice, f = d.later(depth)
	case fieldReduced:
		d.line.Reduced, f = d.boolean()
	case fieldAttributes:
		return d.attributes(depth)
	}
	return f
}

// later reads an amount of minor units, and keeps where any other is for
// [document.settle]: its decimals depend on a currency that may only be stated
// further down.
func (d *document) later(depth int) (int64, *fault) {
	if d.reader.prices == Minor {
		return d.integer(0, wantMinor)
	}
	at := int64(d.pos)
	if d.number() {
		d.scalar() // has a reason of its own
		return at, nil
	}
	return at, d.skip(depth)
}

// list reads an array whose elements all go to the same field.
func (d *document) list(of field, depth int) *fault {
	if d.next() != '[' {
		return wants(d.seen(), "an array")
	}
	// How deep it is needs no look: maxSegments sees to that.
	most, what := d.reader.most.of(of)
	d.pos++
	d.space()
	for i := 0; d.next() != ']'; i++ {
		if i == most {
			return faulty(fmt.Sprintf("is one too many, want at most %d %s", most, what)).at(i)
		}
		if f := d.element(of, depth+1); f != nil {
			return f.at(i)
		}
		d.comma()
	}
	d.pos++
	return nil
}

// of is the bound of a list and what its elements are called.
func (l *limits) of(list field) (int, string) {
	switch list {
	case fieldItems:
		return l.lines, "lines"
	case fieldShipping:
		return l.shipping, "shipping charges"
	case fieldCoupons:
		return l.coupons, "coupons"
	}
	return l.segments, "segments"
}

func (d *document) element(of field, depth int) *fault {
	switch of {
	case fieldItems:
		return d.readLine(depth)
	case fieldShipping:
		return d.readCharge(depth)
	}
	text, f := d.textual()
	if f != nil {
		return f
	}
	if of == fieldCoupons {
		d.cart.Coupons = append(d.cart.Coupons, text)
	} else {
		d.cart.Customer.Segments = append(d.cart.Customer.Segments, text)
	}
	return nil
}

func (d *document) readLine(depth int) *fault {
	if d.next() != '{' {
		return wants(d.seen(), "an object")
	}
	first := len(d.cart.attributes)
	d.cart.Lines = append(d.cart.Lines, Line{})
	d.line = &d.cart.Lines[len(d.cart.Lines)-1]
	d.line.UnitPrice = NoPrice
	if f := d.object(d.reader.line, depth); f != nil {
		return f
	}
	if d.line.Quantity == 0 {
		return faulty("has no " + quote(strings.Join(d.reader.quantity, ".")) + ", want " + wantQuantity)
	}
	if last := len(d.cart.attributes); last > first {
		d.line.Attributes = d.cart.attributes[first:last:last]
	}
	return nil
}

func (d *document) readCharge(depth int) *fault {
	if d.next() != '{' {
		return wants(d.seen(), "an object")
	}
	d.cart.Shipping = append(d.cart.Shipping, Charge{Amount: NoPrice})
	d.charge = &d.cart.Shipping[len(d.cart.Shipping)-1]
	if f := d.object(d.reader.charge, depth); f != nil {
		return f
	}
	if d.charge.Amount == NoPrice {
		return faulty("has no " + quote(strings.Join(d.reader.amount, ".")) +
			", want " + d.reader.prices.wanted(d.currency))
	}
	return nil
}

func (d *document) readCurrency() *fault {
	code, f := d.textual()
	if f != nil {
		return f
	}
	d.currency, f = stated(code, d.currency)
	d.cart.Currency = d.currency.Code()
	return f
}

// stated is the currency of a code; home is the one it most likely is.
func stated(code string, home money.Currency) (money.Currency, *fault) {
	if code == home.Code() && code != "" {
		return home, nil
	}
	currency, err := money.ParseCurrency(code)
	if err != nil {
		return home, wants(quote(code), "an ISO 4217 currency code in capitals, such as CNY")
	}
	return currency, nil
}

func (d *document) textual() (string, *fault) {
	if d.next() != '"' {
		return "", wants(d.seen(), "a string")
	}
	return d.str(), nil
}

// identifier reads a name that many shops write as a number: its text is kept.
// A number that not everyone reads alike is refused, among them integers that
// share a double with another: two articles would be one to some backends.
func (d *document) identifier() (string, *fault) {
	if d.next() == '"' {
		return d.str(), nil
	}
	at := d.scanner
	if d.number() {
		text := d.scalar()
		value, err := strconv.ParseInt(text, 10, 64)
		if err == nil && text != "-0" && -maxExact <= value && value <= maxExact {
			return text, nil
		}
	}
	return "", wants(at.seen(), wantIdentifier)
}

// integer reads digits and nothing else: of 2.0, 1e2 and -0 not every parser
// makes the same integer, or one at all.
func (d *document) integer(least int64, wanted string) (int64, *fault) {
	at := d.scanner
	if d.number() {
		value, ok := plainInteger(d.scalar())
		if ok && value >= least {
			return value, nil
		}
	}
	return 0, wants(at.seen(), wanted)
}

func (d *document) boolean() (bool, *fault) {
	switch d.next() {
	case 't', 'f':
		return d.scalar() == "true", nil
	}
	return false, wants(d.seen(), "true or false")
}
