package cart

import (
	"slices"
	"strings"
)

// node is a value in a document from which mapped fields can be reached: the paths
// of a mapping folded into a tree. It does not change once compiled. It has edges of
// one kind: to members, to positions, or one to each.
type node struct {
	edges     []edge // to members of an object
	positions []edge // to elements of a list
	each      *edge  // to all values of an object or a list; nil for none

	// lengths has a bit for each length that a name of an edge has, in bytes, those from 63 on in
	// one, and starts for the last six bits of each first byte.
	lengths, starts uint64
	// cased is set if a name in lower case could differ from one of the edges only in
	// case.
	cased bool
	// alone is set if the list may hold nothing but the positions that are read.
	alone bool
	// anything marks the object of attributes, whose members all count.
	anything bool

	strict bool     // a value that is no such object or list makes the cart invalid
	fields fieldSet // that can be reached from here
	path   string   // that leads here, for reasons
}

// edge is one value to look for: either a field or a further node.
type edge struct {
	name     string // of a member
	written  writtenName
	position int   // in a list
	embedded bool  // it is a text with JSON in it
	strict   bool  // if it cannot be read, the cart is invalid
	quick    bool  // it is a field of a line, strict, and not embedded
	anyCase  bool  // its name in another case alone is something else
	notNull  bool  // null stands in place of lines or of a charge, and is not as good as absent
	commas   bool  // texts are cut at commas
	order    uint8 // which of the several paths of its field this is
	field    field
	into     *node
	path     string // that leads here, for reasons
}

// find is the edge called name, or -1. Senders write the members of objects in the same order, so
// the search starts where the caller expects the name.
func (n *node) find(name string, expected int) int {
	if n.lengths&lengthBit(name) == 0 {
		return -1
	}
	for i := expected; i < len(n.edges); i++ {
		if n.edges[i].name == name {
			return i
		}
	}
	for i := range min(expected, len(n.edges)) {
		if n.edges[i].name == name {
			return i
		}
	}
	return -1
}

func lengthBit(name string) uint64 { return 1 << min(len(name), 63) }

func startBit(c byte) uint64 { return 1 << (c & 63) }

// variant is the edge whose name differs from name only in case, or nil.
func (n *node) variant(name string) *edge {
	ascii := isASCII(name)
	for i := range n.edges {
		e := &n.edges[i]
		if ascii && len(e.name) != len(name) && isASCII(e.name) {
			continue
		}
		if sameFolded(e.name, name) {
			return e
		}
	}
	return nil
}

// add extends the tree by a route, of which the first steps have led here.
func (n *node) add(r *route, taken int) {
	n.fields |= r.field.bit()
	n.path = written(r.steps[:taken])
	n.strict = n.strict || r.strict
	known := len(n.edges)
	e := n.edge(&r.steps[taken])
	fresh := len(n.edges) > known
	n.alone = n.alone || r.field == fieldItems && r.steps[taken].kind == stepPosition
	e.path = written(r.steps[:taken+1])
	e.anyCase = (fresh || e.anyCase) && !r.strict && r.field.bit()&ofArticle == 0
	if taken+1 == len(r.steps) {
		e.field, e.strict, e.commas, e.order = r.field, r.strict, r.commas, r.order
		e.quick = r.from == inLine && r.strict && !e.embedded
		e.notNull = r.field == fieldItems || r.field == fieldShipping && r.steps[taken].kind != stepMember
		return
	}
	if e.into == nil {
		e.into = &node{}
	}
	e.into.add(r, taken+1)
	e.strict = e.into.strict
}

// edge returns the edge of a step, and adds it if it is not there.
func (n *node) edge(s *step) *edge {
	switch s.kind {
	case stepPosition:
		i := slices.IndexFunc(n.positions, func(e edge) bool { return e.position == s.position })
		if i < 0 {
			i = len(n.positions)
			n.positions = append(n.positions, edge{position: s.position, embedded: s.embedded})
		}
		return &n.positions[i]
	case stepEach:
		if n.each == nil {
			n.each = &edge{embedded: s.embedded}
		}
		return n.each
	}
	n.cased = n.cased || !plainName(s.name)
	i := slices.IndexFunc(n.edges, func(e edge) bool { return e.name == s.name })
	if i < 0 {
		i = len(n.edges)
		n.lengths, n.starts = n.lengths|lengthBit(s.name), n.starts|startBit(s.name[0])
		needsEscapes := strings.ContainsFunc(s.name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
		n.edges = append(n.edges, edge{name: s.name, written: newWrittenName(s.name, !needsEscapes), embedded: s.embedded})
	}
	return &n.edges[i]
}

// at is the edge to a position, or nil.
func (n *node) at(position int) *edge {
	for i := range n.positions {
		if n.positions[i].position == position {
			return &n.positions[i]
		}
	}
	return nil
}

// fieldSet is a set of fields of a cart.
type fieldSet uint64

func (f field) bit() fieldSet { return 1 << f }

// What fields are.
const (
	// lists may have any number of values; of every other field several are a mistake.
	lists fieldSet = 1<<fieldItems | 1<<fieldShipping | 1<<fieldCoupons | 1<<fieldCustomerSegments | 1<<fieldCategory

	// cuttable are those whose texts can be cut at commas.
	cuttable fieldSet = 1<<fieldCoupons | 1<<fieldCustomerSegments | 1<<fieldCategory

	// oneText are those of one text, which is as good as absent if it is empty.
	oneText fieldSet = 1<<fieldCurrency | 1<<fieldID | 1<<fieldSKU | 1<<fieldSubgroup | 1<<fieldCustomerID | 1<<fieldCustomerTier |
		1<<fieldOrderID | 1<<fieldChannel | 1<<fieldRegion | 1<<fieldShippingID | 1<<fieldShippingMethod | 1<<fieldPairName

	// essential are those that make a cart invalid if they cannot be read, even at their
	// default beside a mapping.
	essential fieldSet = 1<<fieldCurrency | 1<<fieldItems | 1<<fieldQuantity | 1<<fieldUnitPrice | 1<<fieldLineTotal | 1<<fieldShippingAmount

	// ofArticle are the fields by which rules select goods.
	ofArticle fieldSet = 1<<fieldSKU | 1<<fieldCategory | 1<<fieldSubgroup | 1<<fieldReduced | 1<<fieldAttributes

	// ofLine, ofCharge and ofPair are within a line, a shipping charge, and a name and its
	// value.
	ofLine fieldSet = 1<<fieldID | 1<<fieldSKU | 1<<fieldCategory | 1<<fieldSubgroup | 1<<fieldQuantity | 1<<fieldUnitPrice | 1<<fieldLineTotal |
		1<<fieldReduced | 1<<fieldAttributes
	ofCharge fieldSet = 1<<fieldShippingID | 1<<fieldShippingMethod | 1<<fieldShippingAmount
	ofPair   fieldSet = 1<<fieldPairName | 1<<fieldPairValue
)

func (f field) isList() bool      { return f.bit()&lists != 0 }
func (f field) cutsCommas() bool  { return f.bit()&cuttable != 0 }
func (f field) isEssential() bool { return f.bit()&essential != 0 }
