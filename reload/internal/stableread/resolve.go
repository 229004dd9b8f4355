package stableread

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links a path may lead through, as in Linux.
const maxLinks = 40

// A route is where a path leads at one moment.
type route struct {
	target string // the path free of symbolic links; where it breaks off, if it does

	// names are the paths whose change may make the path lead elsewhere: every
	// link on the way, and the target. Their directories are what to watch.
	names []string

	err error // why it leads nowhere
}

// resolve follows an absolute path name by name. Unlike filepath.EvalSymlinks
// it keeps the links it met, and how far it came if there is no such file: both
// have to be watched.
func resolve(path string) route {
	root, rest := split(path)
	p := route{target: root}
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if name == ".." {
			p.target = filepath.Dir(p.target)
			continue
		}
		at := filepath.Join(p.target, name)
		to, err := follow(at)
		if err != nil {
			return p.broken(at, err)
		}
		if to == "" {
			p.target = at
			continue
		}
		p.names = append(p.names, at)
		if links++; links > maxLinks {
			return p.broken(at, &os.PathError{Op: "resolve", Path: at, Err: syscall.ELOOP})
		}
		if filepath.IsAbs(to) {
			root, inner := split(to)
			p.target, rest = root, append(inner, rest...)
			continue
		}
		rest = append(components(to), rest...)
	}
	p.names = append(p.names, p.target)
	return p
}

func (p route) broken(at string, err error) route {
	p.target, p.err = at, err
	if !slices.Contains(p.names, at) {
		p.names = append(p.names, at)
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

func split(path string) (root string, rest []string) {
	vol := filepath.VolumeName(path)
	return vol + string(filepath.Separator), components(path[len(vol):])
}

func components(path string) []string {
	names := strings.FieldsFunc(path, func(r rune) bool {
		return r < 0x80 && os.IsPathSeparator(uint8(r))
	})
	return slices.DeleteFunc(names, func(s string) bool { return s == "." })
}

// Absent reports whether err says that there is no such file, rather than that
// there is one which cannot be read.
func Absent(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
