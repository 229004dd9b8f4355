package discount

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
)

// lookedFor adds to the error of a relative path, where there is no such file, the
// directory in which it was looked for: that of the process, which a service manager
// often starts in another one than a person does.
func lookedFor(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) || path == "" || filepath.IsAbs(path) {
		return err
	}
	dir, failed := os.Getwd()
	if failed != nil {
		return err
	}
	return fmt.Errorf("%w (looked for in the working directory, %s)", err, dir)
}

// lookedForStrategy is [lookedFor] for the path of a strategy as a configuration has it.
func lookedForStrategy(configured string, err error) error {
	return lookedFor(caddy.NewReplacer().ReplaceKnown(configured, ""), err)
}
