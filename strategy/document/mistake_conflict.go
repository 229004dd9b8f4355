package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// conflict is what a merge in a version control left in a text: two versions of some
// lines, or three, and between them lines that begin with seven signs.
type conflict struct {
	at, until int  // offsets of its first line and of the one behind it
	width     int  // of the marker it begins with
	whole     bool // it begins with <<<<<<< and ends with >>>>>>>
}

const markerWidth = 7

// marker is the sign that a line is the marker of a conflict by, and how many of it there
// are; 0 for other lines. A merge may be told to write more than seven, and writes more
// for a conflict within the common ancestor of the versions.
func marker(line string) (sign byte, width int) {
	if len(line) < markerWidth || !strings.ContainsRune("<=>|", rune(line[0])) {
		return 0, 0
	}
	width = len(line) - len(strings.TrimLeft(line, line[:1]))
	if rest := strings.TrimSuffix(line[width:], "\r"); width < markerWidth || rest != "" && rest[0] != ' ' {
		return 0, 0
	}
	return line[0], width
}

// conflicts finds what merges left in a text, outside of strings of several lines. Within a
// conflict a string may begin in each of the versions, so there every marker counts.
func conflicts(text string) []conflict {
	if !strings.Contains(text, "<<<<<<<") && !strings.Contains(text, "=======") &&
		!strings.Contains(text, ">>>>>>>") && !strings.Contains(text, "|||||||") {
		return nil
	}
	var found []conflict
	var open *conflict // the last of them, until it ends
	before := ""       // the string that it began in
	for l := (lineScan{text: text}); l.advance(); {
		sign, width := byte(0), 0
		if open != nil || l.in == "" {
			sign, width = marker(l.line)
		}
		if sign == 0 {
			l.finish(nil)
			continue
		}
		if open == nil || sign == '<' && width <= open.width {
			found = append(found, conflict{at: l.at, width: width})
			open, before = &found[len(found)-1], l.in
		}
		open.until = l.next
		if sign == '>' && width <= open.width {
			open.whole = text[open.at] == '<'
			open = nil // a string that begins in the last version goes on
			continue
		}
		l.in = before
	}
	return found
}

// problem says that a merge conflict is left.
func (c conflict) problem(d *Document, source int32) Diagnostic {
	at := Pos{source: source, offset: uint32(c.at)}
	reason := "a line of a merge conflict is left here"
	if c.whole {
		end := d.Locate(Pos{source: source, offset: uint32(c.until - 1)})
		reason = fmt.Sprintf("a merge conflict is left here, up to line %d", end.Line)
	}
	return d.Diagnostic(at, "", reason, "keep one of the versions, and take out the lines that begin with <<<<<<<, |||||||, ======= or >>>>>>>")
}

// withConflicts adds the merge conflicts of all sources to the error of one. What is wrong
// within a conflict is not told beside it.
func (d *Document) withConflicts(err error) error {
	var first *Diagnostics
	if !errors.As(err, &first) {
		return err
	}
	var found Findings
	for i := range d.sources {
		source := int32(i)
		for _, c := range conflicts(string(d.sources[i].Data)) {
			at := c.problem(d, source)
			found.Add(d, at)
			end := d.Locate(Pos{source: source, offset: uint32(c.until)})
			first.List = slices.DeleteFunc(first.List, func(p Diagnostic) bool {
				return p.File == at.File && p.Line >= at.Line && p.Line < end.Line
			})
		}
	}
	if found.Count() == 0 {
		return err
	}
	for _, p := range first.List[:min(len(first.List), 1)] {
		found.Add(d, p)
	}
	p := new(Diagnostics)
	p.List, p.More = found.Told(d)
	return p
}
