package cart

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// attributes reads a line's further properties: an object, or a list of pairs where the
// mapping has the paths within one. An empty list is how PHP writes an empty object.
func (d *document) attributes(depth int) *fault {
	d.properties = 0
	var f *fault
	switch {
	case d.next() == '{':
		f = d.object(d.reader.attributes, depth)
	case d.next() == '[' && depth > maxDepth:
		return tooDeep()
	case d.next() == '[' && d.reader.pair != nil:
		f = d.pairs(depth)
	case d.emptyList():
	case d.next() == '[':
		return wants(d.seen(), JSONObject).hint("attributes PATH NAME VALUE reads an array of pairs")
	default:
		return wants(d.seen(), JSONObject)
	}
	if f != nil {
		return f
	}
	if most := d.reader.most.attributes; d.properties > most {
		return faulty(fmt.Sprintf("has %d attributes, want at most %d", d.properties, most))
	}
	return nil
}

// emptyList goes over an empty list, if there is one.
func (d *document) emptyList() bool {
	at := d.scanner
	if d.next() == '[' {
		d.pos++
		if d.space(); d.next() == ']' {
			d.pos++
			return true
		}
	}
	d.scanner = at
	return false
}

// pairs reads a list of names and values. Until all are read, pairs without a usable value are
// kept, too: their names count as given, and the bound on attributes limits the names to compare.
func (d *document) pairs(depth int) *fault {
	if f := d.list(fieldAttributes, depth); f != nil {
		return f
	}
	kept := slices.DeleteFunc(d.cart.attributes[d.attributesFrom:], func(a Attribute) bool { return a.Kind == passedOver })
	d.cart.attributes = d.cart.attributes[:d.attributesFrom+len(kept)]
	return nil
}

// passedOver is the kind of what is no attribute: an object, a list or nothing.
const passedOver Kind = 255

func (d *document) readPair(depth int) *fault {
	if d.next() != '{' {
		return wants(d.seen(), "an object with a name and a value")
	}
	d.pair = Attribute{Kind: passedOver}
	passing := d.passing
	d.given, d.passing = d.given&^ofPair, 0
	if f := d.object(d.reader.pair, depth); f != nil {
		return f
	}
	d.passing = passing
	earlier := d.cart.attributes[d.attributesFrom:]
	switch {
	case d.pair.Name == "":
		return faulty("has no name, want one at " + quote(d.reader.pairName))
	case slices.ContainsFunc(earlier, func(a Attribute) bool { return a.Name == d.pair.Name }):
		return faulty("has the name " + quote(d.pair.Name) + ", which an earlier pair has, too")
	}
	d.keepAttribute(d.pair)
	return nil
}

// pairValue reads the value of a pair.
func (d *document) pairValue(depth int) *fault {
	given, f := d.property(&d.pair, depth)
	if f == nil && given && d.trace != nil {
		d.noteText(fieldAttributes, len(d.cart.Lines)-1, -1, d.pair.Text, quote(d.pair.Text))
	}
	return f
}

// attribute reads one property.
func (d *document) attribute(name string, depth int) *fault {
	a := Attribute{Name: name}
	given, f := d.property(&a, depth)
	if f != nil || !given {
		return f
	}
	if d.trace != nil {
		d.trace.enter(name)
		d.noteText(fieldAttributes, len(d.cart.Lines)-1, -1, a.Text, quote(a.Text))
		d.trace.leave()
	}
	d.keepAttribute(a)
	return nil
}

// property reads the value of a property. Rules cannot ask about objects, arrays and null: these
// are allowed and skipped.
func (d *document) property(a *Attribute, depth int) (given bool, f *fault) {
	switch d.next() {
	case '{', '[':
		return false, d.skip(depth)
	case 'n':
		d.scalar()
		return false, nil
	case '"':
		a.Kind, a.Text = Text, d.str()
	case 't', 'f':
		a.Kind, a.Text = Bool, d.scalar()
	default:
		a.Kind, a.Text = Number, d.scalar()
		switch {
		case len(a.Text) <= surelyKept && !hasExponent(a.Text):
		case !fits(a.Text):
			return false, wants(shorten(a.Text), wantFinite)
		case !kept(a.Text):
			return false, wants(shorten(a.Text), "a number of no more digits than 64 bits of floating point keep")
		}
	}
	return true, nil
}

// keepAttribute adds a property to the line. Those beyond the limit are counted, and
// take no memory.
func (d *document) keepAttribute(a Attribute) {
	if d.properties++; d.properties <= d.reader.most.attributes {
		d.cart.attributes = append(d.cart.attributes, a)
	}
}

const wantFinite = "a number that fits 64 bits of floating point"

// fits reports whether a JSON number is finite for everyone who reads it.
func fits(number string) bool {
	const surely = 300 // digits; 64 bits of floating point hold 308
	if len(number) <= surely && !hasExponent(number) {
		return true
	}
	_, err := strconv.ParseFloat(number, 64)
	return err == nil
}

// surelyKept is how many digits every double keeps.
const surelyKept = 15

func hasExponent(number string) bool {
	for i := range len(number) {
		if number[i]|0x20 == 'e' {
			return true
		}
	}
	return false
}

// kept reports whether a JSON number that fits stays the same when it is read as a double, as many
// parsers do. Otherwise a rule could apply to the number sent and not to the one that the order
// service reads.
func kept(number string) bool {
	if len(number) <= surelyKept && !hasExponent(number) {
		return true
	}
	double, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return false
	}
	return sameDecimal(number, strconv.FormatFloat(double, 'e', -1, 64))
}

// sameDecimal reports whether two JSON numbers have one value.
func sameDecimal(a, b string) bool {
	aDigits, aExponent := Significand(a)
	bDigits, bExponent := Significand(b)
	if aDigits == "" || bDigits == "" { // zero, which has no sign and any exponent
		return aDigits == bDigits
	}
	return aDigits == bDigits && aExponent == bExponent && (a[0] == '-') == (b[0] == '-')
}

// Significand is the digits of a JSON number from the first to the last that is not
// zero, without its sign, and the power of ten of the last. It is for numbers that fit
// 64 bits of floating point, as those of attributes do.
func Significand(number string) (digits string, exponent int) {
	number = strings.TrimPrefix(number, "-")
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		// Only zero can have an exponent beyond the integers: no other such number fits and is
		// kept.
		exponent, _ = strconv.Atoi(number[i+1:])
		number = number[:i]
	}
	whole, fraction, _ := strings.Cut(number, ".")
	all := strings.TrimLeft(whole+fraction, "0")
	digits = strings.TrimRight(all, "0")
	return digits, exponent - len(fraction) + len(all) - len(digits)
}
