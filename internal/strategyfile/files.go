// Package strategyfile finds and reads the files of a strategy, those of its tests, and the files
// that both name.
package strategyfile

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// The suffixes of the names of files.
const (
	Suffix     = ".toml"      // of a strategy
	TestSuffix = ".test.toml" // of its tests
	bodySuffix = ".json"      // of the orders that tests name
)

// IsMember reports whether a file in the directory of a strategy is a part or a test of the
// strategy by its name. Files that an editor leaves in the directory are neither.
func IsMember(name string) bool {
	return strings.HasSuffix(name, Suffix) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#")
}

// IsBody reports whether a file is an order that a test names, by its suffix.
func IsBody(name string) bool { return strings.HasSuffix(name, bodySuffix) }

// OfTests returns the path of the strategy in one file whose tests are at a path. It reports false
// if the path is not that of a file of tests.
func OfTests(path string) (strategy string, is bool) {
	of, is := strings.CutSuffix(path, TestSuffix)
	return of + Suffix, is
}

// TestsOf returns the name of the file of tests beside a strategy in one file.
func TestsOf(name string) string { return strings.TrimSuffix(name, Suffix) + TestSuffix }

// ReloadOptions returns the options with which package reload finds the files of a strategy.
func ReloadOptions() reload.Options {
	return reload.Options{
		Include:    IsMember,
		MaxNamed:   strategy.MaxCodesSize,
		Companions: func(name string) []string { return []string{TestsOf(name)} },
		Named:      named,
		Plain:      strategy.IsCompanion,
	}
}

// named returns the names of the files that the files of a strategy name: the orders of its tests
// and the spreadsheet of its catalogue and its files of codes.
func named(files []reload.File) []string {
	var sources []strategy.Source
	for _, f := range files {
		if !strings.HasSuffix(f.Name, TestSuffix) && !IsBody(f.Name) {
			sources = append(sources, strategy.Source{Name: f.Name, Data: f.Data})
		}
	}
	return append(bodiesOf(files), strategy.Companions(sources...)...)
}

// bodiesOf returns the names of the orders that tests among some files name.
func bodiesOf(files []reload.File) []string {
	var tests []strategy.Source
	for _, f := range files {
		if strings.HasSuffix(f.Name, TestSuffix) && bytes.Contains(f.Data, []byte("body")) {
			tests = append(tests, strategy.Source{Name: f.Name, Data: f.Data})
		}
	}
	if len(tests) == 0 {
		return nil
	}
	return ruletest.Bodies(tests...)
}

// Split separates the strategy, with the files that it names, from its tests, with the
// bodies that they name. The file at the path of the content is the strategy whatever its name.
func Split(c reload.Content) (sources, tests []strategy.Source) {
	for i, f := range c.Files {
		source := strategy.Source{Name: filepath.Join(c.Dir, f.Name), Data: f.Data}
		chosen := i == 0 && source.Name == c.Path
		if (strings.HasSuffix(f.Name, TestSuffix) || IsBody(f.Name)) && !chosen {
			tests = append(tests, source)
			continue
		}
		source.Companion = strategy.IsCompanion(f.Name) && !chosen
		sources = append(sources, source)
	}
	return sources, tests
}

// Companions returns the files among sources that the strategy names.
func Companions(sources []strategy.Source) []strategy.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s strategy.Source) bool { return !s.Companion })
}

// Suite reads tests from files, with the bodies that they name. The error is a
// *document.Diagnostics, which lists the problems of the tests and of the bodies.
func Suite(files []strategy.Source, orders ruletest.Orders) (*ruletest.Suite, error) {
	var tests []strategy.Source
	for _, f := range files {
		if IsBody(f.Name) {
			orders.Files = append(orders.Files, f)
		} else {
			tests = append(tests, f)
		}
	}
	suite, err := ruletest.Parse(tests...)
	if err != nil {
		return nil, err
	}
	return suite.With(orders)
}
