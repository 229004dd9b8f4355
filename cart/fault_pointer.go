package cart

import "slices"

// InHeaders reports whether a request has a cart in its headers, whose names
// are in canonical form.
func InHeaders(headers map[string][]string) bool {
	return len(headers[headerItems]) > 0 || !absent(headers[headerSubtotal])
}

// Items is the path of the items, or the paths separated by spaces, as a configuration
// writes them.
func (r *Reader) Items() string { return r.items }

// Pointer is the JSON Pointer to the quantity or the unit_price of a line, in a body that the
// reader has read. It is for errors that are found only when the cart is priced. Line counts from
// 0. A value that is absent has the pointer where it would be, as far as its path has names. Any
// other key has the pointer of the line. A line that is absent has that of the whole body. A value
// in the JSON of a text has the pointer of the text.
func (r *Reader) Pointer(body []byte, line int, key string) string {
	if !isJSON(body[markLength(body):]) {
		return ""
	}
	of := spot{field: fieldItems, line: line, charge: -1}
	read, found := r.search(body, of, nil)
	if !found {
		return ""
	}
	var path []step
	switch key {
	case "quantity":
		of.field, path = fieldQuantity, r.quantityPath
	case "unit_price":
		of.field, path = fieldUnitPrice, r.unitPricePath
	default:
		return read.fault(faulty("")).pointer()
	}
	if value, found := r.search(body, of, nil); found {
		return value.fault(faulty("")).pointer()
	}
	f := read.fault(faulty(""))
	if !slices.Contains(read.path, textStep) {
		f.within(path)
	}
	return f.pointer()
}

// within says that the fault is at the end of a path, as far as it has names.
func (f *fault) within(path []step) {
	for _, s := range path {
		if s.kind != stepMember {
			return
		}
		if f.path = slices.Insert(f.path, 0, s.name); s.embedded {
			return
		}
	}
}

// spot is the value that a fault is about, if the fault is found only after all was read.
type spot struct {
	field        field
	line, charge int    // -1 for none
	wanted       string // in place of the value that is there; empty if the reason is whole
}

// complete adds to a fault its position in a body that was read, and the value there if the reason
// names it.
func (r *Reader) complete(f *fault, body []byte, pause func()) *fault {
	read, found := r.search(body, f.spot, pause)
	if !found {
		return f
	}
	if f.spot.wanted != "" {
		f = wants(read.seen, f.spot.wanted)
	}
	return read.fault(f)
}

// fault is what is wrong with the cart as a fault of the value that was read.
func (n *noted) fault(of *fault) *fault {
	text := slices.Index(n.path, textStep)
	if text < 0 {
		text = len(n.path)
	}
	f := &fault{detail: of.detail, path: slices.Clone(n.path[:text])}
	slices.Reverse(f.path)
	if text < len(n.path) {
		inner := &fault{path: slices.Clone(n.path[text+1:])}
		slices.Reverse(inner.path)
		f.inPart(inJSON(inner.pointer()))
	}
	return f
}

// search finds the value of a spot in a body that is JSON.
func (r *Reader) search(body []byte, of spot, pause func()) (noted, bool) {
	t := &trace{only: &of}
	d := document{
		scanner: scanner{text: view(body), pos: markLength(body)}, reader: r, cart: new(Cart),
		names: new(seenNames), pause: pause, trace: t,
	}
	d.root()
	d.inOrder()
	key := keyOf(of.field)
	for _, n := range t.reads {
		if n.Field == key && n.Line == of.line && n.Charge == of.charge {
			return n, true
		}
	}
	return noted{}, false
}
