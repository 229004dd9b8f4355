package pace

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// What every request reads is never in a line of the cache with what requests or the
// builder write.
func TestThePacersFieldsAreApart(t *testing.T) {
	const apart = unsafe.Sizeof([2]cpu.CacheLinePad{})
	var p Pacer
	if before, after := unsafe.Offsetof(p.orders)-unsafe.Offsetof(p.building), unsafe.Offsetof(p.worker)-unsafe.Offsetof(p.orders); before < apart || after < apart {
		t.Errorf("the orders that come while a strategy is built are counted %d bytes behind what all of them read and %d before what its builder writes", before, after)
	}
}
