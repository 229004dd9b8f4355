package strategy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/sheet"
)

// spreadsheet is the catalogue in a file beside the strategy, of which the rows are read
// as tables of [[products]] are.
//
//	products = { file = "catalogue.csv" }
type spreadsheet struct {
	*reader
	build   *document.Builder
	rows    *sheet.Reader
	comma   bool // decimals may follow a comma
	columns []column
	numbers []int // of the rows that are products
	grouped []bool
}

// maxColumns bounds the columns of a spreadsheet: each cell of a row is looked at.
const maxColumns = 500

// maxSheetSize bounds a spreadsheet in bytes.
const maxSheetSize = 64 << 20

// keyFile is the key that names a file beside the strategy.
const keyFile = "file"

// isSpreadsheet reports whether the catalogue is in a file: a table that names one. A
// single product is a table, too, and may have an attribute of that name.
func isSpreadsheet(n *document.Node) bool {
	return n != nil && n.Kind == document.Table && n.Get(keyFile) != nil && n.Get("sku") == nil && n.Get("name") == nil
}

// sheetMeant finds the name of a spreadsheet where the catalogue is written as that name
// alone, or in a table under another key.
func sheetMeant(n *document.Node) (at *document.Node, name string) {
	switch {
	case n == nil:
	case n.Kind == document.String && IsSpreadsheet(n.Text):
		return n, n.Text
	case n.Kind == document.Table && n.Get("sku") == nil && n.Get("name") == nil && len(n.Fields) == 1:
		if v := n.Fields[0].Value; v.Kind == document.String && IsSpreadsheet(v.Text) {
			return v, v.Text
		}
	}
	return nil, ""
}

// products are the tables of the catalogue, and where they are rows of a spreadsheet,
// that.
func (s *section) products(pause document.Pause) ([]*document.Node, *spreadsheet) {
	n := s.Node.Get("products")
	if !isSpreadsheet(n) {
		if at, name := sheetMeant(n); name != "" {
			s.Ask("products")
			s.Wrong(at, "products", "the catalogue is a list of products, or a table with the name of a file", fmt.Sprintf("did you mean products = { file = %q }?", name))
			return nil, nil
		}
		return s.Tables("products", `{ sku = "latte" }`), nil
	}
	sub := s.table(n, "products", `{ file = "catalogue.csv" }`)
	defer sub.Done()
	name := sub.text(keyFile)
	if name == "" {
		return nil, nil
	}
	at := n.Get(keyFile)
	if !isSheetName(name) {
		sub.Wrong(at, keyFile, fmt.Sprintf("%q is not the name of a spreadsheet beside the strategy, without a directory, that ends in %s", name, strings.Join(sheetSuffixes, ", ")),
			`such as "catalogue.csv"`)
		return nil, nil
	}
	file, there := s.companions.file(name)
	switch {
	case !there:
		sub.Wrong(at, keyFile, fmt.Sprintf("there is no file %s beside the strategy", name), sub.companions.meant(name))
	case len(file.Data) > maxSheetSize:
		sub.Wrong(at, keyFile, fmt.Sprintf("%s has %d bytes, more than %d", name, len(file.Data), maxSheetSize), "")
	default:
		return s.readSheet(file, pause)
	}
	return nil, nil
}

// readSheet reads a spreadsheet.
func (r *reader) readSheet(file Source, pause document.Pause) ([]*document.Node, *spreadsheet) {
	text, err := sheet.Decode(file.Data, pause)
	if err != nil {
		if bytes.IndexByte(file.Data, 0) >= 0 {
			file.Data = nil // no line of it can be shown
		}
		x := &spreadsheet{reader: r, build: r.doc.Foreign(Source{Name: file.Name, Data: file.Data})}
		x.fault(err)
		return nil, nil
	}
	x := &spreadsheet{reader: r, build: r.doc.Foreign(Source{Name: file.Name, Data: text})}
	x.rows = sheet.NewReader(text, isColumn)
	x.comma = x.rows.Comma() == ';'
	if !x.header() {
		return nil, nil
	}
	return x.tables(pause), x
}

// fault reports what keeps the file from being read to its end.
func (x *spreadsheet) fault(err error) {
	var wrong *sheet.Error
	if !errors.As(err, &wrong) {
		wrong = &sheet.Error{Reason: err.Error()} // there is no other
	}
	key := ""
	if wrong.Row > 0 {
		key = x.cellAt(wrong.Row, wrong.Cell)
	}
	x.halfRead = true
	x.report.Add(x.build.At(wrong.Offset), key, wrong.Reason, wrong.Hint)
}

// tables are the rows that say something.
func (x *spreadsheet) tables(pause document.Pause) []*document.Node {
	var rows []*document.Node
	x.grouped = make([]bool, len(x.columns))
	for n := 0; ; n++ {
		pause.After(n)
		switch err := x.rows.Next(); {
		case errors.Is(err, io.EOF):
			if n == 0 {
				x.report.Add(x.build.At(0), "row 1", "no row follows that of the names, so the catalogue is empty", "")
			}
			return rows
		case err != nil:
			x.fault(err)
			return rows
		case !x.rows.Blank():
			rows = append(rows, x.table())
			x.numbers = append(x.numbers, x.rows.Row())
		}
	}
}

// table is the row that was read last.
func (x *spreadsheet) table() *document.Node {
	cells := x.rows.Cells()
	row := x.build.Table(len(x.columns), x.build.At(x.rows.Offset(0)))
	for i, text := range cells {
		switch {
		case text == "":
		case i >= len(x.columns), x.columns[i].key == "":
			x.report.Add(x.build.At(x.rows.Offset(i)), x.cellAt(x.rows.Row(), i), fmt.Sprintf("%q is in a column that has no name in the first row", shortened(text)), "")
		default:
			if value := x.value(i, text); value != nil {
				row.Add(x.columns[i].key, value)
			}
		}
	}
	return row
}

// shortened is the beginning of a text, for messages.
func shortened(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Table is how a product is called: by its row.
func (x *spreadsheet) Table(s *document.Section) string { return x.row(s.Index) }

// Member is how a member of a product is called: by its row and its column.
func (x *spreadsheet) Member(s *document.Section, key string) string { return x.cell(s.Index, key) }

// row is how the row of a product is called.
func (x *spreadsheet) row(product int) string { return fmt.Sprintf("row %d", x.numbers[product]) }

// cell is how a member of a product is called: by its row and its column.
func (x *spreadsheet) cell(product int, key string) string {
	for i := range x.columns {
		if x.columns[i].key == key {
			return x.cellAt(x.numbers[product], i)
		}
	}
	return x.row(product)
}

func (x *spreadsheet) cellAt(row, column int) string {
	if column >= len(x.columns) || x.columns[column].header == "" {
		return fmt.Sprintf("row %d, column %s", row, sheet.Letters(column))
	}
	return fmt.Sprintf("row %d, column %s (%s)", row, sheet.Letters(column), x.columns[column].header)
}

// companions are the files beside a strategy.
type companions []Source

// file finds one by what a strategy calls it.
func (b companions) file(name string) (Source, bool) {
	for _, f := range b {
		if filepath.Base(f.Name) == name {
			return f, true
		}
	}
	return Source{}, false
}

// meant is the hint for a file that is not there.
func (b companions) meant(name string) string {
	names := make([]string, len(b))
	for i, f := range b {
		names[i] = filepath.Base(f.Name)
	}
	if hint := document.DidYouMean(name, names); hint != "" {
		return hint
	}
	return "a link to a file of another name, or elsewhere, is not followed"
}
