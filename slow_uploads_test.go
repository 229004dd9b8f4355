package discount

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
)

// inUse is the heap in use after a collection.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A length is a promise; what is held follows what has come.
func TestSlowUploadsHoldWhatTheyHaveSent(t *testing.T) {
	for _, c := range []struct {
		name           string
		clients        int
		declared, sent int
		most           int64
	}{
		{name: "a thousand that sent next to nothing", clients: 1000, declared: 1<<20 - 1, sent: 10, most: 128 << 20},
		{name: "a thousand that sent a little", clients: 1000, declared: 1<<20 - 1, sent: 20_000, most: 192 << 20},
		{name: "a hundred of the largest that sent next to nothing", clients: 100, declared: 64<<20 - 1, sent: 10, most: 64 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tmax_body %d\n}\nreverse_proxy UPSTREAM", c.declared+1))
			before := inUse()
			head := fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", c.declared)
			request := head + strings.Repeat(" ", c.sent)
			conns := make([]net.Conn, c.clients)
			for i := range conns {
				conns[i] = s.dial()
				if _, err := io.WriteString(conns[i], request); err != nil {
					t.Fatal(err)
				}
			}
			eventually(t, "all bodies are being read", func() bool { return reading(t) == c.clients })
			if held := inUse() - before; held > c.most {
				t.Errorf("%d MiB are held", held>>20)
			}
			for _, conn := range conns {
				_ = conn.Close()
			}
			eventually(t, "no body is being read", func() bool { return reading(t) == 0 })
		})
	}
}

// reading is how many goroutines are reading a body.
func reading(t *testing.T) int {
	t.Helper()
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		t.Fatal(err)
	}
	_, stacks, _ := strings.Cut(profile.String(), "\n") // the first line is of them all
	all := 0
	for stack := range strings.SplitSeq(stacks, "\n\n") {
		var n int
		if _, err := fmt.Sscanf(stack, "%d @", &n); err == nil && strings.Contains(stack, "body.readUpTo") {
			all += n
		}
	}
	return all
}
