package format

import "strings"

// The measures of the layout.
const (
	margin = 120 // columns; a longer list is wrapped
	tab    = 4   // columns of a tab
)

// printer writes lines.
type printer struct {
	out    strings.Builder
	column int
}

func (p *printer) write(text string) {
	p.out.WriteString(text)
	p.column += width(text)
}

// newLine begins a line that is indented by depth tabs.
func (p *printer) newLine(depth int) {
	p.out.WriteString("\n" + strings.Repeat("\t", depth))
	p.column = depth * tab
}

// print writes all lines and returns the text. Adjacent lines with keys are a block.
func (p *printer) print(lines []line) []byte {
	for i := 0; i < len(lines); {
		end := i
		for end < len(lines) && lines[end].kind == keyValue {
			end++
		}
		if end > i {
			p.block(lines[i:end])
			i = end
			continue
		}
		p.write(lines[i].text)
		p.remark(lines[i].comment, 0)
		p.newLine(0)
		i++
	}
	return []byte(p.out.String())
}

// block writes lines with keys, with their equals signs in one column.
func (p *printer) block(lines []line) {
	keys := 0
	for _, l := range lines {
		keys = max(keys, width(l.text))
	}
	for i, l := range lines {
		p.write(l.text + spaces(keys-width(l.text)) + " = ")
		p.value(l.value, 0)
		p.remark(l.comment, p.remarks(lines, i, keys+len(" = ")))
		p.newLine(0)
	}
}

// remarks returns the column of the comment at the end of a line. Adjacent lines that end with
// comments have the same column. It returns 0 for a value on several lines.
func (p *printer) remarks(lines []line, at, start int) int {
	hasRemark := func(l line) bool { return l.comment != "" && !l.value.broken(start) }
	if !hasRemark(lines[at]) {
		return 0
	}
	from, to := at, at
	for from > 0 && hasRemark(lines[from-1]) {
		from--
	}
	for to < len(lines) && hasRemark(lines[to]) {
		to++
	}
	column := 0
	for _, l := range lines[from:to] {
		column = max(column, start+width(l.value.flat()))
	}
	return column
}

// remark writes a comment at the end of a line, at a column or after the text.
func (p *printer) remark(text string, column int) {
	if text != "" {
		p.write(spaces(column-p.column) + " " + text)
	}
}

func (p *printer) value(v *value, depth int) {
	switch {
	case v.open == 0:
		p.write(v.text)
	case v.open == '{' && !v.remarked():
		p.table(v, depth)
	case v.broken(p.column):
		p.list(v, depth)
	default:
		p.write(v.flat())
	}
}

// table writes an inline table on one line. Lists in it may be wrapped.
func (p *printer) table(v *value, depth int) {
	if len(v.items) == 0 {
		p.write("{}")
		return
	}
	for i, it := range v.items {
		p.write(between(i, "{ ") + it.key + " = ")
		p.value(it.value, depth)
	}
	p.write(" }")
}

// between returns the text before the item with an index.
func between(i int, open string) string {
	if i == 0 {
		return open
	}
	return ", "
}

// list writes one item on each line, with a comma after each.
func (p *printer) list(v *value, depth int) {
	p.write(string(v.open))
	for _, it := range v.items {
		for _, text := range it.above {
			p.newLine(depth + 1)
			p.write(text)
		}
		p.newLine(depth + 1)
		if it.key != "" {
			p.write(it.key + " = ")
		}
		p.value(it.value, depth+1)
		p.write(",")
		p.remark(it.comment, 0)
	}
	for _, text := range v.last {
		p.newLine(depth + 1)
		p.write(text)
	}
	p.newLine(depth)
	p.write(string(v.open + 2)) // ] is two after [, } two after {
}

// flat returns the value on one line.
func (v *value) flat() string {
	if v.open == 0 {
		return v.text
	}
	var s strings.Builder
	for i, it := range v.items {
		s.WriteString(between(i, ""))
		if v.open == '{' {
			s.WriteString(it.key + " = ")
		}
		s.WriteString(it.value.flat())
	}
	if v.open == '[' {
		return "[" + s.String() + "]"
	}
	if len(v.items) == 0 {
		return "{}"
	}
	return "{ " + s.String() + " }"
}

// broken reports whether the value takes several lines if it begins at a column.
func (v *value) broken(column int) bool {
	switch {
	case v.open == 0:
		return strings.Contains(v.text, "\n")
	case v.parted():
		return true
	case len(v.items) == 0:
		return false
	case v.open == '[' && len(v.items) == 1: // a line of its own would not help
		return v.items[0].value.broken(column + 1)
	case v.open == '[':
		return column+width(v.flat()) > margin
	}
	column += len("{ ")
	for _, it := range v.items {
		column += width(it.key + " = ")
		if it.value.broken(column) {
			return true
		}
		column += width(it.value.flat() + ", ")
	}
	return false
}

// parted reports whether the value must take several lines: its author broke the line, it has
// comments, or it has a string of several lines.
func (v *value) parted() bool {
	if v.remarked() || v.open == '[' && v.split && len(v.items) > 0 {
		return true
	}
	for _, it := range v.items {
		if it.value.parted() || it.value.open == 0 && strings.Contains(it.value.text, "\n") {
			return true
		}
	}
	return false
}

// remarked reports whether the value has comments between its items.
func (v *value) remarked() bool {
	if len(v.last) > 0 {
		return true
	}
	for _, it := range v.items {
		if len(it.above) > 0 || it.comment != "" {
			return true
		}
	}
	return false
}
