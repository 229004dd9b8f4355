package strategy

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// codeSet is a set of codes, each of which is good for a number of orders. The condition codes of
// a rule names it.
//
//	[codes.welcome]
//	file = "welcome.codes"   # or signed = true
//	uses = 1
type codeSet struct {
	name   string
	pos    document.Pos
	uses   int64
	signed bool
	file   string     // name of the file; "" if signed
	table  *codeTable // nil if signed, or after a problem with the file
}

// The keys of a set of codes.
const (
	keyCodes  = "codes"
	keySigned = "signed"
	keyUses   = "uses"
)

// maxCodeSets is how many sets of codes a strategy may have. An order with codes looks each of
// them up in each set.
const maxCodeSets = 100

// codesSuffixes are the suffixes of the names of files of codes.
var codesSuffixes = append([]string{".codes"}, sheetSuffixes...)

// isCodesName reports whether a name is that of a file of codes beside a strategy.
func isCodesName(name string) bool { return hasSuffix(name, codesSuffixes) && isPlainName(name) }

// codeFilesNamed lists the names of the files of codes that a table names.
func codeFilesNamed(table *document.Node) []string {
	sets := table.Get(keyCodes)
	if sets == nil || sets.Kind != document.Table {
		return nil
	}
	var names []string
	for i := range sets.Fields {
		names = append(names, fileNamed(sets.Fields[i].Value, isCodesName)...)
	}
	return names
}

// decodeCodeSets reads the sets of codes, in the order of their names.
func (m *Model) decodeCodeSets(top *section) []*codeSet {
	n := top.Get(keyCodes)
	if n == nil {
		return nil
	}
	top.noSets = true
	if n.Kind != document.Table {
		top.Want(n, keyCodes, "tables such as [codes.welcome]")
		return nil
	}
	if len(n.Fields) > maxCodeSets {
		top.Wrong(n, keyCodes, fmt.Sprintf("there are %d sets of codes, want at most %d", len(n.Fields), maxCodeSets), "")
		return nil
	}
	top.noSets = false
	within := top.member(n, keyCodes)
	sets := make([]*codeSet, 0, len(n.Fields))
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Value.Kind != document.Table {
			within.Add(f.Pos, within.Key(f.Key), "a set of codes is a table", `such as { file = "welcome.codes" }`)
			continue
		}
		sets = append(sets, m.decodeCodeSet(within, f))
	}
	slices.SortFunc(sets, func(a, b *codeSet) int { return compareUTF16(a.name, b.name) })
	top.codeSets = sets
	return sets
}

func (m *Model) decodeCodeSet(within *section, f *document.Field) *codeSet {
	s := within.member(f.Value, f.Key)
	defer s.Done()
	set := &codeSet{name: f.Key, pos: f.Pos, uses: 1}
	switch reason := checkLabel(f.Key); {
	case f.Key == "":
		s.Add(f.Pos, s.Path(), "the name of the set is empty", "")
	case reason != "":
		s.Add(f.Pos, s.Path(), reason, "")
	}
	if uses, ok := s.Integer(keyUses, 1, math.MaxInt32); ok {
		set.uses = uses
	}
	set.signed = s.Bool(keySigned, false)
	set.file = s.text(keyFile)
	switch file := s.Node.Get(keyFile); {
	case file != nil && set.signed:
		s.Wrong(s.Node.Get(keySigned), keySigned, "the codes are in a file, too", "leave out one of them: a signed code needs no file")
	case set.signed:
	case file == nil && !s.mistyped(keyFile):
		s.Add(s.Node.Pos, s.Path(), "there is no file", `write file = "welcome.codes", or signed = true for codes that carry a signature`)
	case set.file != "":
		set.table = s.codesOf(file, set, m.pause)
	}
	return set
}

// codesOf reads the file of a set.
func (s *section) codesOf(at *document.Node, set *codeSet, pause document.Pause) *codeTable {
	name := set.file
	if !isCodesName(name) {
		s.Wrong(at, keyFile, fmt.Sprintf("%q is not the name of a file beside the strategy, without a directory, that ends in %s", name, strings.Join(codesSuffixes, ", ")),
			`such as "welcome.codes"`)
		return nil
	}
	file, there := s.companions.file(name)
	before := s.inService.codesOf(name, s.spelling.codes)
	switch {
	case !there && s.draft && before != nil:
		return before
	case !there:
		s.Wrong(at, keyFile, fmt.Sprintf("there is no file %s beside the strategy", name), s.companions.meant(name))
	case len(file.Data) > MaxCodesSize:
		s.Wrong(at, keyFile, fmt.Sprintf("%s has %d bytes, more than %d", name, len(file.Data), MaxCodesSize), "")
	default:
		return s.readCodes(file, set.path(), before, pause)
	}
	return nil
}

// readCodes reads a file of codes, unless it is the same as before. What it reports shows no line
// of the file: a code is worth money to everyone who reads it.
func (s *section) readCodes(file Source, path string, before *codeTable, pause document.Pause) *codeTable {
	in := &codeFile{form: s.spelling.codes, pause: pause, source: sumOf(file.Data, pause)}
	table := before
	if before == nil || before.source != in.source {
		table = in.read(file.Data)
	}
	s.doc.Foreign(Source{Name: file.Name})
	for _, found := range in.problems {
		s.report.AddAt(found.at(file.Name), path, found.reason, found.hint)
	}
	if table != nil {
		in.warnings = table.warnings
	}
	for _, found := range in.warnings {
		s.report.WarnAt(found.at(file.Name), path, found.reason, found.hint)
	}
	return table
}

// codesOf is the codes of a file of a strategy, which may be nil, if the strategy compares codes
// in a form; nil if there are none.
func (s *Strategy) codesOf(file string, form wordForm) *codeTable {
	if s == nil || s.spelling.codes != form {
		return nil
	}
	for _, set := range s.codeSets {
		if set.file == file {
			return set.table
		}
	}
	return nil
}

// HasCodesOf reports whether a set of codes is from a file of this name, so that
// [Parser].InService has the codes of the file.
func (s *Strategy) HasCodesOf(file string) bool { return s.codesOf(file, s.spelling.codes) != nil }

// path is the path of the set's table.
func (c *codeSet) path() string { return document.KeyIn(keyCodes, c.name) }

// encode writes what a set means: how often a code is good, and which codes there are.
func (c *codeSet) encode(o *object) {
	if c.table != nil {
		o.key("count")
		o.integer(int64(len(c.table.digests)))
		o.key("sha256")
		o.text(hex.EncodeToString(c.table.sum[:]))
	}
	if c.signed {
		o.key(keySigned)
		o.raw("true")
	}
	if c.uses != 1 {
		o.key(keyUses)
		o.integer(c.uses)
	}
}

func (m *Model) encodeCodes(o *object) {
	if len(m.codes) == 0 {
		return
	}
	o.key(keyCodes)
	o.object(func(o *object) {
		for _, set := range m.codes {
			o.key(set.name)
			o.object(set.encode)
		}
	})
}

// setOf is the set that a rule names.
func (s *section) setOf(n *document.Node) *codeSet {
	name := s.TextOf(n, keyCodes)
	if name == "" || s.noSets {
		return nil
	}
	names := make([]string, 0, len(s.codeSets))
	for _, set := range s.codeSets {
		if set.name == name {
			return set
		}
		names = append(names, set.name)
	}
	hint := document.DidYouMean(name, names)
	switch {
	case hint != "":
	case len(names) == 0:
		hint = `write the table [codes.` + document.KeyIn("", name) + `]; codes that the rule lists itself are coupons`
	default:
		hint = "there are " + strings.Join(names, ", ")
	}
	s.Wrong(n, keyCodes, fmt.Sprintf("there is no set of codes %q", name), hint)
	return nil
}

// setNumber is the number of a set in the order of their names, from one on.
func (c *compiler) setNumber(set *codeSet) int { return slices.Index(c.sets, set) + 1 }
