package document

// blocks hands out the parts of a tree from large blocks. A document of
// 100,000 lines then costs some hundred allocations instead of 300,000, and
// the collector has as many objects fewer to look at.
type blocks struct {
	nodes    []Node
	fields   []Field
	pointers []*Node
}

// The sizes of blocks, in elements: they double from the first to the last, so
// that a small document takes little memory and a large one few blocks.
const (
	firstBlock = 16
	lastBlock  = 1024
)

// firstFields is for how many members a table has room at first.
const firstFields = 2

// room makes sure that a block has room for so many more elements.
func room[T any](block []T, more int) []T {
	if cap(block)-len(block) >= more {
		return block
	}
	return make([]T, 0, max(more, min(max(2*cap(block), firstBlock), lastBlock)))
}

func (b *blocks) node() *Node {
	b.nodes = room(b.nodes, 1)
	b.nodes = b.nodes[:len(b.nodes)+1]
	return &b.nodes[len(b.nodes)-1]
}

// moreFields moves members to where there is room for so many.
func (b *blocks) moreFields(fields []Field, size int) []Field {
	if size == 0 {
		return fields
	}
	b.fields = room(b.fields, size)
	from := len(b.fields)
	b.fields = b.fields[:from+size]
	return append(b.fields[from:from:from+size], fields...)
}

// items is a list with room for so many.
func (b *blocks) items(size int) []*Node {
	if size == 0 {
		return nil
	}
	b.pointers = room(b.pointers, size)
	from := len(b.pointers)
	b.pointers = b.pointers[:from+size]
	return b.pointers[from : from : from+size]
}
