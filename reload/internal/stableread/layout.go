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
// companions, and the files that these name.
type Fileset struct {
	Path       string                     // absolute
	MaxSize    int64                      // in bytes, of all files together
	MaxNamed   int64                      // in bytes, of the files of Named together; 0 if they count for MaxSize
	Include    func(name string) bool     // which members of a directory; nil: a directory is refused
	Companions func(name string) []string // files beside a file; they need not exist
	Plain      func(name string) bool     // which of Named must not be links to other names
	Named      []string                   // further plain names in the directory; they need not exist
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

// Target is the path without links. If a link dangles, it is the path at which a name is missing.
func (l Layout) Target() string { return l.route.Target }

// Err is the reason why the path leads to no file; nil if it leads to one.
func (l Layout) Err() error { return l.route.Err }

// located is one file of a layout.
type located struct {
	name   string // relative to the layout's Dir
	path   string // with its links
	target string // without links
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

// members lists the included names in a directory. It returns none if the directory cannot be
// listed; [Reader.Read] returns the reason.
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

// addIfThere adds a file if it exists. Its name is watched in any case.
func (l *Layout) addIfThere(name string) {
	at := l.Dir + name
	r := symlink.Resolve(at)
	l.follow(r.Names)
	if r.Err == nil {
		l.files = append(l.files, located{name: name, path: at, target: r.Target})
	}
}

// addNamed adds files that others name, if they exist. It leaves out a name that is a link to
// a file outside the directory, and a plain name that is a link to a file of another name. It
// watches such a link, since a file may replace it.
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

// within reports whether a path without links is below a directory.
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

// Equal reports whether two layouts have the same names, links and files.
func (l Layout) Equal(q Layout) bool {
	return l.route.Target == q.route.Target && (l.route.Err == nil) == (q.route.Err == nil) &&
		slices.Equal(l.route.Names, q.route.Names) && slices.Equal(l.files, q.files)
}

// SwappedFrom reports whether l leads to another target than the earlier layout q, or has no
// file in common with it. Then a link was changed, and all files were replaced at once.
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

// Targets are the paths of the files without links. If the path leads to no file, they are the
// one path at which a name is missing.
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

// A FileState is the state of the files at one moment, as far as metadata shows it. Two
// states are compared with ==.
type FileState struct {
	target string
	files  string // the identity of every file
	err    string
}

// Stat returns the present state of the files. It follows the links again.
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

// Absent reports whether err says that there is no such file. It is false for a file that
// cannot be read.
func Absent(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
