package document

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
)

// Position is a position in a file as an editor counts: from 1, columns in
// characters.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

func (p Position) String() string {
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Diagnostic is one problem of a document, for the person who has to fix it. Its texts are
// bounded. A … replaces what is left out of a longer text.
type Diagnostic struct {
	Position
	// Key is the path of the value, such as rule.spring.discount_rate. It is empty if the TOML
	// itself could not be parsed there.
	Key string `json:"key,omitempty"`
	// Reason describes what was seen and what was expected.
	Reason string `json:"reason"`
	// Hint describes what was probably meant; "" without a guess.
	Hint string `json:"hint,omitempty"`
	// Text is the line in the file. For a line of more than 200 bytes it is the part around the
	// column.
	Text string `json:"text,omitempty"`
	// TextColumn is the column in Text, in characters from 1, if Text leaves out the beginning
	// of the line; 0 otherwise.
	TextColumn int `json:"text_column,omitempty"`
}

// String returns the problem on one line.
func (p Diagnostic) String() string {
	var s strings.Builder
	s.WriteString(p.Position.String() + ": ")
	if p.Key != "" {
		s.WriteString(p.Key + ": ")
	}
	s.WriteString(p.Reason)
	if p.Hint != "" {
		s.WriteString(" (" + p.Hint + ")")
	}
	return s.String()
}

// Diagnostics are the problems of a document in the order of its text. List has the first ones, up
// to [MaxListed].
type Diagnostics struct {
	List []Diagnostic
	More int // how many are not in List
	// Warnings are findings that do not prevent the document from being used.
	Warnings     []Diagnostic
	MoreWarnings int // how many are not in Warnings
}

// Error lists the problems, one on each line. It leaves out the warnings.
func (p *Diagnostics) Error() string {
	lines := make([]string, 0, len(p.List)+1)
	for _, problem := range p.List {
		lines = append(lines, problem.String())
	}
	if p.More > 0 {
		lines = append(lines, MoreText(p.More, "problem"))
	}
	return strings.Join(lines, "\n")
}

// MoreText returns the line for n things that are not listed: "and 3 more problems".
func MoreText(n int, noun string) string {
	if n == 1 {
		return "and 1 more " + noun
	}
	return fmt.Sprintf("and %d more %ss", n, noun)
}

// Diagnostic returns a problem at a position, with the text around it.
func (d *Document) Diagnostic(at Pos, key, reason, hint string) Diagnostic {
	p := hidden(d.Locate(at), key, reason, hint)
	p.Text, p.TextColumn = d.lineAround(at)
	return p
}

// hidden returns a problem without the text around it.
func hidden(at Position, key, reason, hint string) Diagnostic {
	return Diagnostic{Position: at, Key: brief.Text(key, maxKey), Reason: brief.Text(reason, maxReason), Hint: brief.Text(hint, maxHint)}
}

// Sort orders problems by source, then line, then column.
func (d *Document) Sort(list []Diagnostic) {
	rank := make(map[string]int, len(d.sources))
	for i, s := range d.sources {
		rank[s.Name] = i
	}
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		if a.File != b.File {
			return rank[a.File] - rank[b.File]
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// fail returns the error for a single mistake of grammar.
func (d *Document) fail(at Pos, key, reason string) error {
	return &Diagnostics{List: []Diagnostic{d.Diagnostic(at, key, reason, "")}}
}
