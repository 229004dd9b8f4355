package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
)

// Reader gathers the problems of one document while it is decoded, so that one
// run finds them all.
type Reader struct {
	doc   *Document
	found Findings
}

// NewReader reads a document.
func NewReader(d *Document) *Reader { return &Reader{doc: d} }

// Add notes a problem at a place.
func (r *Reader) Add(at Pos, key, reason, hint string) {
	r.found.Add(r.doc, r.doc.Diagnostic(at, key, reason, hint))
}

// Count is how many problems were noted so far.
func (r *Reader) Count() int { return r.found.Count() }

// Err is a *[Diagnostics] with what was noted, in the order of the text; nil when
// nothing was.
func (r *Reader) Err() error {
	if r.found.Count() == 0 {
		return nil
	}
	p := new(Diagnostics)
	p.List, p.More = r.found.Told(r.doc)
	return p
}

// Section reads the members of one table. Each key that is asked for counts as
// known; Done reports the others.
type Section struct {
	*Reader
	Node  *Node
	Path  string // "" at the top
	asked []string

	// Ways are hints for keys that are called otherwise elsewhere, by the key in small
	// letters with underscores.
	Ways map[string]string
}

// Section opens a table that stands at a path.
func (r *Reader) Section(table *Node, path string) *Section {
	return &Section{Reader: r, Node: table, Path: path}
}

// Key is the full path of a member.
func (s *Section) Key(name string) string { return KeyIn(s.Path, name) }

// KeyOf is the full path of a member's value, or of the element that n is of a member that
// is a list.
func (s *Section) KeyOf(n *Node, name string) string {
	return ElementIn(s.Key(name), s.Node.Get(name), n)
}

// ElementIn is the path of an element of the list at a path; that of the list for what is
// no element of it.
func ElementIn(path string, list, element *Node) string {
	if i := list.Index(element); i >= 0 {
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
		c := name[i]
		bare = bare && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-')
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
	s.asked = append(s.asked, name)
	return s.Node.Get(name)
}

// Wrong reports a problem of a member's value, or of an element of it.
func (s *Section) Wrong(n *Node, name, reason, hint string) {
	s.Add(n.Pos, s.KeyOf(n, name), reason, hint)
}

// Want reports a value of the wrong type.
func (s *Section) Want(n *Node, name, wanted string) {
	s.Wrong(n, name, n.Unlike(wanted), "")
}

// Unlike is the reason why a value of the wrong type is refused.
func (n *Node) Unlike(wanted string) string {
	return "this is " + n.described() + ", " + wanted + " is wanted"
}

// described is the kind of a node and, of a scalar, the beginning of its text.
func (n *Node) described() string {
	if n.Kind == Table || n.Kind == Array {
		return n.Kind.String()
	}
	const most = 40
	text := n.Text
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return n.Kind.String() + " (" + strconv.Quote(text) + ")"
}

// Text reads a string that may not be empty; "" when it is absent or wrong.
func (s *Section) Text(name string) string {
	n := s.Get(name)
	switch {
	case n == nil:
		return ""
	case n.Kind != String:
		s.Want(n, name, "a string")
		return ""
	case n.Text == "":
		s.Wrong(n, name, "the string is empty", "")
	}
	return n.Text
}

// Done reports every member that nothing asked for.
func (s *Section) Done() {
	for i := range s.Node.Fields {
		f := &s.Node.Fields[i]
		if slices.Contains(s.asked, f.Key) {
			continue
		}
		s.Add(f.Pos, s.Key(f.Key), fmt.Sprintf("unknown key %q", f.Key), s.Meant(f.Key, s.asked))
	}
}

// Meant is the hint for a key that is none of the known ones: what it is called here, or
// what was mistyped.
func (s *Section) Meant(typed string, known []string) string {
	if way := s.Ways[strings.ReplaceAll(strings.ToLower(typed), "-", "_")]; way != "" {
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
