package document

import (
	"fmt"
	"slices"
	"strings"
)

// Place is where something stands, as an editor counts: from 1, columns in
// characters.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

func (p Place) String() string {
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing wrong with a document, for the person who has to fix it.
type Problem struct {
	Place
	// Key is the path of the value, such as rule."spring".discount_rate, or
	// empty where the text itself could not be read.
	Key string `json:"key,omitempty"`
	// Reason says what was seen and what was wanted.
	Reason string `json:"reason"`
	// Hint says what was probably meant, if that can be guessed.
	Hint string `json:"hint,omitempty"`
	// Text is the line as it stands in the file.
	Text string `json:"text,omitempty"`
}

// String is the problem on one line.
func (p Problem) String() string {
	var s strings.Builder
	s.WriteString(p.Place.String() + ": ")
	if p.Key != "" {
		s.WriteString(p.Key + ": ")
	}
	s.WriteString(p.Reason)
	if p.Hint != "" {
		s.WriteString(" (" + p.Hint + ")")
	}
	return s.String()
}

// Problems is everything found wrong with a document, in the order of its
// text.
type Problems struct {
	List []Problem
	// Cautions are what else was noticed, which alone would not have kept the
	// document from being used.
	Cautions []Problem
}

// Error lists the problems, one a line, the first fifty of them.
func (p *Problems) Error() string {
	const most = 50
	lines := make([]string, 0, most+1)
	for i, problem := range p.List {
		if i == most {
			lines = append(lines, fmt.Sprintf("and %d more", len(p.List)-most))
			break
		}
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

// Problem describes what is wrong at a place.
func (d *Document) Problem(at Pos, key, reason, hint string) Problem {
	return Problem{Place: d.Locate(at), Key: key, Reason: reason, Hint: hint, Text: d.line(at)}
}

// Sort orders problems by source, then line, then column.
func (d *Document) Sort(list []Problem) {
	rank := make(map[string]int, len(d.sources))
	for i, s := range d.sources {
		rank[s.Name] = i
	}
	slices.SortStableFunc(list, func(a, b Problem) int {
		if a.File != b.File {
			return rank[a.File] - rank[b.File]
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// fail is the error for a single mistake of grammar.
func (d *Document) fail(at Pos, key, reason string) error {
	return &Problems{List: []Problem{d.Problem(at, key, reason, "")}}
}
