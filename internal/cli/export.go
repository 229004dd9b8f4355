package cli

import (
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

With --texts it writes what the rules say to people instead: their titles,
descriptions, tags and meta, which have no part in the fingerprint and a digest
of their own, the SHA-256 of exactly these bytes.

PATH is a file, or a directory of *.toml files. With --json the bytes come as
the member "strategy" of an object with their version and fingerprint, and as
the member "texts" with their digest.`,
		`  caddy discount export config/discount.toml | sha256sum
  caddy discount export config/discount.toml --env staging > staging.json`, onePath, runExportStrategy)
	addEnvFlag(c)
	c.Flags().Bool("texts", false, "Write the texts of rules instead of the meaning")
	return c
}

// exported is what export --json prints.
type exported struct {
	Path     string          `json:"path"`
	Env      string          `json:"env,omitempty"`
	Version  string          `json:"version"`
	SHA256   string          `json:"sha256"`
	Strategy json.RawMessage `json:"strategy"`

	TextsSHA256 string          `json:"texts_sha256,omitempty"`
	Texts       json.RawMessage `json:"texts,omitempty"`
}

func runExportStrategy(cmd *cobra.Command, args []string) (int, error) {
	m, err := modelAt(cmd, args[0])
	if err != nil {
		return exitFailed, err
	}
	meaning := m.Canonical()
	if wantsJSON(cmd) {
		s := strategy.Compile(m)
		sum := s.Fingerprint()
		result := exported{
			Path: args[0], Env: flag(cmd, "env"), Version: s.Version(),
			SHA256: hex.EncodeToString(sum[:]), Strategy: meaning,
		}
		if digest, ok := s.TextsDigest(); ok {
			result.TextsSHA256, result.Texts = hex.EncodeToString(digest[:]), m.Texts()
		}
		return exitFine, printJSON(cmd.OutOrStdout(), result)
	}
	if texts, _ := cmd.Flags().GetBool("texts"); texts { // a defined flag has no error
		meaning = m.Texts()
	}
	if _, err := cmd.OutOrStdout().Write(meaning); err != nil {
		return exitFailed, fmt.Errorf("writing the result: %w", err)
	}
	return exitFine, nil
}
