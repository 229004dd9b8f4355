package document

import "slices"

// A Builder makes nodes for a source that is not TOML. They can be decoded like those of TOML, and
// problems with them have positions in the source.
type Builder struct {
	source int32
	arena  nodeArena
}

// Foreign adds a source that is not TOML to the document, and returns a Builder for its nodes. The
// data must be UTF-8.
func (d *Document) Foreign(s Source) *Builder {
	d.sources = append(slices.Clip(d.sources), s)
	d.index(s)
	return &Builder{source: int32(len(d.sources) - 1)}
}

// At returns the position of an offset in the source, in bytes.
func (b *Builder) At(offset int) Pos { return Pos{source: b.source, offset: uint32(offset)} }

// Scalar makes a value that is neither a table nor a list.
func (b *Builder) Scalar(kind Kind, text string, at Pos) *Node {
	n := b.arena.nodes.New()
	n.Kind, n.Text, n.Pos, n.members = kind, text, at, none
	return n
}

// Table makes an empty table with capacity for size members.
func (b *Builder) Table(size int, at Pos) *Node {
	n := b.arena.nodes.New()
	n.Kind, n.Pos, n.members = Table, at, b.arena.members.New()
	n.Fields = b.arena.inline.Alloc(size)
	return n
}

// List makes a list of values.
func (b *Builder) List(items []*Node, at Pos) *Node {
	n := b.arena.nodes.New()
	n.Kind, n.Pos, n.members = Array, at, b.arena.members.New()
	n.Items, n.origin = items, foreign
	return n
}

// Add appends a member to a table. The table must not have the key.
func (n *Node) Add(key string, value *Node) {
	n.add(Field{Key: key, Pos: value.Pos, Value: value})
}
