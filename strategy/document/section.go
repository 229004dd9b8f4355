package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
)

// Section decodes one table. Each key that is asked for counts as known; Done reports the
// others.
//
// Where the table stands is put into words only when there is a problem to report: written
// out for every table, paths and the lists of keys asked for were a quarter of all
// allocations of a load, and the paths of tables within tables grew with the square of
// their depth.
type Section struct {
	*Reader
	Node   *Node
	Within *Section // the section it is in; nil at the top
	Name   string   // its key there
	Index  int      // of the element where the member is a list; -1 where it is none

	// Naming names the table and its members otherwise than by their path; nil for the path.
	Naming Naming
	// Unknown says what is wrong with a key that was not asked for; nil for a hint from Hints
	// and the keys that were.
	Unknown func(f *Field) (reason, hint string)
	// Hints are hints for keys that are called otherwise elsewhere, by the key in small
	// letters with underscores.
	Hints map[string]string

	asked []string
}

// Naming is how a table is called that people do not know by its path in TOML, such as a
// row of a spreadsheet.
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

// Reopen makes a section, of which nothing is read any more, that of another table, as
// Member does for an index of -1 and Element for others. It keeps the Unknown of the
// section, and the memory of what was asked.
func (s *Section) Reopen(within *Section, n *Node, name string, index int) *Section {
	*s = Section{
		Reader: within.Reader, Node: n, Within: within, Name: name, Index: index,
		Unknown: s.Unknown, asked: s.asked[:0],
	}
	return s
}

// Path is where the table stands: "" at the top, rule.spring below.
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

// Key is the full path of a member.
func (s *Section) Key(name string) string {
	if s.Naming != nil {
		return s.Naming.Member(s, name)
	}
	return KeyIn(s.Path(), name)
}

// KeyOf is the full path of a member's value, or of the element that n is of a member that
// is a list.
func (s *Section) KeyOf(n *Node, name string) string {
	return ElementIn(s.Key(name), s.Node.Get(name), n)
}

// ElementIn is the path of an element of the list at a path; that of the list for what is
// no element of it, and for elements that stand in a source of another kind than TOML.
func ElementIn(path string, list, element *Node) string {
	if i := list.Index(element); i >= 0 && list.origin != foreign {
		return fmt.Sprintf("%s[%d]", path, i)
	}
	return path
}

// KeyIn is the path of a member of the table at a path. A name that TOML would
// not take bare is in quotes. Of long names and paths a part is left out.
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

// Get finds a member and marks its key as known; nil when there is none.
func (s *Section) Get(name string) *Node {
	s.Ask(name)
	return s.Node.Get(name)
}

// Has reports whether a member is there, without reading it.
func (s *Section) Has(name string) bool { return s.Node.Get(name) != nil }

// Ask marks a key as known.
func (s *Section) Ask(name string) { s.asked = append(s.asked, name) }

// Asked are the keys that are known, in the order in which they were asked for. The list
// is of use until the next one is.
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

// UnknownKey is the reason why a key is refused that means nothing in its table.
func UnknownKey(key string) string { return fmt.Sprintf("unknown key %q", key) }

// Meant is the hint for a key that is none of the known ones: what it is called here, or
// what was mistyped.
func (s *Section) Meant(typed string, known []string) string {
	if way := s.Hints[strings.ReplaceAll(strings.ToLower(typed), "-", "_")]; way != "" {
		return way
	}
	return Meant(typed, known)
}

// Meant is the hint which of the known keys a mistyped one may stand for; "" if
// none is close.
func Meant(typed string, known []string) string {
	if close := Closest(typed, known); close != "" {
		return "did you mean " + close + "?"
	}
	return ""
}
