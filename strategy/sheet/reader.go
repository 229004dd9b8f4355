package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"unicode"
)

// An Error is what keeps a spreadsheet from being read.
type Error struct {
	Offset int // in bytes
	Row    int // as a spreadsheet counts; 0 where it is of no row
	Cell   int // of the row, from 0
	Reason string
	Hint   string
}

// Error is the reason.
func (e *Error) Error() string { return e.Reason }

// Reader reads the rows of a decoded spreadsheet.
type Reader struct {
	comma  rune
	text   []byte
	starts []int // offsets of the lines
	csv    *csv.Reader
	skip   int // bytes, of the one line before the first row
	row    int
	after  int // the index of the line after the row
	cells  []string
	blank  bool
}

// Commas are what may stand between cells, the most usual first.
const commas = ",;\t"

// NewReader reads a text that [Decode] made. What stands between cells is found in the
// first row: it is what makes most of its cells names that are known.
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
	c.TrimLeadingSpace = comma != '\t' // which would count as space
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

// declaredComma is what a first line such as "sep=;", which Excel reads and does not show, says
// stands between cells, and the length of that line; 0 where there is no such line.
func declaredComma(text []byte) (comma rune, length int) {
	line, _, found := bytes.Cut(text, []byte("\n"))
	word := strings.Trim(strings.TrimSuffix(string(line), "\r"), `"`)
	if sep := "sep="; !found || len(word) != len(sep)+1 || !strings.EqualFold(word[:len(sep)], sep) || !strings.ContainsAny(word[len(sep):], commas) {
		return 0, 0
	}
	return rune(word[len(word)-1]), len(line) + 1
}

// guessComma is what stands between the cells of the first row.
func guessComma(text []byte, known func(string) bool) rune {
	best, most, widest := rune(commas[0]), 0, 0
	for _, comma := range commas {
		header, err := newCSV(text, comma).Read()
		if err != nil {
			continue
		}
		names := 0
		for _, name := range header {
			if known(Trim(name)) {
				names++
			}
		}
		if names > most || names == most && len(header) > widest {
			best, most, widest = comma, names, len(header)
		}
	}
	return best
}

// Comma is what stands between cells.
func (r *Reader) Comma() rune { return r.comma }

// Next reads the next row; what it gives is overwritten by the one after. It returns
// [io.EOF] after the last, and an *[Error] for what is not a row.
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
		cells[i] = Trim(cells[i])
		r.blank = r.blank && cells[i] == ""
	}
	return nil
}

// lineIndex is the index of a line as the parser counts.
func (r *Reader) lineIndex(line int) int {
	if r.skip > 0 {
		return line
	}
	return line - 1
}

// lineAt is the index of the line that an offset is on.
func (r *Reader) lineAt(offset int) int {
	line, exact := slices.BinarySearch(r.starts[r.after:], offset)
	if !exact {
		line--
	}
	return r.after + line
}

// fault says what is wrong in a row, of which the cells before it were read.
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

// Row is the number of the row as a spreadsheet shows it: the first is 1.
func (r *Reader) Row() int { return r.row }

// Cells are the cells of the row, less the space around them.
func (r *Reader) Cells() []string { return r.cells }

// Blank reports whether nothing is in any cell of the row.
func (r *Reader) Blank() bool { return r.blank }

// Offset is where a cell of the row begins in the text.
func (r *Reader) Offset(cell int) int {
	line, column := r.csv.FieldPos(cell)
	return r.starts[r.lineIndex(line)] + column - 1
}

// Trim takes the space around a text away, and the marks that have no width and come
// along when cells are pasted.
func Trim(text string) string {
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

// Letters is the name of a column in a spreadsheet: A for the first, AA after Z.
func Letters(column int) string {
	var name []byte
	for column++; column > 0; column = (column - 1) / 26 {
		name = append(name, byte('A'+(column-1)%26))
	}
	slices.Reverse(name)
	return string(name)
}
