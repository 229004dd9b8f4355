package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// section decodes one table of a strategy. It is a section of the document with the state
// of the reader.
type section struct {
	*reader
	document.Section
}

// section opens the root table of a document.
func (r *reader) section(root *document.Node) *section {
	s := r.unused()
	s.Section = *r.report.Section(root)
	s.Unknown = s.wrongKey
	return s
}

// member opens a member that is a table.
func (s *section) member(n *document.Node, name string) *section {
	return s.element(n, name, notListed)
}

// notListed is the index of a member that is not in a list.
const notListed = -1

// element opens an element of a member, which is a table.
func (s *section) element(n *document.Node, name string, index int) *section {
	opened := s.unused()
	opened.Reopen(&s.Section, n, name, index)
	return opened
}

// unused is a closed section for reuse, or a new one. A rule asks for some fifty keys, and
// reuse saves allocating their list.
func (r *reader) unused() *section {
	if last := len(r.spare) - 1; last >= 0 {
		s := r.spare[last]
		r.spare = r.spare[:last]
		return s
	}
	s := &section{reader: r}
	s.Unknown = s.wrongKey
	return s
}

// close returns the section for reuse. It must not be read afterwards.
func (s *section) close() {
	if s.closing != nil {
		s.closing(s)
	}
	s.spare = append(s.spare, s)
}

// Done reports every member that no decoder asked for, and closes the section.
func (s *section) Done() {
	s.Section.Done()
	s.close()
}

// ruleNaming names a rule in messages by its id, which is always in quotes.
type ruleNaming struct{}

func (ruleNaming) Table(s *document.Section) string { return rulePath(s.Name) }

func (ruleNaming) Member(s *document.Section, key string) string {
	return document.KeyIn(rulePath(s.Name), key)
}

// rule opens the table of a rule.
func (s *section) rule(f *document.Field) *section {
	opened := s.member(f.Value, f.Key)
	opened.Naming = ruleNaming{}
	return opened
}

// isRule reports whether a section is that of a rule.
func isRule(s *document.Section) bool { return s.Naming == ruleNaming{} }

// mistyped reports whether the table has an unknown key that looks like a missing one or is
// an alias of it.
func (s *section) mistyped(key string) bool {
	return slices.ContainsFunc(s.Node.Fields, func(f document.Field) bool {
		if s.Knows(f.Key) {
			return false
		}
		return document.Closest(f.Key, []string{key}) == key || aliasOf(strings.ToLower(f.Key), []string{key}) == key
	})
}

// table opens a member that is a table; nil when it is not one.
func (s *section) table(n *document.Node, name, example string) *section {
	if s.Ask(name); !s.IsTable(n, name, example) {
		return nil
	}
	return s.member(n, name)
}

// required reports keys that a table must have and that are missing. It does not report a
// missing key that the table has under another name, since [section.Done] reports that
// name.
func (s *section) required(keys ...string) {
	for _, key := range keys {
		if !s.Has(key) && !s.mistyped(key) {
			s.Add(s.Node.Pos, s.Path(), "there is no "+key, "")
		}
	}
}
