package stableread

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/promogate/caddy-discount/internal/symlink"
)

// maxFiles bounds the files of a fileset, all of which are open at once while
// they are read.
const maxFiles = 500

// A Fileset says which files belong together: those of a directory, or a file and its
// companions, and those that these name.
type Fileset struct {
	Path       string                     // absolute
	MaxSize    int64                      // in bytes, of all files together
	Include    func(name string) bool     // which members of a directory; nil: a directory is refused
	Companions func(name string) []string // the files beside a file, which need not exist
	Plain      func(name string) bool     // which of Named have to be where their name says
	Named      []string                   // further plain names in the directory, which need not exist
}

// A Layout is where the files of a fileset are at one moment.
type Layout struct {
	route     symlink.Route // of the path; its names are those of all files
	Dir       string        // what the names of files are relative to, with its separator
	Directory bool          // the path leads to a directory
	files     []located     // in name order; the file itself comes first if it is one
}

// Names are the paths whose change may change the layout: links, files and directories.
func (l Layout) Names() []string { return l.route.Names }

// Target is the path free of links; up to a dangling link, if there is one.
func (l Layout) Target() string { return l.route.Target }

// Err is why the path leads nowhere.
func (l Layout) Err() error { return l.route.Err }

// located is one file of a layout.
type located struct {
	name   string // relative to the layout's Dir
	path   string // links and all
	target string // free of links
}

// Locate follows the path and finds the files.
func (s *Fileset) Locate() Layout {
	l := Layout{route: symlink.Resolve(s.Path)}
	if l.route.Err != nil {
		return l
	}
	l.Directory = s.Include != nil && isDirectory(l.route.Target)
	if l.Directory {
		l.Dir = s.Path + string(filepath.Separator)
		l.add(members(l.route.Target, s.Include)...)
		l.addNamed(s, l.route.Target)
		return l
	}
	base := ""
	l.Dir, base = filepath.Split(s.Path)
	l.files = append(l.files, located{name: base, path: s.Path, target: l.route.Target})
	for _, name := range s.Companions(base) {
		l.addIfThere(name)
	}
	l.addNamed(s, symlink.Resolve(filepath.Clean(l.Dir)).Target)
	return l
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// members lists the names in a directory that are included. A directory
// that cannot be listed has none; reading it says why.
func members(dir string, include func(string) bool) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if include(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names // ReadDir sorts
}

func (l *Layout) add(names ...string) {
	for _, name := range names {
		at := l.Dir + name
		r := symlink.Resolve(at)
		l.follow(r.Names)
		l.files = append(l.files, located{name: name, path: at, target: r.Target})
	}
}

// addIfThere adds a file that need not exist; its name is watched all the same.
func (l *Layout) addIfThere(name string) {
	at := l.Dir + name
	r := symlink.Resolve(at)
	l.follow(r.Names)
	if r.Err == nil {
		l.files = append(l.files, located{name: name, path: at, target: r.Target})
	}
}

// addNamed adds files that others name, which need not exist either. One that a link
// leads out of the directory to is left out, and so is one of another name where that
// has to be plain; the link is watched, since a file may take its place.
func (l *Layout) addNamed(s *Fileset, dir string) {
	for _, name := range s.Named {
		if slices.ContainsFunc(l.files, func(f located) bool { return f.name == name }) {
			continue
		}
		at := l.Dir + name
		r := symlink.Resolve(at)
		if r.Err == nil && (!within(r.Target, dir) || s.Plain(name) && filepath.Base(r.Target) != name) {
			l.follow([]string{filepath.Join(dir, name)})
			continue
		}
		l.follow(r.Names)
		if r.Err == nil {
			l.files = append(l.files, located{name: name, path: at, target: r.Target})
		}
	}
}

// within reports whether a path, free of links, is below a directory.
func within(path, dir string) bool {
	rest, below := strings.CutPrefix(path, dir)
	return below && (strings.HasSuffix(dir, string(filepath.Separator)) || strings.HasPrefix(rest, string(filepath.Separator)))
}

func (l *Layout) follow(names []string) {
	for _, name := range names {
		if !slices.Contains(l.route.Names, name) {
			l.route.Names = append(l.route.Names, name)
		}
	}
}

// Equal reports whether two layouts are the same files at the same places.
func (l Layout) Equal(q Layout) bool {
	return l.route.Target == q.route.Target && (l.route.Err == nil) == (q.route.Err == nil) &&
		slices.Equal(l.route.Names, q.route.Names) && slices.Equal(l.files, q.files)
}

// SwappedFrom reports whether a link that led to q leads to p now, so that all
// files were replaced at once.
func (l Layout) SwappedFrom(q Layout) bool {
	if l.route.Err != nil || q.route.Err != nil {
		return false
	}
	if l.route.Target != q.route.Target {
		return true
	}
	if len(l.files) == 0 {
		return false
	}
	return !slices.ContainsFunc(l.files, func(f located) bool {
		return slices.ContainsFunc(q.files, func(g located) bool { return f.target == g.target })
	})
}

// Targets are the files free of links; where there is none, the path at which
// one is missing.
func (l Layout) Targets() []string {
	if l.route.Err != nil {
		return []string{l.route.Target}
	}
	targets := make([]string, len(l.files))
	for i, f := range l.files {
		targets[i] = f.target
	}
	return targets
}

// Listing is the directory whose members are the files; "" if the path leads to a file.
func (l Layout) Listing() string {
	if l.Directory {
		return l.route.Target
	}
	return ""
}

// Written is when the files were last written; zero if they cannot be read.
func (l Layout) Written() time.Time {
	var latest time.Time
	for _, f := range l.files {
		if info, err := os.Stat(f.target); err == nil && info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return latest
}

// A FileState is what the path led to at one moment, as far as metadata tells. Two of
// them are compared with ==.
type FileState struct {
	target string
	files  string // the identity of every file
	err    string
}

// Stat is the state of the files now. It follows the links anew.
func (s *Fileset) Stat() FileState {
	l := s.Locate()
	if l.route.Err != nil {
		return FileState{target: l.route.Target, err: l.route.Err.Error()}
	}
	var ids strings.Builder
	for _, f := range l.files {
		info, err := os.Stat(f.path)
		if err != nil {
			return FileState{target: l.route.Target, err: err.Error()}
		}
		describe(&ids, f.target, identityOf(info))
	}
	return FileState{target: l.route.Target, files: ids.String()}
}

func describe(to *strings.Builder, target string, id identity) {
	fmt.Fprintf(to, "%s %v\n", target, id)
}

// Absent reports whether err says that there is no such file, rather than that
// there is one which cannot be read.
func Absent(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
