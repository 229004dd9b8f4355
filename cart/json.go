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

// ReadJSON reads a cart from a JSON body. The currency home, which is that of
// the prices, holds where the cart states none.
//
// It reports false without an error if the body is JSON but not a cart: not an
// object, or without a member where the items are. Every error is an
// [*Invalid]; found is then false. Text that is not JSON is invalid whatever
// it might have been; anything else is only held against a body that has items,
// be it under a name in another case.
//
// The strings of the cart share memory with body, which must not change as
// long as the cart is in use. What into held before is gone in any case.
func (r *Reader) ReadJSON(body []byte, home money.Currency, into *Cart) (found bool, err error) {
	// Names given twice are looked for while the body is read: the library keeps a
	// map for it, which took most of the time and all of the memory.
	if len(body) > math.MaxInt32 || !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
		into.Reset()
		return false, malformed(body)
	}
	return r.readValid(body, home, into, &into.names, nil)
}

// readValid is ReadJSON for a body known to be JSON.
func (r *Reader) readValid(body []byte, home money.Currency, into *Cart, names *seenNames, pause func()) (found bool, err error) {
	into.Reset()
	d := document{scanner: scanner{text: view(body)}, reader: r, cart: into, currency: home, names: names, pause: pause}
	d.space()
	if d.next() != '{' {
		return false, nil
	}
	f := d.object(r.body, 1)
	if f == nil && d.found {
		f = d.settle()
	}
	if f == nil && d.found {
		return true, nil
	}
	into.Reset()
	if f == nil {
		return false, nil
	}
	if !d.found && !d.twice { // not yet, or not at all
		d.pos = 0
		d.space()
		if !d.mentions(r.items) {
			return false, nil
		}
	}
	return false, f.invalid()
}

// malformed says where and why body is not JSON as RFC 7493 has it, names given
// twice aside. It is only asked about what has been found wanting.
func malformed(body []byte) *Invalid {
	if len(body) > math.MaxInt32 {
		return &Invalid{Reason: fmt.Sprintf("is %d bytes long, want at most %d", len(body), math.MaxInt32)}
	}
	if deep(body) {
		return tooDeep().invalid()
	}
	if bad := check(jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))); bad != nil {
		return bad
	}
	return &Invalid{Reason: "is not JSON"}
}

// check reads a text to its end, which is to be one value. It returns what is
// wrong with it, or nil.
func check(decoder *jsontext.Decoder) *Invalid {
	_, err := decoder.ReadValue()
	if err == nil {
		end := decoder.InputOffset()
		if _, err := decoder.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		return &Invalid{Reason: fmt.Sprintf("has more text after the JSON value, at byte %d", end)}
	}
	if errors.Is(err, io.EOF) { // nothing but white space
		return &Invalid{Reason: "is empty, want JSON"}
	}
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return &Invalid{Reason: "is not JSON"}
	}
	f := faulty(fmt.Sprintf("is not JSON at byte %d: %s", syntactic.ByteOffset, foreign(syntactic.Err)))
	for pointer := syntactic.JSONPointer; pointer != ""; pointer = pointer.Parent() {
		f.under(pointer.LastToken())
	}
	return f.invalid()
}

// mentions reports whether the value at hand has a member at path, names being
// the same whatever their case. Otherwise it has gone over the value.
func (s *scanner) mentions(path []string) bool {
	if len(path) == 0 {
		return true
	}
	if s.next() != '{' {
		s.leap()
		return false
	}
	s.pos++
	for s.space(); s.next() != '}'; s.comma() {
		name, _, _ := s.name()
		if !strings.EqualFold(name, path[0]) {
			s.leap()
		} else if s.mentions(path[1:]) {
			return true
		}
	}
	s.pos++
	return false
}

// document is the reading of one body.
type document struct {
	scanner
	reader   *Reader
	cart     *Cart
	currency money.Currency
	names    *seenNames
	pause    func() // nil for none
	steps    int    // since the last pause
	found    bool   // the items
	twice    bool   // a name, which no two parsers need read alike

	// What is being read; settled before anything else is appended.
	line       *Line
	charge     *Charge
	properties int // of the line
}

// step counts a member or an element, and pauses now and then.
func (d *document) step() {
	const few = 64
	if d.pause == nil {
		return
	}
	if d.steps++; d.steps%few == 0 {
		d.pause()
	}
}

// object reads the object at hand for the members the node looks for. With a
// nil node it looks for nothing, but still at every name.
func (d *document) object(at *node, depth int) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	first, expected := len(d.names.at), 0
	allPlain, inTurn := true, at != nil // inTurn: each name is that of a later edge than the one before
	d.pos++
	for d.space(); d.next() != '}'; d.comma() {
		d.step()
		if found := d.ahead(at, expected); found >= 0 {
			if f := d.mapped(&at.edges[found], depth+1); f != nil {
				return f.under(at.edges[found].name)
			}
			expected = found + 1
			continue
		}
		name, where, plain := d.name()
		allPlain = allPlain && plain
		inTurn = false
		d.names.at = append(d.names.at, where)
		if at == nil {
			if f := d.skip(depth + 1); f != nil {
				return f.under(name)
			}
			continue
		}
		found := at.find(name, expected)
		if f := d.member(at, found, name, plain, depth+1); f != nil {
			return f.under(name)
		}
		expected = found + 1
	}
	d.pos++
	names := d.names.at[first:]
	d.names.at = d.names.at[:first]
	if inTurn {
		return nil
	}
	if earlier, later, found := d.alike(names, allPlain); found {
		return d.confused(earlier, later)
	}
	return nil
}

// ahead is the edge that the member at hand is of, if it is one of the next few
// from expected; -1 if not. It goes on to the member's value and notes the name.
// Senders write the members of one object like those of the last: comparing with
// the names that are due takes half of the time of finding out where a name ends and
// looking it up.
func (d *document) ahead(at *node, expected int) int {
	const few = 3
	if at == nil {
		return -1
	}
	rest := d.text[d.pos+1:]
	for i := expected; i < min(len(at.edges), expected+few); i++ {
		e := &at.edges[i]
		n := len(e.name)
		if e.plain && n < len(rest) && rest[n] == '"' && rest[:n] == e.name {
			from := d.pos + 1
			d.names.at = append(d.names.at, span{int32(from), int32(from + n)})
			d.pos = from + n + 1
			d.colon()
			return i
		}
	}
	return -1
}

// confused is the fault of two members that can be taken for one another.
func (d *document) confused(earlier, later span) *fault {
	name := d.nameAt(later)
	if d.nameAt(earlier) != name {
		return faulty("differs only in case from another member of its object").under(name)
	}
	d.twice = true
	return faulty(fmt.Sprintf("is in its object twice, again at byte %d", later.from-1)).under(name)
}

// member reads the value at hand, of a member called name, which is the found
// edge of the node or none.
func (d *document) member(at *node, found int, name string, plain bool, depth int) *fault {
	if at.anything {
		return d.attribute(name, depth)
	}
	if found < 0 {
		if !plain || at.cased {
			if like := at.variant(name); like != nil {
				return faulty("differs only in case from " + quote(like.name) + ", want it written so")
			}
		}
		return d.skip(depth)
	}
	return d.mapped(&at.edges[found], depth)
}

// mapped reads the value at hand, which an edge leads to.
func (d *document) mapped(edge *edge, depth int) *fault {
	if edge.field == fieldItems {
		d.found = true
	} else if d.next() == 'n' { // null is as good as absent
		d.scalar()
		return nil
	}
	if fieldID <= edge.field && edge.field <= fieldAttributes { // most members are of lines
		return d.lineField(edge.field, depth)
	}
	if edge.into == nil {
		return d.field(edge.field, depth)
	}
	if d.next() != '{' {
		return wants(d.seen(), "an object")
	}
	return d.object(edge.into, depth)
}

// skip goes over a value that is not read, but is held to the same rules.
func (d *document) skip(depth int) *fault {
	switch d.next() {
	case '{':
		return d.object(nil, depth)
	case '[':
		if depth > maxDepth {
			return tooDeep()
		}
		d.pos++
		d.space()
		for i := 0; d.next() != ']'; i++ {
			d.step()
			if f := d.skip(depth + 1); f != nil {
				return f.at(i)
			}
			d.comma()
		}
		d.pos++
	case '"':
		d.span()
	default:
		// There are parsers that read no body with a number too large for them,
		// wherever it is.
		number := d.number()
		if text := d.scalar(); number && !fits(text) {
			return wants(shorten(text), wantFinite)
		}
	}
	return nil
}

func tooDeep() *fault {
	return faulty("is nested too deep, want at most " + strconv.Itoa(maxDepth) + " levels")
}
