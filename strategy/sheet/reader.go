package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"unicode"
)

// An Error is the reason why a spreadsheet cannot be read.
type Error struct {
	Offset int // in bytes
	Row    int // as a spreadsheet counts, from 1; 0 for an error of no row
	Cell   int // the index in the row, from 0
	Reason string
	Hint   string
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// Reader reads the rows of a decoded spreadsheet.
type Reader struct {
	comma  rune
	text   []byte
	starts []int // offsets of the lines
	csv    *csv.Reader
	skip   int // the length, in bytes, of a line such as "sep=;" before the first row
	row    int
	after  int // the index of the line after the row
	cells  []string
	blank  bool
}

// commas are the separators of cells, the most usual first.
const commas = ",;\t"

// NewReader returns a Reader for a text from [Decode]. The separator of cells is that of a first
// line such as "sep=;". Without such a line it is the one with which the first row has the most
// known names.
func NewReader(text []byte, known func(name string) bool) *Reader {
	r := &Reader{text: text, starts: lineStarts(text)}
	r.comma, r.skip = declaredComma(text)
	if r.skip == 0 {
		r.comma = guessComma(text, known)
	}
	r.csv = newCSV(text[r.skip:], r.comma)
	if r.skip > 0 {
		r.after = 1
	}
	return r
}

func newCSV(text []byte, comma rune) *csv.Reader {
	c := csv.NewReader(bytes.NewReader(text))
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = comma, -1, true
	c.TrimLeadingSpace = comma != '\t' // a leading tab would count as space
	return c
}

func lineStarts(text []byte) []int {
	starts := make([]int, 1, 2+bytes.Count(text, []byte("\n")))
	for at := 0; ; {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return starts
		}
		at += end + 1
		starts = append(starts, at)
	}
}

// declaredComma returns the separator in a first line such as "sep=;", and the length of that line
// in bytes; 0 if there is no such line. Excel reads the line and does not show it.
func declaredComma(text []byte) (comma rune, length int) {
	line, _, found := bytes.Cut(text, []byte("\n"))
	word := strings.Trim(strings.TrimSuffix(string(line), "\r"), `"`)
	if sep := "sep="; !found || len(word) != len(sep)+1 || !strings.EqualFold(word[:len(sep)], sep) || !strings.ContainsAny(word[len(sep):], commas) {
		return 0, 0
	}
	return rune(word[len(word)-1]), len(line) + 1
}

// guessComma returns the separator with which the first row has the most known names. Of equal
// ones it returns the one with the most cells.
func guessComma(text []byte, known func(string) bool) rune {
	best, most, widest := rune(commas[0]), 0, 0
	for _, comma := range commas {
		header, err := newCSV(text, comma).Read()
		if err != nil {
			continue
		}
		names := 0
		for _, name := range header {
			if known(trim(name)) {
				names++
			}
		}
		if names > most || names == most && len(header) > widest {
			best, most, widest = comma, names, len(header)
		}
	}
	return best
}

// Comma returns the separator of cells.
func (r *Reader) Comma() rune { return r.comma }

// Next reads the next row, for Row, Cells, Blank and Offset. It overwrites the cells of the row
// before. It returns [io.EOF] after the last row, and an *[Error] for a row that cannot be read.
func (r *Reader) Next() error {
	cells, err := r.csv.Read()
	if err != nil {
		return r.fault(err, len(cells))
	}
	line, _ := r.csv.FieldPos(0)
	first := r.lineIndex(line)
	r.row += 1 + first - r.after // an empty line is a row, too
	r.after = r.lineAt(r.skip + int(r.csv.InputOffset()))
	r.cells, r.blank = cells, true
	for i := range cells {
		cells[i] = trim(cells[i])
		r.blank = r.blank && cells[i] == ""
	}
	return nil
}

// lineIndex returns the index in starts of a line that the parser counts from 1.
func (r *Reader) lineIndex(line int) int {
	if r.skip > 0 {
		return line
	}
	return line - 1
}

// lineAt returns the index of the line of an offset.
func (r *Reader) lineAt(offset int) int {
	line, exact := slices.BinarySearch(r.starts[r.after:], offset)
	if !exact {
		line--
	}
	return r.after + line
}

// fault returns the error for a row that cannot be read. before is how many cells of the row were
// read. It returns an error that is not of the parser unchanged.
func (r *Reader) fault(err error, before int) error {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		return err
	}
	start := r.starts[r.lineIndex(wrong.StartLine)]
	at := min(r.starts[r.lineIndex(wrong.Line)]+wrong.Column-1, len(r.text))
	row := r.row + 1 + r.lineIndex(wrong.StartLine) - r.after
	switch {
	case errors.Is(wrong.Err, csv.ErrBareQuote):
		return &Error{Offset: at, Row: row, Cell: before, Reason: "a quote is in a cell that does not begin with one", Hint: quoting}
	case len(bytes.TrimSpace(r.text[at:])) == 0:
		return &Error{Offset: start, Row: row, Cell: before, Reason: "the quote that this cell begins with is not closed up to the end of the file", Hint: quoting}
	}
	return &Error{Offset: at, Row: row, Cell: before, Reason: "something follows the closing quote of a cell", Hint: quoting}
}

const quoting = `a cell with quotes in it is written in quotes, and each of its own twice: "7"" plate"`

// Row returns the number of the row as a spreadsheet shows it: the first is 1.
func (r *Reader) Row() int { return r.row }

// Cells returns the cells of the row without white space around them. They are valid until Next is
// called again.
func (r *Reader) Cells() []string { return r.cells }

// Blank reports whether all cells of the row are empty.
func (r *Reader) Blank() bool { return r.blank }

// Offset returns the offset of a cell of the row in the text, in bytes.
func (r *Reader) Offset(cell int) int {
	line, column := r.csv.FieldPos(cell)
	return r.starts[r.lineIndex(line)] + column - 1
}

// trim removes the white space around a text, and the zero-width spaces and byte order marks that
// pasted cells may have.
func trim(text string) string {
	if plain(text) {
		return text
	}
	return strings.TrimFunc(text, func(c rune) bool {
		return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff'
	})
}

// plain reports whether a text begins and ends with visible ASCII.
func plain(text string) bool {
	visible := func(c byte) bool { return c > ' ' && c < 0x7f }
	return text == "" || visible(text[0]) && visible(text[len(text)-1])
}

// Letters returns the name of a column in a spreadsheet. Columns count from 0: A for 0, AA for 26.
func Letters(column int) string {
	var name []byte
	for column++; column > 0; column = (column - 1) / 26 {
		name = append(name, byte('A'+(column-1)%26))
	}
	slices.Reverse(name)
	return string(name)
}
