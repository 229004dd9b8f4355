package document

// The parser gives no position of an array or of an empty inline table. As a member of a table it
// has the position of its key. As an element of an array it has the position that this file finds.

// locateElements sets the positions of those elements of an array that have none; the array is
// the value of the key that ends at an offset.
func (b *builder) locateElements(array *Node, keyEnd int) {
	if !hasUnlocated(array) {
		return
	}
	w := elementWalk{b: b, at: keyEnd}
	w.skipTo('[')
	w.array(array)
	b.walked += w.at - keyEnd
}

// hasUnlocated reports whether an array has elements without a position.
func hasUnlocated(array *Node) bool {
	if array.Kind != Array || array.origin != written {
		return false
	}
	for _, item := range array.Items {
		if item.Kind == Array || item.Kind == Table && len(item.Fields) == 0 {
			return true
		}
	}
	return false
}

// mostWalked bounds how often a text is scanned. Without it, nested tables and arrays would be
// scanned once for each level. Elements beyond it keep the position of the key.
const mostWalked = 4

// elementWalk scans the elements of arrays in a text that is known to be valid.
type elementWalk struct {
	b  *builder
	at int
}

// array scans an array from its opening bracket to the byte after its closing one.
func (w *elementWalk) array(array *Node) {
	if w.b.walked > mostWalked*len(w.b.text) {
		return
	}
	w.at++ // the bracket
	for _, item := range array.Items {
		w.skipBlank()
		place := Pos{source: w.b.source, offset: uint32(w.at)}
		switch {
		case item.Kind == Array:
			item.Pos = place
			w.array(item)
			continue
		case item.Kind == Table && len(item.Fields) == 0:
			item.Pos = place
		}
		w.element()
	}
	w.skipTo(']')
	w.at++
}

// skipBlank moves to the next byte that is no blank, comma, equals sign or comment.
func (w *elementWalk) skipBlank() {
	for ; w.at < len(w.b.text); w.at++ {
		switch w.b.text[w.at] {
		case ' ', '\t', '\r', '\n', ',', '=':
		case '#':
			w.comment()
		default:
			return
		}
	}
}

// comment moves to the last byte of the line.
func (w *elementWalk) comment() {
	for w.at+1 < len(w.b.text) && w.b.text[w.at+1] != '\n' {
		w.at++
	}
}

// skipTo moves to the next bracket of a kind.
func (w *elementWalk) skipTo(bracket byte) {
	w.skipBlank()
	for w.at < len(w.b.text) && w.b.text[w.at] != bracket {
		w.at++
	}
}

// element moves to the comma or bracket that ends an element. The element is no array.
func (w *elementWalk) element() {
	for depth := 0; w.at < len(w.b.text); w.at++ {
		switch w.b.text[w.at] {
		case '"', '\'':
			w.text()
		case '#':
			w.comment()
		case '{', '[':
			depth++
		case ',':
			if depth == 0 {
				return
			}
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
		}
	}
}

// text moves to the last quote of a string.
func (w *elementWalk) text() {
	line := lineScan{line: w.b.text[w.at:]}
	end := line.openString(0)
	if line.in != "" {
		end = line.skipString(end)
	}
	w.at += end - 1
}
