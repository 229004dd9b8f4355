package strategy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// section reads the members of one table. Each key that is asked for counts as
// known; done reports the others.
//
// Where it stands in the document is put into words only when there is a
// problem to report. Written out for every table, paths and the lists of keys
// asked for were a quarter of all allocations of a load, and the paths of tables
// within tables grew with the square of their depth.
type section struct {
	*reader
	node   *document.Node
	within *section     // the section it is a member of; nil at the top
	name   string       // of the member
	index  int          // of the element, where the member is a list
	sheet  *spreadsheet // of which the element is a row; nil for TOML
	asked  []string
}

// What stands for index where the member is no list.
const (
	noList  = -1
	theRule = -2 // the member is a rule, of which the id is always quoted
)

// section opens the whole document.
func (r *reader) section(root *document.Node) *section { return r.open(root, nil, "", noList) }

// member opens the table that a member is.
func (s *section) member(n *document.Node, name string) *section {
	return s.open(n, s, name, noList)
}

// element opens the table that an element of a member is.
func (s *section) element(n *document.Node, name string, index int) *section {
	return s.open(n, s, name, index)
}

// open takes a section that was closed, if there is one: a rule asks for some
// fifty keys, and the list of them is worth keeping.
func (r *reader) open(n *document.Node, within *section, name string, index int) *section {
	var s *section
	if last := len(r.spare) - 1; last >= 0 {
		s, r.spare = r.spare[last], r.spare[:last]
	} else {
		s = &section{reader: r}
	}
	s.node, s.within, s.name, s.index, s.sheet = n, within, name, index, nil
	return s
}

// close gives the section back. Nothing may be read from it afterwards.
func (s *section) close() {
	if s.closing != nil {
		s.closing(s)
	}
	s.asked = s.asked[:0]
	s.spare = append(s.spare, s)
}

// path is where the table stands: "" at the top, rule."spring" below.
func (s *section) path() string {
	switch {
	case s.within == nil:
		return ""
	case s.sheet != nil:
		return s.sheet.row(s.index)
	case s.index == theRule:
		return rulePath(s.name)
	case s.index >= 0:
		return fmt.Sprintf("%s[%d]", s.within.key(s.name), s.index)
	}
	return s.within.key(s.name)
}

// key is the full path of a member.
func (s *section) key(name string) string {
	if s.sheet != nil {
		return s.sheet.cell(s.index, name)
	}
	return document.KeyIn(s.path(), name)
}

// keyOf is the full path of a member's value, or of the element that n is of a member that
// is a list.
func (s *section) keyOf(n *document.Node, name string) string {
	if s.sheet != nil {
		return s.key(name)
	}
	return document.ElementIn(s.key(name), s.node.Get(name), n)
}

// get finds a member and marks its key as known.
func (s *section) get(name string) *document.Node {
	s.asked = append(s.asked, name)
	return s.node.Get(name)
}

// has reports whether a member is there, without reading it.
func (s *section) has(name string) bool { return s.node.Get(name) != nil }

// done reports every member that nothing asked for, and closes the section.
func (s *section) done() {
	for i := range s.node.Fields {
		f := &s.node.Fields[i]
		if slices.Contains(s.asked, f.Key) {
			continue
		}
		reason, hint := s.wrongKey(f)
		s.add(f.Pos, s.key(f.Key), reason, hint)
	}
	s.close()
}

// mistyped reports whether a key that is not asked for looks like one that is
// missing, or is another name of it.
func (s *section) mistyped(key string) bool {
	return slices.ContainsFunc(s.node.Fields, func(f document.Field) bool {
		if slices.Contains(s.asked, f.Key) {
			return false
		}
		return document.Closest(f.Key, []string{key}) == key || aliasOf(strings.ToLower(f.Key), []string{key}) == key
	})
}

// table opens the table of a member; nil when it is not one.
func (s *section) table(n *document.Node, name, example string) *section {
	s.asked = append(s.asked, name)
	if n.Kind != document.Table {
		s.want(n, name, "a table such as "+example)
		return nil
	}
	return s.member(n, name)
}

// required reports keys that a table must have. One that is there under another
// name is reported by that name, once.
func (s *section) required(keys ...string) {
	for _, key := range keys {
		if !s.has(key) && !s.mistyped(key) {
			s.add(s.node.Pos, s.path(), "there is no "+key, "")
		}
	}
}
