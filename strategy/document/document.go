// Package document reads TOML into a tree with the position of every value. A mistake in the
// meaning of a value, found much later, can then be reported with its file, line and column. The
// package has no rules about promotions.
//
// The grammar is that of go-toml (its package unstable). This package adds what that parser leaves
// to its caller: it merges tables, finds duplicate keys, and checks dates and numbers. A
// differential fuzz test compares it with go-toml's decoder.
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

// String returns the type as messages name it: "a table".
func (k Kind) String() string {
	return [...]string{"a table", "a list", "a string", "an integer", "a decimal number", "a boolean",
		"a date-time", "a local date-time", "a local date", "a local time"}[k]
}

// Source is one file of a document. Its data must not change while the
// document is in use.
type Source struct {
	Name string // as it should appear in messages
	Data []byte

	// Companion says that the file is no part of the document, but a file that the document may
	// name.
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
	// Text is the value of a string, or a scalar as it is written. Numbers have no underscores.
	Text string
	*members
}

// members are the contents of a table or an array. They are separate from the node, and all
// scalars share one value, because nine nodes of ten are scalars. That saves a third of the memory
// of the tree of a large strategy.
type members struct {
	// Fields are the members of a table in the order they were written.
	Fields []Field
	// Items are the elements of an array.
	Items []*Node

	index map[string]int32 // of Fields; only for large tables
}

// none is the members of all scalars. It is never written.
var none = &members{}

// newTable returns an empty table that is in no block of an arena.
func newTable(at Pos) *Node { return &Node{Kind: Table, Pos: at, members: &members{}} }

// Field is a member of a table.
type Field struct {
	Key   string
	Pos   Pos // of the key
	Value *Node
}

// origin is how a table or array was written. It decides what may still be added to it.
type origin uint8

const (
	written  origin = iota // a value: scalar, array or inline table; nothing may be added
	implied                // the table a of [a.b]
	headed                 // [a]
	dotted                 // the table a of a.b = 1
	repeated               // [[a]]
	foreign                // from a source of another kind than TOML
)

// indexFrom is the number of members from which a table has a map. Below it a scan is as fast and
// needs no memory.
const indexFrom = 12

// Get returns the value of a member of a table; nil if there is none.
func (n *Node) Get(key string) *Node {
	if f := n.Field(key); f != nil {
		return f.Value
	}
	return nil
}

// indexOf returns the index of an element in an array; -1 if it is no element of n, or if n is no
// array. It requires that the elements are in the order of the text.
func (n *Node) indexOf(element *Node) int {
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

// Field returns a member of a table with the position of its key; nil if there is none.
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

// indexLast adds the last member to the map, or makes the map once there are enough members.
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
	found   []func() *lineIndex // by source
}
