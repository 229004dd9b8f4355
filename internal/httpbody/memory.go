package httpbody

import (
	"math/bits"
	"sync"
)

// Memory is pooled by capacity, in bytes: every power of two from leastPooled to mostPooled. A body
// takes at most twice what it needs then, and a few large ones do not make every order hold 16 KiB.
const (
	leastPooled = 512
	mostPooled  = 16 << 10
	capacities  = 6
)

// memory lends memory for bodies. The zero value is ready. A nil *memory pools nothing.
type memory struct {
	pools [capacities]sync.Pool // of *[]byte, each of one capacity
}

// lend returns empty memory for at least size bytes, and what takeBack takes; that is nil for
// memory that is not pooled.
func (m *memory) lend(size int64) ([]byte, *[]byte) {
	if m == nil || size > mostPooled {
		return make([]byte, 0, size), nil
	}
	at := capacityFor(size)
	if lent, ok := m.pools[at].Get().(*[]byte); ok {
		return *lent, lent
	}
	buf := make([]byte, 0, leastPooled<<at)
	return buf, &buf
}

// takeBack pools memory that is no longer read or written.
func (m *memory) takeBack(lent *[]byte) {
	if lent != nil {
		m.pools[capacityFor(int64(cap(*lent)))].Put(lent)
	}
}

// capacityFor is the number of the smallest capacity that has room for size bytes.
func capacityFor(size int64) int { return bits.Len64(uint64(max(size, 1)-1) / leastPooled) }
