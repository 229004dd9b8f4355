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
	first := len(d.cart.attributes)
	if f := d.object(d.reader.attributes, depth); f != nil {
		return f
	}
	if count, most := len(d.cart.attributes)-first, d.reader.most.attributes; count > most {
		return faulty(fmt.Sprintf("has %d attributes, want at most %d", count, most))
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
			return wants(shorten(a.Text), "a number that fits 64 bits of floating point")
		}
	}
	d.cart.attributes = append(d.cart.attributes, a)
	return nil
}

// fits reports whether a JSON number is finite for everyone who reads it.
func fits(number string) bool {
	const surely = 300 // digits, of the 308 there is room for
	if len(number) <= surely && !strings.ContainsAny(number, "eE") {
		return true
	}
	_, err := strconv.ParseFloat(number, 64)
	return err == nil
}
