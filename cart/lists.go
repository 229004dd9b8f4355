package cart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// chunk is the lines of one of several paths to items.
type chunk struct {
	order    uint8
	from, to int
}

// items reads the current value as lines. An object is a line where the path came
// through a list or an object of which every value is read.
func (d *document) items(e *edge, depth int) *fault {
	d.found = true
	from := len(d.cart.Lines)
	f := d.readItems(e, depth)
	if f == nil && d.reader.severalItems {
		d.cart.chunks = append(d.cart.chunks, chunk{e.order, from, len(d.cart.Lines)})
	}
	return f
}

func (d *document) readItems(e *edge, depth int) *fault {
	switch {
	case d.next() == '[':
		return d.list(fieldItems, depth)
	case d.passing > 0:
		return d.readLine(depth)
	case d.next() == '{':
		return wants(d.seen(), "an array; the path "+e.path+".* reads the values of an object")
	}
	return wants(d.seen(), "an array")
}

// list reads an array of objects: of lines, of shipping charges, or of the names and
// values of attributes.
func (d *document) list(of field, depth int) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	d.pos++
	d.space()
	for i := 0; d.next() != ']'; i++ {
		d.step()
		if f := d.listed(of, i, depth+1); f != nil {
			return f.at(i)
		}
		d.comma()
	}
	d.pos++
	return nil
}

func (d *document) listed(of field, i, depth int) (f *fault) {
	if d.trace != nil {
		d.trace.enterElement(i)
		defer d.trace.leave()
	}
	switch of {
	case fieldItems:
		return d.readLine(depth)
	case fieldShipping:
		return d.readCharge(depth)
	}
	return d.readPair(depth)
}

// inOrder puts the lines of several paths in the order of the paths.
func (d *document) inOrder() {
	byOrder := func(a, b chunk) int { return cmp.Compare(a.order, b.order) }
	chunks := d.cart.chunks
	if slices.IsSortedFunc(chunks, byOrder) {
		return
	}
	slices.SortStableFunc(chunks, byOrder)
	lines := make([]Line, 0, len(d.cart.Lines))
	moved := make([]int, len(d.cart.Lines))
	for _, c := range chunks {
		for i := c.from; i < c.to; i++ {
			moved[i] = len(lines)
			lines = append(lines, d.cart.Lines[i])
		}
	}
	copy(d.cart.Lines, lines)
	d.trace.move(moved)
}

func (d *document) readLine(depth int) *fault {
	most := d.reader.most.lines
	switch {
	case len(d.cart.Lines) == most:
		return tooMany(most, "lines")
	case d.next() != '{':
		return wants(d.seen(), "an object")
	}
	d.attributesFrom, d.categoriesFrom = len(d.cart.attributes), len(d.cart.texts)
	d.cart.Lines = append(d.cart.Lines, Line{})
	d.line = &d.cart.Lines[len(d.cart.Lines)-1]
	d.line.UnitPrice, d.line.Quantity = NoPrice, noQuantity
	if d.trace != nil {
		d.note(fieldItems, len(d.cart.Lines)-1, -1)
	}
	passing := d.passing
	d.given, d.passing = d.given&^ofLine, 0
	if f := d.object(d.reader.line, depth); f != nil {
		return f
	}
	d.passing = passing
	if first, last := d.attributesFrom, len(d.cart.attributes); last > first {
		d.line.Attributes = d.cart.attributes[first:last:last]
	}
	if first, last := d.categoriesFrom, len(d.cart.texts); last > first {
		d.line.MoreCategories = d.cart.texts[first:last:last]
	}
	if d.dropped&ofLine != 0 {
		d.drop(d.dropped & ofLine)
	}
	if d.line.Quantity == noQuantity {
		return faulty("has no " + quote(d.reader.quantity) + ", want " + d.reader.wantedQuantity())
	}
	return nil
}

// noQuantity is the quantity of a line that has stated none yet.
const noQuantity = -1

// shipping reads the current value as shipping charges: a list, an object, or an amount
// alone.
func (d *document) shipping(depth int) *fault {
	if d.next() == '[' {
		return d.list(fieldShipping, depth)
	}
	return d.readCharge(depth)
}

func (d *document) readCharge(depth int) *fault {
	most := d.reader.most.shipping
	if len(d.cart.Shipping) == most {
		return tooMany(most, "shipping charges")
	}
	d.cart.Shipping = append(d.cart.Shipping, Charge{Amount: NoPrice})
	d.charge = &d.cart.Shipping[len(d.cart.Shipping)-1]
	d.note(fieldShipping, -1, len(d.cart.Shipping)-1)
	switch c := d.next(); {
	case c == '"' || d.number():
		d.note(fieldShippingAmount, -1, len(d.cart.Shipping)-1)
		var f *fault
		d.charge.Amount, f = d.amount()
		return f
	case c != '{':
		return wants(d.seen(), "an object or an amount")
	}
	if d.reader.amountPath == "" {
		return wants(d.seen(), "an amount")
	}
	passing := d.passing
	d.given, d.passing = d.given&^ofCharge, 0
	if f := d.object(d.reader.charge, depth); f != nil {
		return f
	}
	d.passing = passing
	if d.dropped&ofCharge != 0 {
		d.drop(d.dropped & ofCharge)
	}
	if d.charge.Amount == NoPrice {
		return faulty("has no " + quote(d.reader.amountPath) + ", want " + d.reader.prices.spelling())
	}
	return nil
}

// categories reads the categories of a line: one, or a list of them.
func (d *document) categories(e *edge, depth int) (f *fault) {
	if c := d.next(); c != '[' && c != '{' && !e.commas && d.line.Category == "" {
		d.line.Category, f = d.textual()
		return f
	}
	first := len(d.cart.texts)
	most := bound{d.categoriesFrom + d.reader.most.categories, d.reader.most.categories, "categories"}
	if d.line.Category != "" {
		most.length--
	}
	if d.cart.texts, f = d.texts(d.cart.texts, e, most, depth); f != nil {
		d.cart.texts = d.cart.texts[:first]
		return f
	}
	if more := d.cart.texts[first:]; d.line.Category == "" && len(more) > 0 {
		d.line.Category = more[0]
		d.cart.texts = append(d.cart.texts[:first], more[1:]...)
	}
	return nil
}

// bound is how long a list of texts may become.
type bound struct {
	length int    // with what is in it of others
	most   int    // of its own
	what   string // they are called
}

// texts appends the current texts: those of a list, or one.
func (d *document) texts(to []string, e *edge, most bound, depth int) ([]string, *fault) {
	switch {
	case d.next() != '[':
		return d.appendText(to, e, most)
	case depth > maxDepth:
		return to, tooDeep()
	}
	d.pos++
	d.space()
	for i := 0; d.next() != ']'; i++ {
		d.step()
		var f *fault
		if d.next() == 'n' {
			d.scalar()
		} else if to, f = d.appendText(to, e, most); f != nil {
			return to, f.at(i)
		}
		d.comma()
	}
	d.pos++
	return to, nil
}

// appendText appends the current text, or its parts between commas; empty ones are as
// good as absent.
func (d *document) appendText(to []string, e *edge, most bound) ([]string, *fault) {
	if d.next() == '{' {
		return to, wants("an object", "a text or an integer; the path "+e.path+" can go on into it, such as "+e.path+".code")
	}
	text, f := d.textual()
	if f != nil {
		return to, f
	}
	for more := true; more; {
		part := text
		if more = false; e.commas {
			part, text, more = strings.Cut(text, ",")
			part = strings.Trim(part, " \t\r\n")
		}
		if part == "" {
			continue
		}
		if len(to) == most.length {
			return to, tooMany(most.most, most.what)
		}
		to = append(to, part)
	}
	return to, nil
}

func tooMany(most int, what string) *fault {
	return faulty(fmt.Sprintf("is one too many, want at most %d %s", most, what))
}
