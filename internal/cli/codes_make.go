package cli

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	shuffle "math/rand/v2"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
)

// codeCharacters are those of codes for a file: no vowels, so that no code is a word, and none that
// looks like another.
const codeCharacters = "23456789BCDFGHJKMNPQRSTVWXYZ"

// The lengths of codes for a file.
const (
	usualCodeLength    = 12
	shortestCodeLength = 8
	longestCodeLength  = 32
)

// rareCodes is the least number of possible codes for each code, so that trying codes out is in
// vain.
const rareCodes = 1_000_000

func codesMakeCommand() *cobra.Command {
	c := command("make", "Makes new codes", `
Makes codes from the random numbers of the system, one a line: for the file of a set
of codes, or with --signed such that carry a signature and need no file. Codes for a
file have no vowels, and no character that looks like another.

A code with a signature is a serial number and a signature of it by the key of the
set, code_key in the Caddyfile. The serial numbers follow one another from a random
one, which is printed, or from --first: codes of two runs whose numbers overlap are
the same codes.`,
		`  caddy discount codes make --count 10000 --out welcome.codes
  caddy discount codes make --count 10000 --signed --set welcome --key-env CODE_KEY --out letters.txt`, noArguments, runCodesMake)
	c.Flags().IntP("count", "n", 1, "How many codes")
	c.Flags().Int("length", 0, fmt.Sprintf("How many characters a code has; default: %d, or %d with --signed", usualCodeLength, strategy.MinSignedCode))
	c.Flags().Bool("signed", false, "Make codes that carry a signature")
	c.Flags().String("set", "", "The NAME of the table [codes.NAME], which is a part of a signature")
	c.Flags().Int64("first", 0, "The first serial number of codes with a signature; default: a random one")
	addCodeKeyFlags(c)
	addCodesOutFlags(c)
	return c
}

// madeCodes is the result of codes make.
type madeCodes struct {
	Set string `json:"set,omitempty"`
	writtenCodes
	First *uint32 `json:"first,omitempty"` // serial numbers
	Last  *uint32 `json:"last,omitempty"`
}

func runCodesMake(cmd *cobra.Command, _ []string) (int, error) {
	count, _ := cmd.Flags().GetInt("count") // a defined flag has no error
	signed, _ := cmd.Flags().GetBool("signed")
	if count < 1 || count > strategy.MaxCodes {
		return exitFailed, fmt.Errorf("--count is %d, want 1 to %d", count, strategy.MaxCodes)
	}
	result := &madeCodes{Set: flag(cmd, "set")}
	of := result.random
	if signed {
		of = result.signed
	}
	codes, err := of(cmd, count)
	if err == nil {
		err = result.write(cmd, codes)
	}
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), result)
	}
	result.print(cmd)
	return exitFine, nil
}

// print says what was made, beside the codes themselves.
func (m *madeCodes) print(cmd *cobra.Command) {
	w := cmd.ErrOrStderr()
	if m.Path != "" {
		w = cmd.OutOrStdout()
		fmt.Fprintf(w, "wrote %s to %s\n", brief.Count(m.Count, "code"), printable(m.Path))
	}
	if m.First != nil {
		fmt.Fprintf(w, "serial numbers %d to %d: the next ones are made with --first %d\n", *m.First, *m.Last, *m.Last+1)
	}
}

// random makes codes for a file, all different.
func (m *madeCodes) random(cmd *cobra.Command, count int) ([]string, error) {
	length, err := codeLength(cmd, usualCodeLength, shortestCodeLength, longestCodeLength)
	if err != nil {
		return nil, err
	}
	if enough := lengthFor(count); length < enough {
		return nil, fmt.Errorf("--length is %d, want %d or more for so many codes: with fewer, codes can be found by trying", length, enough)
	}
	random, made, codes := bufio.NewReader(rand.Reader), make(map[string]struct{}, count), make([]string, 0, count)
	for len(codes) < count {
		code, err := randomCode(random, length)
		if err != nil {
			return nil, fmt.Errorf("making a code: %w", err)
		}
		if _, again := made[code]; !again {
			made[code] = struct{}{}
			codes = append(codes, code)
		}
	}
	return codes, nil
}

// randomCode makes a code for a file. All are as likely.
func randomCode(random io.ByteReader, length int) (string, error) {
	code := make([]byte, 0, length)
	for len(code) < length {
		b, err := random.ReadByte()
		if err != nil {
			return "", err
		}
		if at := int(b & 31); at < len(codeCharacters) {
			code = append(code, codeCharacters[at])
		}
	}
	return string(code), nil
}

// lengthFor is the least length with which there are enough possible codes for each code.
func lengthFor(count int) int {
	length := 0
	for possible := int64(1); possible < int64(count)*rareCodes; length++ {
		possible *= int64(len(codeCharacters))
	}
	return length
}

func codeLength(cmd *cobra.Command, usual, least, most int) (int, error) {
	length, _ := cmd.Flags().GetInt("length") // a defined flag has no error
	if length == 0 {
		return usual, nil
	}
	if length < least || length > most {
		return 0, fmt.Errorf("--length is %d, want %d to %d", length, least, most)
	}
	return length, nil
}

// signed makes codes that carry a signature.
func (m *madeCodes) signed(cmd *cobra.Command, count int) ([]string, error) {
	if m.Set == "" {
		return nil, errors.New("--set is missing: the NAME of the table [codes.NAME]")
	}
	length, err := codeLength(cmd, strategy.MinSignedCode, strategy.MinSignedCode, strategy.MaxSignedCode)
	if err != nil {
		return nil, err
	}
	key, err := codeKey(cmd)
	if err == nil && key == nil {
		err = errors.New("--key-env or --key-file is missing: the key of the set, code_key in the Caddyfile")
	}
	if err != nil {
		return nil, err
	}
	keys, err := keysOfSets(key, m.Set)
	if err != nil {
		return nil, err
	}
	first, err := firstSerial(cmd, count)
	if err != nil {
		return nil, err
	}
	codes := make([]string, count)
	for i := range codes {
		if codes[i], err = keys.Sign(m.Set, first+uint32(i), length); err != nil {
			return nil, err
		}
	}
	last := first + uint32(count-1)
	m.First, m.Last = &first, &last
	// Neighbours have no neighbouring numbers.
	shuffle.Shuffle(count, func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	return codes, nil
}

// firstSerial is the first of as many serial numbers.
func firstSerial(cmd *cobra.Command, count int) (uint32, error) {
	highest := int64(strategy.MaxSerial - (count - 1))
	first, _ := cmd.Flags().GetInt64("first") // a defined flag has no error
	if cmd.Flags().Changed("first") {
		if first < 0 || first > highest {
			return 0, fmt.Errorf("--first is %d, want 0 to %d for so many codes", first, highest)
		}
		return uint32(first), nil
	}
	n, err := rand.Int(rand.Reader, big.NewInt(highest+1))
	if err != nil {
		return 0, fmt.Errorf("choosing a serial number: %w", err)
	}
	return uint32(n.Int64()), nil
}
