package strategy

import (
	"bytes"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// sheetSuffixes are the suffixes of the names of spreadsheets.
var sheetSuffixes = []string{".csv", ".tsv", ".txt"}

// isSheetName reports whether a name is that of a spreadsheet, is not a path, and does not
// begin with . or #.
func isSheetName(name string) bool {
	return IsSpreadsheet(name) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#") && !strings.ContainsAny(name, "/\\:\x00")
}

// IsSpreadsheet reports whether a file with this name can be one that a strategy names as
// its catalogue.
func IsSpreadsheet(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(sheetSuffixes, func(suffix string) bool { return strings.HasSuffix(lower, suffix) })
}

// Spreadsheets are the names of the files that a strategy names as its catalogue, in any of
// its environments, each once. A strategy that is not valid TOML names none: it is refused
// whatever files are next to it.
func Spreadsheets(sources ...Source) []string {
	sources, _ = splitCompanions(sources)
	if !slices.ContainsFunc(sources, mayName) {
		return nil
	}
	doc, err := document.Parse(sources...)
	if err != nil {
		return nil
	}
	tables := []*document.Node{doc.Root}
	switch env := doc.Root.Get("env"); {
	case env == nil:
	case env.Kind == document.Array:
		tables = append(tables, env.Items...)
	default:
		tables = append(tables, env)
	}
	var names []string
	for _, table := range tables {
		for _, key := range catalogueKeys {
			if name := namedIn(table, key); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// catalogueKeys are the keys of the catalogue.
var catalogueKeys = []string{"products", "beverages"}

// namedIn is the name of the spreadsheet that a table has under a key; "" if it has none.
func namedIn(table *document.Node, key string) string {
	if table.Kind != document.Table {
		return ""
	}
	n := table.Get(key)
	if !isSpreadsheet(n) {
		return ""
	}
	if file := n.Get(keyFile); file.Kind == document.String && isSheetName(file.Text) {
		return file.Text
	}
	return ""
}

// mayName reports whether a file contains the suffix of a spreadsheet's name. Files without
// one need not be parsed, since they name none. A name with its suffix written in escapes
// is not found.
func mayName(s Source) bool {
	lower := bytes.ToLower(s.Data)
	return slices.ContainsFunc(sheetSuffixes, func(suffix string) bool { return bytes.Contains(lower, []byte(suffix)) })
}

// splitCompanions separates the files of a strategy from the files next to it.
func splitCompanions(sources []Source) (files []Source, others companions) {
	if !slices.ContainsFunc(sources, func(s Source) bool { return s.Companion }) {
		return sources, nil
	}
	for _, s := range sources {
		if s.Companion {
			others = append(others, s)
		} else {
			files = append(files, s)
		}
	}
	return files, others
}
