// Package sheet reads spreadsheets that Excel and similar programs save as text: one row on each
// line, with commas, semicolons or tabs between the cells. It gives the position of every cell in
// the text, and does not interpret the contents.
//
// The grammar is that of encoding/csv. This package adds the encodings, finds the separator, and
// counts rows as a spreadsheet does.
package sheet
