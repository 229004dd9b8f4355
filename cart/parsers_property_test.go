package cart

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Carts of every shape, some with something a parser could stumble over: what is
// accepted is the same everywhere. Many bodies go through the pipes at once.
func TestAcceptedCartsAreTheSameEverywhere(t *testing.T) {
	needRuntimes(t)
	defaultCurrency := currency(t, "CNY")
	names := slices.Sorted(maps.Keys(shapes))
	bodies, compared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var tasks []task
		for range 8 {
			in := shapes[rapid.SampledFrom(names).Draw(t, "shape")]
			if rapid.Bool().Draw(t, "any shape") {
				in = drawOptions(t)
			}
			r, err := NewReader(in)
			if err != nil {
				continue
			}
			body := drawBody(t, drawDocument(t, in, newPlain(t, in).routes, defaultCurrency))
			bodies++
			if task, found := accepted(t, r, in, body, defaultCurrency); found {
				tasks = append(tasks, task)
			}
		}
		sameEverywhere(t, tasks)
		compared += len(tasks)
	})
	t.Logf("%d of %d bodies were accepted", compared, bodies)
	if compared < bodies/10 || compared > bodies*9/10 {
		t.Errorf("%d of %d bodies were accepted: that shows little", compared, bodies)
	}
}

// Whatever is accepted is the same for all parsers that are there; without the
// other languages those of Go.
func FuzzAcceptedCartIsTheSameEverywhere(f *testing.F) {
	names := slices.Sorted(maps.Keys(shapes))
	shapeAt := func(name string) uint8 { return uint8(max(0, slices.Index(names, name))) }
	for _, test := range everywhere {
		if len(test.body) < 1<<12 {
			in := test.in
			if in == "" {
				in = "default"
			}
			f.Add([]byte(test.body), shapeAt(in))
		}
	}
	for _, test := range numbers {
		for _, shape := range []string{"default", "shop", "easy"} {
			f.Add([]byte(oneLine(`"unit_price":`+test.number)), shapeAt(shape))
		}
	}
	compileJava(f)
	defaultCurrency := currency(f, "CNY")
	readers := map[string]*Reader{}
	for name, in := range shapes {
		readers[name] = reader(f, in)
	}
	f.Fuzz(func(t *testing.T, body []byte, shape uint8) {
		name := names[int(shape)%len(names)]
		if found, ok := accepted(t, readers[name], shapes[name], body, defaultCurrency); ok {
			sameEverywhere(t, []task{found})
		}
	})
}
