package strategy

// arena allocates short lists from blocks. A rule has several lists, mostly of one or two
// elements: blocks save an allocation for each of them.
type arena[T any] struct{ block []T }

// The sizes of blocks, in elements: they double from the first to the last.
const (
	firstBlock = 8
	lastBlock  = 512
)

// alloc returns an empty list with capacity for n elements.
func (l *arena[T]) alloc(n int) []T {
	if n == 0 {
		return nil
	}
	if cap(l.block)-len(l.block) < n {
		l.block = make([]T, 0, max(n, min(max(2*cap(l.block), firstBlock), lastBlock)))
	}
	from := len(l.block)
	l.block = l.block[:from+n]
	return l.block[from : from : from+n]
}

// put allocates a single element.
func (l *arena[T]) put(v T) *T {
	list := append(l.alloc(1), v)
	return &list[0]
}

// push appends to a list from alloc or push.
func (l *arena[T]) push(list []T, v T) []T {
	if len(list) == cap(list) {
		list = append(l.alloc(max(1, 2*len(list))), list...)
	}
	return append(list, v)
}
