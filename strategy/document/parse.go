package document

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// maxSize bounds one source, in bytes, so that every offset fits its type.
const maxSize = 1 << 30

// maxParts bounds the parts of a dotted key. Functions walk tables within tables by recursion, and
// a file with one long key must not overflow the stack: a program cannot recover from that.
const maxParts = 100

// byteOrderMark is the mark that Windows writes before UTF-8. It is no part of the text.
const byteOrderMark = "\xef\xbb\xbf"

// Parse reads the sources, in order, as one document. The error is a *[Diagnostics]. Reading stops
// at the first mistake of grammar, because anything after it would be guesswork. Parse skips a
// byte order mark before a source.
func Parse(sources ...Source) (*Document, error) { return ParsePausing(nil, sources...) }

// ParsePausing is [Parse] with calls of pause.
func ParsePausing(pause Pause, sources ...Source) (*Document, error) {
	d := &Document{Root: newTable(Pos{}), sources: slices.Clone(sources)}
	d.Root.origin = headed
	for i := range d.sources {
		d.sources[i].Data = bytes.TrimPrefix(d.sources[i].Data, []byte(byteOrderMark))
		d.index(d.sources[i])
	}
	for i := range d.sources {
		if err := d.parse(int32(i), pause); err != nil {
			return d, d.withConflicts(err)
		}
	}
	return d, nil
}

func (d *Document) parse(source int32, pause Pause) error {
	data := d.sources[source].Data
	if len(data) > maxSize {
		return d.fail(Pos{source: source}, "", fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxSize))
	}
	if bad := invalidUTF8(data); bad >= 0 {
		return d.notUTF8(Pos{source: source, offset: uint32(bad)}, data)
	}
	b := builder{doc: d, source: source, text: string(data), table: d.Root}
	b.parser.Reset(data)
	for n := 0; b.parser.NextExpression(); n++ {
		pause.After(n)
		if err := b.expression(b.parser.Expression()); err != nil {
			return err
		}
	}
	return b.grammar(b.parser.Error())
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// notUTF8 returns the error for a file in another encoding.
func (d *Document) notUTF8(at Pos, data []byte) error {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return &Diagnostics{List: []Diagnostic{d.Diagnostic(at, "", "the file is UTF-16, which TOML is not written in", "save it as UTF-8")}}
	}
	return &Diagnostics{List: []Diagnostic{d.Diagnostic(at, "", "the file is not UTF-8 here", "save it as UTF-8")}}
}

// builder puts the expressions of one source into the tree.
type builder struct {
	doc    *Document
	source int32
	text   string // a copy of the source; keys and values are substrings of it
	parser unstable.Parser
	table  *Node // the table that key/value lines are added to
	arena  nodeArena
	walked int // bytes of the text that were scanned for the positions of elements
}

// part returns what the parser read from a range of the source. Most keys and values equal the
// bytes in the source. For these part returns a substring of the one copy of the source, which
// saves three allocations a line and keeps that copy as long as any substring. The comparison
// finds texts that differ from the source, such as those with escapes, and part copies them.
func (b *builder) part(r unstable.Range, data []byte) string {
	start := int(r.Offset)
	if int(r.Length) > len(data) {
		start++ // the quote
	}
	if end := start + len(data); end <= len(b.text) && b.text[start:end] == string(data) {
		return b.text[start:end]
	}
	return string(data)
}

func (b *builder) pos(r unstable.Range) Pos {
	return Pos{source: b.source, offset: r.Offset}
}

func (b *builder) node(kind Kind, at Pos) *Node {
	n := b.arena.nodes.New()
	n.Kind, n.Pos, n.members = kind, at, none
	if kind == Table || kind == Array {
		n.members = b.arena.members.New()
	}
	return n
}

func (b *builder) add(table *Node, key string, at Pos, value *Node) {
	b.arena.add(table, Field{Key: key, Pos: at, Value: value})
}

func (b *builder) expression(e *unstable.Node) error {
	switch e.Kind {
	case unstable.Table, unstable.ArrayTable:
		return b.header(e)
	case unstable.KeyValue:
		return b.keyValue(b.table, e)
	default:
		return nil
	}
}

// header handles [a.b] and [[a.b]].
func (b *builder) header(e *unstable.Node) error {
	table := b.doc.Root
	it := e.Key()
	for parts := 1; it.Next(); parts++ {
		key := it.Node()
		name, at := b.part(key.Raw, key.Data), b.pos(key.Raw)
		if err := b.checkPart(parts, name, at); err != nil {
			return err
		}
		found := table.Field(name)
		if !it.IsLast() {
			if found == nil {
				next := b.node(Table, at)
				next.origin = implied
				b.add(table, name, at, next)
				table = next
				continue
			}
			open := found.Value.open()
			if open == nil {
				return b.duplicate(table, at, name, found)
			}
			table = open
			continue
		}
		var err error
		if e.Kind == unstable.Table {
			b.table, err = b.headTable(table, found, name, at)
		} else {
			b.table, err = b.repeatTable(table, found, name, at)
		}
		return err
	}
	return nil
}

// checkPart refuses a part of a key that is one too many, or that has a NUL character: programs in
// C take such a key for a shorter one.
func (b *builder) checkPart(number int, name string, at Pos) error {
	switch {
	case number > maxParts:
		return b.doc.fail(at, "", fmt.Sprintf("the key has more than %d parts", maxParts))
	case strings.IndexByte(name, 0) >= 0:
		return b.doc.fail(at, "", fmt.Sprintf("the key %q has the character U+0000 in it, which no key may have", name))
	}
	return nil
}

// open returns the table that further headers below this node add to; nil if the node is closed.
func (n *Node) open() *Node {
	switch {
	case n.origin == repeated:
		return n.Items[len(n.Items)-1]
	case n.Kind == Table && n.origin != written:
		return n
	}
	return nil
}

func (b *builder) headTable(parent *Node, found *Field, name string, at Pos) (*Node, error) {
	if found == nil {
		table := b.node(Table, at)
		table.origin = headed
		b.add(parent, name, at, table)
		return table, nil
	}
	if found.Value.origin != implied {
		return nil, b.duplicate(parent, at, name, found)
	}
	found.Value.origin = headed
	found.Value.Pos = at
	return found.Value, nil
}

func (b *builder) repeatTable(parent *Node, found *Field, name string, at Pos) (*Node, error) {
	element := b.node(Table, at)
	element.origin = headed
	if found == nil {
		array := b.node(Array, at)
		array.origin = repeated
		array.Items = append(array.Items, element)
		b.add(parent, name, at, array)
		return element, nil
	}
	if found.Value.origin != repeated {
		return nil, b.duplicate(parent, at, name, found)
	}
	found.Value.Items = append(found.Value.Items, element)
	return element, nil
}

// keyValue handles a.b = value, on a line of its own or in an inline table.
func (b *builder) keyValue(table *Node, e *unstable.Node) error {
	it := e.Key()
	for parts := 1; it.Next(); parts++ {
		key := it.Node()
		name, at := b.part(key.Raw, key.Data), b.pos(key.Raw)
		if err := b.checkPart(parts, name, at); err != nil {
			return err
		}
		found := table.Field(name)
		if it.IsLast() {
			if found != nil {
				return b.duplicate(table, at, name, found)
			}
			value, err := b.value(e.Value(), at)
			if err != nil {
				return b.below(table, name, err)
			}
			b.locateElements(value, int(key.Raw.Offset+key.Raw.Length))
			b.add(table, name, at, value)
			return nil
		}
		if found == nil {
			next := b.node(Table, at)
			next.origin = dotted
			b.add(table, name, at, next)
			table = next
			continue
		}
		if found.Value.origin != dotted {
			return b.duplicate(table, at, name, found)
		}
		table = found.Value
	}
	return nil
}

// value builds a value. fallback is the position of its key, for arrays and empty inline tables,
// of which the parser gives no position. [builder.locateElements] finds the positions of those in
// arrays.
func (b *builder) value(v *unstable.Node, fallback Pos) (*Node, error) {
	switch v.Kind {
	case unstable.InlineTable:
		table := b.node(Table, fallback)
		table.Fields = b.arena.inline.Alloc(children(v))
		for it := v.Children(); it.Next(); {
			if err := b.keyValue(table, it.Node()); err != nil {
				return nil, err
			}
		}
		table.close()
		if len(table.Fields) > 0 {
			table.Pos = table.Fields[0].Pos // a list of tables may span many lines
		}
		return table, nil
	case unstable.Array:
		array := b.node(Array, fallback)
		array.Items = b.arena.items.Alloc(children(v))
		for it := v.Children(); it.Next(); {
			item, err := b.value(it.Node(), fallback)
			if err != nil {
				return nil, err
			}
			array.Items = append(array.Items, item)
		}
		return array, nil
	default:
		return b.scalar(v, fallback)
	}
}

func children(v *unstable.Node) int {
	n := 0
	for it := v.Children(); it.Next(); {
		n++
	}
	return n
}

// close closes the tables that dotted keys opened within an inline table. Nothing may be added to
// an inline table after its end.
func (n *Node) close() {
	for i := range n.Fields {
		if v := n.Fields[i].Value; v.origin == dotted {
			v.origin = written
			v.close()
		}
	}
}

func (b *builder) duplicate(table *Node, at Pos, name string, first *Field) error {
	where := b.doc.Locate(first.Pos)
	before := fmt.Sprintf("on line %d", where.Line)
	if first.Pos.source != at.source {
		before = fmt.Sprintf("in %s, line %d", where.File, where.Line)
	}
	path, _ := b.doc.Root.pathTo(table, "")
	return b.doc.fail(at, KeyIn(path, name), fmt.Sprintf("%q is already there, %s", name, before))
}

// below adds the key of a value to its error, unless the error has the key of a value within it.
func (b *builder) below(table *Node, name string, err error) error {
	var problems *Diagnostics
	if errors.As(err, &problems) && problems.List[0].Key == "" {
		path, _ := b.doc.Root.pathTo(table, "")
		problems.List[0].Key = KeyIn(path, name)
	}
	return err
}

// pathTo returns the path of a table below a node, as problems name it. It reports false for a
// table that is not in the tree yet because it is still being read.
func (n *Node) pathTo(table *Node, path string) (string, bool) {
	if n == table {
		return path, true
	}
	for i := range n.Fields {
		if found, ok := n.Fields[i].Value.pathTo(table, KeyIn(path, n.Fields[i].Key)); ok {
			return found, true
		}
	}
	for i, item := range n.Items {
		if found, ok := item.pathTo(table, fmt.Sprintf("%s[%d]", path, i)); ok {
			return found, true
		}
	}
	return "", false
}

func (b *builder) scalar(v *unstable.Node, fallback Pos) (*Node, error) {
	at := fallback
	if v.Raw.Length > 0 {
		at = b.pos(v.Raw)
	}
	node := b.node(kindOf(v.Kind), at)
	node.Text = b.part(v.Raw, v.Data)
	number := node.Kind == Integer || node.Kind == Float
	if reason := checkScalar(node.Kind, node.Text); reason != "" {
		reason = fmt.Sprintf("%s: %s", node.Text, reason)
		hint := ""
		if !number {
			hint = TimeMeant(node.Text)
		}
		return nil, &Diagnostics{List: []Diagnostic{b.doc.Diagnostic(at, "", reason, hint)}}
	}
	if number {
		node.Text = strings.ReplaceAll(node.Text, "_", "")
	}
	return node, nil
}
