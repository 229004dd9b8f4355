package pace

import (
	"testing"
	"time"
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

func TestWorkGoesOnAsLongAsItsPauseTook(t *testing.T) {
	for _, test := range []struct {
		name         string
		paused, want time.Duration
	}{
		{name: "no pause", paused: 0, want: 750 * time.Microsecond},
		{name: "a precise pause", paused: 260 * time.Microsecond, want: 750 * time.Microsecond},
		{name: "a pause of a coarse clock", paused: 1100 * time.Microsecond, want: 1100 * time.Microsecond},
		{name: "a pause that orders extend", paused: 6 * time.Millisecond, want: 6 * time.Millisecond},
		{name: "a pause of a machine that hangs", paused: time.Second, want: 10 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := spanAfter(test.paused); got != test.want {
				t.Errorf("the next pause is due after %v, want %v", got, test.want)
			}
		})
	}
}

func TestAPauseThatIsDueIsTaken(t *testing.T) {
	began := time.Now()
	due := Worker{next: began}
	due.Yield()
	if next := began.Add(pauseFor + beforePause); due.next.Before(next) {
		t.Errorf("the next pause is due %v too early: the work did not pause", next.Sub(due.next))
	}
	later := began.Add(time.Hour)
	fresh := Worker{next: later}
	if fresh.Yield(); !fresh.next.Equal(later) {
		t.Error("the work paused before it was due")
	}
}
