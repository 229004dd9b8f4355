package document

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Bounds of the texts in a problem, in bytes. A line, a key or a value may be as long as a file,
// and one line may have a mistake every few bytes. The bounds keep the messages about a file from
// being much longer than the file.
const (
	maxText   = 200 // of a line
	maxName   = 100 // of one name in a key
	maxKey    = 300
	maxReason = 600
	maxHint   = 400
)

// ellipsis replaces what is left out of a line.
const ellipsis = "…"

// around returns the part of a line around an offset, with an ellipsis at each end that is cut,
// and how many bytes of the line come before that part.
func around(line []byte, at int) (text string, from int) {
	if len(line) <= maxText {
		return strings.ToValidUTF8(string(line), "\uFFFD"), 0
	}
	at = min(at, len(line))
	spare := maxText - 2*len(ellipsis)
	to, unused := forward(line, at, spare/2)
	spare -= spare/2 - unused
	from, spare = backward(line, at, spare)
	to, _ = forward(line, to, spare)
	text = strings.ToValidUTF8(string(line[from:to]), "\uFFFD")
	if from > 0 {
		text = ellipsis + text
	}
	if to < len(line) {
		text += ellipsis
	}
	return text, from
}

// forward returns the end of the characters after an offset that fit into spare bytes, and the
// bytes left over.
func forward(line []byte, at, spare int) (to, unused int) {
	for at < len(line) {
		c, size := utf8.DecodeRune(line[at:])
		if spare -= shownBytes(c, size); spare < 0 {
			return at, spare + shownBytes(c, size)
		}
		at += size
	}
	return at, spare
}

// backward is forward towards the beginning of the line.
func backward(line []byte, at, spare int) (from, unused int) {
	for at > 0 {
		c, size := utf8.DecodeLastRune(line[:at])
		if spare -= shownBytes(c, size); spare < 0 {
			return at, spare + shownBytes(c, size)
		}
		at -= size
	}
	return at, spare
}

// shownBytes returns how many bytes a character takes in the shown text. A byte that is not UTF-8
// is shown as U+FFFD.
func shownBytes(c rune, size int) int {
	if c == utf8.RuneError {
		return utf8.RuneLen(utf8.RuneError)
	}
	return size
}

// lineAround returns the shown part of the line at a position, without the line end. column is the
// column of the position in text if the beginning of the line is left out; 0 otherwise.
func (d *Document) lineAround(at Pos) (text string, column int) {
	if int(at.source) >= len(d.sources) {
		return "", 0
	}
	p, data := d.lines(at.source), d.sources[at.source].Data
	number := p.lineOf(at.offset)
	start, end := p.starts[number], len(data)
	if number+1 < len(p.starts) {
		end = int(p.starts[number+1]) - 1
	}
	line := bytes.TrimSuffix(data[start:end], []byte("\r"))
	text, from := around(line, int(at.offset-start))
	if from == 0 {
		return text, 0
	}
	return text, 2 + p.runesBefore(data, at.offset) - p.runesBefore(data, start+uint32(from))
}
