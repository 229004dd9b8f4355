package guardrail

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// numbered is a cart of one line with a number.
func numbered(n int) *cart.Cart {
	return &cart.Cart{Lines: []cart.Line{{SKU: fmt.Sprintf("sku-%d", n), Quantity: 1}}}
}

// numbers are those of the carts that are kept.
func numbers(t *testing.T, s *Sample) []int {
	t.Helper()
	var list []int
	carts, _ := s.Carts()
	for _, c := range carts {
		var n int
		if _, err := fmt.Sscanf(c.Lines[0].SKU, "sku-%d", &n); err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
	return list
}

// full is a sample that was filled at noon with carts from 0 on, each of another client.
func full(t *testing.T) *Sample {
	t.Helper()
	var s Sample
	for i := range size {
		s.Offer(numbered(i), fmt.Sprint("early ", i), noon)
	}
	if carts, clients := s.Carts(); len(carts) != size || clients != size {
		t.Fatalf("%d carts of %d clients are kept, want %d of each", len(carts), clients, size)
	}
	return &s
}

func TestAClientHasAtMostFourCartsInTheSample(t *testing.T) {
	var s Sample
	for i := range 1000 {
		s.Offer(numbered(i), "one", noon.Add(time.Duration(i)*time.Millisecond))
	}
	if got := numbers(t, &s); !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("the carts %v of one client are kept, want the first four within a second", got)
	}
	if _, clients := s.Carts(); clients != 1 {
		t.Errorf("the carts are of %d clients, want 1", clients)
	}
}

// The only client there is, such as a proxy that is not trusted, is not kept for ever with
// its first carts.
func TestAClientReplacesItsOwnCarts(t *testing.T) {
	var s Sample
	for i := range 4 {
		s.Offer(numbered(i), "one", noon)
	}
	for i := range 3 {
		s.Offer(numbered(10+i), "one", noon.Add(renewal))
	}
	s.Offer(numbered(20), "other", noon.Add(renewal))
	if got, want := numbers(t, &s), []int{3, 10, 11, 12, 20}; !slices.Equal(got, want) {
		t.Errorf("the carts %v are kept, want %v", got, want)
	}
}

// Ten thousand orders within a second, each of another client, replace one cart.
func TestABurstReplacesFewCarts(t *testing.T) {
	s := full(t)
	for i := range 10_000 {
		s.Offer(numbered(1000+i), fmt.Sprint("late ", i), noon.Add(time.Hour+time.Duration(i)*100*time.Microsecond))
	}
	s.Offer(numbered(20_000), "last", noon.Add(time.Hour+interval))
	late := slices.DeleteFunc(numbers(t, s), func(n int) bool { return n < size })
	if len(late) != 1 {
		t.Errorf("the carts %v of a burst are kept, want one", late)
	}
}

// Over the minutes of a turnover all carts are replaced, and which of an interval is kept
// is up to chance.
func TestAFullSampleIsReplacedOverMinutes(t *testing.T) {
	const each = 8
	s := full(t)
	begin := noon.Add(time.Hour)
	for i := range (size + 1) * each {
		s.Offer(numbered(1000+i), fmt.Sprint("late ", i), begin.Add(time.Duration(i/each)*interval+time.Duration(i%each)*time.Millisecond))
	}
	kept := numbers(t, s)
	if kept[0] < 1000 {
		t.Errorf("the cart %d is kept, want none of those from the beginning", kept[0])
	}
	chosen := make(map[int]int)
	for i, n := range kept {
		if (n-1000)/each != i {
			t.Fatalf("the cart at %d is of interval %d", i, (n-1000)/each)
		}
		chosen[(n-1000)%each]++
	}
	// Of 128 fair choices among 8, each is made 16 times; one that is never made has a
	// chance of 1 in 25 million.
	for i := range each {
		if chosen[i] == 0 {
			t.Errorf("of %d intervals the cart at %d was never chosen: %v", size, i, chosen)
		}
	}
}

// A client that fills all intervals with its carts gets no more than its four.
func TestAClientThatOffersMostDoesNotKeepOthersOut(t *testing.T) {
	s := full(t)
	at := noon.Add(time.Hour)
	for i := range size * 2 {
		for j := range 50 {
			s.Offer(numbered(1_000_000+i*100+j), "loud", at)
		}
		s.Offer(numbered(1000+i), fmt.Sprint("late ", i), at)
		at = at.Add(interval)
	}
	loud, late := 0, 0
	for _, n := range numbers(t, s) {
		if n >= 1_000_000 {
			loud++
		} else if n >= 1000 {
			late++
		}
	}
	if loud > mostOfClient || late < size-mostOfClient {
		t.Errorf("%d carts of one client and %d of others are kept", loud, late)
	}
}

func TestNoOrderOfOffersExceedsTheBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sample
		at := noon
		offers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int {
			return [2]int{rapid.IntRange(0, 40).Draw(t, "client"), rapid.IntRange(0, 3000).Draw(t, "milliseconds")}
		}), 0, 600).Draw(t, "offers")
		for _, offer := range offers {
			at = at.Add(time.Duration(offer[1]) * time.Millisecond)
			s.Offer(numbered(0), fmt.Sprint(offer[0]), at)
		}
		by := make(map[uint64]int)
		for _, k := range s.kept {
			if by[k.client]++; by[k.client] > mostOfClient {
				t.Fatalf("a client has %d carts in the sample", by[k.client])
			}
		}
		if len(s.kept) > size || !slices.IsSortedFunc(s.kept, func(a, b kept) int { return a.at.Compare(b.at) }) {
			t.Fatalf("%d carts are kept, in the order %v", len(s.kept), s.kept)
		}
	})
}

func TestSampleKeepsNoName(t *testing.T) {
	var s Sample
	s.Offer(&cart.Cart{
		Lines:    []cart.Line{{ID: "line-7", SKU: "a", Quantity: 1, Attributes: []cart.Attribute{{Name: "n", Text: "x"}}}},
		Customer: cart.Customer{ID: "u1", Tier: "gold", Segments: []string{"student"}, CompletedOrders: 3},
		Coupons:  []string{"SPRING"},
		Shipping: []cart.Charge{{ID: "s1", Method: "post", Amount: 5}},
	}, "192.0.2.7", noon)
	if text := fmt.Sprintf("%+v", s.kept); strings.Contains(text, "192.0.2.7") {
		t.Errorf("the client is kept: %s", text)
	}
	carts, _ := s.Carts()
	c := carts[0]
	if text := fmt.Sprint(*c); strings.Contains(text, "u1") || strings.Contains(text, "line-7") || strings.Contains(text, "s1") {
		t.Errorf("an id is kept: %s", text)
	}
	if c.Customer.Tier != "gold" || c.Customer.CompletedOrders != 3 || len(c.Coupons) != 1 || c.Shipping[0].Amount != 5 || c.Lines[0].Attributes[0].Text != "x" {
		t.Errorf("what prices depend on is lost: %+v", c)
	}
}

// A cart lives no longer than its request: its texts are in the memory of the body.
func TestSampleKeepsTextsOfItsOwn(t *testing.T) {
	reader, err := cart.NewReader(cart.Options{})
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"items": [{"sku": "oolong", "category": ["tea", "season", "sale"], "quantity": 1, "unit_price": 100}]}`)
	var c cart.Cart
	if found, err := reader.ReadJSON(body, money.Currency{}, &c); err != nil || !found {
		t.Fatal(found, err)
	}
	var s Sample
	s.Offer(&c, "", noon)
	for i := range body {
		body[i] = 'x'
	}
	carts, _ := s.Carts()
	kept := carts[0].Lines[0]
	if kept.SKU != "oolong" || kept.Category != "tea" || !slices.Equal(kept.MoreCategories, []string{"season", "sale"}) {
		t.Errorf("kept %+v", kept)
	}
}

func TestLargeCartsAreNotKept(t *testing.T) {
	long := strings.Repeat("x", maxBytes)
	for name, c := range map[string]*cart.Cart{
		"lines":           {Lines: make([]cart.Line, maxBytes/lineSize)},
		"a SKU":           {Lines: []cart.Line{{SKU: long}}},
		"a category":      {Lines: []cart.Line{{Category: long}}},
		"a subgroup":      {Lines: []cart.Line{{Subgroup: long}}},
		"categories":      {Lines: []cart.Line{{MoreCategories: make([]string, maxBytes/textSize)}}},
		"a category more": {Lines: []cart.Line{{MoreCategories: []string{long}}}},
		"attributes":      {Lines: []cart.Line{{Attributes: make([]cart.Attribute, maxBytes/attributeSize)}}},
		"a name":          {Lines: []cart.Line{{Attributes: []cart.Attribute{{Name: long}}}}},
		"an attribute":    {Lines: []cart.Line{{Attributes: []cart.Attribute{{Text: long}}}}},
		"a tier":          {Customer: cart.Customer{Tier: long}},
		"segments":        {Customer: cart.Customer{Segments: []string{long}}},
		"coupons":         {Coupons: []string{long}},
		"a channel":       {Channel: long},
		"a region":        {Region: long},
		"charges":         {Shipping: make([]cart.Charge, maxBytes/chargeSize)},
		"a method":        {Shipping: []cart.Charge{{Method: long}}},
	} {
		t.Run(name, func(t *testing.T) {
			var s Sample
			s.Offer(c, "", noon)
			if carts, _ := s.Carts(); len(carts) != 0 {
				t.Errorf("a cart of %d bytes is kept", bytesOf(c))
			}
		})
	}
}

// All carts together take what the table of limits says, in the memory that Go has for
// them.
func TestASampleIsBoundedInBytes(t *testing.T) {
	large := func() *cart.Cart {
		c := &cart.Cart{}
		for bytesOf(c) < maxBytes-500 {
			c.Lines = append(c.Lines, cart.Line{SKU: "some article", Attributes: []cart.Attribute{{Name: "a", Text: "b"}, {Name: "c", Text: strings.Repeat("d", 100)}}})
		}
		return c
	}
	var s Sample
	before := heap()
	for i := range size {
		s.Offer(large(), fmt.Sprint(i), noon)
	}
	const most = size * maxBytes
	if grown := int64(heap()) - int64(before); grown > most*9/8 { // Go rounds what it gives
		t.Errorf("%d carts take %d bytes, want at most %d", size, grown, most)
	}
	if carts, _ := s.Carts(); len(carts) != size {
		t.Errorf("%d carts are kept, want %d", len(carts), size)
	}
}

// heap is how much memory is in use.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestSampleIsSafeForManyAtOnce(t *testing.T) {
	var s Sample
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 500 {
				s.Offer(&cart.Cart{Lines: []cart.Line{{SKU: "a"}}}, fmt.Sprint(worker, i), noon.Add(time.Duration(i)*time.Second))
				carts, _ := s.Carts()
				for _, c := range carts {
					if c.Lines[0].SKU != "a" {
						t.Error("a cart is torn")
					}
				}
			}
		})
	}
	group.Wait()
}
