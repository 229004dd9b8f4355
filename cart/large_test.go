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
	r, home := reader(t, Options{}), currency(t, "CNY")
	for name, body := range hostile {
		t.Run(name, func(t *testing.T) {
			var w Workspace
			var c Cart
			text, pauses := []byte(body(1<<20)), 0
			_, err := w.ReadJSON(r, text, home, &c, func() { pauses++ })
			least := len(text) / onePiece
			if err != nil && strings.HasSuffix(err.Error(), tooDeep().reason) {
				least = 0
			}
			if pauses < least {
				t.Errorf("%d pauses in %d bytes, want %d", pauses, len(text), least)
			}
		})
	}
}

func TestAWorkspaceKeepsItsMemory(t *testing.T) {
	r, home, body := reader(t, Options{}), currency(t, "CNY"), manyNames(1<<16)
	var w Workspace
	var c Cart
	read := func() {
		if found, err := w.ReadJSON(r, body, home, &c, func() {}); !found || err != nil {
			t.Fatal(found, err)
		}
	}
	read()
	if n := testing.AllocsPerRun(10, read); n > 2 {
		t.Errorf("%v allocations for each further body", n)
	}
}

func TestReadingInPiecesKeepsNothingOfTheBody(t *testing.T) {
	r, home := reader(t, Options{}), currency(t, "CNY")
	var w Workspace
	var c Cart
	if _, err := w.ReadJSON(r, []byte(`{"items":[],"x":1} rest`), home, &c, func() {}); err == nil {
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
		{nested(mostNamed), false},
		{nested(mostNamed + 1), true},
		{strings.Repeat("[", mostNamed+1), true}, // whether it is JSON or not
		{strings.Repeat("[],", mostNamed+1), false},
		{`"` + strings.Repeat("[", mostNamed+1) + `"`, false},
		{`"\"` + strings.Repeat("{", mostNamed+1) + `"`, false},
		{`"\\"` + strings.Repeat(`{"a":`, mostNamed+1), true},
		{`"`, false},
		{`"\`, false},
	} {
		if got := deep([]byte(c.text)); got != c.want {
			t.Errorf("%.20s…: %v, want %v", c.text, got, c.want)
		}
	}
}
