package httpbody

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/httpbody/bodytest"
)

const tenYuan = `{"items":[{"quantity":1,"unit_price":1000}]}`

// allocating is how many bytes are allocated in all while f runs.
func allocating(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A kilobyte may stand for gigabytes.
func TestABombIsNotUnpackedPastTheCap(t *testing.T) {
	if testing.Short() {
		t.Skip("it packs 24 MiB three times")
	}
	const most, bombs = 1 << 20, 10
	zeros := strings.Repeat("\x00", 24<<20)
	for _, coding := range []string{"gzip", "br", "zstd"} {
		body := []byte(bodytest.Encoded(t, coding, zeros))
		d := NewDecoders(most)
		allocated := allocating(func() {
			for range bombs {
				if _, err := d.Decode(coding, body); !errors.Is(err, ErrTooLong) {
					t.Fatalf("%s: %v", coding, err)
				}
			}
		})
		// Doubling up to the cap comes to twice the cap, and a brotli window of
		// 16 MiB may have to be made once.
		if allocated > bombs*4*most+40<<20 {
			t.Errorf("%s: %d KiB for a bomb of %d bytes", coding, allocated/bombs>>10, len(body))
		}
	}
}

func TestDecodersAreUsedAgain(t *testing.T) {
	for _, coding := range []string{"gzip", "br", "zstd"} {
		d, body := NewDecoders(1<<20), []byte(bodytest.Encoded(t, coding, tenYuan))
		for range 3 { // an error leaves nothing behind for the next body
			if _, err := d.Decode(coding, body[:len(body)/2]); err == nil {
				t.Fatalf("%s: half a body is decoded", coding)
			}
			if text, err := d.Decode(coding, body); err != nil || string(text) != tenYuan {
				t.Fatalf("%s: %q, %v", coding, text, err)
			}
		}
	}
}
