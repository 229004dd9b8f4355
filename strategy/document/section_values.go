package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Wrong reports a problem of a member's value, or of an element of it.
func (s *Section) Wrong(n *Node, name, reason, hint string) {
	s.Add(n.Pos, s.KeyOf(n, name), reason, hint)
}

// Want reports a value of the wrong type.
func (s *Section) Want(n *Node, name, wanted string) {
	s.Wrong(n, name, n.Unlike(wanted), "")
}

// Unlike returns the reason for a value of the wrong type.
func (n *Node) Unlike(wanted string) string {
	return "this is " + n.described() + ", want " + wanted
}

// described returns the kind of a node and, for a scalar, the beginning of its text.
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

// Bool reads true or false. It returns absent if the member is missing or wrong.
func (s *Section) Bool(name string, absent bool) bool {
	n := s.Get(name)
	if n == nil {
		return absent
	}
	if n.Kind != Bool {
		s.Want(n, name, "true or false")
		return absent
	}
	return n.Text == "true"
}

// Text reads a string that must not be empty; "" if it is missing or wrong.
func (s *Section) Text(name string) string { return s.TextOf(s.Get(name), name) }

// TextOf is Text for the value n of a member; nil if the member is missing.
func (s *Section) TextOf(n *Node, name string) string {
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

// Integer reads a whole number from least to most. It reports false if the member is missing or
// wrong.
func (s *Section) Integer(name string, least, most int64) (int64, bool) {
	n := s.Get(name)
	if n == nil {
		return 0, false
	}
	if n.Kind != Integer {
		s.Want(n, name, "a whole number")
		return 0, false
	}
	v, err := ParseInteger(n.Text)
	if err != nil || v < least || v > most {
		s.Wrong(n, name, fmt.Sprintf("%s is out of range, want %d to %d", n.Text, least, most), "")
		return 0, false
	}
	return v, true
}

// Number returns the text of a number, which is written as a number or as a string. For a string
// it does not check that the text is a number. It reports false, after it has reported a problem,
// for another type and for a number that is not plain decimal.
func (s *Section) Number(n *Node, name, wanted string) (string, bool) {
	switch n.Kind {
	case Integer, Float, String:
	default:
		s.Want(n, name, wanted)
		return "", false
	}
	text := strings.TrimPrefix(n.Text, "+")
	if n.Kind != String && strings.ContainsAny(text, "eExobn") {
		s.Wrong(n, name, fmt.Sprintf("%s is not a plain decimal number", n.Text), "write it with digits and a point only")
		return "", false
	}
	return text, true
}

// IsTable reports whether the value of a member is a table. If not, it adds a problem.
func (s *Section) IsTable(n *Node, name, example string) bool {
	if n.Kind != Table {
		s.Want(n, name, "a table such as "+example)
		return false
	}
	return true
}

// Tables reads a list of tables, written [[name]] or inline. A single table counts as a list of
// one. Elements that are no tables are reported and left out.
func (s *Section) Tables(name, example string) []*Node {
	n := s.Get(name)
	if n == nil {
		return nil
	}
	items := s.oneOrMore(n, name, Table, "a table such as "+example+", or a list of them")
	if !slices.ContainsFunc(items, func(item *Node) bool { return item.Kind != Table }) {
		return items
	}
	tables := make([]*Node, 0, len(items))
	for i, item := range items {
		if item.Kind != Table {
			s.Add(item.Pos, fmt.Sprintf("%s[%d]", s.Key(name), i), item.Unlike("a table such as "+example), "")
			continue
		}
		tables = append(tables, item)
	}
	return tables
}

// Strings returns the elements of a list of strings. A single string counts as a list of one. Some
// elements may be no strings. It returns none, after it has reported a problem, for another type, for
// which wanted says what the value should be, and for an empty list, with the reason empty and hint.
func (s *Section) Strings(n *Node, name, wanted, empty, hint string) []*Node {
	items := s.oneOrMore(n, name, String, wanted)
	if n.Kind == Array && len(items) == 0 {
		s.Wrong(n, name, empty, hint)
	}
	return items
}

// oneOrMore returns the elements of a list, or the value itself if it is of the kind of an element.
// Another value is a problem.
func (s *Section) oneOrMore(n *Node, name string, element Kind, wanted string) []*Node {
	switch n.Kind {
	case element:
		return s.one(n)
	case Array:
		return n.Items
	}
	s.Want(n, name, wanted)
	return nil
}
