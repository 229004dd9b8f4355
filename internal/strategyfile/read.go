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

// Read reads what would be loaded from a path: the strategy with the spreadsheets that
// it names, and its tests with the bodies that they name. Its names are as the path was
// given, so that they can be clicked on where they are printed.
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

// NoTests refuses the path of a file of tests in the place of a strategy's.
func NoTests(path string) error {
	if of, is := OfTests(path); is {
		return fmt.Errorf("%s is a file of tests, want a strategy such as %s", path, of)
	}
	return nil
}

// ReadAs is [Read] without its checks, for a directory that may be empty. The names of the
// files are in dir.
func ReadAs(path, dir string) (sources, tests []strategy.Source, err error) {
	c, err := reload.ReadOnce(path, ReloadOptions())
	if err != nil {
		return nil, nil, fmt.Errorf("reading the strategy: %w", err)
	}
	c.Path, c.Dir = filepath.Clean(path), dir
	sources, tests = Split(c)
	return sources, tests, nil
}

// PathError is an error of a file without the name of the system call. Of a relative path
// that leads nowhere it has the directory that was looked in.
func PathError(path string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w", path, failed.Err)
	}
	return LookedFor(path, err)
}

// LookedFor adds to the error of a relative path, where there is no such file, the
// directory in which it was looked for: that of the process, which a service manager
// often starts in another one than a person does.
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
