package reload

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxFiles bounds the files of one source, all of which are open at once while
// they are read.
const maxFiles = 500

// A place is where the files of a source are at one moment.
type place struct {
	route           // of the source's path; its names are those of all files
	dir   string    // what the names of files are relative to, with its separator
	whole bool      // the path leads to a directory: its members are the source
	files []located // in name order; the file itself comes first if it is one
}

// located is one file of a source.
type located struct {
	name   string // relative to the place's dir
	path   string // links and all
	target string // free of links
}

// locate follows path and finds the files that belong to the source: the
// members of a directory, or the file and what is beside it.
func locate(path string, o *Options) place {
	p := place{route: resolve(path)}
	if p.err != nil {
		return p
	}
	p.whole = o.Member != nil && isDirectory(p.target)
	if p.whole {
		p.dir = path + string(filepath.Separator)
		p.add(members(p.target, o.Member)...)
		p.addNamed(o, p.target)
		return p
	}
	base := ""
	p.dir, base = filepath.Split(path)
	p.files = append(p.files, located{name: base, path: path, target: p.target})
	for _, name := range o.Beside(base) {
		p.addIfThere(name)
	}
	p.addNamed(o, resolve(filepath.Clean(p.dir)).target)
	return p
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// members lists the names in a directory that belong to the source. A directory
// that cannot be listed has none; reading it says why.
func members(dir string, belongs func(string) bool) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if belongs(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names // ReadDir sorts
}

func (p *place) add(names ...string) {
	for _, name := range names {
		at := p.dir + name
		r := resolve(at)
		p.follow(r.names)
		p.files = append(p.files, located{name: name, path: at, target: r.target})
	}
}

// addIfThere adds a file that need not exist; its name is watched all the same.
func (p *place) addIfThere(name string) {
	at := p.dir + name
	r := resolve(at)
	p.follow(r.names)
	if r.err == nil {
		p.files = append(p.files, located{name: name, path: at, target: r.target})
	}
}

// addNamed adds files that others name, which need not exist either. One that a link
// leads out of the directory to is none of ours, nor is one of another name where that
// has to be plain; the link is watched, since a file may take its place.
func (p *place) addNamed(o *Options, dir string) {
	for _, name := range o.named {
		if slices.ContainsFunc(p.files, func(f located) bool { return f.name == name }) {
			continue
		}
		at := p.dir + name
		r := resolve(at)
		if r.err == nil && (!within(r.target, dir) || o.Plain(name) && filepath.Base(r.target) != name) {
			p.follow([]string{filepath.Join(dir, name)})
			continue
		}
		p.follow(r.names)
		if r.err == nil {
			p.files = append(p.files, located{name: name, path: at, target: r.target})
		}
	}
}

// within reports whether a path, free of links, is below a directory.
func within(path, dir string) bool {
	rest, below := strings.CutPrefix(path, dir)
	return below && (strings.HasSuffix(dir, string(filepath.Separator)) || strings.HasPrefix(rest, string(filepath.Separator)))
}

func (p *place) follow(names []string) {
	for _, name := range names {
		if !slices.Contains(p.names, name) {
			p.names = append(p.names, name)
		}
	}
}

func (p place) equal(q place) bool {
	return p.target == q.target && (p.err == nil) == (q.err == nil) &&
		slices.Equal(p.names, q.names) && slices.Equal(p.files, q.files)
}

// swappedFrom reports whether a link that led to q leads to p now, so that all
// files were replaced at once.
func (p place) swappedFrom(q place) bool {
	if p.err != nil || q.err != nil {
		return false
	}
	if p.target != q.target {
		return true
	}
	if len(p.files) == 0 {
		return false
	}
	return !slices.ContainsFunc(p.files, func(f located) bool {
		return slices.ContainsFunc(q.files, func(g located) bool { return f.target == g.target })
	})
}

// targets are the files free of links; where there is none, the place at which
// one is missing.
func (p place) targets() []string {
	if p.err != nil {
		return []string{p.target}
	}
	targets := make([]string, len(p.files))
	for i, f := range p.files {
		targets[i] = f.target
	}
	return targets
}

// listing is the directory whose members are the source, if it is one.
func (p place) listing() string {
	if p.whole {
		return p.target
	}
	return ""
}

// written is when the files were last written; zero if they cannot be had.
func (p place) written() time.Time {
	var latest time.Time
	for _, f := range p.files {
		if info, err := os.Stat(f.target); err == nil && info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return latest
}

// A sight is what the path led to when someone looked, as far as metadata tells.
type sight struct {
	target string
	files  string // the identity of every file
	err    string
}

// look is what a poll compares. It follows the links anew.
func look(path string, o *Options) sight {
	p := locate(path, o)
	if p.err != nil {
		return sight{target: p.target, err: p.err.Error()}
	}
	var ids strings.Builder
	for _, f := range p.files {
		info, err := os.Stat(f.path)
		if err != nil {
			return sight{target: p.target, err: err.Error()}
		}
		describe(&ids, f.target, identityOf(info))
	}
	return sight{target: p.target, files: ids.String()}
}

func describe(to *strings.Builder, target string, id identity) {
	fmt.Fprintf(to, "%s %v\n", target, id)
}
