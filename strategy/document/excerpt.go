package document

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A line, a key or a value may be as long as a file, and a file may have a mistake in
// each few bytes of one line. What a problem shows of them is bounded, in bytes, so that
// what is said of a file is never much longer than the file.
const (
	maxText   = 200 // of a line
	maxName   = 100 // of one name in a key
	maxKey    = 300
	maxReason = 600
	maxHint   = 400
)

// ellipsis stands for what is left out of a line.
const ellipsis = "…"

// around is the part of a line that is shown of it, with marks where it is cut, and how
// many bytes of the line come before that part.
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

// forward goes over the characters behind an offset that so many bytes have room for.
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

// backward is forward towards the beginning.
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

// shownBytes is what a character takes where it is shown: a byte that is no UTF-8 is shown
// as U+FFFD.
func shownBytes(c rune, size int) int {
	if c == utf8.RuneError {
		return utf8.RuneLen(utf8.RuneError)
	}
	return size
}

// lineAround is what is shown of the line that a position is on, without its end. Of a
// line that is cut before it, column is the column of the position in the text; 0 otherwise.
func (d *Document) lineAround(at Pos) (text string, column int) {
	if int(at.source) >= len(d.sources) {
		return "", 0
	}
	p, data := d.places(at.source), d.sources[at.source].Data
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
