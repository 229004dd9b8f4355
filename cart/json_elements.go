package cart

import (
	"strconv"
	"strings"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// inside reads the current value, which a path goes on in: an object or a list.
func (d *document) inside(at *node, depth int) *fault {
	switch d.next() {
	case '{':
		if len(at.positions) == 0 {
			return d.object(at, depth)
		}
	case '[':
		if len(at.positions) > 0 {
			return d.positioned(at, depth)
		}
		return d.through(at, depth)
	}
	return d.blocked(at, depth)
}

// blocked handles a value that is no object or list of the kind that the paths into it need. It
// skips the value if only defaults lead there, and is a fault otherwise.
func (d *document) blocked(at *node, depth int) *fault {
	switch {
	case !at.strict:
		d.dropped |= at.fields
		return d.skip(depth)
	case len(at.positions) > 0:
		return wants(d.seen(), JSONArray)
	case at.each != nil:
		return wants(d.seen(), "an object or an array")
	}
	return wants(d.seen(), "an object, or an array of objects")
}

// elements reads the elements of the current list, one after the other.
func (d *document) elements(depth int, read func(i, depth int) *fault) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	i := 0
	for more := d.enter(']'); more; more = d.more(']') {
		d.step()
		if f := read(i, depth+1); f != nil {
			return f.at(i)
		}
		i++
	}
	return nil
}

// through reads the elements of the current list, one after the other, as if each were
// there alone.
func (d *document) through(at *node, depth int) *fault {
	d.passing++
	f := d.elements(depth, func(i, depth int) *fault { return d.passed(at, i, depth) })
	d.passing--
	return f
}

// passed reads the i-th element of a list that a path goes through.
func (d *document) passed(at *node, i, depth int) *fault {
	if at.each != nil {
		return d.element(at.each, i, depth)
	}
	if d.next() == 'n' {
		d.scalar()
		return nil
	}
	d.trace.enterElement(i)
	f := d.inside(at, depth)
	d.trace.leave()
	return f
}

// element reads the i-th element of a list along an edge of its own.
func (d *document) element(e *edge, i, depth int) *fault {
	d.trace.enterElement(i)
	f := d.value(e, depth)
	d.trace.leave()
	return f
}

// positioned reads those elements of the current list that have an edge.
func (d *document) positioned(at *node, depth int) *fault {
	return d.elements(depth, func(i, depth int) *fault { return d.position(at, i, depth) })
}

func (d *document) position(at *node, i, depth int) *fault {
	e := at.at(i)
	switch {
	case at.alone && i > 0:
		d.found = true
		return faulty("is one more than " + quote(d.reader.Items()) + " reads, want an array of one: an order is not priced in part")
	case e == nil:
		return d.skip(depth)
	}
	return d.element(e, i, depth)
}

// eachMember reads all values of the current object, in the order written. JavaScript lists names
// that look like an array index before all others, ascending. It would read an object in another
// order differently, so such an object is refused.
func (d *document) eachMember(e *edge, depth int) *fault {
	first, classes := len(d.names.at), byte(0)
	last, others := int64(-1), false
	d.passing++
	for more := d.enter('}'); more; more = d.more('}') {
		d.step()
		name, where, class := d.name()
		d.names.at = append(d.names.at, where)
		classes |= class
		index, isIndex := arrayIndex(name)
		switch {
		case isIndex && (others || index < last):
			return fatal("is behind a member that JavaScript lists after it, want numbers first and ascending").under(name)
		case class&escapes != 0 && strings.IndexByte(name, 0) >= 0:
			return fatal(hasNUL).under(name)
		}
		last, others = max(last, index), others || !isIndex
		d.trace.enter(name)
		f := d.value(e, depth+1)
		d.trace.leave()
		if f != nil {
			return f.under(name)
		}
	}
	d.passing--
	names := d.names.at[first:]
	d.names.at = d.names.at[:first]
	return d.distinct(names, classes, false)
}

// arrayIndex is the number that a name is to JavaScript, if it is the index of an
// array (ECMA-262, section 6.1.7).
func arrayIndex(name string) (int64, bool) {
	const most = 1<<32 - 2
	if len(name) > 10 || !onlyDigits(name) || name[0] == '0' && len(name) > 1 {
		return -1, false
	}
	index, err := strconv.ParseInt(name, 10, 64)
	if err != nil || index > most {
		return -1, false
	}
	return index, true
}

// embedded reads the JSON in the current text. What is wrong with it is reported at the
// text, with the place in its JSON.
func (d *document) embedded(e *edge, depth int) *fault {
	if d.next() != '"' {
		return wants(d.seen(), "a text with JSON in it")
	}
	text := d.str()
	if text == "" {
		return nil // as good as absent
	}
	if !d.once {
		if bad := d.malformedText(text); bad != nil {
			return faulty(inJSON(bad.Pointer) + bad.Reason)
		}
	}
	outer := d.scanner
	d.scanner = scanner{text: text}
	d.space()
	inner := *e
	inner.embedded = false
	d.trace.enter(textStep)
	f := d.value(&inner, depth)
	d.trace.leave()
	whole := d.ended()
	if d.scanner = outer; d.once && !whole {
		d.fail()
	}
	if f != nil {
		f.inPart(inJSON(f.pointer()))
		f.path = nil
	}
	return f
}

// malformedText says what is wrong with a text that is to be JSON; nil if nothing is.
func (d *document) malformedText(text string) *Invalid {
	body := unsafe.Slice(unsafe.StringData(text), len(text)) // which is only read
	if d.pause != nil {
		from := &pieces{rest: body, most: onePiece, pause: d.pause}
		if deep(body) {
			return tooDeep().invalid()
		}
		return check(jsontext.NewDecoder(from, jsontext.AllowDuplicateNames(true)), 0)
	}
	if isJSON(body) {
		return nil
	}
	return malformed(body, 0)
}

// inJSON says where in the JSON of a text a fault is.
func inJSON(pointer string) string {
	if pointer == "" {
		return "in its JSON: "
	}
	return "in its JSON at " + pointer + ": "
}
