package cli

import (
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// table aligns columns by the width of their characters on a terminal. The package text/tabwriter
// does not: it counts 咖啡 as two columns instead of four.
type table struct {
	right []int // columns of numbers
	flush bool  // rows are not indented
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

// textColumns returns how many columns of a terminal a text takes. Colours take none.
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

// runeColumns returns how many columns of a terminal a character takes. A character of ambiguous
// width is narrow in every locale, as in contexts that are not East Asian (Unicode Standard
// Annex 11).
func runeColumns(r rune) int {
	return (&runewidth.Condition{StrictEmojiNeutral: true}).RuneWidth(r)
}
