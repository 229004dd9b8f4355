package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// conflict is a merge conflict of a version control system that is left in a text: two or three
// versions of some lines, and between them marker lines that begin with at least seven signs.
type conflict struct {
	at, until int  // offsets of its first line and of the line after it
	width     int  // how many signs its first marker has
	whole     bool // it begins with <<<<<<< and ends with >>>>>>>
}

const markerWidth = 7

// marker returns the sign of a marker line of a conflict, and how often the line begins with it;
// 0 for other lines. A merge can be configured to write more than seven signs. It also writes more
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

// conflicts finds the merge conflicts in a text. A marker within a string of several lines does
// not begin a conflict. Within a conflict every marker counts, because a string may begin in each
// of the versions.
func conflicts(text string) []conflict {
	if !strings.Contains(text, "<<<<<<<") && !strings.Contains(text, "=======") &&
		!strings.Contains(text, ">>>>>>>") && !strings.Contains(text, "|||||||") {
		return nil
	}
	var found []conflict
	var open *conflict // the last of them, until it ends
	before := ""       // the quotes of the string that it began in
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
			open = nil // a string that begins in the last version continues
			continue
		}
		l.in = before
	}
	return found
}

// problem returns the problem for a merge conflict.
func (c conflict) problem(d *Document, source int32) Diagnostic {
	at := Pos{source: source, offset: uint32(c.at)}
	reason := "a line of a merge conflict is left here"
	if c.whole {
		end := d.Locate(Pos{source: source, offset: uint32(c.until - 1)})
		reason = fmt.Sprintf("a merge conflict is left here, up to line %d", end.Line)
	}
	return d.Diagnostic(at, "", reason, "keep one of the versions, and take out the lines that begin with <<<<<<<, |||||||, ======= or >>>>>>>")
}

// withConflicts adds the merge conflicts of all sources to the error of one. If there are any, it
// keeps only the first other problem, and none within a conflict.
func (d *Document) withConflicts(err error) error {
	var first *Diagnostics
	if !errors.As(err, &first) {
		return err
	}
	var found findings
	for i := range d.sources {
		source := int32(i)
		for _, c := range conflicts(string(d.sources[i].Data)) {
			at := c.problem(d, source)
			found.add(d, at)
			end := d.Locate(Pos{source: source, offset: uint32(c.until)})
			first.List = slices.DeleteFunc(first.List, func(p Diagnostic) bool {
				return p.File == at.File && p.Line >= at.Line && p.Line < end.Line
			})
		}
	}
	if found.count() == 0 {
		return err
	}
	for _, p := range first.List[:min(len(first.List), 1)] {
		found.add(d, p)
	}
	p := new(Diagnostics)
	p.List, p.More = found.listed(d)
	return p
}
