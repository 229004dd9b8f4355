package cart

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/money"
)

// maxDepth is how deep objects and arrays may be nested, the body itself being
// the first level.
const maxDepth = 64

// ReadJSON reads a cart from a JSON body. Where the cart states no currency its prices are in
// defaultCurrency.
//
// It reports false without an error if the body is JSON but has nothing where the items are. Every
// error is an [*Invalid]; found is then false. A body that is not JSON is always invalid, as is one
// in which the reader finds a name twice in an object. Any other fault makes a body invalid only if
// it has items, even under a name in another case. A byte order mark before the text is skipped.
//
// The strings of the cart but its currency share memory with body, which must not change while the
// cart is in use. An error shares none. ReadJSON empties into first, even if it fails.
func (r *Reader) ReadJSON(body []byte, defaultCurrency money.Currency, into *Cart) (found bool, err error) {
	if found, certain := r.readOnce(body, defaultCurrency, into); certain {
		return found, nil
	}
	// The reader itself checks for names given twice: the library keeps a map for that, which took
	// most of the time and all of the memory.
	if mark := markLength(body); len(body) > math.MaxInt32 || !isJSON(body[mark:]) {
		into.Reset()
		return false, malformed(body, mark)
	}
	names := into.names // with the memory that the first pass took, which Reset may give up
	names.at = names.at[:0]
	found, err = r.readValid(body, defaultCurrency, into, &names, nil, nil)
	into.names = names
	return found, err
}

// isJSON reports whether a text is JSON as RFC 7493 has it, names given twice aside.
func isJSON(text []byte) bool {
	return jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true))
}

// markLength is how many bytes of a text are a byte order mark before it.
func markLength(text []byte) int {
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return len("\ufeff")
	}
	return 0
}

// readValid is ReadJSON for a body known to be JSON.
func (r *Reader) readValid(body []byte, defaultCurrency money.Currency, into *Cart, names *seenNames, pause func(), t *trace) (found bool, err error) {
	into.Reset()
	d := document{scanner: scanner{text: view(body), pos: markLength(body)}, reader: r, cart: into, currency: defaultCurrency, names: names, pause: pause, trace: t}
	f := d.root()
	if f == nil && d.found && !d.bad {
		if f = d.complete(); f == nil {
			return true, nil
		}
		f = r.complete(f, body, pause)
	}
	into.Reset()
	switch {
	case d.bad: // which the library would have to know
		return false, faulty(notJSON).invalid()
	case f == nil:
		return false, nil
	case d.found || d.twice || d.hasItemsKey(body):
		return false, f.invalid()
	}
	return false, nil
}

// document is the reading of one body.
type document struct {
	scanner
	once     bool // the text is not known to be JSON
	reader   *Reader
	cart     *Cart
	currency money.Currency
	names    *seenNames
	pause    func() // nil for none
	steps    int    // since the last pause
	trace    *trace // nil for none
	found    bool   // the items
	twice    bool   // a name is given twice, which parsers read differently

	otherCases bool // there was a name that differs only in case from that of a default

	given   fieldSet // that have a value: of the cart, and of the current line and charge
	dropped fieldSet // of those, which cannot be read in full and count as absent
	passing int      // lists and objects whose every value is read, around the current value

	stated   int64 // the body's own sum of the goods, packed in major units
	decimals int64 // that the body says the currency has

	// What is being read. It is finished before another line or charge is appended.
	line                           *Line
	charge                         *Charge
	properties                     int // of the line
	attributesFrom, categoriesFrom int // of the line, in the memory of all
	pair                           Attribute
}

// step counts a member or an element, and pauses at every 64th.
func (d *document) step() {
	const few = 64
	if d.pause == nil {
		return
	}
	if d.steps++; d.steps%few == 0 {
		d.pause()
	}
}

// root reads the whole body.
func (d *document) root() *fault {
	d.space()
	at := d.reader.body
	switch {
	case d.next() == '{' && len(at.positions) == 0:
		return d.object(at, 1)
	case d.next() == '[' && len(at.positions) > 0:
		return d.positioned(at, 1)
	}
	return nil
}

// member reads the current value, of a member called name, which is the found
// edge of the node or none.
func (d *document) member(at *node, found int, name string, class byte, depth int) *fault {
	if at.anything {
		return d.attribute(name, depth)
	}
	if found < 0 {
		if class&folds != 0 || at.cased {
			if like := at.variant(name); like != nil {
				if !like.anyCase {
					return differsInCase(quote(like.name) + ", want it written so")
				}
				d.otherCases = true
			}
		}
		return d.skip(depth)
	}
	return d.mapped(&at.edges[found], depth)
}

// mapped reads the current value, which an edge leads to.
func (d *document) mapped(e *edge, depth int) *fault {
	switch {
	case e.quick && d.passing == 0 && d.trace == nil && d.next() != 'n':
		return d.lineField(e, depth) // as most members are
	case e.into != nil && !e.embedded && d.trace == nil && d.next() == '{' && len(e.into.positions) == 0:
		return d.object(e.into, depth)
	case d.trace == nil:
		return d.value(e, depth)
	}
	d.trace.enter(e.name)
	f := d.value(e, depth)
	d.trace.leave()
	return f
}

// value is [document.mapped] for a value whose name is noted.
func (d *document) value(e *edge, depth int) *fault {
	switch {
	case d.next() == 'n' && !e.notNull: // null is as good as absent
		d.scalar()
		return nil
	case e.embedded:
		return d.embedded(e, depth)
	case e.into != nil:
		return d.inside(e.into, depth)
	}
	return d.leaf(e, depth)
}

// leaf reads the current value of a field. One that cannot be read is absent where the
// field is at a default that the sender may use for something else.
func (d *document) leaf(e *edge, depth int) *fault {
	start, names, reads := d.pos, len(d.names.at), d.trace.length()
	bit := e.field.bit()
	var f *fault
	switch {
	case d.passing > 0 && d.given&bit&^lists != 0:
		f = d.several(e)
	case bit&ofLine != 0:
		f = d.lineField(e, depth)
	default:
		f = d.bodyField(e, depth)
	}
	switch {
	case f == nil:
		if !isEmptyText(d.text[start:]) {
			d.given |= bit
		}
		return nil
	case f.fatal || e.strict:
		return f
	}
	d.pos, d.names.at = start, d.names.at[:names]
	d.trace.cut(reads)
	d.dropped |= bit
	return d.skip(depth)
}

// isEmptyText reports whether a value is a text without characters.
func isEmptyText(value string) bool { return strings.HasPrefix(value, `""`) }

// several is the fault of a second value for a field that has one; none of an empty text.
func (d *document) several(e *edge) *fault {
	if e.field.bit()&oneText != 0 && isEmptyText(d.text[d.pos:]) {
		d.str()
		return nil
	}
	return faulty("is a second value at " + quote(e.path) + ", want one")
}

// skip reads past a value that is not read into the cart, and checks it by the same rules.
func (d *document) skip(depth int) *fault {
	switch d.next() {
	case '{':
		return d.skipObject(depth)
	case '[':
		return d.elements(depth, func(_, depth int) *fault { return d.skip(depth) })
	case '"':
		d.quoted()
	default:
		// Some parsers refuse a body with a number that is too large for them, wherever it is.
		number := d.number()
		if text := d.scalar(); number && !fits(text) {
			return wants(shorten(text), wantFinite)
		}
	}
	return nil
}

const hasNUL = "has a NUL in its name, where some parsers end it"

func tooDeep() *fault {
	return fatal("is nested too deep, want at most " + strconv.Itoa(maxDepth) + " levels")
}
