package cart

import (
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// Read is one value of a body that was read into the cart.
type Read struct {
	// Field is the key of the mapping that the value was read for, such as
	// "unit_price". Of a line itself it is "items", of a shipping charge "shipping",
	// and of a property of a line "attributes".
	Field string
	// Line is the position of the line the value is of, Charge that of the shipping
	// charge; -1 if it is of none.
	Line, Charge int
	// Pointer is where the value is, as a JSON Pointer (RFC 6901). A value in the JSON
	// of a text has the pointer of the text, a "!" and the pointer in its JSON.
	Pointer string
	// Text is the value as it is written, texts without their quotes and escapes; empty
	// for objects and lists.
	Text string
}

// Trace is [Reader.ReadJSON] that also reports every value that was read, in the order of the body.
// It takes several times as long. For an invalid cart it reports the values that were read before
// the fault.
func (r *Reader) Trace(body []byte, defaultCurrency money.Currency, into *Cart) (reads []Read, found bool, err error) {
	mark := markLength(body)
	if !isJSON(body[mark:]) {
		into.Reset()
		return nil, false, malformed(body, mark)
	}
	t := &trace{}
	found, err = r.readValid(body, defaultCurrency, into, &into.names, nil, t)
	reads = make([]Read, len(t.reads))
	for i := range t.reads {
		reads[i] = t.reads[i].Read
	}
	return reads, found, err
}

// trace notes what is read and where. All methods of a nil trace do nothing.
type trace struct {
	reads []noted
	path  []string // names and positions that lead to the current value
	only  *spot    // the one value that is looked for; nil for all
}

// wants reports whether a read is to be noted. Lines and charges of several paths have no final
// position yet, so all of them are noted.
func (d *document) wants(of field, line, charge int) bool {
	only := d.trace.only
	switch {
	case only == nil:
		return true
	case of != only.field:
		return false
	}
	return d.reader.several&(fieldItems.bit()|fieldShipping.bit()) != 0 || line == only.line && charge == only.charge
}

// noted is a read with the names that lead to it.
type noted struct {
	Read
	path []string
	seen string // the value, for a reason
}

// textStep stands in a path where it continues in the JSON of a text. No name in a path has a NUL.
const textStep = "\x00"

func (t *trace) enter(name string) {
	if t != nil {
		t.path = append(t.path, name)
	}
}

func (t *trace) enterElement(i int) {
	if t != nil {
		t.path = append(t.path, strconv.Itoa(i))
	}
}

func (t *trace) leave() {
	if t != nil {
		t.path = t.path[:len(t.path)-1]
	}
}

// length is how many reads there are.
func (t *trace) length() int {
	if t == nil {
		return 0
	}
	return len(t.reads)
}

// cut forgets the reads after the first so many.
func (t *trace) cut(length int) {
	if t != nil {
		t.reads = t.reads[:length]
	}
}

// forget takes out the reads of a field that counts as absent: of the cart, or of a line
// or charge.
func (t *trace) forget(of field, line, charge int) {
	if t == nil {
		return
	}
	key := keyOf(of)
	t.reads = slices.DeleteFunc(t.reads, func(n noted) bool {
		return n.Field == key && (line < 0 || n.Line == line) && (charge < 0 || n.Charge == charge)
	})
}

// moveLines gives lines their new positions; nil is none.
func (t *trace) moveLines(to []int) {
	if t == nil || to == nil {
		return
	}
	for i := range t.reads {
		if n := &t.reads[i]; n.Line >= 0 {
			n.Line = to[n.Line]
		}
	}
}

// moveCharges is moveLines for charges.
func (t *trace) moveCharges(to []int) {
	if t == nil || to == nil {
		return
	}
	for i := range t.reads {
		if n := &t.reads[i]; n.Charge >= 0 {
			n.Charge = to[n.Charge]
		}
	}
}

// noteField adds the current value, of a field of the cart or of a line or charge.
func (d *document) noteField(of field) {
	line, charge := -1, -1
	switch {
	case of.bit()&ofLine != 0:
		line = len(d.cart.Lines) - 1
	case of.bit()&ofCharge != 0:
		charge = len(d.cart.Shipping) - 1
	}
	switch of {
	case fieldItems, fieldShipping, fieldAttributes, fieldPairName, fieldPairValue: // have reads of their own
	default:
		d.note(of, line, charge)
	}
}

// note adds the current value.
func (d *document) note(of field, line, charge int) {
	if d.trace == nil || !d.wants(of, line, charge) {
		return
	}
	at := d.scanner
	text := ""
	switch c := at.next(); {
	case c == '"':
		text = at.str()
	case c != '{' && c != '[':
		text = at.scalar()
	}
	d.noteText(of, line, charge, text, d.seen())
}

func (d *document) noteText(of field, line, charge int, text, seen string) {
	t := d.trace
	if !d.wants(of, line, charge) {
		return
	}
	t.reads = append(t.reads, noted{
		Read: Read{Field: keyOf(of), Line: line, Charge: charge, Pointer: pointerTo(t.path), Text: text},
		path: slices.Clone(t.path),
		seen: seen,
	})
}

// pointerTo writes names as a JSON Pointer.
func pointerTo(path []string) string {
	var b strings.Builder
	for _, name := range path {
		if name == textStep {
			b.WriteByte('!')
		} else {
			b.WriteString("/" + pointerEscapes.Replace(name))
		}
	}
	return b.String()
}

// keyOf is the key of a field in a configuration.
func keyOf(f field) string {
	for _, e := range new(Mapping).entries() {
		if e.field == f {
			return e.key
		}
	}
	return "attributes"
}
