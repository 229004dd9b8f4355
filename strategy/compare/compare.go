// Package compare says how two strategies differ in meaning. It compares their
// canonical forms (see strategy.Model.Canonical), so that comments, order where it
// has no meaning, and defaults written out make no difference.
package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Change is a place where two strategies differ. Old is nil for what was added,
// New for what was removed; otherwise both are there and differ.
type Change struct {
	// Path leads to the place in the canonical form.
	Path []Step
	Old  jsontext.Value
	New  jsontext.Value
}

// Step is a part of a path: the name of a member; or the SKU of a product or the
// language of a text, whose place in the list it stands for; or the number from 0 of a
// member of another list, in the new list if it is in it.
type Step struct {
	Name   string
	Number bool
}

// Order ends the path of a change that is only of the order of a list: Old and New
// are the SKUs or languages that both have.
const Order = "(order)"

// Pointer is the path as a JSON Pointer (RFC 6901).
func (c *Change) Pointer() jsontext.Pointer {
	var p jsontext.Pointer
	for _, step := range c.Path {
		p = p.AppendToken(step.Name)
	}
	return p
}

// Canonical finds what differs between two canonical forms, of meanings or of texts (see
// strategy.Model.Texts): the smallest members
// that do, in the order of their names. An object or a list that only one has is one
// change. Lists of texts are compared whole. The error is of a text that is no
// canonical form.
func Canonical(before, after []byte) ([]Change, error) {
	c := comparison{}
	c.values(nil, before, after)
	return c.changes, c.err
}

type comparison struct {
	changes []Change
	err     error
}

func (c *comparison) note(path []Step, before, after []byte) {
	c.changes = append(c.changes, Change{Path: slices.Clone(path), Old: before, New: after})
}

func (c *comparison) values(path []Step, before, after []byte) {
	switch {
	case bytes.Equal(before, after):
	case isKind(before, '{') && isKind(after, '{'):
		c.objects(path, before, after)
	case isKind(before, '[') && isKind(after, '['):
		c.lists(path, before, after)
	default:
		c.note(path, before, after)
	}
}

func isKind(value []byte, first byte) bool { return len(value) > 0 && value[0] == first }

func (c *comparison) objects(path []Step, before, after []byte) {
	var old, next map[string]json.RawMessage
	c.read(before, &old)
	c.read(after, &next)
	c.members(path, old, next)
}

// members compares what has names.
func (c *comparison) members(path []Step, old, next map[string]json.RawMessage) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(next))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		at := append(slices.Clip(path), Step{Name: name})
		before, had := old[name]
		after, has := next[name]
		switch {
		case !had:
			c.note(at, nil, after)
		case !has:
			c.note(at, before, nil)
		default:
			c.values(at, before, after)
		}
	}
}

func (c *comparison) lists(path []Step, before, after []byte) {
	var old, next []json.RawMessage
	c.read(before, &old)
	c.read(after, &next)
	if !areObjects(old) || !areObjects(next) {
		c.note(path, before, after)
		return
	}
	oldNames, inOld := c.byName(old)
	nextNames, inNext := c.byName(next)
	if inOld == nil || inNext == nil {
		c.byNumber(path, old, next)
		return
	}
	c.members(path, inOld, inNext)
	c.order(path, common(oldNames, inNext), common(nextNames, inOld))
}

func areObjects(list []json.RawMessage) bool {
	return !slices.ContainsFunc(list, func(v json.RawMessage) bool { return !isKind(v, '{') })
}

// byName names the members of a list by their SKUs or languages; the map is nil if one
// has none or shares it.
func (c *comparison) byName(list []json.RawMessage) (names []string, members map[string]json.RawMessage) {
	members = make(map[string]json.RawMessage, len(list))
	for _, value := range list {
		var member struct{ SKU, Lang string }
		c.read(value, &member)
		name := member.SKU + member.Lang // it has one of them
		if _, shared := members[name]; shared || name == "" {
			return nil, nil
		}
		members[name] = value
		names = append(names, name)
	}
	return names, members
}

// common are the names that the other list has, too.
func common(names []string, other map[string]json.RawMessage) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		_, has := other[name]
		return !has
	})
}

// order notes that what both lists have comes in another order.
func (c *comparison) order(path []Step, old, next []string) {
	if slices.Equal(old, next) {
		return
	}
	before, err := json.Marshal(old)
	c.fail(err)
	after, err := json.Marshal(next)
	c.fail(err)
	c.note(append(slices.Clip(path), Step{Name: Order}), before, after)
}

// byNumber compares lists whose members have no names: what both begin and end
// with is the same, and of what is between the first is compared with the first.
func (c *comparison) byNumber(path []Step, old, next []json.RawMessage) {
	first := 0
	for first < min(len(old), len(next)) && bytes.Equal(old[first], next[first]) {
		first++
	}
	last := 0
	for last < min(len(old), len(next))-first && bytes.Equal(old[len(old)-1-last], next[len(next)-1-last]) {
		last++
	}
	old, next = old[first:len(old)-last], next[first:len(next)-last]
	for i := range max(len(old), len(next)) {
		at := append(slices.Clip(path), Step{strconv.Itoa(first + i), true})
		switch {
		case i >= len(old):
			c.note(at, nil, next[i])
		case i >= len(next):
			c.note(at, old[i], nil)
		default:
			c.values(at, old[i], next[i])
		}
	}
}

func (c *comparison) read(text []byte, into any) { c.fail(json.Unmarshal(text, into)) }

func (c *comparison) fail(err error) {
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("comparing: this is no canonical form: %w", err)
	}
}
