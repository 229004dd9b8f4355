package pace

import (
	"testing"
	"unsafe"
)

// What every request reads is never in a line of the cache with what requests or the
// builder write.
func TestThePacersFieldsAreApart(t *testing.T) {
	var p Pacer
	if before, after := unsafe.Offsetof(p.orders)-unsafe.Offsetof(p.building), unsafe.Offsetof(p.worker)-unsafe.Offsetof(p.orders); before < cacheLinePad || after < cacheLinePad {
		t.Errorf("the orders that come while a strategy is built are counted %d bytes behind what all of them read and %d before what its builder writes", before, after)
	}
}
