package cart

// ahead is the edge of the current member if it is one of the next few from expected; -1 if not. It
// advances to the member's value and notes the name. Senders write the members of objects in the
// same order: comparing with the expected names takes half the time of scanning a name and looking
// it up. A name that is written as that of the edge is a valid text.
func (d *document) ahead(at *node, expected int) int {
	const few = 3
	if expected >= len(at.edges) || d.pos+9 > len(d.text) || d.text[d.pos] != '"' {
		return -1
	}
	from := d.pos + 1
	if at.starts&startBit(d.text[from]) == 0 {
		return -1
	}
	first := word(d.text[from : from+8])
	for i, last := expected, min(len(at.edges), expected+few); i < last; i++ {
		name := &at.edges[i].written
		if name.begins(first, d.text[from:]) {
			after := from + name.length
			d.names.at = append(d.names.at, span{int32(from), int32(after - 1)})
			d.colon(after)
			return i
		}
	}
	return -1
}

// writtenName is a name as JSON has it if it has no escapes, with the quote behind it: its first
// eight bytes as one number, its last eight if it has more, and those between.
type writtenName struct {
	first, mask, last uint64
	length            int
	between           string
}

// newWrittenName is the written form of a name. One that JSON has with escapes only has a form that
// no text begins with.
func newWrittenName(name string, verbatim bool) writtenName {
	if !verbatim {
		return writtenName{first: 1}
	}
	name += `"`
	if len(name) < 8 {
		padded := name + "\x00\x00\x00\x00\x00\x00\x00"
		return writtenName{first: word(padded[:8]), mask: 1<<(8*len(name)) - 1, length: len(name)}
	}
	n := writtenName{first: word(name[:8]), mask: 1<<64 - 1, last: word(name[len(name)-8:]), length: len(name)}
	if len(name) > 16 {
		n.between = name[8 : len(name)-8]
	}
	return n
}

// begins reports whether a text begins with the name, given its first eight bytes as a number.
func (n *writtenName) begins(first uint64, text string) bool {
	if first&n.mask != n.first {
		return false
	}
	return n.length <= 8 || len(text) >= n.length && word(text[n.length-8:n.length]) == n.last &&
		(n.between == "" || text[8:n.length-8] == n.between)
}
