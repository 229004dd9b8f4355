package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/format"
)

func fmtCommand() *cobra.Command {
	c := command("fmt PATH...", "Lays strategy files out in one way", `
Lays out strategies and their tests: one blank line between tables, equals signs
in line, long lists one element a line. Tables, keys and comments stay in their
order, and what a file means does not change, nor does its fingerprint.

PATH is a file or a directory, of which the *.toml files are taken. Without
flags the one file is printed. With --check the files that are laid out in
another way are listed, and the exit code is 2 if there are any. A file that is
not TOML is left alone, which is an error, and the exit code 2.`,
		"  caddy discount fmt discount.toml\n  caddy discount fmt --write config/\n  caddy discount fmt --check config/ && git commit", somePaths, runFmt)
	c.Flags().BoolP("write", "w", false, "Write the files anew, those that change")
	c.Flags().Bool("check", false, "List the files that would change")
	c.MarkFlagsMutuallyExclusive("write", "check")
	return c
}

// layoutResult is the result of fmt for one file.
type layoutResult struct {
	Path     string                `json:"path"`
	Changed  bool                  `json:"changed"`            // it had another layout
	Written  bool                  `json:"written,omitempty"`  // with --write
	Text     *string               `json:"text,omitempty"`     // without flags
	Problems []document.Diagnostic `json:"problems,omitempty"` // why it was left alone
	More     int                   `json:"more_problems,omitempty"`
}

func runFmt(cmd *cobra.Command, args []string) (int, error) {
	write, _ := cmd.Flags().GetBool("write") // the only error is a flag that is not defined
	check, _ := cmd.Flags().GetBool("check")
	paths, err := tomlFiles(args)
	if err != nil {
		return exitFailed, err
	}
	if !write && !check && len(paths) > 1 {
		return exitFailed, fmt.Errorf("these are %d files, and only one is printed: say --write or --check", len(paths))
	}
	code, results := exitFine, []layoutResult{}
	for _, path := range paths {
		result, err := layOut(path, write, check)
		if err != nil {
			return exitFailed, err
		}
		if len(result.Problems) > 0 || check && result.Changed {
			code = exitFound
		}
		results = append(results, result)
	}
	var errors outputLimit
	for i := range results {
		r := &results[i]
		shown, more := limited(&errors, r.Problems)
		r.Problems, r.More = shown, r.More+more
	}
	if wantsJSON(cmd) {
		return code, printJSON(cmd.OutOrStdout(), results)
	}
	printLayouts(cmd, results)
	return code, nil
}

// tomlFiles returns the files at paths, and those in directories at paths, each once.
func tomlFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, strategyfile.PathError(path, err)
		}
		below := []string{path}
		if info.IsDir() {
			if below, err = tomlFilesIn(path); err != nil {
				return nil, err
			}
		}
		for _, file := range below {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, nil
}

func tomlFilesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && strategyfile.IsMember(name) {
			files = append(files, filepath.Join(dir, name))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no *.toml file in %s", dir)
	}
	return files, nil
}

func layOut(path string, write, check bool) (layoutResult, error) {
	result := layoutResult{Path: path}
	data, err := os.ReadFile(path)
	if err != nil {
		return result, err
	}
	laid, err := format.Source(path, data)
	var problems *document.Diagnostics
	if errors.As(err, &problems) {
		result.Problems, result.More = problems.List, problems.More
		return result, nil
	}
	if err != nil {
		return result, err
	}
	result.Changed = string(laid) != string(data)
	switch {
	case write && result.Changed:
		result.Written = true
		return result, atomicfile.Replace(path, laid)
	case !write && !check:
		text := string(laid)
		result.Text = &text
	}
	return result, nil
}

func printLayouts(cmd *cobra.Command, results []layoutResult) {
	out, errs := cmd.OutOrStdout(), cmd.ErrOrStderr()
	for _, r := range results {
		printer{w: errs, paint: paintFor(errs)}.diagnostics("error", r.Problems, r.More)
		switch {
		case r.Text != nil:
			fmt.Fprint(out, *r.Text)
		case r.Changed:
			fmt.Fprintln(out, printable(r.Path))
		}
	}
}
