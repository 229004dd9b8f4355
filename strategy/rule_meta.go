package strategy

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// The bounds of meta.
const (
	maxMetaDepth = 8     // nested tables and lists
	maxMetaBytes = 8_192 // as canonical JSON
)

// meta reads a table of any content and returns it as canonical JSON; "" when it is absent.
// Date-times become strings, as written.
func (s *section) meta() string {
	n := s.Get("meta")
	if n == nil {
		return ""
	}
	if n.Kind != document.Table {
		s.Want(n, "meta", `a table such as { campaign = "C-2026-11" }`)
		return ""
	}
	if len(n.Fields) == 0 {
		s.Wrong(n, "meta", "the table is empty", "leave the key out")
		return ""
	}
	w := metaWriter{section: s}
	w.value(n, 1)
	if w.failed {
		return ""
	}
	if size := len(w.buf); size > maxMetaBytes {
		s.Wrong(n, "meta", fmt.Sprintf("%d bytes as JSON are too many, want up to %d", size, maxMetaBytes), "keep a reference here, and the rest elsewhere")
		return ""
	}
	return string(w.buf)
}

// metaWriter writes a value as canonical JSON.
type metaWriter struct {
	object
	section *section
	failed  bool
}

func (w *metaWriter) report(n *document.Node, reason, hint string) {
	if !w.failed { // report only the first mistake
		w.section.Wrong(n, "meta", reason, hint)
	}
	w.failed = true
}

func (w *metaWriter) value(n *document.Node, depth int) {
	if depth > maxMetaDepth {
		w.report(n, fmt.Sprintf("more than %d tables and lists are within each other", maxMetaDepth), "")
	}
	if w.failed {
		return
	}
	switch n.Kind {
	case document.Table:
		w.object.object(func(o *object) {
			for i := range n.Fields {
				o.key(n.Fields[i].Key)
				w.value(n.Fields[i].Value, depth+1)
			}
		})
	case document.Array:
		w.list(len(n.Items), func(i int) { w.value(n.Items[i], depth+1) })
	case document.Bool:
		w.raw(n.Text)
	case document.Integer:
		w.integerOf(n)
	case document.Float:
		w.floatOf(n)
	default:
		w.text(n.Text)
	}
}

// integerOf writes a whole number that all JSON readers keep exactly, and reports any other.
func (w *metaWriter) integerOf(n *document.Node) {
	const safest = 1<<53 - 1 // RFC 7493, section 2.2
	v, err := document.ParseInteger(n.Text)
	if err != nil || v < -safest || v > safest {
		w.report(n, fmt.Sprintf("%s is beyond the whole numbers that JSON keeps exactly", n.Text), "write it as a string")
		return
	}
	w.integer(v)
}

func (w *metaWriter) floatOf(n *document.Node) {
	f, err := strconv.ParseFloat(strings.ReplaceAll(n.Text, "_", ""), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		w.report(n, fmt.Sprintf("%s is no number that JSON has", n.Text), "write it as a string")
		return
	}
	w.float(f)
}
