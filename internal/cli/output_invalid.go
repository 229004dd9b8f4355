package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy/document"
)

// invalidFiles is the error of a command for a strategy, or tests, that are not valid. The command
// cannot do its work, and exits with exitFound.
type invalidFiles struct {
	path     string
	problems []document.Diagnostic
	more     int // how many are not in problems
}

func (e *invalidFiles) Error() string {
	return fmt.Sprintf("%s in %s", brief.Count(len(e.problems)+e.more, "error"), e.path)
}

// foundIn turns the diagnostics of the files at a path into an *[invalidFiles]. It returns any
// other error unchanged.
func foundIn(path string, err error) error {
	var found *document.Diagnostics
	if errors.As(err, &found) {
		return &invalidFiles{path: path, problems: found.List, more: found.More}
	}
	return err
}

// invalidIn returns the errors for invalid files in err; nil if err has any other error.
func invalidIn(err error) []*invalidFiles {
	all := []error{err}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		all = joined.Unwrap()
	}
	var list []*invalidFiles
	for _, err := range all {
		var one *invalidFiles
		if !errors.As(err, &one) {
			return nil
		}
		list = append(list, one)
	}
	return list
}

// printInvalid prints the diagnostics of files as the command check does: JSON to the standard
// output, and text to the standard error output.
func printInvalid(cmd *cobra.Command, list []*invalidFiles) error {
	var errors outputLimit
	for _, files := range list {
		shown, more := limited(&errors, files.problems)
		files.problems, files.more = shown, files.more+more
	}
	if wantsJSON(cmd) {
		var all []document.Diagnostic
		more := 0
		for _, files := range list {
			all = append(all, files.problems...)
			more += files.more
		}
		return printJSON(cmd.OutOrStdout(), struct {
			Fine   bool                  `json:"fine"`
			Errors []document.Diagnostic `json:"errors"`
			More   int                   `json:"more_errors,omitempty"`
		}{Errors: all, More: more})
	}
	w := cmd.ErrOrStderr()
	p := printer{w: w, paint: paintFor(w)}
	for _, files := range list {
		p.diagnostics("error", files.problems, files.more)
		p.line("%s", printable(files.Error()))
	}
	return nil
}
