// Package symlink follows paths link by link.
package symlink

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links a path may lead through, as in Linux.
const maxLinks = 40

// A Route is where a path leads at one moment.
type Route struct {
	Target string // the path free of symbolic links; up to a dangling link, if there is one

	// Names are the paths whose change may make the path lead elsewhere: every
	// link on the way, and the target. Their directories are what to watch.
	Names []string

	// Last is the last link that stands for the whole path, free of links before its own
	// name; "" if the path does not end in a link.
	Last string

	Err error // why it leads nowhere
}

// Resolve follows an absolute path name by name. Unlike filepath.EvalSymlinks
// it keeps the links it met, and how far it came if there is no such file: both
// have to be watched.
func Resolve(path string) Route {
	root, tail := split(path)
	p := Route{Target: root}
	for links := 0; len(tail) > 0; {
		name := tail[0]
		tail = tail[1:]
		if name == ".." {
			p.Target = filepath.Dir(p.Target)
			continue
		}
		at := filepath.Join(p.Target, name)
		to, err := follow(at)
		if err != nil {
			return p.broken(at, err)
		}
		if to == "" {
			p.Target = at
			continue
		}
		p.Names = append(p.Names, at)
		if len(tail) == 0 {
			p.Last = at
		}
		if links++; links > maxLinks {
			return p.broken(at, &os.PathError{Op: "resolve", Path: at, Err: syscall.ELOOP})
		}
		if filepath.IsAbs(to) {
			root, inner := split(to)
			p.Target, tail = root, append(inner, tail...)
			continue
		}
		tail = append(components(to), tail...)
	}
	p.Names = append(p.Names, p.Target)
	return p
}

func (p Route) broken(at string, err error) Route {
	p.Target, p.Err = at, err
	if !slices.Contains(p.Names, at) {
		p.Names = append(p.Names, at)
	}
	return p
}

// follow returns where the link at path points to, or nothing if it is no link.
func follow(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return "", err
	}
	return os.Readlink(path)
}

func split(path string) (root string, tail []string) {
	vol := filepath.VolumeName(path)
	return vol + string(filepath.Separator), components(path[len(vol):])
}

func components(path string) []string {
	names := strings.FieldsFunc(path, func(r rune) bool {
		return r < 0x80 && os.IsPathSeparator(uint8(r))
	})
	return slices.DeleteFunc(names, func(s string) bool { return s == "." })
}

// Absolute puts the working directory before a relative path, and takes separators off its
// end. It does not tidy the path as filepath.Abs does: "link/../file" is a file beside what
// link points to, not one beside link.
func Absolute(path string) (string, error) {
	if filepath.IsAbs(path) {
		return TrimEnd(path), nil
	}
	wd, err := os.Getwd()
	if err != nil {
		return path, fmt.Errorf("finding the working directory: %w", err)
	}
	return TrimEnd(wd + string(filepath.Separator) + path), nil
}

// TrimEnd takes separators off the end of a path. With one there, the system would follow a link at
// the end.
func TrimEnd(path string) string {
	for len(path) > len(filepath.VolumeName(path))+1 && os.IsPathSeparator(path[len(path)-1]) {
		path = path[:len(path)-1]
	}
	return path
}
