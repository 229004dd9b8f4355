package discount

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/strategy"
)

func exportCommand() *cobra.Command {
	c := command("export PATH", "Writes the meaning of a strategy, which its fingerprint is made of", `
Writes the meaning of a strategy as canonical JSON (RFC 8785): keys sorted, no
space, defaults left out, and no newline at the end. The SHA-256 of exactly these
bytes is the fingerprint that the logs, the admin API and the header
X-Discount-Strategy show. Comments, order and layout of the file do not change
it; any change of meaning does.

PATH is a file, or a directory of *.toml files. With --json the bytes come as
the member "strategy" of an object with their version and fingerprint.`,
		`  caddy discount export config/discount.toml | sha256sum
  caddy discount export config/discount.toml --env staging > staging.json`, onePath, runExportStrategy)
	addEnvFlag(c)
	return c
}

// exported is what export --json prints.
type exported struct {
	Path     string          `json:"path"`
	Env      string          `json:"env,omitempty"`
	Version  string          `json:"version"`
	SHA256   string          `json:"sha256"`
	Strategy json.RawMessage `json:"strategy"`
}

func runExportStrategy(cmd *cobra.Command, args []string) (int, error) {
	m, err := modelAt(cmd, args[0])
	if err != nil {
		return exitFailed, err
	}
	meaning := m.Canonical()
	if wantsJSON(cmd) {
		sum := sha256.Sum256(meaning)
		return exitFine, printJSON(cmd.OutOrStdout(), exported{
			Path: args[0], Env: flag(cmd, "env"), Version: strategy.Compile(m).Version(),
			SHA256: hex.EncodeToString(sum[:]), Strategy: meaning,
		})
	}
	if _, err := cmd.OutOrStdout().Write(meaning); err != nil {
		return exitFailed, fmt.Errorf("writing the result: %w", err)
	}
	return exitFine, nil
}
