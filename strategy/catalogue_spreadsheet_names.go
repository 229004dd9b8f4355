package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// sheetSuffixes are the suffixes of the names of spreadsheets.
var sheetSuffixes = []string{".csv", ".tsv", ".txt"}

// isSheetName reports whether a name is that of a spreadsheet beside a strategy.
func isSheetName(name string) bool { return isSpreadsheetName(name) && isPlainName(name) }

// isSpreadsheetName reports whether a name has the suffix of a spreadsheet.
func isSpreadsheetName(name string) bool { return hasSuffix(name, sheetSuffixes) }

// catalogueKeys are the keys of the catalogue.
var catalogueKeys = []string{"products", "beverages"}

// sheetsNamed lists the names of the spreadsheets that a table names as its catalogue.
func sheetsNamed(table *document.Node) []string {
	var names []string
	for _, key := range catalogueKeys {
		if n := table.Get(key); isSpreadsheet(n) {
			names = append(names, fileNamed(n, isSheetName)...)
		}
	}
	return names
}

// hasSuffix reports whether a name ends in one of some suffixes, in any case.
func hasSuffix(name string, suffixes []string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(lower, suffix) })
}
