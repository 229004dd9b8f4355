package document

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// arrayText writes an array and notes where its elements stand, by the order of the text.
type arrayText struct {
	t      *rapid.T
	text   strings.Builder
	places []int
}

func (a *arrayText) blank() {
	a.text.WriteString(rapid.SampledFrom([]string{"", " ", "\n", "\t", " # ] , } \" ' [\n", "\r\n", "  \n  "}).Draw(a.t, "blank"))
}

func (a *arrayText) array(depth int) {
	a.text.WriteString("[")
	for n := rapid.IntRange(0, 4).Draw(a.t, "elements"); n > 0; n-- {
		a.blank()
		a.places = append(a.places, a.text.Len())
		kind := rapid.IntRange(0, 7).Draw(a.t, "kind")
		if kind == 0 && depth > 0 {
			a.array(depth - 1)
		} else {
			a.text.WriteString([]string{"[]", "{}", "{ }", "1", `"a]\"[{"`, `'}]\'`, "\"\"\"\n]\"[\"\"\"\"", "'''a'\n,]'''"}[kind])
		}
		a.blank()
		if n > 1 || rapid.Bool().Draw(a.t, "comma") {
			a.text.WriteString(",")
		}
		a.blank()
	}
	a.blank()
	a.text.WriteString("]")
}

// placesOf are where the elements of an array and of those within it stand, and whether
// each is found at its index.
func placesOf(array *Node) (places []int, found bool) {
	found = true
	for i, item := range array.Items {
		found = found && array.indexOf(item) == i
		places = append(places, int(item.Pos.offset))
		if item.Kind == Array {
			inner, ok := placesOf(item)
			places, found = append(places, inner...), found && ok
		}
	}
	return places, found
}

func TestElementsStandWhereTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := &arrayText{t: t}
		a.text.WriteString(rapid.SampledFrom([]string{"a = ", "a=", `"a" = `, "b = [1]\na\t= "}).Draw(t, "key"))
		a.array(3)
		doc, err := Parse(Source{Name: "t.toml", Data: []byte(a.text.String())})
		if err != nil {
			t.Fatal(err)
		}
		got, found := placesOf(doc.Root.Get("a"))
		if fmt.Sprint(got) != fmt.Sprint(a.places) || !found {
			t.Fatalf("of %q the elements are at %v, want %v; found %t", a.text.String(), got, a.places, found)
		}
	})
}

func TestIndex(t *testing.T) {
	doc, err := Parse(Source{Name: "a.toml", Data: []byte("[[a]]\nx = 1\n[[a]]\ny = [1, 2]\n")}, Source{Name: "b.toml", Data: []byte("[[a]]\nx = 3\n")})
	if err != nil {
		t.Fatal(err)
	}
	a := doc.Root.Get("a")
	for i, item := range a.Items {
		if a.indexOf(item) != i {
			t.Errorf("the table at %d is at %d", i, a.indexOf(item))
		}
	}
	y := a.Items[1].Get("y")
	if a.indexOf(y) != -1 || a.indexOf(y.Items[0]) != -1 || a.Items[0].indexOf(y) != -1 || (*Node)(nil).indexOf(y) != -1 {
		t.Error("what is no element is found")
	}
	if y.indexOf(y.Items[1]) != 1 {
		t.Error("an element is not found")
	}
}

// Tables that are deep within each other are gone through a few times at most.
func TestElementsDeepWithinEachOther(t *testing.T) {
	const depth = 2_000
	text := "a = " + strings.Repeat("[{}, { a = ", depth) + "[[]]" + strings.Repeat(" }]", depth)
	b := &builder{doc: &Document{}, text: text}
	if _, err := Parse(Source{Name: "t.toml", Data: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	b.walked = mostWalked*len(text) + 1
	array := &Node{Kind: Array, members: &members{Items: []*Node{newTable(Pos{offset: 7})}}}
	b.locateElements(array, 1)
	if array.Items[0].Pos.offset != 7 {
		t.Error("it is gone through once more")
	}
}
