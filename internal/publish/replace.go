package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/internal/symlink"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// A placing is one file on its way to its place.
type placing struct {
	name   string // of the place, as messages have it
	target string // the place, free of links

	data []byte      // what comes
	mode fs.FileMode // with these permissions
	like fs.FileInfo // of whose owner it shall be; nil for the publisher

	old    []byte      // what was there
	before fs.FileInfo // of what was there; nil for nothing

	next, back string // files in waiting beside the place: what comes, and what was there
	empty      bool   // nothing comes: the place is to be empty
}

// placingAt finds a place by its name. It need not be there, but its directory
// must.
func placingAt(path string) (*placing, error) {
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		return &placing{name: path, target: target}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, strategyfile.PathError(path, err)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is a symbolic link that leads nowhere, one to a file is wanted", path)
	}
	dir, base, err := directoryOf(path)
	if err != nil {
		return nil, err
	}
	return &placing{name: path, target: filepath.Join(dir, base)}, nil
}

// directoryOf is the directory of a path, free of links, and the name in it.
func directoryOf(path string) (dir, base string, err error) {
	dir, base = filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	target, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("there is no directory %s for %s: make it first", symlink.TrimEnd(dir), base)
	}
	return target, base, strategyfile.PathError(dir, err)
}

// take takes a file on its way, and reports whether another one is in its place.
func (p *placing) take(from strategy.Source) (differs bool, err error) {
	p.data = from.Data
	p.before, err = os.Stat(p.target)
	if errors.Is(err, fs.ErrNotExist) {
		p.before = nil
		info, err := os.Stat(from.Name)
		if err != nil {
			return false, strategyfile.PathError(from.Name, err)
		}
		p.mode = info.Mode().Perm()
		return true, nil
	}
	if err != nil {
		return false, strategyfile.PathError(p.name, err)
	}
	if !p.before.Mode().IsRegular() {
		return false, fmt.Errorf("%s is not a regular file (its mode is %s), one is wanted", p.name, p.before.Mode())
	}
	p.beLike(p.before)
	if p.old, err = os.ReadFile(p.target); err != nil {
		return false, strategyfile.PathError(p.name, err)
	}
	return !bytes.Equal(p.old, p.data), nil
}

// replaceable refuses to replace a file that is no TOML: it is none of a strategy, or one
// that was broken by hand, and nothing else has what is in it.
func (p *placing) replaceable() error {
	var problems *document.Diagnostics
	if _, err := document.Parse(strategy.Source{Name: p.name, Data: p.old}); errors.As(err, &problems) {
		return fmt.Errorf("%s is not replaced, since it is not TOML (%s): if it is not another file, move it away and publish again", p.name, problems.List[0])
	}
	return nil
}

// beLike takes permissions and owner of another file.
func (p *placing) beLike(other fs.FileInfo) { p.mode, p.like = other.Mode().Perm(), other }

// prepare puts beside the place what is to be renamed into it, and what would be
// renamed back.
func (p *placing) prepare() (err error) {
	if !p.empty && p.next == "" {
		if p.next, err = p.waiting(p.data); err != nil {
			return fmt.Errorf("writing beside %s: %w", p.name, err)
		}
	}
	if p.before == nil {
		return nil
	}
	if p.back, err = p.keep(); err != nil {
		return fmt.Errorf("writing beside %s: %w", p.name, err)
	}
	return nil
}

// keep gives what is there another name beside the place, so that it can go back
// as the same file. Where the file system has no such names it is a copy.
func (p *placing) keep() (path string, err error) {
	path, err = p.waiting(nil)
	if err != nil {
		return "", err
	}
	if err := os.Remove(path); err != nil {
		return "", err
	}
	if os.Link(p.target, path) == nil {
		return path, nil
	}
	return p.waiting(p.old)
}

// waiting writes a file in the directory of the place. No gateway takes one for
// a part of a strategy: its name begins with a dot and does not end in .toml.
func (p *placing) waiting(data []byte) (path string, err error) {
	return atomicfile.Beside(p.target, data, p.mode, p.like)
}

// commit puts the file into its place.
func (p *placing) commit() error {
	if p.empty {
		return os.Remove(p.target)
	}
	if err := os.Rename(p.next, p.target); err != nil {
		return err
	}
	p.next = ""
	return nil
}

// undo puts back what was there.
func (p *placing) undo() error {
	if p.back == "" {
		return os.Remove(p.target)
	}
	if err := os.Rename(p.back, p.target); err != nil {
		return err
	}
	p.back = ""
	return nil
}

// discard removes what is still in waiting.
func (p *placing) discard() error {
	var errs []error
	for _, path := range []string{p.next, p.back} {
		if path != "" {
			errs = append(errs, os.Remove(path))
		}
	}
	p.next, p.back = "", ""
	return errors.Join(errs...)
}

// intact reports whether what was put into the place is there still.
func (p *placing) intact() bool {
	there, err := os.ReadFile(p.target)
	return err == nil && bytes.Equal(there, p.data)
}

// reversed is the way back: what was there comes, in the place of what came.
func (p *placing) reversed() (*placing, error) {
	now, err := os.Stat(p.target)
	if err != nil {
		return nil, strategyfile.PathError(p.name, err)
	}
	r := &placing{name: p.name, target: p.target, data: p.old, old: p.data, before: now, next: p.back, empty: p.before == nil}
	p.back = ""
	return r, nil
}

// replace puts files into their places in this order, all of them or none. What
// was there stays beside them until it is put back or discarded.
//
// Where there are several, those that come are locked until the last is in its
// place, and those that go as well: a gateway reads no file that somebody holds
// a lock on, and so it waits for the last instead of reading some.
func replace(ctx context.Context, files []*placing) error {
	if err := swapFiles(ctx, files); err != nil {
		return errors.Join(err, discardAll(files))
	}
	return nil
}

// swapFiles is replace, but leaves what is in waiting beside the places if it fails.
func swapFiles(ctx context.Context, files []*placing) error {
	var lock []string
	for _, p := range files {
		if err := p.prepare(); err != nil {
			return err
		}
		if p.before != nil {
			lock = append(lock, p.target)
		}
		if len(files) > 1 && !p.empty {
			lock = append(lock, p.next)
		}
	}
	unlock, err := lockFiles(ctx, lock)
	if err != nil {
		return err
	}
	err = commitAll(ctx, files)
	unlock()
	if err != nil {
		return err
	}
	return settleNames(files)
}

// discardAll removes what is still in waiting.
func discardAll(files []*placing) error {
	var errs []error
	for _, p := range files {
		errs = append(errs, p.discard())
	}
	return errors.Join(errs...)
}

// commitAll renames the files. The last moment to be interrupted is before the
// first: what follows takes microseconds, and half of it is worse than all.
func commitAll(ctx context.Context, files []*placing) error {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	for i, p := range files {
		err := p.commit()
		if err == nil {
			continue
		}
		err = fmt.Errorf("putting %s into its place: %w", p.name, err)
		for _, done := range files[:i] {
			if undone := done.undo(); undone != nil {
				err = errors.Join(err, fmt.Errorf("putting back %s: %w", done.name, undone))
			}
		}
		return err
	}
	return nil
}

// settleNames writes the new names through to the disk.
func settleNames(files []*placing) error {
	for _, p := range files {
		if err := atomicfile.SyncDir(filepath.Dir(p.target)); err != nil {
			return fmt.Errorf("%s is in its place, but not for certain on the disk: %w", p.name, err)
		}
	}
	return nil
}
