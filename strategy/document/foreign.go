package document

import "slices"

// A Builder makes nodes of a source of another kind than TOML, so that what is read from
// it is decoded, and its mistakes have positions, as those of TOML.
type Builder struct {
	source int32
	arena  nodeArena
}

// Foreign takes a source of another kind into the document. Its data is UTF-8.
func (d *Document) Foreign(s Source) *Builder {
	d.sources = append(slices.Clip(d.sources), s)
	return &Builder{source: int32(len(d.sources) - 1)}
}

// At is the position of a byte of the source.
func (b *Builder) At(offset int) Pos { return Pos{source: b.source, offset: uint32(offset)} }

// Scalar is a value that is neither a table nor a list.
func (b *Builder) Scalar(kind Kind, text string, at Pos) *Node {
	n := b.arena.node()
	n.Kind, n.Text, n.Pos, n.members = kind, text, at, none
	return n
}

// Table is an empty table with capacity for so many members.
func (b *Builder) Table(size int, at Pos) *Node {
	n := b.arena.node()
	n.Kind, n.Pos, n.members = Table, at, b.arena.newMembers()
	n.Fields = b.arena.inlineFields(size)
	return n
}

// List is a list of values.
func (b *Builder) List(items []*Node, at Pos) *Node {
	n := b.arena.node()
	n.Kind, n.Pos, n.members = Array, at, b.arena.newMembers()
	n.Items, n.origin = items, foreign
	return n
}

// Add appends a member to a table. Its key is new.
func (n *Node) Add(key string, value *Node) {
	n.add(Field{Key: key, Pos: value.Pos, Value: value})
}
