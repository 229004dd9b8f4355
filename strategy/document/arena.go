package document

// nodeArena allocates the parts of a tree from large blocks. A document of 100,000 lines then
// costs some hundred allocations instead of 300,000. The garbage collector has that many fewer
// objects to scan.
type nodeArena struct {
	nodes   []Node
	members []members
	fields  []Field // of tables that are written line by line
	last    *Node   // the table whose members are at the end of fields
	inline  []Field // of inline tables, which stand between those lines
	items   []*Node
}

// The sizes of blocks, in elements. They double from the first to the last, so that a small
// document takes little memory and a large one takes few blocks.
const (
	firstBlock = 16
	lastBlock  = 1024
)

// alloc returns an empty list with the capacity size from a block, or from a new one. The list
// cannot grow into its neighbour.
func alloc[T any](block *[]T, size int) []T {
	if cap(*block)-len(*block) < size {
		*block = make([]T, 0, nextBlock(cap(*block), size))
	}
	from := len(*block)
	*block = (*block)[:from+size]
	return (*block)[from : from : from+size]
}

func nextBlock(now, least int) int {
	return max(least, min(max(2*now, firstBlock), lastBlock))
}

func (b *nodeArena) node() *Node { return &alloc(&b.nodes, 1)[:1][0] }

func (b *nodeArena) newMembers() *members { return &alloc(&b.members, 1)[:1][0] }

// inlineFields returns an empty list for the members of an inline table.
func (b *nodeArena) inlineFields(size int) []Field { return alloc(&b.inline, size) }

// list returns an empty list for the elements of an array.
func (b *nodeArena) list(size int) []*Node { return alloc(&b.items, size) }

// add appends a member to a table. While the lines of a table follow each other, its members are
// at the end of the block. They grow there without spare capacity, and are copied only into a new
// block.
func (b *nodeArena) add(table *Node, f Field) {
	if b.last != table && len(table.Fields) > 0 || cap(table.Fields) > len(table.Fields) {
		table.add(f)
		return
	}
	b.last = table
	if len(b.fields) == cap(b.fields) {
		moved := make([]Field, 0, nextBlock(cap(b.fields), 2*len(table.Fields)))
		b.fields = append(moved, table.Fields...)
	}
	b.fields = append(b.fields, f)
	from, to := len(b.fields)-len(table.Fields)-1, len(b.fields)
	table.Fields = b.fields[from:to:to]
	table.indexLast()
}
