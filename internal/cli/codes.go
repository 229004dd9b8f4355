package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/strategy"
)

func codesCommand() *cobra.Command {
	c := command("codes COMMAND", "Makes, checks and imports codes that customers redeem", `
Makes codes for the sets of a strategy, the tables [codes.NAME], checks them, and
takes over those of another system. A code is worth money to everyone who reads it:
files of codes are written for their owner alone, and no message has a code.`,
		"", noArguments, func(cmd *cobra.Command, _ []string) (int, error) { return exitFine, cmd.Help() })
	c.AddCommand(codesMakeCommand(), codesCheckCommand(), codesImportCommand())
	return c
}

// addCodesOutFlags adds the flags for where codes are written.
func addCodesOutFlags(c *cobra.Command) {
	c.Flags().StringP("out", "o", "", "The file to write, for its owner alone (mode 0600); default: the standard output")
	c.Flags().Bool("force", false, "Replace the file if it is there")
}

// addCodeKeyFlags adds the flags for the key of codes that carry a signature.
func addCodeKeyFlags(c *cobra.Command) {
	c.Flags().String("key-env", "", "The environment variable with the key of code_key, as {env.…} in the Caddyfile")
	c.Flags().String("key-file", "", "The file with the key of code_key, as {file.…} in the Caddyfile")
}

// codeKey returns the key of the flags; nil if there is none. No error has a part of it.
func codeKey(cmd *cobra.Command) ([]byte, error) {
	env, file := flag(cmd, "key-env"), flag(cmd, "key-file")
	var text string
	switch {
	case env != "" && file != "":
		return nil, errors.New("--key-env and --key-file are given, want one of them")
	case env != "":
		if text = os.Getenv(env); text == "" {
			return nil, fmt.Errorf("--key-env: the environment variable %s is empty", env)
		}
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--key-file: %w", err)
		}
		text = string(data)
	default:
		return nil, nil
	}
	key, err := assertion.ReadSecret(text)
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	return key, nil
}

// keysOfSets returns one key as that of some sets; nil without a key.
func keysOfSets(key []byte, sets ...string) (*strategy.CodeKeys, error) {
	if key == nil {
		return nil, nil
	}
	keys := make(map[string][]byte, len(sets))
	for _, set := range sets {
		keys[set] = key
	}
	return strategy.NewCodeKeys(keys)
}

// writtenCodes is where codes were written.
type writtenCodes struct {
	Path  string   `json:"path,omitempty"`
	Count int      `json:"count"`
	Codes []string `json:"codes,omitempty"` // without a path
}

// write writes codes, one a line, to the file of the flags, or to the standard output unless it
// is for JSON.
func (w *writtenCodes) write(cmd *cobra.Command, codes []string) error {
	w.Path, w.Count = flag(cmd, "out"), len(codes)
	var text bytes.Buffer
	for _, code := range codes {
		text.WriteString(code + "\n")
	}
	switch {
	case w.Path != "":
		force, _ := cmd.Flags().GetBool("force") // a defined flag has no error
		return writeCodes(w.Path, text.Bytes(), force)
	case wantsJSON(cmd):
		w.Codes = codes
		return nil
	}
	if _, err := io.Copy(cmd.OutOrStdout(), &text); err != nil {
		return fmt.Errorf("writing the codes: %w", err)
	}
	return nil
}

// codesMode lets the owner of a file of codes read it, and no one else.
const codesMode = 0o600

// writeCodes writes a file of codes. It overwrites one only if replace is true.
func writeCodes(path string, data []byte, replace bool) error {
	if !replace {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, codesMode)
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s is there already, and is not overwritten without --force", path)
		}
		if err != nil {
			return fmt.Errorf("writing the codes: %w", err)
		}
		if err := atomicfile.Fill(f, data, codesMode, nil); err != nil {
			return fmt.Errorf("writing the codes: %w", errors.Join(err, os.Remove(path)))
		}
		return atomicfile.SyncDir(filepath.Dir(path))
	}
	next, err := atomicfile.CreateBeside(path, data, codesMode, nil)
	if err != nil {
		return fmt.Errorf("writing the codes: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("writing the codes: %w", errors.Join(err, os.Remove(next)))
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}
