//go:build !race

// The race detector takes memory from pools, so allocations are counted without it.

package strategy

import (
	"testing"
	"time"
)

// A quote that is used again allocates nothing for codes, of files and with signatures.
func TestCodesAllocateNothing(t *testing.T) {
	sources := withCodes("spring-1\n")
	sources[0].Data = append(sources[0].Data, "[codes.signed]\nsigned = true\n[rule.signed]\ncodes = \"signed\"\ndiscount_amount = 1\n"...)
	s := loadedFrom(t, sources...)
	keys := keysOf(t, "signed")
	code, _ := keys.Sign("signed", 7, 18)
	c, q, r := cartWith("Spring-1", code, "x"), &Quote{}, within(keys)
	var used []Demand
	allocs := testing.AllocsPerRun(100, func() {
		if _, err := s.Prepare(q, c, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		r.Reset()
		r.DenyCode(Code{Set: "welcome"})
		s.Restrict(q, r)
		if err := s.Complete(q); err != nil {
			t.Fatal(err)
		}
		used = s.Demands(used[:0], q)
	})
	if len(used) != 2 || allocs != 0 {
		t.Errorf("%v allocations for %d codes", allocs, len(used))
	}
}
