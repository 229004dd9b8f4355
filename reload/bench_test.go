package reload_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

func BenchmarkLive(b *testing.B) {
	h := open(b, file(b, "one"), reload.Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if h.Live() == nil {
				b.Error("nothing live")
			}
		}
	})
}

func TestLiveDoesNotAllocate(t *testing.T) {
	h := open(t, file(t, "one"), reload.Options{})
	if n := testing.AllocsPerRun(1000, func() { _ = h.Live() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkSave measures from the last step of a save to the swap: from before
// the rename, from after the close.
func BenchmarkSave(b *testing.B) {
	saves := map[string]func(h *host, content string) time.Time{
		"rename": func(h *host, content string) time.Time {
			write(b, h.path+"~", content)
			renamed := time.Now()
			do(b, os.Rename(h.path+"~", h.path))
			return renamed
		},
		"inplace": func(h *host, content string) time.Time {
			write(b, h.path, content)
			return time.Now()
		},
	}
	for name, save := range saves {
		b.Run(name, func(b *testing.B) {
			h := open(b, file(b, "one"), reload.Options{})
			var took []time.Duration
			for i := range b.N {
				content := fmt.Sprint("content ", i)
				saved := save(h, content)
				took = append(took, h.becomes(content).Timestamps.Swapped.Sub(saved))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}
