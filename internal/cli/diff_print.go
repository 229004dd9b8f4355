package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy/compare"
)

// The outcomes of a comparison for a rule, a product or a setting.
const (
	wasAdded   = "added"
	wasRemoved = "removed"
	wasChanged = "changed"
)

// changedThing is a rule, a product or a setting that differs.
type changedThing struct {
	of, name string // such as "rule" and its id; name is "" for a setting
	outcome  string
	changes  []compare.Change // their paths begin below the thing
}

// describe returns changes as text, those of one rule together, and their counts.
func describe(changes []compare.Change, paint paint) string {
	colours := map[string]string{wasAdded: green, wasRemoved: red, wasChanged: yellow}
	var text strings.Builder
	counts := map[[2]string]int{} // by section and outcome
	var kinds [][2]string
	for _, a := range group(changes) {
		title := a.of
		if a.name != "" {
			title += " " + printable(a.name)
		}
		fmt.Fprintf(&text, "%s %s\n%s", paint.in(bold, title), paint.in(colours[a.outcome], a.outcome), a.fields())
		kind := [2]string{a.of, a.outcome}
		if counts[kind]++; counts[kind] == 1 {
			kinds = append(kinds, kind)
		}
	}
	var parts []string
	for _, kind := range kinds {
		of := kind[0]
		if of == "rule" || of == "product" || of == "quota" {
			of = brief.Count(counts[kind], of)
		}
		parts = append(parts, of+" "+kind[1])
	}
	return text.String() + "\n" + strings.Join(parts, ", ") + "\n"
}

// describeTexts returns the changes of texts as text, those of one rule together.
func describeTexts(changes []compare.Change, paint paint) string {
	var text strings.Builder
	for _, a := range groupTexts(changes) {
		fmt.Fprintf(&text, "%s %s\n%s", paint.in(bold, "texts of rule "+printable(a.name)), paint.in(yellow, a.outcome), a.fields())
	}
	return text.String()
}

// groupTexts is group for texts. If one strategy has no texts at all, it splits the one change of
// all texts into one for each rule.
func groupTexts(changes []compare.Change) []changedThing {
	var rules []compare.Change
	for _, c := range changes {
		if len(c.Path) > 1 {
			rules = append(rules, c)
			continue
		}
		// All rules of one side, where the other has no texts at all.
		for _, m := range valuesOf(append(slices.Clone(c.Old), c.New...)) {
			one := compare.Change{Path: []compare.Step{c.Path[0], {Name: m.name}}}
			if c.Old == nil {
				one.New = jsontext.Value(m.value)
			} else {
				one.Old = jsontext.Value(m.value)
			}
			rules = append(rules, one)
		}
	}
	return group(rules)
}

// group puts the changes of one thing together. They are adjacent in the list.
func group(changes []compare.Change) []changedThing {
	var all []changedThing
	for _, c := range changes {
		a := changedThing{of: c.Path[0].Name, outcome: wasChanged}
		depth := 1
		switch {
		case len(c.Path) > 1 && a.of != "rule" && c.Path[1].Name == compare.Order:
			a.of, depth = "order of "+a.of, 2
		case len(c.Path) > 1 && a.of == "rule":
			a.name, depth = c.Path[1].Name, 2
		case len(c.Path) > 1 && a.of == "products":
			a.of, a.name, depth = "product", c.Path[1].Name, 2
		case len(c.Path) > 1 && a.of == "quota" || len(c.Path) > 1 && a.of == "codes":
			a.name, depth = c.Path[1].Name, 2
		}
		if len(c.Path) == depth {
			switch {
			case c.Old == nil:
				a.outcome = wasAdded
			case c.New == nil:
				a.outcome = wasRemoved
			}
		}
		c.Path = c.Path[depth:]
		if last := len(all) - 1; last >= 0 && all[last].of == a.of && all[last].name == a.name {
			all[last].changes = append(all[last].changes, c)
			continue
		}
		a.changes = []compare.Change{c}
		all = append(all, a)
	}
	return all
}

// fields returns a table of the differences.
func (a *changedThing) fields() string {
	t := table{}
	for _, c := range a.changes {
		switch {
		case len(c.Path) == 0 && a.outcome == wasChanged:
			t.add("  "+difference(c.Old, c.New), "")
		case len(c.Path) > 0:
			t.add("  "+fieldName(c.Path), difference(c.Old, c.New))
		default:
			whole := append(slices.Clone(c.Old), c.New...) // one of them is empty
			for _, m := range valuesOf(whole) {
				t.add("  "+m.name, valueText(m.value))
			}
		}
	}
	return t.String()
}

// fieldName returns a path for people. It counts list elements from 1.
func fieldName(path []compare.Step) string {
	shown := make([]string, len(path))
	for i, step := range path {
		shown[i] = printable(step.Name)
		if n, err := strconv.Atoi(step.Name); err == nil && step.Number {
			shown[i] = strconv.Itoa(n + 1)
		}
	}
	return strings.Join(shown, " ")
}

// difference returns the old value and the new one. For two lists of strings it returns the
// strings that were added and those that were removed.
func difference(old, next []byte) string {
	var before, after []string
	if json.Unmarshal(old, &before) == nil && json.Unmarshal(next, &after) == nil {
		var parts []string
		for _, text := range after {
			if !slices.Contains(before, text) {
				parts = append(parts, "+ "+printable(text))
			}
		}
		for _, text := range before {
			if !slices.Contains(after, text) {
				parts = append(parts, "- "+printable(text))
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, ", ")
		}
	}
	return valueText(old) + " → " + valueText(next)
}

// valueText returns a value of the canonical form for people; "none" for no value.
func valueText(value []byte) string {
	if len(value) == 0 {
		return "none"
	}
	var text string
	var list []json.RawMessage
	switch {
	case json.Unmarshal(value, &text) == nil:
		return printable(text)
	case json.Unmarshal(value, &list) == nil:
		shown := make([]string, len(list))
		for i, v := range list {
			shown[i] = valueText(v)
		}
		return strings.Join(shown, ", ")
	}
	if members := valuesOf(value); members != nil {
		shown := make([]string, len(members))
		for i, m := range members {
			shown[i] = m.name + " " + valueText(m.value)
		}
		return "{" + strings.Join(shown, ", ") + "}"
	}
	return string(value)
}

type namedValue struct {
	name  string
	value json.RawMessage
}

// valuesOf returns the members of an object in the order of their names; nil if the value is no
// object.
func valuesOf(value []byte) []namedValue {
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil {
		return nil
	}
	members := make([]namedValue, 0, len(object))
	for name, v := range object {
		members = append(members, namedValue{printable(name), v})
	}
	slices.SortFunc(members, func(a, b namedValue) int { return strings.Compare(a.name, b.name) })
	return members
}
