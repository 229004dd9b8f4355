package cli

import (
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// table aligns columns by how wide their characters are on a terminal, which
// text/tabwriter does not: it takes 咖啡 for two columns instead of four.
type table struct {
	right []int // columns of numbers
	flush bool  // without the indentation of a part of a result
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) String() string {
	var wide []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], textColumns(cell))
		}
	}
	indent := "  "
	if t.flush {
		indent = ""
	}
	var text, line strings.Builder
	for _, row := range t.rows {
		line.Reset()
		gap := indent
		for i, cell := range row {
			if wide[i] == 0 {
				continue
			}
			fill := strings.Repeat(" ", wide[i]-textColumns(cell))
			if slices.Contains(t.right, i) {
				line.WriteString(gap + fill + cell)
			} else {
				line.WriteString(gap + cell + fill)
			}
			gap = "  "
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return text.String()
}

// textColumns is how many columns a text takes, colours taking none.
func textColumns(text string) int {
	n, colour := 0, false
	for _, r := range text {
		switch {
		case r == '\x1b':
			colour = true
		case colour:
			colour = r != 'm'
		default:
			n += runeColumns(r)
		}
	}
	return n
}

// runeColumns is how many columns of a terminal a character takes. One of ambiguous width is
// narrow, as in every context that is not East Asian (Unicode Standard Annex 11), whatever the
// locale is.
func runeColumns(r rune) int {
	return (&runewidth.Condition{StrictEmojiNeutral: true}).RuneWidth(r)
}
