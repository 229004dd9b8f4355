package document

import "github.com/promogate/caddy-discount/strategy/internal/arena"

// nodeArena allocates the parts of a tree.
type nodeArena struct {
	nodes   arena.Of[Node]
	members arena.Of[members]
	fields  arena.Of[Field] // of tables that are written line by line
	last    *Node           // the table whose members are at the end of fields
	inline  arena.Of[Field] // of inline tables, which stand between those lines
	items   arena.Of[*Node]
}

// add appends a member to a table. While the lines of a table follow each other, its members are
// at the end of a block and grow there.
func (b *nodeArena) add(table *Node, f Field) {
	if b.last != table && len(table.Fields) > 0 || cap(table.Fields) > len(table.Fields) {
		table.add(f)
		return
	}
	b.last = table
	table.Fields = b.fields.Extend(table.Fields, f)
	table.indexLast()
}
