package cart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
// The strings of the cart share memory with body, which must not change while the cart is in use.
// ReadJSON empties into first, even if it fails.
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

// hasItemsKey reports whether a body has anything where the items are, names being
// the same whatever their case.
func (d *document) hasItemsKey(body []byte) bool {
	s := scanner{text: view(body), pos: markLength(body)}
	s.space()
	return s.hasKey(d.reader.body)
}

// notJSON is the reason where no better one is known.
const notJSON = "is not JSON"

// malformed says where and why body is not JSON as RFC 7493 has it, names given twice aside. It is
// called only for a body that is invalid.
//
// The offsets it names count from the start of body, of which mark bytes are a byte
// order mark.
func malformed(body []byte, mark int) *Invalid {
	if len(body) > math.MaxInt32 {
		return faulty(fmt.Sprintf("is %d bytes long, want at most %d", len(body), math.MaxInt32)).invalid()
	}
	if deep(body) {
		return tooDeep().invalid()
	}
	if bad := check(jsontext.NewDecoder(bytes.NewBuffer(body[mark:]), jsontext.AllowDuplicateNames(true)), mark); bad != nil {
		return bad
	}
	return faulty(notJSON).invalid()
}

// check reads a text to its end, which is to be one value. It returns what is
// wrong with it, or nil. There are mark bytes before the text.
func check(decoder *jsontext.Decoder, mark int) *Invalid {
	_, err := decoder.ReadValue()
	if err == nil {
		end := decoder.InputOffset()
		if _, err := decoder.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		return faulty("has more text after the JSON value").atByte(", at byte", int(end)+mark).invalid()
	}
	if errors.Is(err, io.EOF) { // nothing but white space
		return faulty("is empty, want JSON").invalid()
	}
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return faulty(notJSON).invalid()
	}
	f := faulty(notJSON).atByte(" at byte", int(syntactic.ByteOffset)+mark).because(syntactic.Err)
	for pointer := syntactic.JSONPointer; pointer != ""; pointer = pointer.Parent() {
		f.under(pointer.LastToken())
	}
	return f.invalid()
}

// hasKey reports whether the current value has anything where the items are below a node, names
// being the same whatever their case. If it reports false, it has skipped the value.
func (s *scanner) hasKey(at *node) bool {
	switch {
	case at == nil || at.fields&fieldItems.bit() == 0:
		s.skipValue()
		return false
	case s.next() == '[':
		return s.hasKeyInList(at)
	case s.next() != '{':
		s.skipValue()
		return false
	}
	for more := s.enter('}'); more; more = s.more('}') {
		name, _, _ := s.name()
		e := at.each
		if e == nil {
			e = at.variant(name)
		}
		if s.hasKeyAt(e) {
			return true
		}
	}
	return false
}

func (s *scanner) hasKeyInList(at *node) bool {
	i := 0
	for more := s.enter(']'); more; more = s.more(']') {
		found := false
		switch {
		case len(at.positions) > 0:
			found = s.hasKeyAt(at.at(i))
		case at.each != nil:
			found = s.hasKeyAt(at.each)
		default:
			found = s.hasKey(at)
		}
		if found {
			return true
		}
		i++
	}
	return false
}

// hasKeyAt is hasKey for the value an edge leads to; nil for none.
func (s *scanner) hasKeyAt(e *edge) bool {
	switch {
	case e == nil:
		s.skipValue()
		return false
	case e.field == fieldItems:
		return true
	case e.embedded && e.into != nil && e.into.fields&fieldItems.bit() != 0 && s.next() == '"':
		return true
	}
	return s.hasKey(e.into)
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

// object reads the members of the current object that the node has edges for.
func (d *document) object(at *node, depth int) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	if at.each != nil {
		return d.eachMember(at.each, depth)
	}
	first, expected := len(d.names.at), 0
	classes, inOrder := byte(0), true // inOrder: each name is that of a later edge than the one before
	for more := d.enter('}'); more; more = d.more('}') {
		d.step()
		if found := d.ahead(at, expected); found >= 0 {
			e := &at.edges[found]
			if f := d.mapped(e, depth+1); f != nil {
				return f.under(e.name)
			}
			expected = found + 1
			continue
		}
		name, where, class := d.name()
		inOrder = false
		d.names.at = append(d.names.at, where)
		if classes |= class; class&escapes != 0 && strings.IndexByte(name, 0) >= 0 {
			return fatal(hasNUL).under(name)
		}
		found := at.find(name, expected)
		if f := d.member(at, found, name, class, depth+1); f != nil {
			return f.under(name)
		}
		if found >= 0 {
			expected = found + 1
		}
	}
	names := d.names.at[first:]
	d.names.at = d.names.at[:first]
	if inOrder {
		return nil
	}
	if d.otherCases {
		if f := d.inOneCase(at, names); f != nil {
			return f
		}
	}
	return d.distinct(names, classes, at.anything)
}

// skipObject goes past the current object, of which nothing is read, and checks every name.
func (d *document) skipObject(depth int) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	first, classes := len(d.names.at), byte(0)
	for more := d.enter('}'); more; more = d.more('}') {
		d.step()
		name, where, class := d.name()
		d.names.at = append(d.names.at, where)
		if classes |= class; class&escapes != 0 && strings.IndexByte(name, 0) >= 0 {
			return fatal(hasNUL).under(name)
		}
		if f := d.skip(depth + 1); f != nil {
			return f.under(name)
		}
	}
	names := d.names.at[first:]
	d.names.at = d.names.at[:first]
	return d.distinct(names, classes, false)
}

// inOneCase refuses an object that has the name of a default in two cases. A member with the name
// in another case alone is something else.
func (d *document) inOneCase(at *node, names []span) *fault {
	for i := range at.edges {
		e := &at.edges[i]
		if !e.anyCase {
			continue
		}
		written, other := false, ""
		for _, where := range names {
			switch name := d.nameAt(where); {
			case name == e.name:
				written = true
			case sameFolded(name, e.name):
				other = name
			}
		}
		if written && other != "" {
			return differsInCase(quote(e.name) + ", which is there, too").under(other)
		}
	}
	return nil
}

// distinct checks that no two names of an object are the same.
func (d *document) distinct(names []span, classes byte, butCase bool) *fault {
	by := asWritten
	switch {
	case butCase && classes&folds != 0:
		by = butForCase
	case classes&escapes != 0:
		by = asMeant
	}
	if earlier, later, found := d.duplicates(names, by); found {
		return d.confused(earlier, later)
	}
	return nil
}

// confused is the fault of two members that can be taken for one another.
func (d *document) confused(earlier, later span) *fault {
	name := d.nameAt(later)
	if d.nameAt(earlier) != name {
		return differsInCase("another member of its object").under(name)
	}
	d.twice = true
	return fatal("is in its object twice").atByte(", again at byte", int(later.from)-1).under(name)
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
