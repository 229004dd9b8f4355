// Package sheet reads spreadsheets as Excel and its like save them as text: one row a
// line, the cells apart by commas, semicolons or tabs. It remembers where every cell
// stands, and knows nothing of what is in it.
//
// The grammar is that of encoding/csv; this package adds the encodings, finds what
// stands between cells, and counts rows as a spreadsheet does.
package sheet
