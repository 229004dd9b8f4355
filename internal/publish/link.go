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

// linkPlace is the place of a strategy in a directory that a symbolic link leads
// to. A gateway follows the link once for all files, and again when it has read
// them: it reads those of one directory, or none.
type linkPlace struct {
	name   string      // as it was given
	parent string      // the directory of the link, free of links
	link   string      // that is led elsewhere: the last one on the way to the directory
	dir    fs.FileInfo // the directory; nil if there is no link yet
}

// linkTo finds the link. to is the directory it leads to; nil if there is none.
func linkTo(dst string, to fs.FileInfo) (Target, error) {
	if to != nil && !to.IsDir() {
		return nil, fmt.Errorf("%s is a file, and SRC a directory: a symbolic link to a directory is wanted", dst)
	}
	at, err := lastLink(dst)
	switch {
	case err != nil:
		return nil, err
	case at == "" && to != nil:
		return nil, fmt.Errorf("%s is a directory, and several files of one cannot be replaced at once: a symbolic link to it is wanted "+
			"(move it to %[1]s.1 and make the link with ln -s %s.1 %[1]s), or one file as SRC", dst, filepath.Base(dst))
	case at == "":
		at = dst
	case to == nil:
		return nil, fmt.Errorf("%s is a symbolic link that leads nowhere, one to a directory is wanted", dst)
	}
	dir, base, err := directoryOf(at)
	if err != nil {
		return nil, err
	}
	return &linkPlace{name: dst, parent: dir, link: filepath.Join(dir, base), dir: to}, nil
}

// lastLink is the last link that a path leads through and that stands for all of it; "" if
// the path is no link.
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

func (l *linkPlace) Path() string { return l.name }

func (l *linkPlace) Directories() []string { return []string{l.parent} }

// with is these files alone: none of the directory before stays.
func (l *linkPlace) With(sources, tests []strategy.Source) (allSources, allTests []strategy.Source, err error) {
	return sources, tests, nil
}

func (l *linkPlace) Put(ctx context.Context, sources, tests []strategy.Source) (Placement, error) {
	files := slices.Concat(sources, tests)
	same, err := l.holds(files)
	if err != nil || same {
		return nil, err
	}
	led := &linkLed{linkPlace: l}
	if l.dir != nil {
		if led.before, err = os.Readlink(l.link); err != nil {
			return nil, strategyfile.PathError(l.name, err)
		}
		if led.was, err = filepath.EvalSymlinks(l.link); err != nil {
			return nil, strategyfile.PathError(l.name, err)
		}
	}
	dir, err := l.write(files)
	if err == nil && ctx.Err() != nil {
		err = ErrInterrupted
	}
	if err == nil {
		err = l.lead(filepath.Base(dir), dir)
	}
	if err != nil {
		return nil, errors.Join(err, removePublished(dir))
	}
	led.now = dir
	if err := atomicfile.SyncDir(l.parent); err != nil {
		return nil, fmt.Errorf("%s is in its place, but not for certain on the disk: %w", l.name, err)
	}
	return led, nil
}

// linkLed is a link that was led to another directory.
type linkLed struct {
	*linkPlace
	before string // what the link said; "" if there was none
	was    string // the directory that this led to
	now    string // the directory that it leads to
}

func (l *linkLed) Files() []string {
	entries, _ := os.ReadDir(l.now) // of one that is gone there are none
	var list []string
	for _, e := range entries {
		list = append(list, filepath.Join(l.now, e.Name()))
	}
	return list
}

func (l *linkLed) Intact() bool {
	to, err := os.Readlink(l.link)
	return err == nil && to == filepath.Base(l.now)
}

// back leads the link to where it led, or removes it where there was none.
func (l *linkLed) Back(context.Context) error {
	var err error
	if l.before == "" {
		err = os.Remove(l.link)
	} else {
		err = l.lead(l.before, l.now)
	}
	if err != nil {
		return err
	}
	return errors.Join(removePublished(l.now), atomicfile.SyncDir(l.parent))
}

func (l *linkLed) Stay() error { return l.tidy(filepath.Base(l.was), filepath.Base(l.now)) }

// holds reports whether the directory has these files already, and no others.
func (l *linkPlace) holds(files []strategy.Source) (bool, error) {
	if l.dir == nil {
		return false, nil
	}
	sources, tests, err := Members(l.link)
	if err != nil {
		return false, err
	}
	there := slices.Concat(sources, tests)
	return slices.EqualFunc(there, files, func(a, b strategy.Source) bool {
		return filepath.Base(a.Name) == filepath.Base(b.Name) && bytes.Equal(a.Data, b.Data)
	}), nil
}

// published begins the names of the directories that publish makes.
func (l *linkPlace) published() string { return filepath.Base(l.link) + ".published-" }

// write makes a directory of the files beside the link. Its path is returned in
// any case in which there is one.
func (l *linkPlace) write(files []strategy.Source) (dir string, err error) {
	dir, err = os.MkdirTemp(l.parent, l.published()+"*")
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o755)
	if l.dir != nil {
		mode = l.dir.Mode().Perm()
	}
	for _, file := range files {
		if err := l.writeOne(dir, file); err != nil {
			return dir, err
		}
	}
	if err := l.own(dir, mode); err != nil {
		return dir, err
	}
	return dir, atomicfile.SyncDir(dir)
}

// writeOne writes a file with the permissions that the one of its name has, or
// if there is none with its own.
func (l *linkPlace) writeOne(dir string, file strategy.Source) error {
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

// own gives the new directory the permissions of the one before, and its owner.
func (l *linkPlace) own(dir string, mode fs.FileMode) error {
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

// lead leads the link elsewhere. The name that it has until then is made of that of
// the directory that publish made.
func (l *linkPlace) lead(to, made string) error {
	next := filepath.Join(l.parent, "."+filepath.Base(made))
	if err := os.Symlink(to, next); err != nil {
		return err
	}
	if err := os.Rename(next, l.link); err != nil {
		return errors.Join(fmt.Errorf("leading the link %s to %s: %w", l.name, to, err), os.Remove(next))
	}
	return nil
}

// tidy removes the directories that publish made before, except these. The last
// one may still be read, and is what somebody would go back to.
func (l *linkPlace) tidy(except ...string) error {
	entries, err := os.ReadDir(l.parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); e.IsDir() && strings.HasPrefix(name, l.published()) && !slices.Contains(except, name) {
			_ = removePublished(filepath.Join(l.parent, name)) // what somebody put there stays, and harms nobody
		}
	}
	return nil
}

// removePublished removes a directory that has nothing but files of a strategy.
func removePublished(dir string) error {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strategyfile.IsMember(e.Name()) || strategyfile.IsBody(e.Name()) || strategy.IsSpreadsheet(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(dir)
}
