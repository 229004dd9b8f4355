package publish

import (
	"bytes"
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
)

// A linkTarget is a symbolic link to the directory of a strategy. A gateway resolves the link
// before it reads the files, and again after it. It uses them only if both directories are the
// same, so it never uses files of two directories.
type linkTarget struct {
	name   string      // the path as it was given
	parent string      // the directory of the link, with links resolved
	link   string      // the path of the link to switch: the last one on the way to dir
	dir    fs.FileInfo // the directory; nil if there is no link yet
	flush  flushDir
}

// linkTo returns the target of the link at the path dst. to is the directory that it leads to; nil
// if there is none.
func linkTo(dst string, to fs.FileInfo) (Target, error) {
	if to != nil && !to.IsDir() {
		return nil, fmt.Errorf("%s is a file, and SRC a directory: want a symbolic link to a directory", dst)
	}
	at, err := lastLink(dst)
	switch {
	case err != nil:
		return nil, err
	case at == "" && to != nil:
		return nil, fmt.Errorf("%s is a directory, and several files of one cannot be replaced at once: want a symbolic link to it "+
			"(move it to %[1]s.1 and make the link with ln -s %s.1 %[1]s), or one file as SRC", dst, filepath.Base(dst))
	case at == "":
		at = dst
	case to == nil:
		return nil, fmt.Errorf("%s is a symbolic link that leads nowhere, want one to a directory", dst)
	}
	dir, base, err := directoryOf(at)
	if err != nil {
		return nil, err
	}
	return &linkTarget{name: dst, parent: dir, link: filepath.Join(dir, base), dir: to, flush: atomicfile.SyncDir}, nil
}

// lastLink returns the path of the last link in the chain of links that a path is; "" if the path
// is no link.
func lastLink(path string) (string, error) {
	at, err := symlink.Absolute(path)
	if err != nil {
		return "", err
	}
	route := symlink.Resolve(at)
	if route.Err != nil && !errors.Is(route.Err, fs.ErrNotExist) {
		return "", strategyfile.PathError(path, route.Err)
	}
	return route.Last, nil
}

func (l *linkTarget) Path() string { return l.name }

func (l *linkTarget) Directories() []string { return []string{l.parent} }

// With returns only these files, because no file of the previous directory stays.
func (l *linkTarget) With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error) {
	return sources, tests, nil
}

func (l *linkTarget) Apply(ctx context.Context, sources, tests []strategy.Source) (Change, error) {
	files := slices.Concat(sources, tests)
	same, err := l.hasExactly(files)
	if err != nil || same {
		return nil, err
	}
	switched := &switchedLink{linkTarget: l}
	if l.dir != nil {
		if switched.before, err = os.Readlink(l.link); err != nil {
			return nil, strategyfile.PathError(l.name, err)
		}
		if switched.was, err = filepath.EvalSymlinks(l.link); err != nil {
			return nil, strategyfile.PathError(l.name, err)
		}
	}
	dir, err := l.writeDirectory(files)
	if err == nil && ctx.Err() != nil {
		err = ErrInterrupted
	}
	if err == nil {
		err = l.repoint(filepath.Base(dir), dir)
	}
	if err != nil {
		return nil, errors.Join(err, removePublished(dir))
	}
	switched.now = dir
	if err := switched.flushed(); err != nil {
		failed := errChangedSince
		if switched.Intact() {
			failed = switched.putBack()
		}
		if failed != nil {
			return nil, errors.Join(err, fmt.Errorf("putting back %s: %w", l.name, failed))
		}
		return nil, errors.Join(fmt.Errorf("%w; the previous files are put back", err), removePublished(dir))
	}
	return switched, nil
}

// A switchedLink is a link that was switched to another directory.
type switchedLink struct {
	*linkTarget
	before string // the text of the link before; "" if there was no link
	was    string // the directory that it led to
	now    string // the directory that it leads to
}

func (l *switchedLink) Files() []string {
	entries, _ := os.ReadDir(l.now) // a directory that does not exist has no files
	var list []string
	for _, e := range entries {
		list = append(list, filepath.Join(l.now, e.Name()))
	}
	return list
}

func (l *switchedLink) Intact() bool {
	to, err := os.Readlink(l.link)
	return err == nil && to == filepath.Base(l.now)
}

// Revert switches the link back, or removes it where there was none.
func (l *switchedLink) Revert(context.Context) error {
	if err := l.putBack(); err != nil {
		return err
	}
	return errors.Join(l.flushed(), removePublished(l.now))
}

// putBack is Revert without a flush to the disk. It leaves the directory that was published.
func (l *switchedLink) putBack() error {
	if l.before == "" {
		return os.Remove(l.link)
	}
	return l.repoint(l.before, l.now)
}

// flushed makes the present link durable.
func (l *switchedLink) flushed() error {
	if err := l.flush(l.parent); err != nil {
		return fmt.Errorf("flushing the directory of %s: %w", l.name, err)
	}
	return nil
}

func (l *switchedLink) Keep() error { return l.removeOld(filepath.Base(l.was), filepath.Base(l.now)) }

// hasExactly reports whether the directory has these files already, and no others.
func (l *linkTarget) hasExactly(files []strategy.Source) (bool, error) {
	if l.dir == nil {
		return false, nil
	}
	sources, tests, err := Members(l.link)
	if err != nil {
		return false, err
	}
	current := slices.Concat(sources, tests)
	return slices.EqualFunc(current, files, func(a, b strategy.Source) bool {
		return filepath.Base(a.Name) == filepath.Base(b.Name) && bytes.Equal(a.Data, b.Data)
	}), nil
}

// prefix is the beginning of the names of the directories that publish makes.
func (l *linkTarget) prefix() string { return filepath.Base(l.link) + ".published-" }

// writeDirectory makes a directory with the files beside the link. If it fails after it has made
// the directory, it returns the path with the error.
func (l *linkTarget) writeDirectory(files []strategy.Source) (dir string, err error) {
	dir, err = os.MkdirTemp(l.parent, l.prefix()+"*")
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o755)
	if l.dir != nil {
		mode = l.dir.Mode().Perm()
	}
	for _, file := range files {
		if err := l.writeFile(dir, file); err != nil {
			return dir, err
		}
	}
	if err := l.copyMode(dir, mode); err != nil {
		return dir, err
	}
	return dir, atomicfile.SyncDir(dir)
}

// writeFile writes a file with the permissions of the current file of that name. If there is none,
// it takes those of the source.
func (l *linkTarget) writeFile(dir string, file strategy.Source) error {
	base := filepath.Base(file.Name)
	before, err := os.Stat(filepath.Join(l.link, base))
	like := before
	if err != nil {
		if like, err = os.Stat(file.Name); err != nil {
			return err
		}
	}
	f, err := os.Create(filepath.Join(dir, base))
	if err != nil {
		return err
	}
	return atomicfile.Fill(f, file.Data, like.Mode().Perm(), before)
}

// copyMode gives the new directory the permissions and the owner of the current one.
func (l *linkTarget) copyMode(dir string, mode fs.FileMode) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close() // nothing was written
	if l.dir != nil {
		atomicfile.TakeOwner(d, l.dir)
	}
	return os.Chmod(dir, mode)
}

// repoint makes the link lead to another directory. The temporary name of the new link comes from
// the name of the directory that publish made.
func (l *linkTarget) repoint(to, made string) error {
	next := filepath.Join(l.parent, "."+filepath.Base(made))
	if err := os.Symlink(to, next); err != nil {
		return err
	}
	if err := os.Rename(next, l.link); err != nil {
		return errors.Join(fmt.Errorf("switching the link %s to %s: %w", l.name, to, err), os.Remove(next))
	}
	return nil
}

// removeOld removes the directories that publish made, except these. A gateway may still read the
// previous one, and an operator may go back to it.
func (l *linkTarget) removeOld(except ...string) error {
	entries, err := os.ReadDir(l.parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); e.IsDir() && strings.HasPrefix(name, l.prefix()) && !slices.Contains(except, name) {
			_ = removePublished(filepath.Join(l.parent, name)) // a directory with other files stays
		}
	}
	return nil
}

// removePublished removes a directory and the files of a strategy in it. It fails if the directory
// has other files.
func removePublished(dir string) error {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strategyfile.IsMember(e.Name()) || strategyfile.IsBody(e.Name()) || strategy.IsCompanion(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(dir)
}
