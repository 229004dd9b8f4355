package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// This file keeps control characters in texts from files and requests away from the terminal.

// printable returns a text with each character that is not printable replaced by U+FFFD.
func printable(text string) string {
	return strings.Map(shownAs, text)
}

// printableLines is printable for a text of several lines. It keeps line feeds and tabs.
func printableLines(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return shownAs(r)
	}, text)
}

// printableJSON returns JSON of the same meaning, with characters that are not graphic written as
// \u escapes. Such characters occur only in its strings.
func printableJSON(text []byte) []byte {
	shown := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch {
		case r == '\n' || r == '\t' || unicode.IsGraphic(r):
			shown = utf8.AppendRune(shown, r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			shown = fmt.Appendf(shown, `\u%04x\u%04x`, high, low)
		default:
			shown = fmt.Appendf(shown, `\u%04x`, r)
		}
	}
	return shown
}

func shownAs(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// printablef is [fmt.Sprintf] that makes strings, errors and stringers among its arguments
// printable. Colours belong in the format.
func printablef(format string, args ...any) string {
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = printable(arg)
		case error:
			args[i] = printableLines(arg.Error())
		case fmt.Stringer:
			args[i] = printable(arg.String())
		}
	}
	return fmt.Sprintf(format, args...)
}

// printableError is an error with a printable text.
type printableError struct{ error }

func (e printableError) Error() string { return printableLines(e.error.Error()) }

// Unwrap returns the original error.
func (e printableError) Unwrap() error { return e.error }
