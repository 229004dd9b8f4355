package document

// The parser tells no place of an array or of an empty inline table, so those of a member
// stand at its key. Elements of an array are to stand where they are, which this file finds
// in the text.

// placeElements gives places to those elements of an array that have none; the array is
// the value of the key that ends at an offset.
func (b *builder) placeElements(array *Node, keyEnd int) {
	if !hasUnplaced(array) {
		return
	}
	w := elementWalk{b: b, at: keyEnd}
	w.skipTo('[')
	w.array(array)
	b.walked += w.at - keyEnd
}

// hasUnplaced reports whether an array has such elements, itself or in arrays within it.
func hasUnplaced(array *Node) bool {
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

// mostWalked is how often a text is gone through, at most: tables and arrays that are
// deep within each other are else gone through once for each.
const mostWalked = 4

// elementWalk goes through the elements of arrays in the text, which is known to be valid.
type elementWalk struct {
	b  *builder
	at int
}

// array goes through the elements of an array from its bracket on to behind its end.
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

// skipBlank goes on to the next element.
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

// comment goes on to the end of the line.
func (w *elementWalk) comment() {
	for w.at+1 < len(w.b.text) && w.b.text[w.at+1] != '\n' {
		w.at++
	}
}

// skipTo goes on to a bracket before which only blanks are.
func (w *elementWalk) skipTo(bracket byte) {
	w.skipBlank()
	for w.at < len(w.b.text) && w.b.text[w.at] != bracket {
		w.at++
	}
}

// element goes on behind an element that is no array, or behind one within a table.
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

// text goes on to the last quote of a string.
func (w *elementWalk) text() {
	line := lineScan{line: w.b.text[w.at:]}
	end := line.openString(0)
	if line.in != "" {
		end = line.skipString(end)
	}
	w.at += end - 1
}
