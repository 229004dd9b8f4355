package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/internal/symlink"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// TargetOf finds what kind of place DST is for SRC.
func TargetOf(src, dst string) (Target, error) {
	from, err := os.Stat(src)
	if err != nil {
		return nil, strategyfile.PathError(src, err)
	}
	dst = symlink.TrimEnd(dst)
	to, err := os.Stat(dst)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, strategyfile.PathError(dst, err)
	}
	switch {
	case to != nil && os.SameFile(from, to):
		return nil, fmt.Errorf("%s is SRC itself: SRC is what is not watched yet, and DST the place where it will be", dst)
	case from.IsDir():
		return linkTo(dst, to)
	case to != nil && to.IsDir():
		return memberOf(src, dst)
	case strings.HasSuffix(dst, strategyfile.TestSuffix):
		return nil, fmt.Errorf("%s is the name of a file of tests, that of a strategy is wanted", dst)
	case !strings.HasSuffix(dst, strategyfile.Suffix) && !there(dst):
		return nil, fmt.Errorf("%s is not there: a new file ends in %s, and a new directory is to be made first", dst, strategyfile.Suffix)
	}
	return fileAt(dst, "")
}

// filePlace is the place of a strategy in one file, or of one file of a
// directory, and of the tests beside it.
type filePlace struct {
	strategy, tests *placing
	within          string // the directory that is the strategy; "" for a strategy in one file
}

func fileAt(path, within string) (Target, error) {
	at, err := placingAt(path)
	if err != nil {
		return nil, err
	}
	// The gateway looks for tests beside the path that it was given, and not
	// beside what a link there leads to.
	dir, base := filepath.Split(path)
	beside, err := placingAt(dir + strategyfile.TestsOf(base))
	if err != nil {
		return nil, err
	}
	return &filePlace{strategy: at, tests: beside, within: within}, nil
}

// memberOf is the place of a file in the directory that is the strategy.
func memberOf(src, dst string) (Target, error) {
	base := filepath.Base(src)
	if !strategyfile.IsMember(base) || strings.HasSuffix(base, strategyfile.TestSuffix) {
		return nil, fmt.Errorf("%s is no name of a part of the strategy %s: one that ends in %s is wanted, and neither begins with . or # nor ends in %s",
			base, dst, strategyfile.Suffix, strategyfile.TestSuffix)
	}
	to, err := fileAt(dst+string(filepath.Separator)+base, dst)
	if err != nil {
		return nil, err
	}
	if SameFile(src, dst+string(filepath.Separator)+base) {
		return nil, fmt.Errorf("it is in %s already: SRC is what is not watched yet, and DST the place where it will be", dst)
	}
	return to, nil
}

// there reports whether a path names anything, be it a link that leads nowhere.
func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func SameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func (f *filePlace) Path() string { return f.strategy.name }

func (f *filePlace) Directories() []string {
	return []string{filepath.Dir(f.strategy.target), filepath.Dir(f.tests.target)}
}

func (f *filePlace) With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error) {
	if f.within != "" {
		return f.among(sources, tests)
	}
	if len(tests) > 0 {
		return sources, tests, nil
	}
	there, err := f.testsThere()
	return sources, there, err
}

// testsThere are the tests in the place, and the bodies that they name.
func (f *filePlace) testsThere() ([]strategy.Source, error) {
	data, err := os.ReadFile(f.tests.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the tests: %w", strategyfile.PathError(f.tests.name, err))
	}
	tests := []strategy.Source{{Name: f.tests.name, Data: data}}
	dir, _ := filepath.Split(f.tests.name)
	for _, name := range ruletest.Bodies(tests...) {
		body, err := os.ReadFile(dir + name)
		if err == nil { // one that is missing is a problem of the tests
			tests = append(tests, strategy.Source{Name: dir + name, Data: body})
		}
	}
	return tests, nil
}

// among is the directory with these files in it.
func (f *filePlace) among(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error) {
	there, theirTests, err := Members(f.within)
	if err != nil {
		return nil, nil, err
	}
	// What SRC names comes with it: one of the name that is there already is another's.
	named := strategy.Spreadsheets(sources...)
	there = slices.DeleteFunc(there, func(s strategy.Source) bool { return s.Companion && slices.Contains(named, filepath.Base(s.Name)) })
	return merged(there, sources), merged(theirTests, tests), nil
}

// Members reads the directory of a strategy, which may be empty.
func Members(dir string) (sources, tests []strategy.Source, err error) {
	return strategyfile.ReadAs(dir, dir)
}

// merged are files in the order of their names, with those that come in the
// place of those there were.
func merged(there, come []strategy.Source) []strategy.Source {
	all := slices.Clone(come)
	for _, old := range there {
		if !slices.ContainsFunc(come, func(s strategy.Source) bool { return filepath.Base(s.Name) == filepath.Base(old.Name) }) {
			all = append(all, old)
		}
	}
	slices.SortFunc(all, func(a, b strategy.Source) int {
		return strings.Compare(filepath.Base(a.Name), filepath.Base(b.Name))
	})
	return all
}

// placed is a file that comes into a place; none if nothing comes.
type placed struct {
	at   *placing
	from []strategy.Source
}

// named are the places of the files that the strategy and its tests name: beside these,
// under their own names.
func (f *filePlace) named(sources, tests []strategy.Source) ([]placed, error) {
	var list []placed
	dir, _ := filepath.Split(f.tests.name)
	bodies := slices.DeleteFunc(slices.Clone(tests), func(f strategy.Source) bool { return !strategyfile.IsBody(f.Name) })
	for _, file := range slices.Concat(strategyfile.Beside(sources), bodies) {
		at, err := placingAt(dir + filepath.Base(file.Name))
		if err == nil && file.Companion {
			err = at.plain()
		}
		if err != nil {
			return nil, err
		}
		list = append(list, placed{at, []strategy.Source{file}})
	}
	return list, nil
}

// plain refuses a place that a link leads away from, which no gateway follows.
func (p *placing) plain() error {
	dir, base, err := directoryOf(p.name)
	if err != nil || p.target == filepath.Join(dir, base) {
		return err
	}
	return fmt.Errorf("%s is a symbolic link, a file is wanted: a gateway does not follow it", p.name)
}

// rulesAmong are the files of the strategy without those that it names.
func rulesAmong(files []strategy.Source) []strategy.Source {
	return slices.DeleteFunc(slices.Clone(files), func(f strategy.Source) bool { return f.Companion })
}

// testsAmong are the tests among them and the bodies that they name.
func testsAmong(files []strategy.Source) []strategy.Source {
	return slices.DeleteFunc(slices.Clone(files), func(f strategy.Source) bool { return strategyfile.IsBody(f.Name) })
}

// put puts what the files name and the tests into their place first, and then the rules. A gateway opens
// the file of a strategy before that of its tests, so that whoever sees the new
// rules sees the new tests: it can never be that tests of yesterday pass, or
// refuse, the rules of today. The other way round it could see old rules beside
// new tests, which at worst it refuses, and goes on with what it has; replace
// keeps it from that, too, where there are locks.
func (f *filePlace) Put(ctx context.Context, sources, tests []strategy.Source) (Placement, error) {
	var come []*placing
	named, err := f.named(sources, tests)
	if err != nil {
		return nil, err
	}
	files := append(named, placed{f.tests, testsAmong(tests)}, placed{f.strategy, rulesAmong(sources)})
	for _, file := range files {
		if len(file.from) == 0 {
			continue
		}
		differs, err := file.at.take(file.from[0])
		if err != nil {
			return nil, err
		}
		if rules := !file.from[0].Companion && !strategyfile.IsBody(file.from[0].Name); rules && differs {
			if err := file.at.replaceable(); err != nil {
				return nil, err
			}
		}
		if differs {
			come = append(come, file.at)
		}
	}
	if len(come) == 0 {
		return nil, nil
	}
	if f.tests.before == nil && f.strategy.before != nil {
		f.tests.beLike(f.strategy.before) // who may read the one may read the other
	}
	for _, file := range named {
		if file.at.before == nil && f.strategy.before != nil {
			file.at.beLike(f.strategy.before)
		}
	}
	if err := replace(ctx, come); err != nil {
		return nil, err
	}
	return filesPlaced(come), nil
}

// filesPlaced are files that were put into their places.
type filesPlaced []*placing

func (f filesPlaced) Files() []string {
	var list []string
	for _, p := range f {
		list = append(list, p.target)
	}
	return list
}

func (f filesPlaced) Intact() bool {
	return !slices.ContainsFunc(f, func(p *placing) bool { return !p.intact() })
}

// back puts back what was there, as the same files, in the order in which they came.
// What cannot be put back stays beside its place.
func (f filesPlaced) Back(ctx context.Context) error {
	var back []*placing
	for _, p := range f {
		r, err := p.reversed()
		if err != nil {
			return err
		}
		back = append(back, r)
	}
	err := swapFiles(ctx, back)
	if err == nil {
		return discardAll(back)
	}
	for _, r := range back {
		if r.next != "" {
			err = errors.Join(err, fmt.Errorf("what was in the place of %s is in %s", r.name, r.next))
		}
	}
	return err
}

func (f filesPlaced) Stay() error { return discardAll(f) }

// IsOneFile reports whether a target is a strategy in one file, and not one file of a
// directory that is a strategy.
func IsOneFile(t Target) bool {
	f, ok := t.(*filePlace)
	return ok && f.within == ""
}
