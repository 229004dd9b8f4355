package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy/document"
)

// invalidFiles is the error of a command that was given a strategy, or tests, that
// are not valid: it found something, and could not do its work.
type invalidFiles struct {
	path     string
	problems []document.Diagnostic
	more     int // that are not in problems
}

func (e *invalidFiles) Error() string {
	return fmt.Sprintf("%s in %s", brief.Count(len(e.problems)+e.more, "error"), e.path)
}

// foundIn makes what is wrong with the files at a path an error of a command; any
// other error stays as it is.
func foundIn(path string, err error) error {
	var found *document.Diagnostics
	if errors.As(err, &found) {
		return &invalidFiles{path: path, problems: found.List, more: found.More}
	}
	return err
}

// invalidIn are the errors of files that are not valid, if err is nothing else.
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

// printInvalid says what is wrong with files as check does: for programs among the
// results, and for a person among the errors.
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
