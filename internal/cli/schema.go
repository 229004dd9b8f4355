package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/strategy/schema"
)

func schemaCommand() *cobra.Command {
	c := command("schema", "Prints a JSON Schema of strategies, for editors", `
Prints the JSON Schema (draft 4) of strategy files. An editor with Taplo or Tombi
completes and checks keys by it in a file that begins with
"#:schema ./discount.schema.json". What a strategy means as a whole it does not
check. With --tests it is the schema of *.test.toml files. The output is JSON with
and without --json.`,
		"  caddy discount schema > discount.schema.json\n  caddy discount schema --tests > discount.test.schema.json", noArguments, runSchema)
	c.Flags().Bool("tests", false, "The schema of files of tests")
	return c
}

func runSchema(cmd *cobra.Command, _ []string) (int, error) {
	of := schema.Strategy
	if tests, _ := cmd.Flags().GetBool("tests"); tests { // the only error is a flag that is not defined
		of = schema.Tests
	}
	text, err := of()
	if err != nil {
		return exitFailed, err
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", text); err != nil {
		return exitFailed, fmt.Errorf("writing the result: %w", err)
	}
	return exitFine, nil
}
