package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/sheet"
)

func codesImportCommand() *cobra.Command {
	c := command("import FILE", "Takes over the codes of another system", `
Reads a spreadsheet (CSV, in the encodings and with the separators that spreadsheets
have) and writes its codes into a file of codes, one a line. The codes are in the
column --column, or in the one that is named like codes, or in the only one.

What cannot be taken over is left out and reported by its line: a code that an earlier
line has, also in another case unless --exact is given, what is no code, and a first
line that looks like the name of the column, since it alone has no digit. Exits with 2
if something was left out.`,
		`  caddy discount codes import export.csv --out welcome.codes
  caddy discount codes import export.csv --column "Gutschein" --out welcome.codes`, oneCodesFile, runCodesImport)
	c.Flags().String("column", "", "The name of the column with the codes, or its letter as spreadsheets count, such as C")
	c.Flags().Bool("exact", false, `For a strategy with coupon_case = "exact": codes that differ in case are different`)
	addCodesOutFlags(c)
	return c
}

// oneCodesFile requires one argument, a file with codes.
func oneCodesFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return fmt.Errorf("%d arguments are given, want one FILE: a spreadsheet with codes", len(args))
	}
	return nil
}

// importedCodes is the result of codes import.
type importedCodes struct {
	Source string `json:"source"`
	writtenCodes
	LeftOut []leftOutRow `json:"left_out"`
	More    int          `json:"more_left_out,omitempty"` // that are not listed
}

// leftOutRow is a row whose code was not taken over.
type leftOutRow struct {
	Row    int    `json:"row"`
	Reason string `json:"reason"`
}

func runCodesImport(cmd *cobra.Command, args []string) (int, error) {
	data, err := readCodesFile(args[0])
	if err != nil {
		return exitFailed, err
	}
	result := importedCodes{Source: args[0], LeftOut: []leftOutRow{}}
	exact, _ := cmd.Flags().GetBool("exact") // a defined flag has no error
	codes, err := result.read(data, flag(cmd, "column"), exact)
	if err == nil {
		err = result.write(cmd, codes)
	}
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		err = printJSON(cmd.OutOrStdout(), result)
	} else {
		result.print(cmd)
	}
	switch {
	case err != nil:
		return exitFailed, err
	case len(result.LeftOut) > 0:
		return exitFound, nil
	}
	return exitFine, nil
}

// read reads the codes of a spreadsheet.
func (r *importedCodes) read(data []byte, column string, exact bool) ([]string, error) {
	text, err := sheet.Decode(data, nil)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.Source, err)
	}
	rows := sheet.NewReader(text, func(name string) bool { return name == column || strategy.IsCodesColumn(name) })
	at, begun, first, mayBeName := 0, false, 0, false // the first row may be the names of the columns
	var codes []string
	rowOf := map[string]int{}
	for {
		switch err := rows.Next(); {
		case errors.Is(err, io.EOF):
			if mayBeName && isNameOf(codes) {
				r.leaveOut(first, "it looks like the name of the column")
				slices.SortStableFunc(r.LeftOut, func(a, b leftOutRow) int { return a.Row - b.Row })
				codes = codes[1:]
			}
			if len(codes) == 0 {
				return nil, fmt.Errorf("%s has no codes", r.Source)
			}
			return codes, nil
		case err != nil:
			return nil, fmt.Errorf("reading %s: row %d: %w", r.Source, rows.Row()+1, err)
		case rows.Blank():
			continue
		}
		if !begun {
			begun = true
			header := false
			if at, header, err = columnOf(rows.Cells(), column); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Source, err)
			}
			if header {
				continue
			}
			first, mayBeName = rows.Row(), true
		}
		code, reason := r.take(rows, at, rowOf, exact)
		switch {
		case reason != "":
			mayBeName = mayBeName && rows.Row() != first
			r.leaveOut(rows.Row(), reason)
		case len(codes) == strategy.MaxCodes:
			return nil, fmt.Errorf("%s has more than %d codes", r.Source, strategy.MaxCodes)
		default:
			codes = append(codes, code)
		}
	}
}

// take returns the code of a row, or the reason why it is left out. It notes the row of the code.
func (r *importedCodes) take(rows *sheet.Reader, at int, rowOf map[string]int, exact bool) (code, reason string) {
	if at >= len(rows.Cells()) || rows.Cells()[at] == "" {
		return "", "there is no code"
	}
	code = strings.Clone(rows.Cells()[at])
	if err := strategy.CheckCode(code); err != nil {
		return "", err.Error()
	}
	if strings.ContainsAny(code, ",;\t\"") {
		return "", `the code has a comma, a semicolon, a tab or a quote, which end a code in a file of codes`
	}
	folded := code
	if !exact {
		folded = strategy.FoldCode(code)
	}
	if row, again := rowOf[folded]; again {
		return "", fmt.Sprintf("the code is in row %d, too", row)
	}
	rowOf[folded] = rows.Row()
	return code, ""
}

// isNameOf reports whether the first of some codes looks like the name of their column: it alone has no
// digit.
func isNameOf(codes []string) bool {
	hasDigit := func(code string) bool { return strings.ContainsAny(code, "0123456789") }
	return len(codes) > 1 && !hasDigit(codes[0]) && !slices.ContainsFunc(codes[1:], func(c string) bool { return !hasDigit(c) })
}

// columnOf finds the column of the codes by the first row, and reports whether that row is the
// names of the columns.
func columnOf(first []string, column string) (at int, header bool, err error) {
	if at = slices.Index(first, column); column != "" && at >= 0 {
		return at, true, nil
	}
	names := slices.IndexFunc(first, strategy.IsCodesColumn)
	switch {
	case column == "" && names >= 0:
		return names, true, nil
	case column == "" && len(first) > 1:
		return 0, false, fmt.Errorf("no column is named like codes: say which with --column, as a letter or by its name in the first row, which has %s",
			brief.Text(strings.Join(first, ", "), maxTextBytes))
	case column == "":
		return 0, false, nil
	}
	for at := range first {
		if sheet.Letters(at) == strings.ToUpper(column) {
			return at, names >= 0, nil
		}
	}
	return 0, false, fmt.Errorf("--column is %q, and the first row has %s", column, brief.Text(strings.Join(first, ", "), maxTextBytes))
}

// maxLeftOut is how many rows that are left out are listed.
const maxLeftOut = document.MaxListed

func (r *importedCodes) leaveOut(row int, reason string) {
	if len(r.LeftOut) == maxLeftOut {
		r.More++
		return
	}
	r.LeftOut = append(r.LeftOut, leftOutRow{Row: row, Reason: reason})
}

// print says what was left out, beside the codes themselves.
func (r *importedCodes) print(cmd *cobra.Command) {
	w := cmd.ErrOrStderr()
	for _, row := range r.LeftOut {
		fmt.Fprintf(w, "%s: row %d: left out: %s\n", printable(r.Source), row.Row, row.Reason)
	}
	if r.More > 0 {
		fmt.Fprintln(w, document.MoreText(r.More, "row"))
	}
	if r.Path != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "wrote %s to %s\n", brief.Count(r.Count, "code"), printable(r.Path))
	}
}
