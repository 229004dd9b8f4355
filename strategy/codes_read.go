package strategy

import (
	"crypto/sha256"

	"github.com/promogate/caddy-discount/strategy/document"
)

// CodesFile is what a file of codes has.
type CodesFile struct {
	Count int // of codes; 0 if there are problems
	// SHA256 is the digest of the codes in the canonical form of a strategy.
	SHA256   [sha256.Size]byte
	Problems []document.Diagnostic
	Warnings []document.Diagnostic
}

// ReadCodes reads a file of codes as the file of a set is read. exact is whether codes that differ
// in case are different, as with coupon_case = "exact".
func ReadCodes(file Source, exact bool) CodesFile {
	in := &codeFile{form: folded}
	if exact {
		in.form = asWritten
	}
	var found CodesFile
	if table := in.read(file.Data); table != nil {
		found.Count, found.SHA256 = len(table.digests), table.sum
	}
	found.Problems, found.Warnings = diagnosticsOf(file.Name, in.problems), diagnosticsOf(file.Name, in.warnings)
	return found
}

func diagnosticsOf(file string, findings []codeFinding) []document.Diagnostic {
	list := make([]document.Diagnostic, len(findings))
	for i := range findings {
		f := &findings[i]
		list[i] = document.Diagnostic{Position: f.at(file), Reason: f.reason, Hint: f.hint}
	}
	return list
}

// FoldCode is a code in the form in which codes are compared, unless a strategy has
// coupon_case = "exact".
func FoldCode(code string) string { return folded.of(code) }

// CodeSet is a set of codes of a strategy.
type CodeSet struct {
	Name   string
	Signed bool
	Count  int   // of codes; 0 if they are signed
	Uses   int64 // for how many orders each code is good
}

// CodeSets lists the sets of codes in the order of their names.
func (s *Strategy) CodeSets() []CodeSet {
	list := make([]CodeSet, len(s.codeSets))
	for i, set := range s.codeSets {
		list[i] = CodeSet{Name: set.name, Signed: set.signed, Uses: set.uses}
		if set.table != nil {
			list[i].Count = len(set.table.digests)
		}
	}
	return list
}

// SetsOf lists the names of the sets that have a code. It looks into a set with signatures if
// there is a key of it; keys may be nil.
func (s *Strategy) SetsOf(code string, keys *CodeKeys) []string {
	e := &evaluation{}
	e.readCodes(s, []string{code})
	s.restrictCodes(e, &Restriction{keys: keys})
	var names []string
	for i, set := range s.codeSets {
		if e.codes.valid[i] != 0 {
			names = append(names, set.name)
		}
	}
	return names
}
