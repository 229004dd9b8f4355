package cli

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

func codesCheckCommand() *cobra.Command {
	c := command("check PATH [CODE...]", "Checks a file of codes, or codes against a strategy", `
With a file of codes it finds what is wrong with it: codes that are there twice and lines
that are no codes. It warns of codes that look like others. It names lines, and no code.

With a strategy, a *.toml file or a directory, it lists the sets of codes. With codes,
too, it says which sets each of them is of; - reads them from the standard input, one
a line, so that no list of processes shows them. Codes that carry a signature are
looked up with the key of the flags. Whether a code is used up only a gateway knows.

Exits with 2 if something is wrong, or if a code is of no set. A warning is no mistake.`,
		`  caddy discount codes check welcome.codes
  caddy discount codes check config
  caddy discount codes check config --key-env CODE_KEY - < codes.txt`, somePaths, runCodesCheck)
	addEnvFlag(c)
	addCodeKeyFlags(c)
	c.Flags().Bool("exact", false, `For a strategy with coupon_case = "exact": codes that differ in case are different`)
	return c
}

func runCodesCheck(cmd *cobra.Command, args []string) (int, error) {
	isStrategy, err := leadsToStrategy(args[0])
	switch {
	case err != nil:
		return exitFailed, err
	case isStrategy:
		return checkAgainstStrategy(cmd, args[0], args[1:])
	case len(args) > 1:
		return exitFailed, fmt.Errorf("%s is a file of codes, want a strategy to check codes against", args[0])
	}
	return checkCodesFile(cmd, args[0])
}

// leadsToStrategy reports whether a path is that of a strategy: a directory or a *.toml file.
func leadsToStrategy(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, strategyfile.PathError(path, err)
	}
	return info.IsDir() || strings.HasSuffix(path, strategyfile.Suffix), nil
}

// checkedCodes is the result of codes check of a file.
type checkedCodes struct {
	Path     string                `json:"path"`
	Fine     bool                  `json:"fine"` // the exit code is 0
	Count    int                   `json:"count"`
	SHA256   string                `json:"sha256,omitempty"` // as in the canonical form of a strategy
	Errors   []document.Diagnostic `json:"errors"`
	Warnings []document.Diagnostic `json:"warnings"`
}

func checkCodesFile(cmd *cobra.Command, path string) (int, error) {
	data, err := readCodesFile(path)
	if err != nil {
		return exitFailed, err
	}
	exact, _ := cmd.Flags().GetBool("exact") // a defined flag has no error
	found := strategy.ReadCodes(strategy.Source{Name: path, Data: data}, exact)
	result := checkedCodes{Path: path, Fine: len(found.Problems) == 0, Count: found.Count, Errors: found.Problems, Warnings: found.Warnings}
	if result.Fine {
		result.SHA256 = hex.EncodeToString(found.SHA256[:])
	}
	if wantsJSON(cmd) {
		err = printJSON(cmd.OutOrStdout(), result)
	} else {
		result.print(cmd.OutOrStdout())
	}
	switch {
	case err != nil:
		return exitFailed, err
	case !result.Fine:
		return exitFound, nil
	}
	return exitFine, nil
}

func (c *checkedCodes) print(w io.Writer) {
	p := printer{w: w, paint: paintFor(w)}
	p.diagnostics("error", c.Errors, 0)
	p.diagnostics("warning", c.Warnings, 0)
	if c.Fine {
		p.line("%s: %s, sha256 %s", printable(c.Path), brief.Count(c.Count, "code"), c.SHA256)
	}
}

// readCodesFile reads a file that may be one of codes.
func readCodesFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, strategyfile.PathError(path, err)
	}
	if info.Size() > strategy.MaxCodesSize {
		return nil, fmt.Errorf("%s has %d bytes, want at most %d", path, info.Size(), strategy.MaxCodesSize)
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, strategyfile.PathError(path, err)
	}
	return data, nil
}

// codesOfStrategy is the result of codes check of a strategy.
type codesOfStrategy struct {
	Path string       `json:"path"`
	Env  string       `json:"env,omitempty"`
	Sets []setOfCodes `json:"sets"`
	Each []codeInSets `json:"codes,omitempty"`
	Fine bool         `json:"fine"` // the exit code is 0

	// NoKey are the sets with signatures that were not looked into, since no key is given.
	NoKey []string `json:"no_key,omitempty"`
}

type setOfCodes struct {
	Name   string `json:"name"`
	Signed bool   `json:"signed"`
	Count  int    `json:"count,omitempty"` // of codes, unless they are signed
	Uses   int64  `json:"uses"`
}

// codeInSets is a code that was checked, by its place among those that were given, from 1.
type codeInSets struct {
	Number int      `json:"number"`
	Sets   []string `json:"sets"`
}

func checkAgainstStrategy(cmd *cobra.Command, path string, codes []string) (int, error) {
	m, err := modelAt(cmd, path)
	if err != nil {
		return exitFailed, err
	}
	s := strategy.Compile(m)
	key, err := codeKey(cmd)
	if err != nil {
		return exitFailed, err
	}
	keys, err := keysOfSets(key, s.SignedCodes()...)
	if err != nil {
		return exitFailed, err
	}
	if codes, err = givenCodes(cmd, codes); err != nil {
		return exitFailed, err
	}
	result := codesOfStrategy{Path: path, Env: flag(cmd, "env"), Sets: []setOfCodes{}, Fine: true}
	for _, set := range s.CodeSets() {
		result.Sets = append(result.Sets, setOfCodes(set))
	}
	for i, code := range codes {
		one := codeInSets{Number: i + 1, Sets: append([]string{}, s.SetsOf(code, keys)...)}
		result.Each, result.Fine = append(result.Each, one), result.Fine && len(one.Sets) > 0
	}
	if keys == nil && len(codes) > 0 {
		result.NoKey = s.SignedCodes()
	}
	code := exitFine
	if !result.Fine {
		code = exitFound
	}
	if wantsJSON(cmd) {
		return code, printJSON(cmd.OutOrStdout(), result)
	}
	result.print(cmd.OutOrStdout())
	return code, nil
}

// givenCodes are the codes of the arguments; - stands for the lines of the standard input.
func givenCodes(cmd *cobra.Command, args []string) ([]string, error) {
	var codes []string
	for _, arg := range args {
		if arg != "-" {
			codes = append(codes, arg)
			continue
		}
		lines := bufio.NewScanner(cmd.InOrStdin())
		for lines.Scan() {
			if line := strings.TrimSpace(lines.Text()); line != "" {
				codes = append(codes, line)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("reading the standard input: %w", err)
		}
	}
	if len(args) > 0 && len(codes) == 0 {
		return nil, errors.New("the standard input has no codes")
	}
	return codes, nil
}

func (c *codesOfStrategy) print(w io.Writer) {
	if len(c.Each) > 0 {
		t := table{flush: true}
		for _, one := range c.Each {
			of := "of no set"
			if len(one.Sets) > 0 {
				of = "of " + printable(strings.Join(one.Sets, ", "))
			}
			t.add(fmt.Sprintf("code %d", one.Number), of)
		}
		fmt.Fprint(w, t.String())
		if len(c.NoKey) > 0 {
			fmt.Fprintf(w, "without --key-env or --key-file no code of %s is known\n", printable(strings.Join(c.NoKey, ", ")))
		}
		return
	}
	if len(c.Sets) == 0 {
		fmt.Fprintln(w, "the strategy has no sets of codes")
		return
	}
	t := table{flush: true}
	for _, set := range c.Sets {
		count := brief.Count(set.Count, "code")
		if set.Signed {
			count = "signed"
		}
		t.add(printable(set.Name), count, "for "+brief.Count(int(set.Uses), "order")+" each")
	}
	fmt.Fprint(w, t.String())
}
