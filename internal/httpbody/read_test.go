package httpbody

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

func TestMemoryOfABodyFollowsWhatHasArrived(t *testing.T) {
	const most = 1 << 20
	for _, declared := range []int64{-1, 100, 16 << 10, 16<<10 + 1, most - 1, most} {
		for _, sent := range []int{0, 100, 5000, 100_000, most} {
			if declared >= 0 && int64(sent) > declared {
				continue
			}
			t.Run(fmt.Sprintf("%d bytes of %d", sent, declared), func(t *testing.T) {
				body, _, err := readUpTo(strings.NewReader(strings.Repeat("x", sent)), most, declared, new(memory))
				if err != nil || len(body) != sent || cap(body) > max(2*sent, mostAtOnce+1)+1 {
					t.Errorf("%d bytes in %d, %v", len(body), cap(body), err)
				}
			})
		}
	}
}

func TestASmallBodyIsOneAllocation(t *testing.T) {
	for _, size := range []int{0, 300, 4096, 16 << 10} {
		text := strings.Repeat("x", size)
		source := strings.NewReader("")
		if n := testing.AllocsPerRun(100, func() {
			source.Reset(text)
			if _, _, err := readUpTo(iotest.OneByteReader(source), 1<<20, int64(size), nil); err != nil {
				t.Fatal(err)
			}
		}); n > 2 { // one is the reader's
			t.Errorf("%d bytes: %v allocations", size, n)
		}
	}
}
