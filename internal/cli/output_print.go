package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"

	"github.com/promogate/caddy-discount/strategy/document"
)

// paint is whether texts are coloured for a terminal.
type paint bool

// paintFor turns colours on for a terminal, unless NO_COLOR is set (https://no-color.org) or the
// terminal has no colours.
func paintFor(w io.Writer) paint {
	f, ok := w.(*os.File)
	return paint(ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

// The colours in use, as parameters of SGR (ECMA-48, section 8.3.117).
const (
	bold   = "1"
	faint  = "2"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
)

func (p paint) in(colour, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// printer writes text for people.
type printer struct {
	w     io.Writer
	paint paint
}

func (p printer) line(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }

// diagnostics writes diagnostics, each with its line of source, and how many more there are.
func (p printer) diagnostics(severity string, list []document.Diagnostic, more int) {
	for i := range list {
		p.diagnostic(severity, &list[i])
	}
	if more > 0 {
		p.line("%s\n", document.MoreText(more, severity))
	}
}

func (p printer) diagnostic(severity string, d *document.Diagnostic) {
	colour := red
	if severity != "error" {
		colour = yellow
	}
	key := ""
	if d.Key != "" {
		key = printable(d.Key) + ": "
	}
	mark := ""
	if severity != "error" {
		mark = p.paint.in(colour, severity+": ")
	}
	p.line("%s %s%s%s", p.paint.in(bold, printable(d.Position.String())+":"), mark, key, printable(d.Reason))
	if d.Text != "" {
		text, below := pointAt(d.Text, cmp.Or(d.TextColumn, d.Column))
		p.line("    %s", text)
		p.line("    %s", below+p.paint.in(colour, "^"))
	}
	if d.Hint != "" {
		p.line("    %s %s", p.paint.in(green, "hint:"), printable(d.Hint))
	}
	p.line("")
}

// How much of a long line is shown, in characters before and after the column.
const (
	shownBefore = 60
	shownAfter  = 60
)

// pointAt returns a line of source, shortened if it is long, and the white space that puts a caret
// below the column: a tab below a tab, and for each other character as many spaces as its width.
func pointAt(line string, column int) (text, below string) {
	all := []rune(line)
	at := min(max(column-1, 0), len(all))
	from, to := 0, len(all)
	var shown, space strings.Builder
	if at > shownBefore+1 {
		from = at - shownBefore
		shown.WriteRune('…')
		space.WriteByte(' ')
	}
	if to > at+shownAfter+1 {
		to = at + shownAfter
	}
	for i, r := range all[from:to] {
		if r != '\t' && !unicode.IsPrint(r) {
			r = unicode.ReplacementChar
		}
		shown.WriteRune(r)
		switch {
		case from+i >= at:
		case r == '\t':
			space.WriteByte('\t')
		default:
			space.WriteString(strings.Repeat(" ", runeColumns(r)))
		}
	}
	if to < len(all) {
		shown.WriteRune('…')
	}
	return shown.String(), space.String()
}
