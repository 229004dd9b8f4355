// Package cli implements `caddy discount`, the commands with which operators manage strategies at
// a terminal. The names of the files of a command begin with the name of the command.
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

// The exit codes of the commands.
const (
	exitFine   = 0
	exitFailed = 1 // the command could not do its work
	exitFound  = 2 // the command found something, such as an invalid file
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
into service and why, put an earlier content back, and see and change what was
counted of quotas.

Every command takes --json. Results go to the standard output and errors to the
standard error output. The exit code is 0 if all is fine, 1 if the command could
not do its work, and 2 if it found something: an invalid file, a changed log.`,
		CobraFunc: func(cmd *cobra.Command) {
			cmd.AddCommand(
				benchCommand(), checkCommand(), codesCommand(), diffCommand(), explainCommand(), exportCommand(), fmtCommand(),
				initCommand(), logCommand(), mapCommand(), publishCommand(), quotasCommand(), reservationsCommand(), rollbackCommand(), schemaCommand(), testCommand(),
			)
			cmd.RunE = runNone
			cmd.FParseErrWhitelist.UnknownFlags = true // of a command that does not exist
		},
	})
}

// runNone runs where the command is missing or does not exist.
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

// command makes a subcommand. Its function run returns the exit code.
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
				cmd.SilenceErrors = true // run has printed what it found
			}
			return code, err
		})(cmd, args)
	}
	return c
}

// noArguments refuses arguments. It is for commands that take none or have subcommands.
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

// printJSON writes a result as JSON, safe to show on a terminal.
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
