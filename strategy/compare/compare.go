// Package compare finds how two strategies differ in meaning. It compares their canonical forms
// (see strategy.Model.Canonical), so comments, an order without meaning, and explicit defaults
// make no difference.
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

// Change is one difference between two strategies. Old is nil if the value was added, and New is
// nil if it was removed.
type Change struct {
	// Path leads to the value in the canonical form.
	Path []Step
	Old  jsontext.Value
	New  jsontext.Value
}

// Step is a part of a path. For an object, Name is the name of a member. For a list of products or
// texts, Name is the SKU or the language. For another list, Name is the index, from 0, and Number
// is true. The index is that in the list that has the member; it is the same in both lists.
type Step struct {
	Name   string
	Number bool
}

// Order is the last step of the path of a change in the order of a list. Old and New are the SKUs
// or languages that both lists have, each in its order.
const Order = "(order)"

// Pointer returns the path as a JSON Pointer (RFC 6901).
func (c *Change) Pointer() jsontext.Pointer {
	var p jsontext.Pointer
	for _, step := range c.Path {
		p = p.AppendToken(step.Name)
	}
	return p
}

// Canonical finds the differences between two canonical forms, of meanings or of texts (see
// strategy.Model.Texts). It returns the smallest members that differ, in the order of their names.
// An object or a list that only one form has is one change. A list of strings or numbers is
// compared as a whole. The error is for a text that is no canonical form.
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

// members compares members by name.
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

// byName names the members of a list by their SKUs or languages. The map is nil if a member has
// neither, or has the same as another one.
func (c *comparison) byName(list []json.RawMessage) (names []string, members map[string]json.RawMessage) {
	members = make(map[string]json.RawMessage, len(list))
	for _, value := range list {
		var member struct{ SKU, Lang string }
		c.read(value, &member)
		name := member.SKU + member.Lang // a member has at most one of them
		if _, shared := members[name]; shared || name == "" {
			return nil, nil
		}
		members[name] = value
		names = append(names, name)
	}
	return names, members
}

// common returns the names that the other list has, too.
func common(names []string, other map[string]json.RawMessage) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		_, has := other[name]
		return !has
	})
}

// order adds a change if the names that both lists have are in another order.
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

// byNumber compares lists whose members have no names. It skips equal members at the beginning and
// at the end of both lists, and compares the members between by their order.
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
