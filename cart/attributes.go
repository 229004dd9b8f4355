package cart

import (
	"fmt"
	"strconv"
	"strings"
)

// attributes reads the object of a line's further properties.
func (d *document) attributes(depth int) *fault {
	if d.next() != '{' {
		return wants(d.seen(), "an object")
	}
	d.properties = 0
	if f := d.object(d.reader.attributes, depth); f != nil {
		return f
	}
	if most := d.reader.most.attributes; d.properties > most {
		return faulty(fmt.Sprintf("has %d attributes, want at most %d", d.properties, most))
	}
	return nil
}

// attribute reads one property. Objects, arrays and null are no properties a
// rule could ask about; they may be there, and are passed over.
func (d *document) attribute(name string, depth int) *fault {
	a := Attribute{Name: name}
	switch d.next() {
	case '{', '[':
		return d.skip(depth)
	case 'n':
		d.scalar()
		return nil
	case '"':
		a.Kind, a.Text = Text, d.str()
	case 't', 'f':
		a.Kind, a.Text = Bool, d.scalar()
	default:
		a.Kind, a.Text = Number, d.scalar()
		if !fits(a.Text) {
			return wants(shorten(a.Text), wantFinite)
		}
		if !kept(a.Text) {
			return wants(shorten(a.Text), "a number of no more digits than 64 bits of floating point keep")
		}
	}
	// Those beyond the limit are counted, and take no memory.
	if d.properties++; d.properties <= d.reader.most.attributes {
		d.cart.attributes = append(d.cart.attributes, a)
	}
	return nil
}

const wantFinite = "a number that fits 64 bits of floating point"

// fits reports whether a JSON number is finite for everyone who reads it.
func fits(number string) bool {
	const surely = 300 // digits, of the 308 there is room for
	if len(number) <= surely && !strings.ContainsAny(number, "eE") {
		return true
	}
	_, err := strconv.ParseFloat(number, 64)
	return err == nil
}

// kept reports whether a JSON number that fits is still the same number once it
// was read as a double, which is all that many parsers have: else a rule could
// hold for the number sent and not for the one a backend sees.
func kept(number string) bool {
	const surely = 15 // digits, which every double keeps
	if len(number) <= surely && !strings.ContainsAny(number, "eE") {
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
	aDigits, aExponent := normalDecimal(a)
	bDigits, bExponent := normalDecimal(b)
	if aDigits == "" || bDigits == "" { // zero, which has no sign and any exponent
		return aDigits == bDigits
	}
	return aDigits == bDigits && aExponent == bExponent && (a[0] == '-') == (b[0] == '-')
}

// normalDecimal is the digits of a JSON number from the first to the last that
// is not zero, and the power of ten of the last.
func normalDecimal(number string) (digits string, exponent int) {
	number = strings.TrimPrefix(number, "-")
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		// An exponent past all integers is that of zero: nothing else fits and is kept.
		exponent, _ = strconv.Atoi(number[i+1:])
		number = number[:i]
	}
	whole, fraction, _ := strings.Cut(number, ".")
	all := strings.TrimLeft(whole+fraction, "0")
	digits = strings.TrimRight(all, "0")
	return digits, exponent - len(fraction) + len(all) - len(digits)
}
