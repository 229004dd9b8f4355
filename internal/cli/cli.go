// Package cli is `caddy discount`: what operators do with strategies at a terminal. One
// file is one command.
package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

// What the commands exit with.
const (
	exitFine   = 0
	exitFailed = 1 // it could not be done
	exitFound  = 2 // it was done, and found something
)

// Register adds `caddy discount` to the commands of Caddy.
func Register() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:  "discount",
		Usage: "<command>",
		Short: "Manage discount strategies",
		Long: `
What operators do with the strategies of the discount handler: check one before
it is saved where it is watched, ask why a cart is priced as it is, see what went
into service and why, and put an earlier content back.

Every command takes --json. Results go to the standard output and errors to the
standard error output. The exit code is 0 if all is fine, 1 if the command could
not do its work, and 2 if it found something: an invalid file, a changed log.`,
		CobraFunc: func(cmd *cobra.Command) {
			cmd.AddCommand(
				benchCommand(), checkCommand(), diffCommand(), explainCommand(), exportCommand(), fmtCommand(),
				initCommand(), logCommand(), mapCommand(), publishCommand(), rollbackCommand(), schemaCommand(), testCommand(),
			)
			cmd.RunE = runNone
			cmd.FParseErrWhitelist.UnknownFlags = true // of a command that does not exist
		},
	})
}

// runNone is for a command that is missing or does not exist.
func runNone(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args[0])
}

func unknownCommand(cmd *cobra.Command, typed string) error {
	cmd.SuggestionsMinimumDistance = 2
	hint := ""
	if meant := cmd.SuggestionsFor(typed); len(meant) > 0 {
		hint = ", did you mean " + strings.Join(meant, " or ") + "?"
	}
	return fmt.Errorf("unknown command %q%s (%s --help lists them)", typed, hint, cmd.CommandPath())
}

// command makes a subcommand of which run returns an exit code.
func command(use, short, long, example string, args cobra.PositionalArgs, run func(cmd *cobra.Command, args []string) (int, error)) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Example: example, Args: args}
	c.Flags().Bool("json", false, "Print the result as JSON")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return caddycmd.WrapCommandFuncForCobra(func(caddycmd.Flags) (int, error) {
			code, err := run(cmd, args)
			if invalid := invalidIn(err); len(invalid) > 0 {
				code, err = exitFound, printInvalid(cmd, invalid)
			}
			if err != nil {
				err = printableError{err}
			}
			if code == exitFound {
				cmd.SilenceErrors = true // what was found has been said
			}
			return code, err
		})(cmd, args)
	}
	return c
}

// noArguments is for a command that takes none, or has commands below it.
func noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return unknownCommand(cmd, args[0])
	}
	return fmt.Errorf("%q is given, %s takes no argument (%[2]s --help lists its flags)", args[0], cmd.CommandPath())
}

// flag is the value of a text flag.
func flag(cmd *cobra.Command, name string) string {
	value, _ := cmd.Flags().GetString(name) // the only error is a flag that is not defined
	return value
}

// wantsJSON reports whether --json was given.
func wantsJSON(cmd *cobra.Command) bool {
	on, _ := cmd.Flags().GetBool("json")
	return on
}

// printJSON writes a result for programs. A person may look at it on a terminal.
func printJSON(w io.Writer, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	if err == nil {
		_, err = w.Write(printableJSON(text.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
