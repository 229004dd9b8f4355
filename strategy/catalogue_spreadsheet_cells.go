package strategy

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// value is the value of a cell of the row; nil where it is wrong.
func (x *spreadsheet) value(column int, text string) *document.Node {
	at := x.build.At(x.rows.Offset(column))
	switch x.columns[column].read {
	case asText:
		if x.columns[column].key == "sku" && inShort(text) {
			x.warnCell(column, at, fmt.Sprintf("%q is a long number that the spreadsheet wrote in short, so its last digits are lost", text),
				"format the column as text before the numbers are put in")
		}
		if isErrorValue(text) {
			x.warnCell(column, at, fmt.Sprintf("%q is what a spreadsheet shows in place of a result", text), "correct the formula of the cell")
		}
		return x.build.Scalar(document.String, text, at)
	case asCategories:
		return x.categories(text, at)
	case asAmount:
		return x.amount(column, text, at)
	}
	return x.attribute(column, text, at)
}

// amount reads a price. It refuses other text next to the digits, with a hint how to write
// the amount.
func (x *spreadsheet) amount(column int, text string, at document.Pos) *document.Node {
	if x.comma {
		text = withPoint(text)
	}
	bare := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	if bare != "" && strings.Trim(bare, "0123456789.") == "" {
		return x.build.Scalar(document.String, text, at)
	}
	x.report.Add(at, x.cellAt(x.rows.Row(), column), fmt.Sprintf("%q is not an amount of %s, want digits with a point before the decimals", shortened(text), x.currency.Code()), x.amountMeant(text))
	return nil
}

// amountMeant is the hint for a text that is not an amount.
func (x *spreadsheet) amountMeant(text string) string {
	number := strings.TrimFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	switch {
	case number == "":
		return "a product without a price has an empty cell"
	case isGrouped(number):
		return "thousands are not set apart: write " + ungrouped(number)
	case strings.Count(number, ",") == 1 && strings.Trim(number, "0123456789,") == "":
		return "decimals follow a point: write " + strings.Replace(number, ",", ".", 1)
	case strings.Trim(number, "0123456789.") == "":
		return "the currency is that of the strategy: write " + number
	}
	return "such as 1299.00"
}

// attribute is a cell of any other column: true or false, a number, or a text.
func (x *spreadsheet) attribute(column int, text string, at document.Pos) *document.Node {
	if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
		return x.build.Scalar(document.Bool, strings.ToLower(text), at)
	}
	number := text
	if x.comma {
		number = withPoint(text)
	}
	if isNumber(number) {
		return x.build.Scalar(document.Float, number, at)
	}
	if isGrouped(text) {
		x.warnGrouped(column, text, at)
	}
	return x.build.Scalar(document.String, text, at)
}

// isErrorValue reports whether a cell has the text that spreadsheets show where a formula
// has no result.
func isErrorValue(text string) bool {
	switch text {
	case "#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!":
		return true
	}
	return false
}

// warnGrouped warns of a number that is read as a text, once per column.
func (x *spreadsheet) warnGrouped(column int, text string, at document.Pos) {
	if x.grouped[column] {
		return
	}
	x.grouped[column] = true
	x.warnCell(column, at, fmt.Sprintf("%q is read as a text: thousands are set apart in it", text), "write "+ungrouped(text))
}

func (x *spreadsheet) warnCell(column int, at document.Pos, reason, hint string) {
	x.report.Warn(at, x.cellAt(x.rows.Row(), column), reason, hint)
}

// categories reads the categories of a cell. Semicolons separate them.
func (x *spreadsheet) categories(text string, at document.Pos) *document.Node {
	if !strings.ContainsAny(text, ";；") {
		return x.build.Scalar(document.String, text, at)
	}
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ';' || c == '；' })
	var nodes []*document.Node
	for _, word := range words {
		if word = strings.TrimSpace(word); word != "" {
			nodes = append(nodes, x.build.Scalar(document.String, word, at))
		}
	}
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return x.build.List(nodes, at)
}

// isNumber reports whether a cell is a number that attributes are compared by: digits
// without leading zeros, with an optional sign and decimals. A number with more digits than
// can be compared is a text, such as a barcode.
func isNumber(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	whole, decimals, point := strings.Cut(digits, ".")
	if whole == "" || whole[0] == '0' && len(whole) > 1 || point && decimals == "" || len(text) > maxAttributeDigits ||
		strings.Trim(whole, "0123456789") != "" || strings.Trim(decimals, "0123456789") != "" {
		return false
	}
	_, ok := parseDecimal(text)
	return ok
}

// withPoint replaces a decimal comma by a point. Three digits after a comma may be
// thousands, unless only zeros are before it.
func withPoint(text string) string {
	whole, decimals, found := strings.Cut(text, ",")
	bare := strings.TrimLeft(whole, "-+")
	if !found || bare == "" || decimals == "" || strings.Trim(bare+decimals, "0123456789") != "" ||
		len(decimals) == 3 && strings.Trim(bare, "0") != "" {
		return text
	}
	return whole + "." + decimals
}

// isGrouped reports whether a text is a number with separators between its thousands.
func isGrouped(text string) bool {
	text = strings.TrimLeft(text, "-+")
	at := strings.IndexFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if at < 1 || at > 3 {
		return false
	}
	sep := []rune(text[at:])[0]
	if !strings.ContainsRune(",.'’ \u00a0\u202f", sep) {
		return false
	}
	groups := strings.Split(text[at+len(string(sep)):], string(sep))
	last := len(groups) - 1
	for i, group := range groups {
		whole := group
		if i == last { // decimals may follow
			whole = strings.TrimRight(strings.SplitN(strings.ReplaceAll(group, ",", "."), ".", 2)[0], "-")
		}
		if len(whole) != 3 || strings.Trim(whole, "0123456789") != "" {
			return false
		}
	}
	// A point and three digits are decimals and not thousands.
	return sep != '.' || last > 0 || strings.Contains(groups[0], ",")
}

// ungrouped is a number that isGrouped accepts, written without separators.
func ungrouped(text string) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign = "-"
	}
	var digits strings.Builder
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits.WriteRune(c)
		case c == '.' && i == strings.LastIndexAny(text, ".,") && strings.Count(text, ".") == 1,
			c == ',' && i == strings.LastIndexAny(text, ".,") && strings.Count(text, ",") == 1 && strings.ContainsAny(text[:i], ".'’ \u00a0\u202f"):
			digits.WriteByte('.')
		}
	}
	return sign + digits.String()
}

// inShort reports whether a text is a long number in the form that a spreadsheet shows in a
// narrow cell: 6.90123E+12.
func inShort(text string) bool {
	digits, exponent, found := strings.Cut(text, "+")
	digits, marked := strings.CutSuffix(digits, "E")
	return found && marked && len(digits) > 1 && strings.Trim(digits, "0123456789.,") == "" && digits[0] >= '1' && digits[0] <= '9' &&
		exponent != "" && strings.Trim(exponent, "0123456789") == ""
}
