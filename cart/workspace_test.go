package cart

import (
	"strings"
	"testing"
)

// Between two pauses there is never much work, whatever a body holds: what is not
// in pieces would keep orders from a processor.
func TestReadingALargeBodyPausesOften(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads a MiB of every kind")
	}
	r, defaultCurrency := reader(t, Options{}), currency(t, "CNY")
	for name, body := range hostile {
		t.Run(name, func(t *testing.T) {
			var w Workspace
			var c Cart
			text, pauses := []byte(body(1<<20)), 0
			_, err := w.ReadJSON(r, text, defaultCurrency, &c, func() { pauses++ })
			least := len(text) / onePiece
			if err != nil && strings.HasSuffix(err.Error(), tooDeep().reason()) {
				least = 0
			}
			if pauses < least {
				t.Errorf("%d pauses in %d bytes, want %d", pauses, len(text), least)
			}
		})
	}
}

// The place of a fault that shows only in the end is looked for in the whole body.
func TestLookingForAPlaceInALargeBodyPauses(t *testing.T) {
	lines := strings.Repeat(`{"quantity":1,"unit_price":1},`, 20_000)
	r := reader(t, Options{MaxLines: 30_000, Map: Mapping{Subtotal: Paths{"sum"}}})
	pausesFor := func(sum string) (pauses int, err error) {
		body := []byte(`{"items":[` + lines[:len(lines)-1] + `],"sum":` + sum + `}`)
		_, err = new(Workspace).ReadJSON(r, body, currency(t, "CNY"), new(Cart), func() { pauses++ })
		return pauses, err
	}
	right, err := pausesFor("20000")
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := pausesFor("19999")
	if err == nil || err.Error() != "cart: /sum: is 19999 minor units, want 20000, which the lines add up to: it is 1 less" {
		t.Error(err)
	}
	if wrong < right*3/2 {
		t.Errorf("%d pauses with the place, %d without", wrong, right)
	}
}

func TestAWorkspaceReadsEveryShape(t *testing.T) {
	for name, test := range map[string]struct {
		mapping Mapping
		body    string
		want    string // SKUs
		err     string
	}{
		"a byte order mark": {body: "\ufeff{\"items\":" + listOfLines("a") + "}", want: "a"},
		"several paths":     {mapping: Mapping{Items: Paths{"a", "b"}}, body: `{"b":` + listOfLines("x") + `,"a":` + listOfLines("y") + `}`, want: "y x"},
		"JSON in a text":    {mapping: Mapping{Items: Paths{"d!json"}}, body: `{"d":"` + escaped(listOfLines("a b")) + `"}`, want: "a b"},
		"broken JSON in a text": {mapping: Mapping{Items: Paths{"d!json"}}, body: `{"d":"[}"}`,
			err: "cart: /d: in its JSON at /0: is not JSON at byte 1: invalid character '}' at start of value"},
		"an empty text of JSON":  {mapping: Mapping{Items: Paths{"d!json"}}, body: `{"d":" "}`, err: "cart: /d: in its JSON: is empty, want JSON"},
		"far too deep in a text": {mapping: Mapping{Items: Paths{"d!json"}}, body: `{"d":"` + nested(20_000) + `"}`, err: "cart: /d: in its JSON: is nested too deep, want at most 64 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			w := Workspace{piece: 3}
			var c Cart
			found, err := w.ReadJSON(reader(t, Options{Map: test.mapping}), []byte(test.body), currency(t, "CNY"), &c, func() {})
			switch {
			case test.err != "" && (err == nil || err.Error() != test.err):
				t.Errorf("got %v", err)
			case test.err == "" && (!found || err != nil || skus(c) != test.want):
				t.Errorf("got %v, %v, %q", found, err, skus(c))
			}
		})
	}
}

func TestAWorkspaceKeepsItsMemory(t *testing.T) {
	r, defaultCurrency, body := reader(t, Options{}), currency(t, "CNY"), manyNames(1<<16)
	var w Workspace
	var c Cart
	read := func() {
		if found, err := w.ReadJSON(r, body, defaultCurrency, &c, func() {}); !found || err != nil {
			t.Fatal(found, err)
		}
	}
	read()
	if n := testing.AllocsPerRun(10, read); n > 2 {
		t.Errorf("%v allocations for each further body", n)
	}
}

func TestReadingInPiecesKeepsNothingOfTheBody(t *testing.T) {
	r, defaultCurrency := reader(t, Options{}), currency(t, "CNY")
	var w Workspace
	var c Cart
	if _, err := w.ReadJSON(r, []byte(`{"items":[],"x":1} rest`), defaultCurrency, &c, func() {}); err == nil {
		t.Fatal("no error")
	}
	if w.text.rest != nil || w.text.pause != nil {
		t.Error("keeps the body")
	}
}

func TestATextIsDeepOutsideOfItsStrings(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{text: nested(mostNamed), want: false},
		{text: nested(mostNamed + 1), want: true},
		{text: strings.Repeat("[", mostNamed+1), want: true}, // whether it is JSON or not
		{text: strings.Repeat("[],", mostNamed+1), want: false},
		{text: `"` + strings.Repeat("[", mostNamed+1) + `"`, want: false},
		{text: `"\"` + strings.Repeat("{", mostNamed+1) + `"`, want: false},
		{text: `"\\"` + strings.Repeat(`{"a":`, mostNamed+1), want: true},
		{text: `"`, want: false},
		{text: `"\`, want: false},
	} {
		if got := deep([]byte(c.text)); got != c.want {
			t.Errorf("%.20s…: %v, want %v", c.text, got, c.want)
		}
	}
}
