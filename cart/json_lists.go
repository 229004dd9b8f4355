package cart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// chunk is the part of a list that one of several paths led to.
type chunk struct {
	field    field
	order    uint8
	from, to int
}

// part notes what a list has gained at one of several paths.
func (d *document) part(e *edge, from, to int) {
	if d.reader.several&e.field.bit() != 0 && from < to {
		d.cart.chunks = append(d.cart.chunks, chunk{e.field, e.order, from, to})
	}
}

// items reads the current value as lines. An object is a line where the path came
// through a list or an object of which every value is read.
func (d *document) items(e *edge, depth int) *fault {
	d.found = true
	from := len(d.cart.Lines)
	f := d.readItems(e, depth)
	d.part(e, from, len(d.cart.Lines))
	return f
}

func (d *document) readItems(e *edge, depth int) *fault {
	switch {
	case d.next() == '[':
		return d.list(fieldItems, depth)
	case d.passing > 0:
		return d.readLine(depth)
	case d.next() == '{':
		return wants(d.seen(), JSONArray).hint("the path " + e.path + ".* reads the values of an object")
	}
	return wants(d.seen(), JSONArray)
}

// list reads an array of objects: of lines, of shipping charges, or of the names and
// values of attributes.
func (d *document) list(of field, depth int) *fault {
	return d.elements(depth, func(i, depth int) *fault { return d.listed(of, i, depth) })
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

// inOrder puts what several paths led to in the order of the paths.
func (d *document) inOrder() {
	chunks := d.cart.chunks
	if len(chunks) == 0 {
		return
	}
	slices.SortStableFunc(chunks, func(a, b chunk) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.order, b.order))
	})
	d.trace.moveLines(arrange(d.cart.Lines, chunks, fieldItems))
	d.trace.moveCharges(arrange(d.cart.Shipping, chunks, fieldShipping))
	arrange(d.cart.Coupons, chunks, fieldCoupons)
	arrange(d.cart.Customer.Segments, chunks, fieldCustomerSegments)
}

// arrange puts a list in the order of the chunks that are of its field. It returns where
// each element went, or nil if none moved.
func arrange[T any](list []T, chunks []chunk, of field) (moved []int) {
	inPlace := func(a, b chunk) int { return cmp.Compare(a.from, b.from) }
	own := ofField(chunks, of)
	if slices.IsSortedFunc(own, inPlace) {
		return nil
	}
	arranged := make([]T, 0, len(list))
	moved = make([]int, len(list))
	for _, c := range own {
		for i := c.from; i < c.to; i++ {
			moved[i] = len(arranged)
			arranged = append(arranged, list[i])
		}
	}
	copy(list, arranged)
	return moved
}

// ofField returns the chunks of one field. The chunks must be in the order of their fields.
func ofField(chunks []chunk, of field) []chunk {
	from, to := 0, len(chunks)
	for from < to && chunks[from].field != of {
		from++
	}
	for to > from && chunks[to-1].field != of {
		to--
	}
	return chunks[from:to]
}

func (d *document) readLine(depth int) *fault {
	most := d.reader.most.lines
	switch {
	case len(d.cart.Lines) == most:
		return tooMany(most, "lines")
	case d.next() != '{':
		return wants(d.seen(), JSONObject)
	}
	d.attributesFrom, d.categoriesFrom = len(d.cart.attributes), len(d.cart.texts)
	chunks := len(d.cart.chunks)
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
	if len(d.cart.chunks) > chunks {
		d.sortCategories(d.cart.chunks[chunks:])
		d.cart.chunks = d.cart.chunks[:chunks]
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
func (d *document) shipping(e *edge, depth int) (f *fault) {
	from := len(d.cart.Shipping)
	if d.next() == '[' {
		f = d.list(fieldShipping, depth)
	} else {
		f = d.readCharge(depth)
	}
	d.part(e, from, len(d.cart.Shipping))
	return f
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

// categories reads the categories of a line: one, or a list of them. Those of several paths are all
// appended to the further ones, and put in the order of the paths later.
func (d *document) categories(e *edge, depth int) (f *fault) {
	several := d.reader.several&fieldCategory.bit() != 0
	if c := d.next(); c != '[' && c != '{' && !e.commas && d.line.Category == "" && !several {
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
	d.part(e, first, len(d.cart.texts))
	if d.line.Category == "" && !several {
		d.firstCategory(first)
	}
	return nil
}

// sortCategories puts those of several paths in order.
func (d *document) sortCategories(chunks []chunk) {
	for i := range chunks {
		chunks[i].from -= d.categoriesFrom
		chunks[i].to -= d.categoriesFrom
	}
	slices.SortStableFunc(chunks, func(a, b chunk) int { return cmp.Compare(a.order, b.order) })
	arrange(d.cart.texts[d.categoriesFrom:], chunks, fieldCategory)
	d.firstCategory(d.categoriesFrom)
}

// firstCategory makes the first of the further categories the line's own.
func (d *document) firstCategory(at int) {
	if more := d.cart.texts[at:]; len(more) > 0 {
		d.line.Category = more[0]
		d.cart.texts = append(d.cart.texts[:at], more[1:]...)
	}
}

// bound is how long a list of texts may become.
type bound struct {
	length int    // with the elements of others in the same memory
	most   int    // of its own
	what   string // they are called
}

// texts appends the current texts: those of a list, or one.
func (d *document) texts(to []string, e *edge, most bound, depth int) ([]string, *fault) {
	if d.next() != '[' {
		return d.appendText(to, e, most)
	}
	f := d.elements(depth, func(int, int) (f *fault) {
		if d.next() == 'n' {
			d.scalar()
			return nil
		}
		to, f = d.appendText(to, e, most)
		return f
	})
	return to, f
}

// appendText appends the current text, or its parts between commas; empty ones are as
// good as absent.
func (d *document) appendText(to []string, e *edge, most bound) ([]string, *fault) {
	if d.next() == '{' {
		return to, wants(JSONObject, "a text or an integer").hint("the path " + e.path + " can go on into it, such as " + e.path + ".code")
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
