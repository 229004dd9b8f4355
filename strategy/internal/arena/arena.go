// Package arena allocates many short lists and single values from few large blocks.
//
// A document of 100,000 lines, or a strategy of 10,000 rules, has some hundred thousand lists of
// one or two elements. From blocks they take some hundred allocations, and the garbage collector
// has that many fewer objects to scan. A block stays in memory as long as anything in it is used.
package arena

// Of allocates elements of one type. The zero Of is ready to use.
type Of[T any] struct{ block []T }

// The sizes of blocks, in elements. They double from the first to the last, so that a small
// document takes little memory and a large one takes few blocks.
const (
	firstBlock = 8
	lastBlock  = 1024
)

// Alloc returns an empty list with capacity for n elements. It cannot grow into its neighbour.
// The list is nil if n is 0.
func (a *Of[T]) Alloc(n int) []T {
	if n == 0 {
		return nil
	}
	if cap(a.block)-len(a.block) < n {
		a.block = make([]T, 0, a.nextBlock(n))
	}
	from := len(a.block)
	a.block = a.block[:from+n]
	return a.block[from : from : from+n]
}

// nextBlock is the size of the next block, which has space for so many elements at least.
func (a *Of[T]) nextBlock(least int) int {
	return max(least, min(max(2*cap(a.block), firstBlock), lastBlock))
}

// New allocates a single element, which is zero.
func (a *Of[T]) New() *T { return &a.Alloc(1)[:1][0] }

// Put allocates a single element with a value.
func (a *Of[T]) Put(v T) *T {
	p := a.New()
	*p = v
	return p
}

// Push appends to a list that came from Alloc or Push. A list that is full is copied to one with
// twice the capacity.
func (a *Of[T]) Push(list []T, v T) []T {
	if len(list) == cap(list) {
		list = append(a.Alloc(max(1, 2*len(list))), list...)
	}
	return append(list, v)
}

// Extend appends to the list that was extended last, or to an empty list. The list grows at the
// end of the block, without spare capacity, and is copied only to a new block.
func (a *Of[T]) Extend(list []T, v T) []T {
	if len(a.block) == cap(a.block) {
		a.block = append(make([]T, 0, a.nextBlock(2*len(list))), list...)
	}
	a.block = append(a.block, v)
	from, to := len(a.block)-len(list)-1, len(a.block)
	return a.block[from:to:to]
}
