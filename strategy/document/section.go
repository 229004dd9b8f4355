package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
)

// Section decodes one table. Each key that is asked for is known. Done reports the other keys.
//
// A Section makes the path of its table only to report a problem. Paths and lists of asked keys
// for every table were a quarter of all allocations of a load, and the size of the paths of nested
// tables grew with the square of their depth.
type Section struct {
	*Reader
	Node   *Node
	Within *Section // the section of the table that contains this one; nil at the top
	Name   string   // the key in Within
	Index  int      // the index in the list at Name, from 0; -1 if that is no list

	// Naming names the table and its members in problems; nil for names by path.
	Naming Naming
	// Unknown returns the reason and the hint for an unknown key; nil for a hint from Hints and
	// the known keys.
	Unknown func(f *Field) (reason, hint string)
	// Hints are the hints for keys that have another name in other programs. The index is the
	// key in lower case with underscores.
	Hints map[string]string

	asked []string
}

// Naming returns the names of a table, and of its members, that people do not know by a path in
// TOML, such as a row of a spreadsheet.
type Naming interface {
	Table(s *Section) string
	Member(s *Section, key string) string
}

const noElement = -1

// Section opens the table that is the whole document.
func (r *Reader) Section(root *Node) *Section {
	return &Section{Reader: r, Node: root, Index: noElement}
}

// Member opens the table that a member is.
func (s *Section) Member(n *Node, name string) *Section {
	return s.Element(n, name, noElement)
}

// Element opens the table that an element of a member is.
func (s *Section) Element(n *Node, name string, index int) *Section {
	return new(Section).Reopen(s, n, name, index)
}

// Reopen reuses a finished section for another table, to save an allocation. An index of -1 opens
// it as Member does, any other as Element does. It keeps Unknown and the capacity of the list of
// asked keys.
func (s *Section) Reopen(within *Section, n *Node, name string, index int) *Section {
	*s = Section{
		Reader: within.Reader, Node: n, Within: within, Name: name, Index: index,
		Unknown: s.Unknown, asked: s.asked[:0],
	}
	return s
}

// Path returns the path of the table, such as rule.spring; "" at the top.
func (s *Section) Path() string {
	switch {
	case s.Naming != nil:
		return s.Naming.Table(s)
	case s.Within == nil:
		return ""
	case s.Index >= 0:
		return fmt.Sprintf("%s[%d]", s.Within.Key(s.Name), s.Index)
	}
	return s.Within.Key(s.Name)
}

// Key returns the full path of a member.
func (s *Section) Key(name string) string {
	if s.Naming != nil {
		return s.Naming.Member(s, name)
	}
	return KeyIn(s.Path(), name)
}

// KeyOf returns the full path of n, which is the value of a member or an element of it.
func (s *Section) KeyOf(n *Node, name string) string {
	return elementIn(s.Key(name), s.Node.Get(name), n)
}

// elementIn returns the path of an element of the list at a path. It returns the path of the list
// if the node is no element of it, or if the list is from a source that is not TOML.
func elementIn(path string, list, element *Node) string {
	if i := list.indexOf(element); i >= 0 && list.origin != foreign {
		return fmt.Sprintf("%s[%d]", path, i)
	}
	return path
}

// KeyIn returns the path of a member of the table at a path. A name that TOML does not allow as a
// bare key is in quotes. Long names and paths are shortened.
func KeyIn(path, name string) string {
	path, name = brief.Text(path, maxKey), brief.Text(name, maxName)
	bare := name != ""
	for i := range len(name) {
		bare = bare && isBare(name[i])
	}
	if !bare {
		name = strconv.Quote(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// Get returns the value of a member and marks its key as known; nil if there is none.
func (s *Section) Get(name string) *Node {
	s.Ask(name)
	return s.Node.Get(name)
}

// Has reports whether the table has a member. It does not mark the key as known.
func (s *Section) Has(name string) bool { return s.Node.Get(name) != nil }

// Ask marks a key as known.
func (s *Section) Ask(name string) { s.asked = append(s.asked, name) }

// Asked returns the known keys in the order in which they were asked for. The list is valid until
// the next key is asked for.
func (s *Section) Asked() []string { return s.asked }

// Knows reports whether a key is known.
func (s *Section) Knows(name string) bool { return slices.Contains(s.asked, name) }

// Done reports every member that nothing asked for.
func (s *Section) Done() {
	for i := range s.Node.Fields {
		f := &s.Node.Fields[i]
		if s.Knows(f.Key) {
			continue
		}
		reason, hint := s.unknown(f)
		s.Add(f.Pos, s.Key(f.Key), reason, hint)
	}
}

func (s *Section) unknown(f *Field) (reason, hint string) {
	if s.Unknown != nil {
		return s.Unknown(f)
	}
	return UnknownKey(f.Key), s.Meant(f.Key, s.asked)
}

// UnknownKey returns the reason for an unknown key.
func UnknownKey(key string) string { return fmt.Sprintf("unknown key %q", key) }

// Meant returns the hint for an unknown key from Hints, or else the known key that was probably
// meant; "" if there is none.
func (s *Section) Meant(typed string, known []string) string {
	if way := s.Hints[strings.ReplaceAll(strings.ToLower(typed), "-", "_")]; way != "" {
		return way
	}
	return Meant(typed, known)
}

// Meant returns the hint with the known key that is close to a mistyped one; "" if none is.
func Meant(typed string, known []string) string {
	if close := Closest(typed, known); close != "" {
		return "did you mean " + close + "?"
	}
	return ""
}
