// Package document reads TOML into a tree that remembers where everything
// stands, so that a mistake of meaning found much later can still be shown with
// its file, line and column. It knows TOML and nothing of promotions.
//
// The grammar is go-toml's own (its parser package); this package adds what
// that parser leaves to its caller: tables put together, duplicate keys found,
// dates and numbers checked. A differential fuzz test holds it against
// go-toml's decoder.
package document

import (
	"cmp"
	"slices"
)

// Kind is the TOML type of a node.
type Kind uint8

// The TOML types.
const (
	Table Kind = iota
	Array
	String
	Integer
	Float
	Bool
	DateTime
	LocalDateTime
	LocalDate
	LocalTime
)

// String is the type as a message says it: "a table".
func (k Kind) String() string {
	return [...]string{"a table", "a list", "a string", "an integer", "a decimal number", "a boolean",
		"a date-time", "a local date-time", "a local date", "a local time"}[k]
}

// Source is one file of a document. Its data must not change while the
// document is in use.
type Source struct {
	Name string // as it should appear in messages
	Data []byte

	// Companion says that the file is no part of the document, and one that the document
	// may name.
	Companion bool
}

// Pos is a position in a source.
type Pos struct {
	source int32
	offset uint32
}

// Node is a value of the document.
type Node struct {
	Kind   Kind
	origin origin
	Pos    Pos
	// Text is the value of a string, or a scalar as it is written.
	Text string
	*members
}

// members are what a table or array holds. They are apart from the node, and
// one and the same for all scalars, because nine nodes of ten are scalars: of
// the tree of a large strategy that saves a third.
type members struct {
	// Fields are the members of a table in the order they were written.
	Fields []Field
	// Items are the elements of an array.
	Items []*Node

	index map[string]int32 // of Fields; only for large tables
}

// none is what scalars hold. It is never written.
var none = &members{}

// newTable is an empty table outside of all blocks.
func newTable(at Pos) *Node { return &Node{Kind: Table, Pos: at, members: &members{}} }

// Field is a member of a table.
type Field struct {
	Key   string
	Pos   Pos // of the key
	Value *Node
}

// origin is how a table or array came about, which decides what may still be
// added to it.
type origin uint8

const (
	written  origin = iota // a value: scalar, array or inline table; closed
	implied                // [a.b] made a
	headed                 // [a]
	dotted                 // a.b = 1 made a
	repeated               // [[a]]
	foreign                // from a source of another kind than TOML
)

// indexFrom is the number of members from which a table is searched by map.
// Up to here a scan is as fast and needs no memory.
const indexFrom = 12

// Get finds a member of a table; nil when there is none.
func (n *Node) Get(key string) *Node {
	if f := n.Field(key); f != nil {
		return f.Value
	}
	return nil
}

// Index is the index of an element in an array; -1 for what is none, or where n is no array.
// Elements are in the order of the text.
func (n *Node) Index(element *Node) int {
	if n == nil || n.Kind != Array {
		return -1
	}
	i, found := slices.BinarySearchFunc(n.Items, element.Pos, func(item *Node, at Pos) int {
		return cmp.Or(cmp.Compare(item.Pos.source, at.source), cmp.Compare(item.Pos.offset, at.offset))
	})
	if !found || n.Items[i] != element {
		return -1
	}
	return i
}

// Field finds a member of a table with the position of its key; nil when there is
// none.
func (n *Node) Field(key string) *Field {
	if n.index != nil {
		if i, ok := n.index[key]; ok {
			return &n.Fields[i]
		}
		return nil
	}
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			return &n.Fields[i]
		}
	}
	return nil
}

// add appends a member that is known to be new.
func (n *Node) add(f Field) {
	n.Fields = append(n.Fields, f)
	n.indexLast()
}

// indexLast makes the last member found by its key.
func (n *Node) indexLast() {
	switch last := len(n.Fields) - 1; {
	case n.index != nil:
		n.index[n.Fields[last].Key] = int32(last)
	case len(n.Fields) == indexFrom:
		n.index = make(map[string]int32, 2*indexFrom)
		for i := range n.Fields {
			n.index[n.Fields[i].Key] = int32(i)
		}
	}
}

// Document is the tree of one or more sources read as one.
type Document struct {
	Root    *Node
	sources []Source
	found   []*lineIndex // by source
}
