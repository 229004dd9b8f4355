package pace

import (
	"errors"
	"syscall"
	"time"
)

// rest sleeps for d in the kernel, which wakes it about 0.1 ms late. [time.Sleep] rounds up to
// milliseconds when the processors are idle: 0.2 ms take it 0.6 to 1.1 ms.
func rest(d time.Duration) {
	left := syscall.NsecToTimespec(d.Nanoseconds())
	for errors.Is(syscall.Nanosleep(&left, &left), syscall.EINTR) {
		continue // a signal, such as a profiler's; left is what remains
	}
}
