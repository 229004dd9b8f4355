package document

import (
	"slices"
	"sync"
)

// lineIndex finds lines and columns in one source. It is made for the first problem. Its counts of
// characters bound the cost of many problems in one long line.
type lineIndex struct {
	starts []uint32 // offsets of the lines
	runes  []uint32 // characters before every step-th byte
}

const step = 1024

// Locate turns a position into file, line and column. Any number of goroutines may call it, once the
// document has all its sources.
func (d *Document) Locate(at Pos) Position {
	if int(at.source) >= len(d.sources) {
		return Position{}
	}
	source, p := d.sources[at.source], d.lines(at.source)
	line := p.lineOf(at.offset)
	column := p.runesBefore(source.Data, at.offset) - p.runesBefore(source.Data, p.starts[line])
	return Position{File: source.Name, Line: line + 1, Column: column + 1}
}

func (d *Document) lines(source int32) *lineIndex { return d.found[source]() }

// index makes the line index of a source when it is first needed.
func (d *Document) index(source Source) {
	d.found = append(d.found, sync.OnceValue(func() *lineIndex { return newLineIndex(source.Data) }))
}

func newLineIndex(data []byte) *lineIndex {
	p := &lineIndex{starts: []uint32{0}}
	runes := uint32(0)
	for i, c := range data {
		if i%step == 0 {
			p.runes = append(p.runes, runes)
		}
		if startsRune(c) {
			runes++
		}
		if c == '\n' {
			p.starts = append(p.starts, uint32(i)+1)
		}
	}
	if len(data)%step == 0 {
		p.runes = append(p.runes, runes)
	}
	return p
}

// startsRune reports whether a byte of UTF-8 is the first of a character.
func startsRune(c byte) bool { return c&0xC0 != 0x80 }

// lineOf returns the number, from 0, of the line of an offset.
func (p *lineIndex) lineOf(offset uint32) int {
	n, exact := slices.BinarySearch(p.starts, offset)
	if !exact {
		n--
	}
	return n
}

func (p *lineIndex) runesBefore(data []byte, offset uint32) int {
	n := int(p.runes[offset/step])
	for _, c := range data[offset-offset%step : offset] {
		if startsRune(c) {
			n++
		}
	}
	return n
}
