package format

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// value is a value as it is written.
type value struct {
	open  byte   // '[' or '{'; 0 for a scalar
	text  string // of a scalar
	items []item
	last  []string // comments after the last item, or in an empty list
	split bool     // the author broke the line before the first item
}

// item is an element of a list, or a member of an inline table.
type item struct {
	above   []string // comments
	key     string   // of a member
	value   *value
	comment string // at the end of its line
}

// reader converts the expressions that go-toml's parser finds in a valid text into lines. The
// parser gives no positions of brackets and blank lines. The reader finds them between the end of
// one token and the start of the next, where there are only brackets, white space and commas.
type reader struct {
	text   string
	parser unstable.Parser
	at     int // the offset after the last token or bracket that was read
}

// readLines reads a text that is known to be valid TOML.
func readLines(text string) []line {
	r := reader{text: text, parser: unstable.Parser{KeepComments: true}}
	r.parser.Reset([]byte(text))
	var lines []line
	for r.parser.NextExpression() {
		e := r.parser.Expression()
		if r.skippedLine(e, len(lines) == 0) {
			lines = append(lines, line{kind: blank})
		}
		next := r.line(e)
		if e.Kind != unstable.Comment && e.Next() != nil {
			next.comment = r.comment(e.Next())
		}
		lines = append(lines, next)
	}
	return lines
}

// skippedLine reports whether there are blank lines above an expression.
func (r *reader) skippedLine(e *unstable.Node, first bool) bool {
	start := int(e.Raw.Offset)
	if e.Kind == unstable.Table || e.Kind == unstable.ArrayTable {
		start = r.behind("[") - 1
	}
	ends := strings.Count(r.text[r.at:start], "\n")
	return ends > 1 || first && ends > 0
}

func (r *reader) line(e *unstable.Node) line {
	switch e.Kind {
	case unstable.Comment:
		return line{kind: comment, text: r.comment(e)}
	case unstable.Table:
		return line{kind: header, text: "[" + r.header(e, "]") + "]"}
	case unstable.ArrayTable:
		return line{kind: header, text: "[[" + r.header(e, "]]") + "]]"}
	}
	return line{kind: keyValue, text: r.key(e), value: r.value(e.Value())}
}

// header returns the key in a header, and moves after the closing brackets.
func (r *reader) header(e *unstable.Node, closing string) string {
	key := r.key(e)
	r.at = r.behind(closing)
	return key
}

// take returns the text of a token, and moves after it.
func (r *reader) take(token *unstable.Node) string {
	from := int(token.Raw.Offset)
	r.at = from + int(token.Raw.Length)
	return r.text[from:r.at]
}

// behind returns the offset after the next bracket.
func (r *reader) behind(bracket string) int {
	return r.at + strings.Index(r.text[r.at:], bracket) + len(bracket)
}

func (r *reader) comment(n *unstable.Node) string {
	return strings.TrimRight(r.take(n), " \t\r")
}

// key returns a key as it is written, without white space around its dots.
func (r *reader) key(n *unstable.Node) string {
	var parts []string
	for it := n.Key(); it.Next(); {
		parts = append(parts, r.take(it.Node()))
	}
	return strings.Join(parts, ".")
}

func (r *reader) value(n *unstable.Node) *value {
	switch n.Kind {
	case unstable.Array:
		return r.items(n, '[', "]")
	case unstable.InlineTable:
		return r.items(n, '{', "}")
	}
	return &value{text: r.take(n)}
}

// items reads the items and comments between two brackets. A comment on the line where an item
// ends belongs to that item, any other comment to the item below.
func (r *reader) items(n *unstable.Node, opening byte, closing string) *value {
	v := &value{open: opening}
	r.at = r.behind(string(opening))
	v.split = strings.HasPrefix(strings.TrimLeft(r.text[r.at:], " \t\r"), "\n")
	for it := n.Children(); it.Next(); {
		child := it.Node()
		if child.Kind != unstable.Comment {
			v.items = append(v.items, r.item(child, v.last))
			v.last = nil
			continue
		}
		v.split = v.split || len(v.items) == 0
		r.remark(v, child)
		for more := child.Children(); more.Next(); { // on the lines below
			r.remark(v, more.Node())
		}
	}
	r.at = r.behind(closing)
	return v
}

// remark adds a comment to the last item, or to the comments above the next one.
func (r *reader) remark(v *value, n *unstable.Node) {
	sameLine := !strings.Contains(r.text[r.at:n.Raw.Offset], "\n")
	text := r.comment(n)
	if last := len(v.items) - 1; sameLine && last >= 0 {
		v.items[last].comment = text
		return
	}
	v.last = append(v.last, text)
}

func (r *reader) item(n *unstable.Node, above []string) item {
	if n.Kind != unstable.KeyValue {
		return item{above: above, value: r.value(n)}
	}
	return item{above: above, key: r.key(n), value: r.value(n.Value())}
}
