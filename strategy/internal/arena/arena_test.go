package arena_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy/internal/arena"
)

// Lists of one arena keep their elements, whatever is done with the others.
func TestListsDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena.Of[int]
		var lists, want [][]int
		var pushed []int // indices of the lists that Push made
		next := 0
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			next++
			switch rapid.SampledFrom([]string{"alloc", "put", "new", "push"}).Draw(t, "step") {
			case "alloc":
				n := rapid.IntRange(0, 40).Draw(t, "n")
				list := a.Alloc(n)
				if len(list) != 0 || cap(list) != n {
					t.Fatalf("a list for %d has length %d and capacity %d", n, len(list), cap(list))
				}
				for range n {
					list = append(list, next)
				}
				lists, want = append(lists, list), append(want, slices.Repeat([]int{next}, n))
			case "put":
				lists, want = append(lists, []int{*a.Put(next)}), append(want, []int{next})
			case "new":
				p := a.New()
				if *p != 0 {
					t.Fatalf("a new element is %d", *p)
				}
				*p = next
				lists, want = append(lists, []int{*p}), append(want, []int{next})
			case "push":
				if len(pushed) == 0 || rapid.Bool().Draw(t, "another") {
					pushed, lists, want = append(pushed, len(lists)), append(lists, nil), append(want, nil)
				}
				at := rapid.SampledFrom(pushed).Draw(t, "list")
				lists[at], want[at] = a.Push(lists[at], next), append(want[at], next)
			}
		}
		for i := range lists {
			if !slices.Equal(lists[i], want[i]) {
				t.Fatalf("list %d is %v, want %v", i, lists[i], want[i])
			}
		}
	})
}

func TestAListThatIsExtendedHasNoSpareCapacity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena.Of[int]
		var all [][]int
		for n := range rapid.IntRange(1, 50).Draw(t, "lists") {
			var list []int
			for range rapid.IntRange(0, 100).Draw(t, "length") {
				if list = a.Extend(list, n); cap(list) != len(list) {
					t.Fatalf("%d elements have capacity %d", len(list), cap(list))
				}
			}
			all = append(all, list)
		}
		for n, list := range all {
			if slices.ContainsFunc(list, func(v int) bool { return v != n }) {
				t.Fatalf("list %d is %v", n, list)
			}
		}
	})
}

func TestManyListsTakeFewAllocations(t *testing.T) {
	const lists = 10_000
	if n := testing.AllocsPerRun(1, func() {
		var a arena.Of[int]
		for range lists {
			a.Alloc(2)
		}
	}); n > 2*lists/1000+10 {
		t.Errorf("%d lists take %v allocations", lists, n)
	}
}
