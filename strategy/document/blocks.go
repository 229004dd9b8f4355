package document

// blocks hands out the parts of a tree from large blocks. A document of
// 100,000 lines then costs some hundred allocations instead of 300,000, and
// the collector has as many objects fewer to look at.
type blocks struct {
	nodes  []Node
	held   []members
	fields []Field // of tables that are written line by line
	last   *Node   // the table whose members end the block of fields
	inline []Field // of inline tables, which come between those lines
	items  []*Node
}

// The sizes of blocks, in elements: they double from the first to the last, so
// that a small document takes little memory and a large one few blocks.
const (
	firstBlock = 16
	lastBlock  = 1024
)

// take cuts a list with room for so many off a block, or off a new one. The
// list cannot grow into its neighbour.
func take[T any](block *[]T, size int) []T {
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

func (b *blocks) node() *Node { return &take(&b.nodes, 1)[:1][0] }

func (b *blocks) hold() *members { return &take(&b.held, 1)[:1][0] }

// inlineFields is room for the members of an inline table.
func (b *blocks) inlineFields(size int) []Field { return take(&b.inline, size) }

// list is room for the elements of an array.
func (b *blocks) list(size int) []*Node { return take(&b.items, size) }

// add appends a member to a table. As long as the lines of a table follow each
// other, its members are at the end of the block and grow there, without room
// to spare and without being moved.
func (b *blocks) add(table *Node, f Field) {
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
