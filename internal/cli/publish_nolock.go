//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package cli

import (
	"context"
	"io/fs"
	"os"
)

// Where there is no flock, of two publishers the later one wins; each file is
// one of theirs.

func lockDirectories(context.Context, []string) (unlock func(), err error) { return func() {}, nil }

func lockFiles(context.Context, []string) (unlock func(), err error) { return func() {}, nil }

// syncDirectory does nothing where a directory cannot be opened as a file.
func syncDirectory(string) error { return nil }

// takeOwner leaves the file to the publisher.
func takeOwner(*os.File, fs.FileInfo) {}
