package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// This file prevents texts from files and requests from acting on the terminal of the reader.

// printable is a text without what a terminal would act on.
func printable(text string) string {
	return strings.Map(shownAs, text)
}

// printableLines is a text of several lines without what a terminal would act on.
func printableLines(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return shownAs(r)
	}, text)
}

// printableJSON is JSON of the same meaning, with what a terminal would act on written as
// \u and its number. Such characters are in its texts alone.
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

// printablef is [fmt.Sprintf] with texts that are made printable. Colours belong into the format.
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

// printableError is an error as a person may read it on a terminal.
type printableError struct{ error }

func (e printableError) Error() string { return printableLines(e.error.Error()) }

// Unwrap is the error as it is.
func (e printableError) Unwrap() error { return e.error }
