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

// A replacement is one file that takes the place of another, or of none.
type replacement struct {
	name   string // the path, for messages
	target string // the path with links resolved

	data []byte      // the new content
	mode fs.FileMode // its permissions
	like fs.FileInfo // the file whose owner it gets; nil for the owner of this process

	old    []byte      // the previous content
	before fs.FileInfo // of the previous file; nil if there is none

	next, back string // temporary files beside target: the new content, and the previous file
	empty      bool   // the file is removed, not replaced
}

// replacementAt returns the replacement of a path. The file need not exist; its directory must.
func replacementAt(path string) (*replacement, error) {
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		return &replacement{name: path, target: target}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, strategyfile.PathError(path, err)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is a symbolic link that leads nowhere, want one to a file", path)
	}
	dir, base, err := directoryOf(path)
	if err != nil {
		return nil, err
	}
	return &replacement{name: path, target: filepath.Join(dir, base)}, nil
}

// directoryOf returns the directory of a path, with links resolved, and the name in it.
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

// read sets the new content, reads the previous one, and reports whether they differ.
func (p *replacement) read(from strategy.Source) (differs bool, err error) {
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
		return false, fmt.Errorf("%s is not a regular file (its mode is %s), want one", p.name, p.before.Mode())
	}
	p.copyMode(p.before)
	if p.old, err = os.ReadFile(p.target); err != nil {
		return false, strategyfile.PathError(p.name, err)
	}
	return !bytes.Equal(p.old, p.data), nil
}

// checkReplaceable refuses to replace a file that is not TOML. Such a file may have nothing to do
// with a strategy, or may be the only copy of an unfinished edit.
func (p *replacement) checkReplaceable() error {
	var problems *document.Diagnostics
	if _, err := document.Parse(strategy.Source{Name: p.name, Data: p.old}); errors.As(err, &problems) {
		return fmt.Errorf("%s is not replaced, since it is not TOML (%s): if it is not another file, move it away and publish again", p.name, problems.List[0])
	}
	return nil
}

// copyMode sets the permissions and the owner of another file for the new content.
func (p *replacement) copyMode(other fs.FileInfo) { p.mode, p.like = other.Mode().Perm(), other }

// prepare writes the new content to a temporary file beside the path, for commit, and gives the
// previous file a second name there, for undo.
func (p *replacement) prepare() (err error) {
	if !p.empty && p.next == "" {
		if p.next, err = p.writeTemporary(p.data); err != nil {
			return fmt.Errorf("writing beside %s: %w", p.name, err)
		}
	}
	if p.before == nil {
		return nil
	}
	if p.back, err = p.linkAside(); err != nil {
		return fmt.Errorf("writing beside %s: %w", p.name, err)
	}
	return nil
}

// linkAside gives the previous file a second name beside the path, so that the same file can be
// put back. On a file system without hard links it makes a copy.
func (p *replacement) linkAside() (path string, err error) {
	path, err = p.writeTemporary(nil)
	if err != nil {
		return "", err
	}
	if err := os.Remove(path); err != nil {
		return "", err
	}
	if os.Link(p.target, path) == nil {
		return path, nil
	}
	return p.writeTemporary(p.old)
}

// writeTemporary writes a temporary file in the directory of the path. No gateway reads it as a
// part of a strategy, because its name begins with a dot and does not end in .toml.
func (p *replacement) writeTemporary(data []byte) (path string, err error) {
	return atomicfile.CreateBeside(p.target, data, p.mode, p.like)
}

// commit renames the new file to the path, or removes the previous one.
func (p *replacement) commit() error {
	if p.empty {
		return os.Remove(p.target)
	}
	if err := os.Rename(p.next, p.target); err != nil {
		return err
	}
	p.next = ""
	return nil
}

// undo puts the previous file back, or removes the new one if there was none.
func (p *replacement) undo() error {
	if p.back == "" {
		return os.Remove(p.target)
	}
	if err := os.Rename(p.back, p.target); err != nil {
		return err
	}
	p.back = ""
	return nil
}

// removeBackup removes the temporary files.
func (p *replacement) removeBackup() error {
	var errs []error
	for _, path := range []string{p.next, p.back} {
		if path != "" {
			errs = append(errs, os.Remove(path))
		}
	}
	p.next, p.back = "", ""
	return errors.Join(errs...)
}

// intact reports whether the file still has the new content.
func (p *replacement) intact() bool {
	current, err := os.ReadFile(p.target)
	return err == nil && bytes.Equal(current, p.data)
}

// reversal returns the replacement that undoes this one. It takes over the second name of the
// previous file.
func (p *replacement) reversal() (*replacement, error) {
	now, err := os.Stat(p.target)
	if err != nil {
		return nil, strategyfile.PathError(p.name, err)
	}
	r := &replacement{name: p.name, target: p.target, data: p.old, old: p.data, before: now, next: p.back, empty: p.before == nil}
	p.back = ""
	return r, nil
}

// replace replaces files in this order, all of them or none. The previous files stay beside the
// new ones until they are put back or removed. If flush, which makes the names in a directory
// durable, fails, the previous files are put back: after a crash either could be there.
//
// If there are several files, the new and the previous ones stay locked until the last one is
// replaced and flushed. A gateway waits for a locked file, so it does not read some files of each
// content.
func replace(ctx context.Context, files []*replacement, flush flushDir) error {
	err := swapFiles(ctx, files, func() error {
		err := flushDirectories(files, flush)
		if err == nil {
			return nil
		}
		if failed := undoAll(files); failed != nil {
			return errors.Join(err, failed)
		}
		return fmt.Errorf("%w; the previous files are put back", err)
	})
	if err != nil {
		return errors.Join(err, removeBackups(files))
	}
	return nil
}

// A flushDir makes changes of the names in a directory durable, as [atomicfile.SyncDir] does.
type flushDir func(dir string) error

// swapFiles renames all files, or none after an error, and calls flush before it releases the
// locks. It leaves the temporary files after an error.
func swapFiles(ctx context.Context, files []*replacement, flush func() error) error {
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
	defer unlock()
	if err := commitAll(ctx, files); err != nil {
		return err
	}
	return flush()
}

// removeBackups removes the temporary files.
func removeBackups(files []*replacement) error {
	var errs []error
	for _, p := range files {
		errs = append(errs, p.removeBackup())
	}
	return errors.Join(errs...)
}

// commitAll renames the files. It checks ctx only before the first rename: all renames take
// microseconds, and an interruption between two of them would mix files. After an error it undoes
// the renames that were done.
func commitAll(ctx context.Context, files []*replacement) error {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	for i, p := range files {
		if err := p.commit(); err != nil {
			return errors.Join(fmt.Errorf("replacing %s: %w", p.name, err), undoAll(files[:i]))
		}
	}
	return nil
}

// undoAll puts the previous files back. Where it cannot, the previous content stays where it is, and
// the error names that file.
func undoAll(files []*replacement) error {
	var errs []error
	for _, done := range files {
		err := errChangedSince
		if done.intact() {
			err = done.undo()
		}
		if err == nil {
			continue
		}
		err = fmt.Errorf("putting back %s: %w", done.name, err)
		if done.back != "" {
			err = fmt.Errorf("%w; the previous content is in %s", err, done.back)
			done.back = ""
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// errChangedSince says why a file or link is not put back: what is there is not what was published.
var errChangedSince = errors.New("it was changed meanwhile, and stays as it is")

// flushDirectories makes the new names durable.
func flushDirectories(files []*replacement, flush flushDir) error {
	for _, p := range files {
		if err := flush(filepath.Dir(p.target)); err != nil {
			return fmt.Errorf("flushing the directory of %s: %w", p.name, err)
		}
	}
	return nil
}
