package strategy

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// BenchmarkCodes looks a code up among a million, and prices an order with one.
func BenchmarkCodes(b *testing.B) {
	const n = 1_000_000
	sources := withCodes(string(manyCodes(n)))
	before := heap()
	s := loadedFrom(b, sources...)
	size := heap() - before
	runtime.KeepAlive(sources) // else the file would be taken off
	table := s.codeSets[0].table
	codes, digests := make([][]byte, 1<<10), make([]codeDigest, 1<<16)
	for i := range digests {
		code := fmt.Appendf(nil, "k%07x", i*7919%(2*n)) // every second one is in the table
		codes[i%len(codes)], digests[i] = code, digestOf(code)
	}
	b.Run("look-up", func(b *testing.B) {
		b.ReportAllocs()
		found := 0
		for i := 0; b.Loop(); i++ {
			if table.has(digests[i%len(digests)]) {
				found++
			}
		}
		b.ReportMetric(float64(size)/n, "B/code")
	})
	b.Run("digest", func(b *testing.B) {
		b.ReportAllocs()
		sum := uint64(0)
		for i := 0; b.Loop(); i++ {
			sum += digestOf(codes[i%len(codes)]).low
		}
	})
	for name, coupons := range map[string][]string{"quote without a coupon": nil, "quote with a code": {"K0000010"}, "quote with 64": couponsOf(codes[:64])} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			c, q := cartWith(coupons...), &Quote{}
			for b.Loop() {
				if err := s.QuoteInto(q, c, time.Unix(0, 0)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func couponsOf(codes [][]byte) (coupons []string) {
	for _, code := range codes {
		coupons = append(coupons, string(code))
	}
	return coupons
}

// heap is the bytes of live memory.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkLoadCodes reads five million codes. pause is the longest time between two pauses.
func BenchmarkLoadCodes(b *testing.B) {
	sources := withCodes(string(manyCodes(MaxCodes)))
	b.ReportAllocs()
	for b.Loop() {
		last, longest := time.Now(), time.Duration(0)
		_, err := Parser{Pause: func() {
			now := time.Now()
			longest, last = max(longest, now.Sub(last)), now
		}}.Parse(sources...)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(longest.Microseconds()), "pause-µs")
	}
}
