package strategy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/sheet"
)

// spreadsheet is the catalogue in a file next to the strategy. Its rows are read like
// tables of [[products]].
//
//	products = { file = "catalogue.csv" }
type spreadsheet struct {
	*reader
	build   *document.Builder
	rows    *sheet.Reader
	comma   bool // decimals may be written after a comma
	columns []column
	numbers []int // row numbers of the products
	grouped []bool
}

// maxColumns is how many columns a spreadsheet may have, since each cell of a row is read.
const maxColumns = 500

// maxSheetSize is how large a spreadsheet may be, in bytes.
const maxSheetSize = 64 << 20

// isSpreadsheet reports whether the catalogue is in a file, which means that it is a table
// with a file name. A single product is also a table and may have an attribute named file.
func isSpreadsheet(n *document.Node) bool {
	return n != nil && n.Kind == document.Table && n.Get(keyFile) != nil && n.Get("sku") == nil && n.Get("name") == nil
}

// sheetMeant finds the name of a spreadsheet where the catalogue is only that name, or a
// table with the name under another key.
func sheetMeant(n *document.Node) (at *document.Node, name string) {
	switch {
	case n == nil:
	case n.Kind == document.String && isSpreadsheetName(n.Text):
		return n, n.Text
	case n.Kind == document.Table && n.Get("sku") == nil && n.Get("name") == nil && len(n.Fields) == 1:
		if v := n.Fields[0].Value; v.Kind == document.String && isSpreadsheetName(v.Text) {
			return v, v.Text
		}
	}
	return nil, ""
}

// products returns the tables of the catalogue. Where they are rows of a spreadsheet, it
// also returns the spreadsheet.
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
			file.Data = nil // no line of the file can be shown
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

// fault reports an error that prevents reading the file to its end.
func (x *spreadsheet) fault(err error) {
	var wrong *sheet.Error
	if !errors.As(err, &wrong) {
		wrong = &sheet.Error{Reason: err.Error()} // every other error is a *sheet.Error
	}
	key := ""
	if wrong.Row > 0 {
		key = x.cellAt(wrong.Row, wrong.Cell)
	}
	x.halfRead = true
	x.report.Add(x.build.At(wrong.Offset), key, wrong.Reason, wrong.Hint)
}

// tables reads the rows that are not blank.
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

// table builds the table of the row that was read last.
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

// shortened is the beginning of a text, at most 40 characters, for messages.
func shortened(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Table names a product in messages by its row.
func (x *spreadsheet) Table(s *document.Section) string { return x.row(s.Index) }

// Member names a member of a product in messages by its row and its column.
func (x *spreadsheet) Member(s *document.Section, key string) string { return x.cell(s.Index, key) }

// row names the row of a product.
func (x *spreadsheet) row(product int) string { return fmt.Sprintf("row %d", x.numbers[product]) }

// cell names a member of a product by its row and its column.
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
