package document

import "slices"

// Overlay lays the node above over the node below. Tables merge by key, and every other value
// replaces the value below. Neither node is changed. The result shares the unchanged parts of both.
func Overlay(below, above *Node) *Node {
	if below == nil || below.Kind != Table || above.Kind != Table {
		return above
	}
	merged := newTable(below.Pos)
	for _, f := range below.Fields {
		if over := above.Get(f.Key); over != nil {
			f.Value = Overlay(f.Value, over)
			f.Pos = above.Field(f.Key).Pos
		}
		merged.add(f)
	}
	for _, f := range above.Fields {
		if below.Get(f.Key) == nil {
			merged.add(f)
		}
	}
	return merged
}

// Without returns a copy of a table without some of its members.
func (n *Node) Without(keys ...string) *Node {
	remainder := newTable(n.Pos)
	for _, f := range n.Fields {
		if !slices.Contains(keys, f.Key) {
			remainder.add(f)
		}
	}
	return remainder
}

// Rename returns a copy of a table with one key renamed. It returns the table itself if it has no
// such key.
func (n *Node) Rename(from, to string) *Node {
	if n.Field(from) == nil {
		return n
	}
	renamed := newTable(n.Pos)
	for _, f := range n.Fields {
		if f.Key == from {
			f.Key = to
		}
		renamed.add(f)
	}
	return renamed
}
