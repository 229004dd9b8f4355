package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// section decodes one table of a strategy: a section of the document, and what is known
// of the strategy so far.
type section struct {
	*reader
	document.Section
}

// section opens the whole document.
func (r *reader) section(root *document.Node) *section {
	s := r.unused()
	s.Section = *r.report.Section(root)
	s.Unknown = s.wrongKey
	return s
}

// member opens the table that a member is.
func (s *section) member(n *document.Node, name string) *section {
	return s.element(n, name, notListed)
}

// notListed is the index of a member that is no list.
const notListed = -1

// element opens the table that an element of a member is.
func (s *section) element(n *document.Node, name string, index int) *section {
	opened := s.unused()
	opened.Reopen(&s.Section, n, name, index)
	return opened
}

// unused is a section that was closed, if there is one: a rule asks for some fifty keys,
// and the list of them is worth keeping.
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

// close gives the section back. Nothing may be read from it afterwards.
func (s *section) close() {
	if s.closing != nil {
		s.closing(s)
	}
	s.spare = append(s.spare, s)
}

// Done reports every member that nothing asked for, and closes the section.
func (s *section) Done() {
	s.Section.Done()
	s.close()
}

// ruleNaming calls a rule by its id, which is always in quotes.
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

// mistyped reports whether a key that is not asked for looks like one that is
// missing, or is another name of it.
func (s *section) mistyped(key string) bool {
	return slices.ContainsFunc(s.Node.Fields, func(f document.Field) bool {
		if s.Knows(f.Key) {
			return false
		}
		return document.Closest(f.Key, []string{key}) == key || aliasOf(strings.ToLower(f.Key), []string{key}) == key
	})
}

// table opens the table of a member; nil when it is not one.
func (s *section) table(n *document.Node, name, example string) *section {
	if s.Ask(name); !s.IsTable(n, name, example) {
		return nil
	}
	return s.member(n, name)
}

// required reports keys that a table must have. One that is there under another
// name is reported by that name, once.
func (s *section) required(keys ...string) {
	for _, key := range keys {
		if !s.Has(key) && !s.mistyped(key) {
			s.Add(s.Node.Pos, s.Path(), "there is no "+key, "")
		}
	}
}
