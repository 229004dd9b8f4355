package strategyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
)

// Read reads what a gateway would load from a path: the strategy with the files that it
// names, and its tests with the bodies that they name. The names of the files begin as the path
// does, so that a terminal can open them. The error names the path.
func Read(path string) (sources, tests []strategy.Source, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the strategy: %w", PathError(path, err))
	}
	dir := filepath.Clean(path)
	if !info.IsDir() {
		if err := NoTests(path); err != nil {
			return nil, nil, err
		}
		dir = filepath.Dir(path)
	}
	sources, tests, err = ReadAs(path, dir)
	if err == nil && len(sources) == 0 {
		err = fmt.Errorf("reading the strategy: %s: there is no *%s file in the directory", path, Suffix)
	}
	return sources, tests, err
}

// NoTests returns an error if a path, which should be that of a strategy, is that of a file of
// tests.
func NoTests(path string) error {
	if of, is := OfTests(path); is {
		return fmt.Errorf("%s is a file of tests, want a strategy such as %s", path, of)
	}
	return nil
}

// ReadAs is [Read] without its checks, for a directory that may be empty. The names of the files
// begin with dir.
func ReadAs(path, dir string) (sources, tests []strategy.Source, err error) {
	c, err := reload.ReadOnce(path, ReloadOptions())
	if err != nil {
		return nil, nil, fmt.Errorf("reading the strategy: %w", err)
	}
	c.Path, c.Dir = filepath.Clean(path), dir
	sources, tests = Split(c)
	return sources, tests, nil
}

// PathError returns an error for a path without the name of the system call. If a relative path
// does not exist, the error has the working directory. A nil error stays nil.
func PathError(path string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w", path, failed.Err)
	}
	return LookedFor(path, err)
}

// LookedFor adds the working directory to the error for a relative path that does not exist. A
// service manager often starts the process in another directory than a person does.
func LookedFor(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) || path == "" || filepath.IsAbs(path) {
		return err
	}
	dir, failed := os.Getwd()
	if failed != nil {
		return err
	}
	return fmt.Errorf("%w (looked for in the working directory, %s)", err, dir)
}
