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

	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/internal/symlink"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// TargetOf returns the target at the path dst for the strategy at the path src. The error names
// the path and says what to do instead.
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
		return nil, fmt.Errorf("%s is SRC itself: want a SRC that no gateway watches, and a DST that one watches", dst)
	case from.IsDir():
		return linkTo(dst, to)
	case to != nil && to.IsDir():
		return memberOf(src, dst)
	case strings.HasSuffix(dst, strategyfile.TestSuffix):
		return nil, fmt.Errorf("%s is the name of a file of tests, want that of a strategy", dst)
	case !strings.HasSuffix(dst, strategyfile.Suffix) && !exists(dst):
		return nil, fmt.Errorf("%s is not there: a new file ends in %s, and a new directory is to be made first", dst, strategyfile.Suffix)
	}
	return fileAt(dst, "")
}

// A fileTarget is a strategy in one file, or one file of a directory, with the tests beside it.
type fileTarget struct {
	strategy, tests *replacement
	within          string // the directory that is the strategy; "" for a strategy in one file
	flush           flushDir
}

func fileAt(path, within string) (Target, error) {
	at, err := replacementAt(path)
	if err != nil {
		return nil, err
	}
	// The gateway looks for tests beside the path that it was given, not beside the file that a
	// link at the path leads to.
	dir, base := filepath.Split(path)
	tests, err := replacementAt(dir + strategyfile.TestsOf(base))
	if err != nil {
		return nil, err
	}
	return &fileTarget{strategy: at, tests: tests, within: within, flush: atomicfile.SyncDir}, nil
}

// memberOf returns the target of one file in the directory of a strategy.
func memberOf(src, dst string) (Target, error) {
	base := filepath.Base(src)
	if !strategyfile.IsMember(base) || strings.HasSuffix(base, strategyfile.TestSuffix) {
		return nil, fmt.Errorf("%s cannot be a part of the strategy %s: want a name that ends in %s and not in %[4]s, and does not begin with . or #",
			base, dst, strategyfile.Suffix, strategyfile.TestSuffix)
	}
	to, err := fileAt(dst+string(filepath.Separator)+base, dst)
	if err != nil {
		return nil, err
	}
	if SameFile(src, dst+string(filepath.Separator)+base) {
		return nil, fmt.Errorf("it is in %s already: want a SRC that no gateway watches, and a DST that one watches", dst)
	}
	return to, nil
}

// exists reports whether a path exists. A link that leads nowhere exists.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// SameFile reports whether two paths lead to the same existing file or directory.
func SameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func (f *fileTarget) Path() string { return f.strategy.name }

func (f *fileTarget) Directories() []string {
	return []string{filepath.Dir(f.strategy.target), filepath.Dir(f.tests.target)}
}

func (f *fileTarget) With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error) {
	if f.within != "" {
		return f.withMembers(sources, tests)
	}
	if len(tests) > 0 {
		return sources, tests, nil
	}
	current, err := f.currentTests()
	return sources, current, err
}

// currentTests reads the tests of the target, and the bodies that they name.
func (f *fileTarget) currentTests() ([]strategy.Source, error) {
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
		if err == nil { // running the tests reports one that is missing
			tests = append(tests, strategy.Source{Name: dir + name, Data: body})
		}
	}
	return tests, nil
}

// withMembers returns the files of the directory as they will be with these files in it.
func (f *fileTarget) withMembers(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error) {
	members, memberTests, err := Members(f.within)
	if err != nil {
		return nil, nil, err
	}
	// A spreadsheet that the new files name is among them, and replaces the one of that name.
	named := strategy.Companions(sources...)
	members = slices.DeleteFunc(members, func(s strategy.Source) bool { return s.Companion && slices.Contains(named, filepath.Base(s.Name)) })
	return merged(members, sources), merged(memberTests, tests), nil
}

// Members reads the files of the strategy in a directory, which may be empty.
func Members(dir string) (sources, tests []strategy.Source, err error) {
	return strategyfile.ReadAs(dir, dir)
}

// merged lists files in the order of their names. A new file replaces the current one of its
// name.
func merged(current, next []strategy.Source) []strategy.Source {
	all := slices.Clone(next)
	for _, old := range current {
		if !slices.ContainsFunc(next, func(s strategy.Source) bool { return filepath.Base(s.Name) == filepath.Base(old.Name) }) {
			all = append(all, old)
		}
	}
	slices.SortFunc(all, func(a, b strategy.Source) int {
		return strings.Compare(filepath.Base(a.Name), filepath.Base(b.Name))
	})
	return all
}

// incoming is a file for a replacement. from is empty if there is no new file.
type incoming struct {
	at   *replacement
	from []strategy.Source
}

// companions lists the files that the strategy and its tests name. They are written beside the
// tests, under their own names.
func (f *fileTarget) companions(sources, tests []strategy.Source) ([]incoming, error) {
	var list []incoming
	dir, _ := filepath.Split(f.tests.name)
	bodies := slices.DeleteFunc(slices.Clone(tests), func(f strategy.Source) bool { return !strategyfile.IsBody(f.Name) })
	for _, file := range slices.Concat(strategyfile.Companions(sources), bodies) {
		at, err := replacementAt(dir + filepath.Base(file.Name))
		if err == nil && file.Companion {
			err = at.refuseLink()
		}
		if err != nil {
			return nil, err
		}
		list = append(list, incoming{at, []strategy.Source{file}})
	}
	return list, nil
}

// refuseLink refuses a path that is a symbolic link, because a gateway does not follow it.
func (p *replacement) refuseLink() error {
	dir, base, err := directoryOf(p.name)
	if err != nil || p.target == filepath.Join(dir, base) {
		return err
	}
	return fmt.Errorf("%s is a symbolic link, want a file: a gateway does not follow it", p.name)
}

// withoutCompanions lists the files of the strategy without those that it names.
func withoutCompanions(files []strategy.Source) []strategy.Source {
	return slices.DeleteFunc(slices.Clone(files), func(f strategy.Source) bool { return f.Companion })
}

// withoutBodies lists the tests without the bodies that they name.
func withoutBodies(files []strategy.Source) []strategy.Source {
	return slices.DeleteFunc(slices.Clone(files), func(f strategy.Source) bool { return strategyfile.IsBody(f.Name) })
}

// Apply replaces the companions and the tests first, and the rules last. A gateway opens the file
// of a strategy before that of its tests, so it never tests new rules with old tests. Without
// locks it may test old rules with new tests. At worst it then refuses them and keeps the strategy
// that is in service. With locks, replace prevents that, too.
func (f *fileTarget) Apply(ctx context.Context, sources, tests []strategy.Source) (Change, error) {
	var changed []*replacement
	companions, err := f.companions(sources, tests)
	if err != nil {
		return nil, err
	}
	files := append(companions, incoming{f.tests, withoutBodies(tests)}, incoming{f.strategy, withoutCompanions(sources)})
	for _, file := range files {
		if len(file.from) == 0 {
			continue
		}
		differs, err := file.at.read(file.from[0])
		if err != nil {
			return nil, err
		}
		if rules := !file.from[0].Companion && !strategyfile.IsBody(file.from[0].Name); rules && differs {
			if err := file.at.checkReplaceable(); err != nil {
				return nil, err
			}
		}
		if differs {
			changed = append(changed, file.at)
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	if f.tests.before == nil && f.strategy.before != nil {
		f.tests.copyMode(f.strategy.before) // who may read the rules may read the tests
	}
	for _, file := range companions {
		if file.at.before == nil && f.strategy.before != nil {
			file.at.copyMode(f.strategy.before)
		}
	}
	if err := replace(ctx, changed, f.flush); err != nil {
		return nil, err
	}
	return &replacedFiles{changed, f.flush}, nil
}

// replacedFiles is the [Change] of a fileTarget.
type replacedFiles struct {
	files []*replacement
	flush flushDir
}

func (f *replacedFiles) Files() []string {
	var list []string
	for _, p := range f.files {
		list = append(list, p.target)
	}
	return list
}

func (f *replacedFiles) Intact() bool {
	return !slices.ContainsFunc(f.files, func(p *replacement) bool { return !p.intact() })
}

// Revert puts the same files back in the order in which they were replaced. A file that cannot be
// put back stays beside its path, and the error names it. If they cannot be flushed to the disk, they
// stay in place, and the error says so.
func (f *replacedFiles) Revert(ctx context.Context) error {
	var back []*replacement
	for _, p := range f.files {
		r, err := p.reversal()
		if err != nil {
			return err
		}
		back = append(back, r)
	}
	var unflushed error
	err := swapFiles(ctx, back, func() error {
		unflushed = flushDirectories(back, f.flush)
		return nil
	})
	if err == nil {
		return errors.Join(unflushed, removeBackups(back))
	}
	for _, r := range back {
		if r.next != "" {
			err = errors.Join(err, fmt.Errorf("what was in %s is in %s", r.name, r.next))
		}
	}
	return err
}

func (f *replacedFiles) Keep() error { return removeBackups(f.files) }

// IsOneFile reports whether a target is a strategy in one file, and not one file of a
// directory that is a strategy.
func IsOneFile(t Target) bool {
	f, ok := t.(*fileTarget)
	return ok && f.within == ""
}
