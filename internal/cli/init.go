package cli

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// starter has the files that init writes.
//
//go:embed starter
var starter embed.FS

// starterFiles are the names of the files in starter, in the order of reading.
var starterFiles = []string{"discount.toml", "discount.test.toml", "cart.json"}

func initCommand() *cobra.Command {
	return command("init [<dir>]", "Writes a strategy, its tests and a cart to start from", `
Writes discount.toml, discount.test.toml and cart.json into a directory, which is
made if it is not there; without one, into this. Nothing is overwritten: if one
of the files is there already, none is written.`,
		"  caddy discount init\n  caddy discount init promotions", cobra.MaximumNArgs(1), runInit)
}

func runInit(cmd *cobra.Command, args []string) (int, error) {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return exitFailed, err
	}
	paths := make([]string, len(starterFiles))
	for i, name := range starterFiles {
		paths[i] = filepath.Join(dir, name)
		if _, err := os.Lstat(paths[i]); !errors.Is(err, os.ErrNotExist) {
			return exitFailed, errors.Join(fmt.Errorf("%s is there already, and nothing is overwritten", paths[i]), err)
		}
	}
	for i, name := range starterFiles {
		if err := writeNew(paths[i], name); err != nil {
			return exitFailed, err
		}
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), map[string][]string{"written": paths})
	}
	printNext(cmd.OutOrStdout(), paths)
	return exitFine, nil
}

// writeNew writes a file of the starter. It fails if the path exists.
func writeNew(path, name string) error {
	data, err := starter.ReadFile("starter/" + name)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

func printNext(w io.Writer, paths []string) {
	for _, path := range paths {
		fmt.Fprintln(w, "wrote "+printable(path))
	}
	strategy, tests, cart := printable(paths[0]), printable(paths[1]), printable(paths[2])
	fmt.Fprintf(w, `
Next:
  caddy discount check %s
  caddy discount test %s
  caddy discount explain %s --cart %s
  caddy discount schema > %s   # completion and checks in the editor
`, strategy, tests, strategy, cart, filepath.Join(filepath.Dir(strategy), "discount.schema.json"))
}
