package reload

import (
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

func politely(do func()) {
	done := make(chan struct{})
	n, _ := strconv.Atoi(os.Getenv("RELOAD_NICE"))
	go func() {
		defer close(done)
		if n > 0 {
			runtime.LockOSThread()
			_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), n)
		}
		do()
	}()
	<-done
}
