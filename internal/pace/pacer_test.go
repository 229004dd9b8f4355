package pace

import (
	"testing"
	"unsafe"
)

// What every request reads is never in a line of the cache with what requests or the
// builder write.
func TestThePacersFieldsAreApart(t *testing.T) {
	var y Pacer
	if before, after := unsafe.Offsetof(y.orders)-unsafe.Offsetof(y.building), unsafe.Offsetof(y.worker)-unsafe.Offsetof(y.orders); before < cacheLinePad || after < cacheLinePad {
		t.Errorf("the orders that come while a strategy is built are counted %d bytes behind what all of them read and %d before what its builder writes", before, after)
	}
}
