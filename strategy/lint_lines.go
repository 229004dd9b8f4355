package strategy

import (
	"fmt"

	"github.com/promogate/caddy-discount/strategy/document"
)

// This file warns of keys that look at the lines of a cart: a customer who divides the same
// goods into other lines changes what they give.

const splitLines = "a customer who splits a line, or puts two together, changes what it gives"

// checkLines warns of the keys of a rule that look at lines.
func (l *linter) checkLines(r *rule) {
	if r.targeting.perLine {
		l.report(r, `max_units_per = "line" counts the units of each line: `+splitLines, r.bySKU("max_units_per"), "max_units_per")
	}
	if r.each == eachLine {
		l.report(r, `each = "line" looks at each line: `+splitLines, `"sku" looks at each article`, "each")
	}
	if r.stacking.stop == stopLine {
		l.report(r, `stop = "line" ends each line that is reduced: `+splitLines, "", "stop")
	}
	for _, spec := range r.conditions {
		l.warnOfLines(r, spec)
	}
	l.warnOfLines(r, r.reward)
}

// warnOfLines warns of a condition or a reward that looks at lines.
func (l *linter) warnOfLines(r *rule, of any) {
	by, is := of.(lineWarner)
	if !is {
		return
	}
	if w, looks := by.lineWarning(r); looks {
		l.report(r, w.what+splitLines, w.hint, w.key)
	}
}

// bySKU is the hint for a key set to "line" where each article may be meant.
func (r *rule) bySKU(key string) string {
	if r.each == eachSKU {
		return `each = "sku" looks at each article already: leave ` + key + " out"
	}
	return fmt.Sprintf(`where each article is meant, write each = "sku" in place of %s = "line"`, key)
}

// checkArithmeticLines warns of the settings that look at lines.
func (l *linter) checkArithmeticLines(m *Model) {
	table := l.root.Get("arithmetic")
	for _, setting := range []struct {
		key, what, hint string
		given           bool
	}{
		{
			key: "round_scope", what: `round_scope = "line" rounds on each line: `, given: m.arithmetic.scope == scopeLine,
			hint: `round_scope = "rule", the default, rounds once what a rule takes off`,
		},
		{
			key: "select", what: `select = "best_per_line" has the best rule of each line: `, given: m.arithmetic.selection == selectBestPerLine,
			hint: `select = "best" has the best rule of the order`,
		},
	} {
		if !setting.given {
			continue
		}
		at := table.Pos
		if n := table.Get(setting.key); n != nil {
			at = n.Pos
		}
		l.found = append(l.found, l.doc.Diagnostic(at, document.KeyIn("arithmetic", setting.key), setting.what+splitLines, setting.hint))
	}
}
