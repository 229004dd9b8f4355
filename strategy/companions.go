package strategy

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// This file has what the files next to a strategy have in common: the spreadsheet of a catalogue
// and the files of codes.

// keyFile is the key that names a file next to the strategy.
const keyFile = "file"

// IsCompanion reports whether a file with this name can be one that a strategy names: the
// spreadsheet of its catalogue or a file of codes.
func IsCompanion(name string) bool { return hasSuffix(name, codesSuffixes) }

// Companions are the names of the files that a strategy names, in any of its environments, each
// once. A strategy that is not valid TOML names none: it is refused whatever files are next to it.
func Companions(sources ...Source) []string {
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
		if table.Kind != document.Table {
			continue
		}
		for _, name := range slices.Concat(sheetsNamed(table), codeFilesNamed(table)) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// fileNamed is the file that a table names, if it has a suitable name.
func fileNamed(table *document.Node, suitable func(name string) bool) []string {
	if table.Kind != document.Table {
		return nil
	}
	if file := table.Get(keyFile); file != nil && file.Kind == document.String && suitable(file.Text) {
		return []string{file.Text}
	}
	return nil
}

// isPlainName reports whether a name is not a path, and does not begin with . or #.
func isPlainName(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#") && !strings.ContainsAny(name, "/\\:\x00")
}

// mayName reports whether a file contains the suffix of the name of a companion. Files without
// one need not be parsed, since they name none. A name with its suffix written in escapes
// is not found.
func mayName(s Source) bool {
	for rest := s.Data; ; rest = rest[1:] {
		at := bytes.IndexByte(rest, '.') // which all suffixes begin with
		if at < 0 {
			return false
		}
		rest = rest[at:]
		if slices.ContainsFunc(codesSuffixes, func(suffix string) bool {
			return len(rest) >= len(suffix) && bytes.EqualFold(rest[:len(suffix)], []byte(suffix))
		}) {
			return true
		}
	}
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

// companions are the files next to a strategy.
type companions []Source

// file finds a file by the name that the strategy uses for it.
func (b companions) file(name string) (Source, bool) {
	for _, f := range b {
		if filepath.Base(f.Name) == name {
			return f, true
		}
	}
	return Source{}, false
}

// meant is the hint for a file that does not exist.
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
