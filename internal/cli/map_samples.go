package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/strategyfile"
)

// sample is an order in a file.
type sample struct {
	source
	body []byte
}

// mostSampleBytes bounds a file of samples, in bytes.
const mostSampleBytes = 64 << 20

// samplesIn returns the orders in files.
func samplesIn(cmd *cobra.Command, files []string) ([]sample, error) {
	var all []sample
	for _, file := range files {
		name, text, err := readSamples(cmd, file)
		if err != nil {
			return nil, fmt.Errorf("reading the orders: %w", err)
		}
		found, err := splitSamples(name, text)
		if err != nil {
			return nil, fmt.Errorf("reading the orders: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func readSamples(cmd *cobra.Command, file string) (name string, text []byte, err error) {
	from, name := cmd.InOrStdin(), "standard input"
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return file, nil, strategyfile.PathError(file, err)
		}
		defer f.Close() // nothing was written
		from, name = f, file
	}
	text, err = io.ReadAll(io.LimitReader(from, mostSampleBytes+1))
	switch {
	case err != nil:
		return name, nil, strategyfile.PathError(name, err)
	case len(text) > mostSampleBytes:
		return name, nil, fmt.Errorf("%s: is longer than %d bytes", name, mostSampleBytes)
	}
	return name, text, nil
}

// splitSamples returns the orders in a text, which is one order or has one on each line.
func splitSamples(name string, text []byte) ([]sample, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if json.Valid(text) {
		return []sample{{source{name: name}, text}}, nil
	}
	var all []sample
	at := 0
	for line := range bytes.Lines(text) {
		at++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if !json.Valid(line) {
			if at == 1 || len(all) == 0 {
				return nil, syntaxError(source{name: name}, text)
			}
			return nil, syntaxError(source{name, at}, line)
		}
		all = append(all, sample{source{name, at}, line})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: is empty, want an order as JSON", name)
	}
	return all, nil
}

// syntaxError returns the error for a text that is not JSON, with the position.
func syntaxError(from source, text []byte) error {
	var syntax *json.SyntaxError
	var value any
	if err := json.Unmarshal(text, &value); errors.As(err, &syntax) {
		return fmt.Errorf("%s: is no JSON: %w", from.at(text, int(max(syntax.Offset-1, 0))), err)
	}
	return fmt.Errorf("%s: is no JSON", from)
}
